"""/v1/sandbox: what a test workspace may do with the simulated networks and with its own time. For live workspaces there is none."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response
from pydantic import Field

from socialclaw.accounts import directory
from socialclaw.api.answers import ok
from socialclaw.api.deps import Caller, CallerContext, problems
from socialclaw.api.dialect import Inline, Time
from socialclaw.api.filters import Limit
from socialclaw.api.openapi import SANDBOX
from socialclaw.api.operation import Operation, needs
from socialclaw.api.sandbox_feeds import label
from socialclaw.api.schemas import (
    AppRemovedResponse,
    ClockResponse,
    DestinationsResponse,
    FaultsDisarmedResponse,
    FaultsResponse,
    FeedClearedResponse,
    FeedResponse,
    GrowthResponse,
    PurchasesForgottenResponse,
    SandboxResponse,
)
from socialclaw.clock import act_for
from socialclaw.db.base import iso, utc_now
from socialclaw.errors import Conflict, InvalidRequest, NotFound
from socialclaw.networks import providers
from socialclaw.rehearsal import feeds, frozen_clock, purchases
from socialclaw.rehearsal.advance import advance
from socialclaw.simulation.faults import FAULTS, LONGEST, MOST_SECONDS, MOST_TIMES

router = APIRouter(route_class=Operation, tags=[SANDBOX], prefix="/v1/sandbox")

FARTHEST = timedelta(days=400)  # of one call


class FaultRequest(Inline):
    """A fault to arm. `match` is a part of "METHOD /path" as it stands, e.g. `POST /2/tweets` (default: the calls that create posts).

    In it, `*` is any text, `^` before it the beginning of the line, `$` after it its end.
    """

    kind: str = "error"
    match: str = Field("", max_length=LONGEST)
    times: int = Field(1, ge=1, le=MOST_TIMES)
    seconds: float = Field(0, ge=0, le=MOST_SECONDS)


class GrowthRequest(Inline):
    """How many times as fast as usual figures grow."""

    metrics: float | None = Field(None, ge=0, le=1_000_000)
    followers: float | None = Field(None, ge=0, le=1_000_000)


class DestinationsRequest(Inline):
    """How many Pages, boards, channels or sites a user of the network has. `login` is the name that they log in as when they consent."""

    login: str = Field("sandbox", min_length=1, max_length=30, pattern=r"^[A-Za-z0-9_.-]+$")
    count: int = Field(ge=0, le=25)


class RemovalRequest(Inline):
    """The account whose owner removes the app; `erase`: and asks that what the app knows of them be deleted."""

    account_id: str
    erase: bool = False


class AdvanceRequest(Inline):
    """How far: to an instant, or by so much (what is given is added up)."""

    to: Time | None = None
    days: float = Field(0, ge=0, le=400)
    hours: float = Field(0, ge=0, le=9_600)
    minutes: float = Field(0, ge=0, le=576_000)
    seconds: float = Field(0, ge=0, le=34_560_000)


async def rehearsing(caller: Caller) -> CallerContext:
    """The caller, if it is a test workspace; for a live one this place does not exist."""
    if not caller.test:
        raise NotFound("There is no sandbox in a live workspace")
    return caller


Rehearsing = Annotated[CallerContext, Depends(rehearsing, scope="function")]


@router.get("", response_model=SandboxResponse, responses=problems(404, 409), summary="List simulated networks")
@needs("read")
async def list_networks(caller: Rehearsing) -> Response:
    """The simulated networks with their providers, how many posts of this workspace the public sees there, how much faster than usual
    figures grow, and where to look."""
    found = [feed for feed in await feeds.feeds(caller.system, caller.workspace_id) if feed.simulator.publishes]
    told = await asyncio.to_thread(lambda: [(feed.count(), feed.growth()) for feed in found])
    networks = [_network(caller, feed, *one) for feed, one in zip(found, told, strict=True)]
    return ok(
        networks=networks, faults=[{"kind": kind, "meaning": meaning} for kind, meaning in FAULTS.items()], clock=await _clock(caller)
    )


@router.get("/networks/{network}/posts", response_model=FeedResponse, responses=problems(404, 409, 422), summary="Read a network's feed")
@needs("read")
async def read_feed(caller: Rehearsing, network: str, limit: Limit = 100) -> Response:
    """What the public sees of this workspace's accounts, newest first."""
    [feed] = await feeds.feeds(caller.system, caller.workspace_id, network)
    return ok(posts=await asyncio.to_thread(feed.posts, limit=limit), total=await asyncio.to_thread(feed.count))


@router.delete(
    "/networks/{network}/posts", response_model=FeedClearedResponse, responses=problems(404, 409), summary="Clear a network's feed"
)
@needs("rehearse")
async def clear_feed(caller: Rehearsing, network: str) -> Response:
    """Take down everything that this workspace's accounts have on the network. Our own posts stay as they are."""
    [feed] = await feeds.feeds(caller.system, caller.workspace_id, network)
    return ok(removed=await asyncio.to_thread(feed.clear))


@router.post(
    "/networks/{network}/faults",
    status_code=201,
    response_model=FaultsResponse,
    responses=problems(400, 404, 409, 422),
    summary="Arm a fault",
)
@needs("rehearse")
async def arm_fault(caller: Rehearsing, network: str, body: FaultRequest) -> Response:
    """Make the workspace's next calls to the network meet a fault: refused, lost before or after it took effect, 429, expired token …"""
    [feed] = await feeds.feeds(caller.system, caller.workspace_id, network)
    await asyncio.to_thread(feed.arm, body.kind, body.match, times=body.times, seconds=body.seconds)
    return ok(201, faults=await asyncio.to_thread(feed.armed))


@router.get("/faults", response_model=FaultsResponse, responses=problems(404, 409), summary="List armed faults")
@needs("read")
async def list_faults(caller: Rehearsing) -> Response:
    """The faults that still wait for a call of this workspace."""
    found = await feeds.feeds(caller.system, caller.workspace_id)
    return ok(faults=await asyncio.to_thread(lambda: [fault for feed in found for fault in feed.armed()]))


@router.delete("/faults", response_model=FaultsDisarmedResponse, responses=problems(404, 409), summary="Disarm all faults")
@needs("rehearse")
async def disarm_faults(caller: Rehearsing) -> Response:
    """Forget every fault of this workspace."""
    found = await feeds.feeds(caller.system, caller.workspace_id)
    return ok(disarmed=await asyncio.to_thread(lambda: sum(feed.disarm() for feed in found)))


@router.delete("/faults/{faultId}", response_model=FaultsDisarmedResponse, responses=problems(404, 409), summary="Disarm a fault")
@needs("rehearse")
async def disarm_fault(caller: Rehearsing, faultId: str) -> Response:
    """Forget one fault: no further call meets it. The others wait on."""
    found = await feeds.feeds(caller.system, caller.workspace_id)
    disarmed = await asyncio.to_thread(lambda: sum(feed.disarm(faultId) for feed in found))
    if not disarmed:
        raise NotFound(f"There is no armed fault {faultId[:40]!r}: it was met, or disarmed", code="fault_not_found")
    return ok(disarmed=disarmed)


@router.put("/networks/{network}/growth", response_model=GrowthResponse, responses=problems(400, 404, 409, 422), summary="Set growth")
@needs("rehearse")
async def set_growth(caller: Rehearsing, network: str, body: GrowthRequest) -> Response:
    """How much faster than usual the figures of posts and the number of followers grow for this workspace."""
    [feed] = await feeds.feeds(caller.system, caller.workspace_id, network)
    factors = {name: value for name, value in (("metrics", body.metrics), ("followers", body.followers)) if value is not None}
    return ok(network=network, growth=await asyncio.to_thread(feed.grow, factors))


@router.put(
    "/networks/{network}/destinations",
    response_model=DestinationsResponse,
    responses=problems(400, 404, 409, 422),
    summary="Set destinations",
)
@needs("rehearse")
async def set_destinations(caller: Rehearsing, network: str, body: DestinationsRequest) -> Response:
    """Let a user of the network have so many Pages, boards, channels or sites, or none. Who connects as them from then on finds these."""
    [feed] = await feeds.feeds(caller.system, caller.workspace_id, network)
    await asyncio.to_thread(feed.furnish, body.login, body.count)
    return ok(network=network, login=body.login, kind=feed.simulator.several, count=body.count)


@router.post(
    "/networks/{network}/removals",
    response_model=AppRemovedResponse,
    responses=problems(400, 404, 409, 422),
    summary="Remove the app at a network",
)
@needs("rehearse")
async def remove_app(caller: Rehearsing, network: str, body: RemovalRequest) -> Response:
    """Do what a person does who removes the app in the settings of Facebook, Instagram or TikTok: every access that they had given ends,
    and the network tells this server, signed as ever."""
    [feed] = await feeds.feeds(caller.system, caller.workspace_id, network)
    account = await caller.read(directory.account, body.account_id)
    if providers()[account.provider].network != network:
        raise InvalidRequest(f"That is no account of {label(network)}", code="sandbox_app_not_told")
    return ok(network=network, waiting=await asyncio.to_thread(feed.remove_app, account, erase=body.erase))


@router.delete("/billing", response_model=PurchasesForgottenResponse, responses=problems(404, 409), summary="Forget purchases")
@needs("rehearse")
async def forget_purchases(caller: Rehearsing) -> Response:
    """Forget what the workspace has bought at the simulated store: it has no limits again, as before its first purchase."""
    return ok(forgotten=await purchases.forget(caller.system, caller.workspace_id))


@router.get("/clock", response_model=ClockResponse, responses=problems(404), summary="Read the test clock")
@needs("read")
async def read_clock(caller: Rehearsing) -> Response:
    """Whether the workspace's time stands, and where."""
    return ok(clock=await _clock(caller))


@router.post("/clock/freeze", response_model=ClockResponse, responses=problems(404, 409), summary="Freeze the test clock")
@needs("rehearse")
async def freeze_clock(caller: Rehearsing) -> Response:
    """Stop the workspace's time where it is. From now on nothing is published until the clock is advanced."""
    at = await caller.system.database.write(frozen_clock.stop, caller.workspace_id)
    caller.system.set_clock(caller.workspace_id, at)
    return ok(clock=await _clock(caller))


@router.post("/clock/advance", response_model=ClockResponse, responses=problems(400, 404, 409, 422), summary="Advance the test clock")
@needs("rehearse")
async def advance_clock(caller: Rehearsing, body: AdvanceRequest) -> Response:
    """Move a frozen clock forward. Everything that becomes due on the way is done, in order: posts, retries, refreshes, figures.

    `rehearsed.complete` is false where there was more to do than one call may take; the next call goes on from there.
    """
    begin = await caller.system.clock(caller.workspace_id)
    if begin is None:
        raise Conflict("The clock is running: freeze it first", code="clock_running")
    until = _until(body, begin)
    done = await asyncio.shield(advance(caller.system, caller.workspace_id, begin=begin, until=until))
    return ok(clock=await _clock(caller), rehearsed=done.wire())


@router.post("/clock/resume", response_model=ClockResponse, responses=problems(404), summary="Resume the test clock")
@needs("rehearse")
async def resume_clock(caller: Rehearsing) -> Response:
    """Back to the real time. What is due by then goes out at once; what lies ahead waits for its real time."""
    await caller.system.database.write(frozen_clock.go_on, caller.workspace_id)
    caller.system.set_clock(caller.workspace_id, None)
    with act_for(caller.workspace_id):  # this request began where the clock stood
        return ok(clock=await _clock(caller))


def _until(body: AdvanceRequest, begin: datetime) -> datetime:
    by = timedelta(days=body.days, hours=body.hours, minutes=body.minutes, seconds=body.seconds)
    if (body.to is None) == (not by):
        raise _wrong("to", "Say how far: `to` a time, or by `days`, `hours`, `minutes`, `seconds`; not both")
    until = begin + by if body.to is None else body.to if body.to.tzinfo else body.to.replace(tzinfo=UTC)
    if until < begin or until - begin > FARTHEST:
        raise _wrong("to", f"The clock moves forward only, by at most {FARTHEST.days} days at a time; it stands at {iso(begin)}")
    return until


def _wrong(path: str, message: str) -> InvalidRequest:
    issue = {"path": path, "code": "clock_advance_invalid", "message": message}
    return InvalidRequest(message, code="clock_advance_invalid", issues=[issue])


async def _clock(caller: CallerContext) -> dict[str, Any]:
    at = await caller.system.clock(caller.workspace_id)
    return {"state": "frozen" if at else "running", "now": iso(at or utc_now())}


def _network(caller: CallerContext, feed: feeds.Feed, posts: int, growth: dict[str, float]) -> dict[str, Any]:
    name = feed.simulator.network
    return {
        "network": name,
        "label": label(name),
        "providers": [p.key for p in providers().values() if p.network == name],
        "posts": posts,
        "growth": growth,
        "feedUrl": caller.system.feed_link(caller.workspace_id, name),
        "appsUrls": [caller.system.consent_link(url, caller.workspace_id, test=True, seconds=3600) for url in feed.apps_pages],
    }
