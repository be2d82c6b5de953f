"""/v1/runs: one applied plan each, with its posts, its table and its campaign graph."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response

from socialclaw.api import sparse
from socialclaw.api.answers import ok
from socialclaw.api.bodies import json_object
from socialclaw.api.deps import Caller, CallerContext, problems
from socialclaw.api.openapi import takes
from socialclaw.api.operation import Operation, needs, paid
from socialclaw.api.posts import attempt_out
from socialclaw.api.schemas import OkResponse, RunResponse, RunStatusResponse, RunTableResponse
from socialclaw.api.sparse import Fields
from socialclaw.api.waiting import UNCHANGED, Seen, Subject, Wait, Waits
from socialclaw.db.base import Scope, iso
from socialclaw.db.posts import Post
from socialclaw.errors import InvalidRequest
from socialclaw.publishing import listing, runs
from socialclaw.scheduling import campaign_graph, times
from socialclaw.scheduling.misnamed import TIME

router = APIRouter(route_class=Operation, tags=["Publishing Runs and Posts"])

RUN_PARTS = ("run", "posts", "summary")
OVER = ("draft", "completed", "partial_failed")  # nothing of it changes by itself
MISSES = dict.fromkeys((*TIME.split(), "publishat", "begin", "from"), "startAt")  # passed over, the run would go out at its old times


@router.get("/v1/runs/{runId}/status", response_model=RunStatusResponse, responses=problems(404, 422) | UNCHANGED, summary="Run status")
@needs("read")
async def run_status(caller: Caller, request: Request, runId: str, fields: Fields = None, wait: Wait = 0) -> Response:
    """Whether a run is done, and how many of its posts are in which status.

    `fields` names parts: run, posts, summary; `run` is always there, and `posts` is empty where it is not asked for. `wait` answers as
    soon as one of these parts is another, and at once where the run is over.
    """
    names = sparse.parts(fields, RUN_PARTS)
    waits: Waits = request.app.state.waits

    async def look() -> Seen:
        view, rows = await caller.read(_with_posts, runId, caller)
        return Seen({"run": run_out(view), "posts": rows, "summary": view.summary}, over=view.status in OVER)

    def shown(seen: Seen) -> dict[str, Any]:
        return seen.parts if names is None else {"run": seen.parts["run"], "posts": [], **sparse.thin(seen.parts, names)}

    return await waits.answer(request, caller, wait, Subject(runId, frozenset({"posts", "runs"})), look, shown)


@router.get("/v1/runs/{runId}/campaign", response_model=RunResponse, responses=problems(404, 409), summary="Run campaign graph")
@needs("read")
async def run_campaign(caller: Caller, runId: str) -> Response:
    """The run as a graph of campaigns, targets and steps, and a schedule that would make a copy of it as a draft."""
    view, posts = await caller.read(lambda scope: (runs.view(scope, runId), runs.posts(scope, runId)))
    graph = campaign_graph.graph_of_run(view.run, posts, status=view.status)
    return ok(run=run_out(view), campaign=graph, schedule=campaign_graph.clone(graph))


@router.get("/v1/runs/{runId}", response_model=RunResponse, responses=problems(404), summary="Run detail")
@needs("read")
async def get_run(caller: Caller, runId: str) -> Response:
    """A run with its posts and all their attempts."""
    view, rows = await caller.read(_with_posts, runId, caller)
    attempts = await caller.read(runs.attempts, runId)
    return ok(
        run=run_out(view),
        mode=view.run.mode,
        sourceModel=view.run.source_model,
        posts=rows,
        summary=view.summary,
        attempts=[attempt_out(a) for a in attempts],
    )


@router.get("/v1/runs/{runId}/table", response_model=RunTableResponse, responses=problems(404), summary="Run table")
@needs("read")
async def run_table(caller: Caller, runId: str) -> Response:
    """The run as rows for people, sorted by publish time."""
    view, posts = await caller.read(lambda scope: (runs.view(scope, runId), runs.posts(scope, runId)))
    ordered = sorted(posts, key=lambda post: (post.publish_at, post.id))
    return ok(run=run_out(view), rows=[table_row(post) for post in ordered])


@router.post(
    "/v1/runs/{runId}/publish",
    response_model=RunResponse,
    responses=problems(400, 404, 409, 413, 422),
    openapi_extra=takes(OkResponse, required=False),
    summary="Publish draft run",
)
@paid
@needs("publish")
async def publish_run(caller: Caller, runId: str, request: Request) -> Response:
    """Schedule a draft. `startAt` moves its earliest post there and keeps all distances."""
    body = json_object(await request.body(), "startAt", "start_at", misses=MISSES)
    start = body.get("startAt", body.get("start_at"))
    moment = None
    if start not in (None, ""):
        run = await caller.read(runs.view, runId)
        try:
            moment = times.resolve(start, times.zone(run.run.timezone))
        except ValueError as error:
            raise InvalidRequest(f"startAt {error}", code="invalid_publish_time", path="startAt") from None
    settings = caller.system.settings
    await caller.write(runs.publish, runId, start_at=moment, honour_quotas=settings.honour_quotas, sells=settings)
    view, rows = await caller.read(_with_posts, runId, caller)
    return ok(run=run_out(view), mode=view.run.mode, sourceModel=view.run.source_model, posts=rows, summary=view.summary)


def _with_posts(scope: Scope, run_id: str, caller: CallerContext) -> tuple[runs.RunView, listing.Rows]:
    view = runs.view(scope, run_id)
    return view, listing.of_run(scope, run_id, caller.links)


def run_out(view: runs.RunView) -> dict[str, Any]:
    """A run on the wire."""
    run = view.run
    return {
        "id": run.id,
        "status": view.status,
        "mode": run.mode,
        "source": run.source,
        "madeBy": run.made_by,
        "sourceModel": run.source_model,
        "timezone": run.timezone,
        "totalPosts": run.total_posts,
        "createdAt": iso(run.created_at),
        "updatedAt": iso(run.updated_at),
    }


def table_row(post: Post) -> dict[str, Any]:
    return {
        "time": iso(post.publish_at),
        "account": post.account,
        "campaign": post.campaign_name,
        "step": post.sequence_position,
        "postName": post.name,
        "description": post.description,
        "mediaLink": post.media_link,
        "timezone": post.timezone,
        "status": post.status,
        "postId": post.id,
    }
