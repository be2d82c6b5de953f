"""/v1/dashboard/compose and the posts that it made: written, changed and done away with by people."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request, Response

from socialclaw.api import posts, schedules
from socialclaw.api.deps import Caller, CallerContext, problems
from socialclaw.api.idempotency import key_of
from socialclaw.api.openapi import DASHBOARD
from socialclaw.api.operation import Operation, paid, repeats_itself, signed_in, takes_up_to
from socialclaw.api.schemas import DashboardComposeRequest, DashboardPostUpdateRequest, PostResponse, RunResponse
from socialclaw.api.schemas.composing import ComposeTarget
from socialclaw.db.base import iso, utc_now
from socialclaw.errors import InvalidRequest
from socialclaw.providers.issues import Issue
from socialclaw.publishing import editing, slots
from socialclaw.publishing import posts as stored
from socialclaw.workspaces import reckoning

router = APIRouter(route_class=Operation, prefix="/v1/dashboard", tags=[DASHBOARD])

MOST_COMPOSED = 1024 * 1024  # bytes: a post with its texts, for a hundred accounts
PLACE = re.compile(r"(?:campaigns\[0\]\.targets|posts)\[(\d+)\](?:\.steps\[0\])?\.?")
OF_TARGET = ("account", "settings", "provider")
# What a target may have of its own, by the schedule's words.
TEXTS = {"name": "title", "description": "text", "first_comment": "first_comment"}


@router.post(
    "/compose",
    summary="Compose",
    status_code=201,
    response_model=RunResponse,
    responses=problems(400, 409, 413, 422) | {200: {"model": RunResponse, "description": "The run that was made with this key before"}},
)
@takes_up_to(MOST_COMPOSED)
@repeats_itself
@paid
@signed_in("draft")
async def dashboard_compose(caller: Caller, request: Request, body: DashboardComposeRequest) -> Response:
    """Make a run of one post for each target: `POST /v1/posts/apply`, in the words of a composer.

    It says when: `publishAt` (in the workspace's time zone, where neither it nor `timezone` says which), `publishNow`,
    `slot: "next"` (the next time that is a free slot of all its accounts; 409 `slot_none_free` where there is none) or `draft`. With a
    `campaignName` the posts are steps of that campaign. What is wrong with a post is told under `targets[…]`, `title`, `text`, `assets` and
    so on. Who may not publish keeps drafts.
    """
    ways = [body.publish_at is not None, bool(body.publish_now), body.slot is not None]
    if (ways[1] or sum(ways) > 1) if body.draft else sum(ways) != 1:
        message = "Say when it goes out, by one of publishAt, publishNow and slot; or keep it as a draft"
        raise InvalidRequest(message, code="publish_time_required", path="publishAt")
    above, within = key_of(request), body.idempotency_key or None
    if above and within and above != within:
        message = "The Idempotency-Key header and the body's idempotencyKey differ: give one of them"
        raise InvalidRequest(message, code="idempotency_key_mismatch", path="idempotencyKey")
    said = body.model_dump(mode="json", exclude={"idempotency_key"}, exclude_unset=True)
    usual = await caller.read(reckoning.zone_of)
    key = above or within
    if body.slot and not await schedules.was_applied(caller, key, said):  # else it has its slot, and there need be no other one
        body.publish_at = await caller.read(slots.next_of, [one.account for one in body.targets or ()] or [body.account])
    schedule = _schedule(body, body.timezone or usual)
    return await schedules.applied(
        caller, schedule, key, source="dashboard", said=said, named=lambda issues: _named(issues, body.targets or ())
    )


@router.patch(
    "/posts/{postId}", summary="Update dashboard post", response_model=PostResponse, responses=problems(400, 402, 404, 409, 413, 422)
)
@takes_up_to(MOST_COMPOSED)
@signed_in("draft")
async def dashboard_update_post(caller: Caller, postId: str, body: DashboardPostUpdateRequest) -> Response:
    """Change what a post says, to whom, or when, while nothing of it can have been sent: a draft, or one that waits. Else it is a 409.

    It is judged as it would be if it were applied now. `ifUpdatedAt` is the post's `updatedAt` as you have read it: where somebody has
    changed it since, that is a 409 `post_changed`. Its replies keep their distance to it, unless `moveReplies` is false.

    A contributor changes their own drafts; all else takes an editor."""
    drafts = await _own_draft_or(caller, postId, "publish")
    said = _content(body)
    if_updated_at = iso(body.if_updated_at) if body.if_updated_at else None
    wanted = editing.Wanted(said, if_updated_at, with_replies=body.move_replies is not False, drafts=drafts, by=caller.id)
    await editing.edit(caller.system, caller.workspace_id, postId, wanted, test=caller.test)
    return await posts.post_answer(caller, postId)


@router.delete(
    "/posts/{postId}",
    summary="Delete dashboard post",
    response_model=PostResponse,
    responses=problems(404, 409) | {202: {"model": PostResponse, "description": "Wanted back; it may have been sent already"}},
)
@signed_in("draft")
async def dashboard_delete_post(caller: Caller, postId: str) -> Response:
    """`DELETE /v1/posts/{postId}`: take a post back before it is published. A draft vanishes, with the drafts that reply to it.

    The answer shows a draft as it was. A contributor takes their own drafts away; all else takes an editor."""
    await _own_draft_or(caller, postId, "cancel")
    found = await caller.read(stored.detail, postId)
    if found.post.status != "draft":
        return await posts.cancel_post(caller, postId)
    shown = await posts.post_answer(caller, postId)
    await caller.write(editing.discard, postId)
    return shown


async def _own_draft_or(caller: CallerContext, post_id: str, right: str) -> bool:
    """Whether this is all that somebody with less than this right may have: a draft of their own. RoleRequired where it is not."""
    if right in caller.operations:
        return False
    if not await caller.read(editing.own_draft, post_id, caller.id):
        caller.require(right)
    return True


def _content(body: DashboardPostUpdateRequest | DashboardComposeRequest) -> dict[str, Any]:
    """What a body says of the post itself, in a schedule's words; nothing of what it does not say."""
    told = body.model_dump(by_alias=True, exclude_unset=True)
    names = {
        "name": "title",
        "description": "text",
        "account": "account",
        "assets": "assets",
        "settings": "settings",
        "timezone": "timezone",
        "labels": "labels",
        "first_comment": "firstComment",
    }
    said = {
        name: told[field] for name, field in names.items() if told.get(field) is not None or (field in told and field in ("title", "text"))
    }
    if body.publish_at is not None:
        said["publish_at"] = _stated(body.publish_at)
    return said


def _stated(moment: datetime) -> str:
    """A time as it was said: without a zone it is one of the post's own."""
    return iso(moment) if moment.tzinfo else moment.isoformat(timespec="milliseconds")


def _schedule(body: DashboardComposeRequest, timezone: str) -> dict[str, Any]:
    """The document that a composed post is, in this time zone."""
    content = _content(body)
    at = {"publish_at": content.pop("publish_at")} if "publish_at" in content else {}
    zone = {"timezone": timezone}
    content.pop("timezone", None)
    own, settings = content.pop("account", None), content.pop("settings", {})
    targets = [(one.account, one.settings or {}, _own_texts(one)) for one in body.targets or ()] or [(own, {}, {})]
    root = {**zone, "mode": "draft" if body.draft else "scheduled"}
    each = [(account, {**content, **texts, "settings": {**settings, **more}}) for account, more, texts in targets]
    if not body.campaign_name:
        return {**root, "posts": [{"account": account, **at, **post} for account, post in each]}
    at = at or {"publish_at": iso(utc_now())}  # a campaign says when, also one that is for now
    listed = [{"account": account, **at, "steps": [post]} for account, post in each]
    return {**root, "campaigns": [{"name": body.campaign_name, "targets": listed}]}


def _own_texts(target: ComposeTarget) -> dict[str, str | None]:
    return {name: getattr(target, field) for name, field in TEXTS.items() if field in target.model_fields_set}


def _named(issues: Iterable[Issue], targets: Sequence[ComposeTarget]) -> Iterator[Issue]:
    """Issues of the document, where each is in what was sent."""
    for issue in issues:
        place = PLACE.match(issue.path)
        rest = issue.path[place.end() :] if place else issue.path
        field, dot, more = rest.partition(".")
        own = targets[int(place[1])] if place and targets else None
        if own and place and (field in OF_TARGET or TEXTS.get(field) in own.model_fields_set):
            yield replace(issue, path=f"targets[{place[1]}].{editing.FIELDS.get(field, field)}{dot}{more}")
        elif not place:
            yield replace(issue, path="campaignName") if rest.startswith("campaigns[0]") else issue
        else:
            yield replace(issue, path=f"{editing.FIELDS.get(field, field)}{dot}{more}")
