"""/v1/dashboard: drafts of the composer, slots of the week, what networks make of a file, and what was gained in a span of days."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Header, Query, Response

from socialclaw.analytics import overview
from socialclaw.api.answers import closed, ok
from socialclaw.api.deps import Caller, CallerContext, problems
from socialclaw.api.dialect import asked
from socialclaw.api.filters import AccountFilter, Limit, instant
from socialclaw.api.openapi import BOARD
from socialclaw.api.operation import Operation, signed_in, takes_up_to
from socialclaw.api.schemas import (
    AssetResponse,
    DraftResponse,
    DraftsResponse,
    FitsResponse,
    FreeSlotsResponse,
    OverviewResponse,
    PostsResponse,
    SlotsResponse,
)
from socialclaw.api.schemas.planning import AssetChange, DraftRequest, SlotsRequest
from socialclaw.db.base import Scope
from socialclaw.errors import InvalidRequest
from socialclaw.media import assets, uses
from socialclaw.people import drafts
from socialclaw.publishing import fits, listing, slots

router = APIRouter(route_class=Operation, prefix="/v1/dashboard", tags=[BOARD])

MOST_WRITTEN = 256 * 1024  # bytes of a draft
REVISION = re.compile(r'"(\d{1,9})"', re.ASCII)
IfMatch = Annotated[str | None, Header(alias="If-Match", description='Save only this revision: `"3"`; `"0"` only if there is none yet.')]


@router.get("/drafts", summary="List drafts", response_model=DraftsResponse, responses=problems())
@signed_in("draft")
async def dashboard_drafts(caller: Caller) -> Response:
    """What you are writing in this workspace and have not sent, the last saved first. Nobody else sees it."""
    return ok(drafts=await caller.read(drafts.listed, _person(caller)))


@router.get("/drafts/{draftId}", summary="Read a draft", response_model=DraftResponse, responses=problems(404))
@signed_in("draft")
async def dashboard_draft(caller: Caller, draftId: str) -> Response:
    """A draft of yours, with all that the composer keeps in it."""
    return ok(draft=await caller.read(drafts.one, _person(caller), draftId))


@router.put("/drafts/{draftId}", summary="Save a draft", response_model=DraftResponse, responses=problems(400, 404, 409, 413, 422))
@takes_up_to(MOST_WRITTEN)
@signed_in("draft", line=False)
async def dashboard_save_draft(caller: Caller, draftId: str, body: DraftRequest, if_match: IfMatch = None) -> Response:
    """Keep what you are writing, under an id that you make: `draft_` and 8 to 64 letters, digits, hyphens or underscores.

    `If-Match` names the revision that you have read. Where another window has saved since, or has sent the draft and done away with it,
    that is a 409 `draft_changed`, and `details.revision` is what it is now (0: there is none any more). A workspace has 100 of yours.
    """
    row = await caller.write(drafts.save, _person(caller), draftId, body.content, _revision(if_match))
    return ok(draft=drafts.wire(row))


@router.delete("/drafts/{draftId}", summary="Discard a draft", response_model=DraftResponse, responses=problems(404))
@signed_in("draft", line=False)
async def dashboard_discard_draft(caller: Caller, draftId: str) -> Response:
    """Do away with a draft of yours; the answer shows what it was."""
    return ok(draft=await caller.write(drafts.discard, _person(caller), draftId))


@router.get("/slots", summary="List slots", response_model=SlotsResponse, responses=problems())
@signed_in("read")
async def dashboard_slots(caller: Caller) -> Response:
    """The times of the week at which posts usually go out: of all accounts, and of those that have their own."""
    zone, found = await caller.read(slots.weeks)
    return ok(timezone=zone, slots=[week.wire for week in found])


@router.put("/slots", summary="Set slots", response_model=SlotsResponse, responses=problems(400, 404, 409, 413, 422))
@signed_in("publish")
async def dashboard_set_slots(caller: Caller, body: SlotsRequest) -> Response:
    """Set all slots of an account, or (without `accountId`) of all accounts that have none of their own. Posts stay where they are."""
    minutes = [slots.minute_of(one.weekday, one.time, f"times[{number}]") for number, one in enumerate(body.times)]
    await caller.write(slots.keep, body.account_id, minutes)
    return await dashboard_slots(caller)


@router.get("/slots/next", summary="Next free slots", response_model=FreeSlotsResponse, responses=problems(404, 422))
@signed_in("read")
async def dashboard_next_slots(
    caller: Caller,
    accounts: Annotated[str, Query(description="Ids of accounts, with commas between them; without any, of all accounts.")] = "",
    after: Annotated[str | None, Query(description="Only later ones.")] = None,
    count: Annotated[int, Query(ge=1, le=slots.MOST_FREE, description="So many at most (default 3).")] = 3,
) -> Response:
    """The next times that are a slot of each of these accounts, and at which none of them has a post, or a draft of one, that minute."""
    ids = [one for one in dict.fromkeys(part.strip() for part in accounts.split(",")) if one]
    zone, found = await caller.read(slots.free, ids, count=count, after=instant(after, "after"))
    return ok(timezone=zone, slots=found)


@router.patch("/assets/{assetId}", summary="Describe an asset", response_model=AssetResponse, responses=problems(400, 404, 409, 413, 422))
@signed_in("media")
async def dashboard_describe_asset(caller: Caller, assetId: str, body: AssetChange) -> Response:
    """Say what is to be seen in a file: the alt text of posts that show it from now on and have none of their own."""
    row = await caller.write(assets.describe, assetId, body.alt_text)
    return closed(asset=assets.wire(row, caller.system.settings.base_url))


@router.get("/assets/{assetId}/fit", summary="What networks make of an asset", response_model=FitsResponse, responses=problems(404, 409))
@signed_in("read")
async def dashboard_asset_fit(
    caller: Caller, assetId: str, account_id: Annotated[str | None, asked("accountId", description="One account.")] = None
) -> Response:
    """Whether a file can be posted as it is, at each account or at one: else what the media policy `fit` would change, or why it cannot."""
    return ok(assetId=assetId, fits=await caller.read(fits.of, assetId, account_id or None, caller.system.settings.base_url))


@router.get("/assets/{assetId}/uses", summary="Posts that show an asset", response_model=PostsResponse, responses=problems(404))
@signed_in("read")
async def dashboard_asset_uses(caller: Caller, assetId: str, limit: Limit = 100) -> Response:
    """The posts that show a file, as cards in the order of their times; those that were taken back are not among them."""

    def found(scope: Scope) -> listing.Rows:
        assets.find(scope, assetId)
        which = uses.showing(scope.workspace_id, assetId)
        return listing.cards_where(scope, which, caller.system.settings.base_url, limit=limit)

    return ok(posts=await caller.read(found), limit=limit)


@router.get("/analytics", summary="Dashboard analytics", response_model=OverviewResponse, responses=problems(422))
@signed_in("read")
async def dashboard_analytics(
    caller: Caller,
    account: AccountFilter = None,
    since: Annotated[str | None, asked("from", description="Gained then or later (default: 30 days before `to`).")] = None,
    until: Annotated[str | None, asked("to", description="Gained then or earlier (default: now).")] = None,
) -> Response:
    """What the workspace's posts have gained: by figure, by day and by account, of those accounts whose networks tell it.

    For a comparison ask for the span before as well. A post's own figures are at `/v1/analytics/posts/{postId}`."""
    found: tuple[datetime | None, datetime | None] = (instant(since, "from"), instant(until, "to"))
    return ok(**await caller.read(overview.overview, overview.span(*found, account or None)))


def _person(caller: CallerContext) -> str:
    assert caller.visitor is not None
    return caller.visitor.signed.user_id


def _revision(if_match: str | None) -> int | None:
    """The revision that a request names, which is an ETag of ours without being one of its content."""
    if if_match is None:
        return None
    found = REVISION.fullmatch(if_match.strip())
    if found is None:
        raise InvalidRequest('If-Match names a revision, in quotes: "3"', code="if_match_invalid", path="If-Match")
    return int(found[1])
