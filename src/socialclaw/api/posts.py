"""/v1/posts: what was scheduled, what became of it, and what may be done about it."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Body, Query, Request, Response

from socialclaw.api import sparse
from socialclaw.api.answers import ok
from socialclaw.api.bodies import known
from socialclaw.api.deps import Caller, CallerContext, problems
from socialclaw.api.dialect import asked
from socialclaw.api.filters import AccountFilter, LabelFilter, Limit, Offset, ProviderFilter, Words, instant, one_of, provider_key
from socialclaw.api.operation import Operation, needs, paid
from socialclaw.api.schemas import AttemptsResponse, LabelsResponse, PostResponse, PostsResponse
from socialclaw.api.schemas import Post as PostOnWire
from socialclaw.api.sparse import Fields
from socialclaw.api.waiting import UNCHANGED, Seen, Subject, Wait, Waits
from socialclaw.db.base import Scope, iso
from socialclaw.db.posts import Attempt, Step
from socialclaw.errors import InvalidRequest
from socialclaw.next_steps.finding import of_code
from socialclaw.next_steps.kinds import KINDS
from socialclaw.publishing import listing, network_actions, posts
from socialclaw.publishing.page_cache import Pages

router = APIRouter(route_class=Operation, tags=["Publishing Runs and Posts"])

VIEWS = ("full", "card")
OVER = ("draft", "published", "failed", "canceled")  # in which nothing more happens to a post by itself
View = Annotated[
    str | None,
    Query(description="`card`: of each post only what a calendar draws, with its first 140 characters as `text` and a picture as `thumb`."),
]


@router.get("/v1/posts", response_model=PostsResponse, responses=problems(422), summary="List posts")
@needs("read")
async def list_posts(
    caller: Caller,
    request: Request,
    run_id: Annotated[str | None, asked("runId", "run_id", description="A run's id.")] = None,
    status: Annotated[str | None, asked("status", description="A post's status.")] = None,
    account: AccountFilter = None,
    provider: ProviderFilter = None,
    campaign_id: Annotated[str | None, asked("campaignId", "campaign_id", description="A campaign's id.")] = None,
    repeat_id: Annotated[str | None, asked("repeatId", "repeat_id", description="The id of a repeat that makes them.")] = None,
    since: Annotated[str | None, asked("from", "publishFrom", "publish_from", description="Published then or later.")] = None,
    until: Annotated[str | None, asked("to", "publishTo", "publish_to", description="Published then or earlier.")] = None,
    q: Words = None,
    label: LabelFilter = None,
    view: View = None,
    fields: Fields = None,
    limit: Limit = 100,
    offset: Offset = 0,
) -> Response:
    """The workspace's posts in order of publish time and id. `total` counts all that match; `limit` is at most 500.

    `fields` names members of a post, such as `fields=publishAtUtc,errorCode`; id, provider, account and status are always there.
    """
    names = sparse.chosen(fields, PostOnWire)
    only = posts.PostFilter(
        run_id=run_id or None,
        status=posts.check_status(status),
        account=account or None,
        provider=provider_key(provider),
        campaign_id=campaign_id or None,
        since=instant(since, "from"),
        until=instant(until, "to"),
        repeat_id=repeat_id or None,
        label=posts.label_of(label),
        pattern=posts.pattern_of(q),
    )
    pages: Pages = request.app.state.pages
    cards = one_of("view", view, VIEWS) == "card"
    rows, total = await pages.page(caller.workspace_id, only, limit=limit, offset=offset, test=caller.test, cards=cards)
    return ok(total=total, limit=limit, offset=offset, posts=sparse.thin_rows(rows, names))


@router.get("/v1/labels", response_model=LabelsResponse, responses=problems(), summary="List labels")
@needs("read")
async def list_labels(caller: Caller) -> Response:
    """The labels that posts of the workspace have, whatever became of these, and how many have each."""
    return ok(labels=[{"label": label, "posts": count} for label, count in await caller.read(posts.labels_in_use)])


@router.get("/v1/posts/{postId}", response_model=PostResponse, responses=problems(404, 422) | UNCHANGED, summary="Get post detail")
@needs("read")
async def get_post(caller: Caller, request: Request, postId: str, wait: Wait = 0) -> Response:
    """One post, its account, its latest attempt, and `next`: what to do about it, where it failed."""
    waits: Waits = request.app.state.waits

    async def look() -> Seen:
        parts, status = await _parts(caller, postId)
        return Seen(parts, over=status in OVER)

    return await waits.answer(request, caller, wait, Subject(postId, frozenset({"posts"})), look)


@router.get("/v1/posts/{postId}/attempts", response_model=AttemptsResponse, responses=problems(404), summary="List post attempts")
@needs("read")
async def list_attempts(caller: Caller, postId: str) -> Response:
    """Every attempt at a post, oldest first, with the steps that it took and the network's own words where it refused."""
    found = await caller.read(posts.told, postId)
    row = await caller.read(listing.of_post, postId, caller.links)
    return ok(post=row, attempts=[{**attempt_out(a), "steps": [step_out(step) for step in found.steps_of(a)]} for a in found.attempts])


@router.post("/v1/posts/{postId}/reconcile", response_model=PostResponse, responses=problems(404, 409, 502), summary="Reconcile post")
@needs("publish")
async def reconcile_post(caller: Caller, postId: str) -> Response:
    """Compare the post with what its network has now; resolves a post whose outcome is unknown where the network can be read."""
    await network_actions.reconcile(caller.system, caller.workspace_id, postId, test=caller.test)
    return await post_answer(caller, postId)


@router.post("/v1/posts/{postId}/retry", response_model=PostResponse, responses=problems(400, 404, 409, 422), summary="Retry post")
@paid
@needs("publish")
async def retry_post(caller: Caller, postId: str, body: Annotated[dict[str, Any] | None, Body()] = None) -> Response:
    """Send a failed post again. One whose outcome is unknown may be live: that needs `{"force": true}`."""
    force = known(body, "force").get("force", False)
    if not isinstance(force, bool):
        raise InvalidRequest("force must be true or false", code="field_type_invalid", path="force")
    await caller.write(posts.retry, postId, force=force, sells=caller.system.settings)
    return await post_answer(caller, postId)


@router.post("/v1/posts/{postId}/delete", response_model=PostResponse, responses=problems(404, 409, 502), summary="Delete provider post")
@needs("delete")
async def delete_post(caller: Caller, postId: str) -> Response:
    """Take a published post down on its network. Where the network has no way to do that, the answer is a 409, never a false success."""
    await network_actions.delete(caller.system, caller.workspace_id, postId, test=caller.test)
    return await post_answer(caller, postId)


@router.delete(
    "/v1/posts/{postId}",
    response_model=PostResponse,
    responses=problems(404, 409) | {202: {"model": PostResponse, "description": "To be canceled; it may already have been sent"}},
    summary="Cancel post",
)
@needs("cancel")
async def cancel_post(caller: Caller, postId: str) -> Response:
    """Cancel a post before it is published, and the replies that wait for it.

    Where it may have been sent already, the answer is 202 and the post has `cancelRequestedAt`: nothing more is sent, and it ends
    `canceled` if its network does not have it, `published` if it does, or `failed` with `publish_outcome_unknown`.
    """
    post = await caller.write(posts.cancel, postId)
    return await post_answer(caller, postId, status=202 if post.status == "publishing" else 200)


async def post_answer(caller: CallerContext, post_id: str, *, status: int = 200) -> Response:
    """A post with its account, its latest attempt and its next step."""
    parts, _ = await _parts(caller, post_id)
    return ok(status, **parts)


async def _parts(caller: CallerContext, post_id: str) -> tuple[dict[str, Any], str]:
    """What an answer says of a post, and the post's status."""
    found, row = await caller.read(_read_detail, post_id, caller)
    account = {"id": found.account.id, "displayName": found.account.display_name, "handle": found.account.handle} if found.account else None
    latest, leads = attempt_out(found.attempts[-1]) if found.attempts else None, None
    if found.post.status == "failed":
        leads = (of_code(found.post.error_code or "") or KINDS["Rejected"]).told(None)
    return {"post": row, "account": account, "latestAttempt": latest, "next": leads}, found.post.status


def _read_detail(scope: Scope, post_id: str, caller: CallerContext) -> tuple[posts.Detail, listing.Row]:
    return posts.detail(scope, post_id), listing.of_post(scope, post_id, caller.links)


def step_out(step: Step) -> dict[str, Any]:
    """A step of an attempt on the wire. One that may have been sent and got no answer is not done, and has no end."""
    return {
        "name": step.name,
        "startedAt": iso(step.started_at or step.at),
        "finishedAt": iso(step.at) if step.done else None,
        "done": step.done,
        "irreversible": not step.done or bool(step.result.get("sent")),
    }


def attempt_out(attempt: Attempt) -> dict[str, Any]:
    """An attempt on the wire."""
    return {
        "postId": attempt.post_id,
        "attemptNo": attempt.attempt_no,
        "stage": attempt.stage,
        "workerId": attempt.worker_id,
        "startedAt": iso(attempt.started_at),
        "finishedAt": iso(attempt.finished_at) if attempt.finished_at else None,
        "ok": attempt.ok,
        "code": attempt.code,
        "message": attempt.message,
        "retryable": attempt.retryable,
        "providerPostId": attempt.provider_post_id,
        "details": attempt.details,
    }
