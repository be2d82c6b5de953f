"""/v1/repeats: posts that go out again and again by a rule, until it ends."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from socialclaw.api.answers import ok
from socialclaw.api.deps import Caller, CallerContext, problems
from socialclaw.api.filters import instant
from socialclaw.api.openapi import POSTS
from socialclaw.api.operation import Operation, needs, paid, takes_up_to
from socialclaw.api.schemas import RepeatResponse, RepeatsResponse
from socialclaw.api.schemas.repeats import RepeatChange, RepeatRequest
from socialclaw.publishing import listing, repeats
from socialclaw.publishing.posts import PostFilter

router = APIRouter(route_class=Operation, prefix="/v1/repeats", tags=[POSTS])

MOST_SAID = 1024 * 1024  # bytes
MOST_SHOWN = 500  # posts
From = Annotated[str | None, Query(alias="from", description="Only occurrences from then on; without it, from now.")]


@router.post("", summary="Repeat a post", status_code=201, response_model=RepeatResponse, responses=problems(400, 409, 413, 422))
@takes_up_to(MOST_SAID)
@paid
@needs("draft")
async def create_repeat(caller: Caller, body: RepeatRequest) -> Response:
    """Publish `post` (as in a schedule, without a time) again and again by `rule`, an RRULE of RFC 5545 with an end: `FREQ` is DAILY,
    WEEKLY, MONTHLY or YEARLY, with INTERVAL, BYDAY, BYMONTHDAY, BYMONTH, BYSETPOS and WKST where they make sense, and COUNT or UNTIL. It
    begins at `startsAt` and goes by the clock on the wall of `timezone` (the workspace's where it says none), also when the clocks change.

    Each occurrence becomes a post of its own 30 days before it is due; the answer has those that are there by now. One that could not be
    published is skipped, and `skipped` says why: so is one whose text the network would refuse as said before (`repeat_same_text`).
    """
    wanted = repeats.Wanted(body.rule, body.starts_at, body.timezone, body.mode, body.post)
    what = await repeats.judged(caller.system, caller.workspace_id, wanted, test=caller.test)
    if what.mode != "draft":
        caller.require("publish")
    made = await repeats.begin(caller.system, caller.workspace_id, what, by=caller.id, test=caller.test)
    return await _told(caller, made, status=201)


@router.get("", summary="List repeats", response_model=RepeatsResponse, responses=problems())
@needs("read")
async def list_repeats(caller: Caller) -> Response:
    """All posts that are repeated, the newest first; those that have ended are among them."""
    return ok(repeats=[repeats.wire(row) for row in await caller.read(repeats.listed)])


@router.get("/{repeatId}", summary="Read a repeat", response_model=RepeatResponse, responses=problems(404))
@needs("read")
async def get_repeat(caller: Caller, repeatId: str) -> Response:
    """What is repeated, and the posts that it has become so far."""
    return await _told(caller, repeatId)


@router.patch("/{repeatId}", summary="Change a repeat", response_model=RepeatResponse, responses=problems(400, 404, 409, 413, 422))
@takes_up_to(MOST_SAID)
@paid
@needs("publish")
async def change_repeat(caller: Caller, repeatId: str, body: RepeatChange) -> Response:
    """Change the rest: from the occurrence at `from` on (one of the next 30 days), or from now. What is left out stays; `post` is whole.

    Its posts of then are made anew. One that somebody has changed or canceled by itself stays as it is, and so does what was sent. A single
    occurrence is changed and canceled as any post.
    """
    wanted = repeats.Wanted(body.rule, body.starts_at, body.timezone, None, body.post)
    since = instant(body.since, "from")
    await repeats.change(caller.system, caller.workspace_id, repeatId, wanted, since, test=caller.test)
    return await _told(caller, repeatId)


@router.delete("/{repeatId}", summary="End a repeat", response_model=RepeatResponse, responses=problems(404, 422))
@needs("cancel")
async def end_repeat(caller: Caller, repeatId: str, since: From = None) -> Response:
    """Make no more of it, and cancel the posts of its occurrences from then on that have not been sent."""
    await caller.write(repeats.end, repeatId, instant(since, "from"))
    return await _told(caller, repeatId)


async def _told(caller: CallerContext, repeat_id: str, *, status: int = 200) -> Response:
    repeat = await caller.read(repeats.one, repeat_id)
    rows, _ = await caller.read(listing.page, PostFilter(repeat_id=repeat_id), limit=MOST_SHOWN, links=caller.links)
    return ok(status, repeat=repeat, posts=rows)
