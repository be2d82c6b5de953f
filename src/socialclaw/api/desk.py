"""/v1/dashboard: what needs a person and what they say of it, several posts moved at once, and runs as a list."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from socialclaw.api import posts
from socialclaw.api.answers import ok
from socialclaw.api.deps import Caller, problems
from socialclaw.api.filters import one_of
from socialclaw.api.openapi import BOARD
from socialclaw.api.operation import Operation, paid, repeats_itself, signed_in
from socialclaw.api.runs import run_out
from socialclaw.api.schemas import (
    AccountPostsResponse,
    AlertsByMailResponse,
    AttentionResponse,
    MovedResponse,
    PostResponse,
    RunsResponse,
)
from socialclaw.api.schemas.desk import AlertsByMailRequest, MoveRequest, VerdictRequest
from socialclaw.db.base import Scope, iso
from socialclaw.people import makers
from socialclaw.publishing import alerting, attention, by_account, moving, runs, verdict

router = APIRouter(route_class=Operation, prefix="/v1/dashboard", tags=[BOARD])

MODES = ("scheduled", "draft")


@router.get("/attention", summary="What needs you", response_model=AttentionResponse, responses=problems())
@signed_in("read")
async def dashboard_attention(caller: Caller) -> Response:
    """What needs a person: how many posts of which kind, the first 50 of each as cards, and the accounts to be connected again."""
    found = await caller.read(attention.needed, caller.system.settings.base_url)
    total, told = sum(found.counts.values()) + len(found.accounts), [_told(one) for one in found.alerts]
    return ok(total=total, counts=found.counts, posts=found.posts, accounts=found.accounts, alerts=told)


def _told(alert: attention.Alert) -> dict[str, str]:
    return {"id": alert.about, "kind": alert.kind, "text": alert.what}


@router.get("/me/alerts", summary="Whether one is mailed", response_model=AlertsByMailResponse, responses=problems())
@signed_in("read")
async def get_alerts_by_mail(caller: Caller) -> Response:
    """Whether you are mailed when something in this workspace comes to need somebody, and where to."""
    return ok(alertsByMail=await caller.read(alerting.preference, caller.system.settings, caller.id or ""))


@router.patch("/me/alerts", summary="Say whether to be mailed", response_model=AlertsByMailResponse, responses=problems(400, 413, 422))
@signed_in("read")
async def change_alerts_by_mail(caller: Caller, body: AlertsByMailRequest) -> Response:
    """Have what needs somebody in this workspace mailed to you, or not. Who has never said so is mailed of live workspaces."""
    return ok(alertsByMail=await caller.write(alerting.prefer, caller.system.settings, caller.id or "", wanted=body.wanted))


@router.get("/accounts/posts", summary="Posts by account", response_model=AccountPostsResponse, responses=problems())
@signed_in("read")
async def dashboard_account_posts(caller: Caller) -> Response:
    """Of each account that has posts: how many are still to go out, how many of those wait until it is connected again, and when the last
    one was published."""
    return ok(accounts=await caller.read(by_account.posts))


@router.get("/runs", summary="List runs", response_model=RunsResponse, responses=problems(422))
@signed_in("read")
async def dashboard_runs(
    caller: Caller,
    mode: Annotated[str | None, Query(description="`draft` or `scheduled`.")] = None,
    made_by: Annotated[str | None, Query(alias="madeBy", description="The id of a key or a person.")] = None,
    cursor: Annotated[str | None, Query(description="`nextCursor` of the page before; without it, the newest runs.")] = None,
    limit: Annotated[int, Query(ge=1, le=200, description="At most so many (default 50).")] = 50,
) -> Response:
    """The workspace's runs, the newest first: who made each, how far it is, and when its posts are due. `nextCursor` is null at the end."""
    wanted = runs.Wanted(one_of("mode", mode, MODES), made_by or None, cursor or None, limit)
    rows, after = await caller.read(_runs, wanted)
    return ok(runs=rows, nextCursor=after)


def _runs(scope: Scope, wanted: runs.Wanted) -> tuple[list[dict[str, Any]], str | None]:
    found, after = runs.listed(scope, wanted)
    by = makers.named(scope, (one.view.run.made_by for one in found))
    return [
        {
            **run_out(one.view),
            "maker": by.get(one.view.run.made_by or ""),
            "text": one.text,
            "firstAtUtc": iso(one.first_at) if one.first_at else None,
            "lastAtUtc": iso(one.last_at) if one.last_at else None,
            "summary": one.view.summary,
        }
        for one in found
    ], after


@router.post("/posts/{postId}/resolve", summary="Resolve a post", response_model=PostResponse, responses=problems(400, 404, 409, 413, 422))
@repeats_itself
@signed_in("publish")
async def dashboard_resolve_post(caller: Caller, postId: str, body: VerdictRequest) -> Response:
    """Say what became of a post whose outcome is unknown (`publish_outcome_unknown`), after a look on its network.

    With `published` it is published: give `providerPostId`, `providerUrl`, or both; replies to it need the id. With `not_published` it is
    a failed post that `retry` sends again without `force`. Of any other post this is a 409 `post_not_unresolved`."""
    said = verdict.Verdict(body.outcome, body.provider_post_id or None, body.provider_url or None)
    await verdict.give(caller.system, caller.workspace_id, postId, said, test=caller.test)
    return await posts.post_answer(caller, postId)


@router.post("/posts/move", summary="Move posts", response_model=MovedResponse, responses=problems(400, 404, 409, 413, 422))
@repeats_itself
@paid
@signed_in("publish")
async def dashboard_move_posts(caller: Caller, body: MoveRequest) -> Response:
    """Give up to 100 posts other times: all of them, or, where one of them cannot be moved, none; `details.path` says which that is.

    Each is judged as `PATCH /v1/dashboard/posts/{postId}` judges it. Replies are moved only where they are named themselves."""
    moves = [moving.Move(one.id, one.publish_at, one.if_updated_at) for one in body.posts]
    await moving.move(caller.system, caller.workspace_id, moves, by=caller.id, test=caller.test)
    updated = await caller.read(moving.updated, [one.post_id for one in moves])
    return ok(posts=updated)
