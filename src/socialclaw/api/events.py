"""/v1/events: what has happened in the workspace, read on from a cursor or followed as a stream."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated

import msgspec
from fastapi import APIRouter, Header, Query, Request, Response

from socialclaw.api.answers import ok
from socialclaw.api.deps import Caller, CallerContext, problems
from socialclaw.api.dialect import asked
from socialclaw.api.openapi import EVENTS
from socialclaw.api.operation import Operation, needs
from socialclaw.api.schemas.events import EventsResponse
from socialclaw.api.streams import READ, SETTLE_SECONDS, Still, Stream, listening, still, workspace_of
from socialclaw.db import touches
from socialclaw.errors import SocialClawError
from socialclaw.events.feed import LATEST, Asked, Feed, Page, number_of, types_of
from socialclaw.listening.hub import Hub, Listener

LONGEST_WAIT = 50  # seconds: less than what stands in between waits for an answer
LOOK_SECONDS = 2.0  # after which one who waits looks whether anybody still wants to know
PAGE = 200
HEEDS = frozenset({touches.EVENTS})

router = APIRouter(route_class=Operation, prefix="/v1/events", tags=[EVENTS])

Cursor = Annotated[
    str | None, Query(description="What came after this: `nextCursor` of an answer, or `latest`; without it, all that is kept.")
]
Types = Annotated[str | None, Query(description="Only events of these types, with commas between them; `post.*` is all of that family.")]
Subject = Annotated[str | None, Query(max_length=100, description="Only events about this: the id of a post, run, account, asset or key.")]
Wait = Annotated[float, Query(ge=0, le=LONGEST_WAIT, description="Where there is nothing new, wait for it up to so many seconds.")]


@router.get("", summary="Read events", response_model=EventsResponse, responses=problems(410))
@needs(READ)
async def list_events(
    caller: Caller,
    request: Request,
    cursor: Cursor = None,
    types: Types = None,
    subject: Subject = None,
    wait: Wait = 0,
    limit: Annotated[int, Query(ge=1, le=PAGE, description="At most so many (default 100).")] = 100,
) -> Response:
    """What has happened, the oldest first: each event once, in one order, and none is left out for whoever goes on with `nextCursor`.

    Events are kept for 30 days. A cursor of before is answered with 410 `cursor_expired`, and `details.oldest` is where to go on.
    """
    wanted = _asked(caller, caller.workspace_id, types, subject, limit=limit, links=caller.links)
    page = await _from(caller, wanted, cursor)
    if wait and not page.events and not page.more:
        page = await _awaited(caller, request, wanted, page.through, wait)
    shown = [msgspec.Raw(event) for _, event in page.events]
    return ok(events=shown, nextCursor=str(page.through), hasMore=page.more)


@router.get(
    "/stream",
    summary="Stream of events",
    response_class=Response,
    responses={200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}, "description": "Events"}, **problems(410)},
)
@needs(READ)
async def stream_events(
    caller: Caller,
    request: Request,
    cursor: Annotated[str | None, Query(description="What came after this; without it, what happens from now on.")] = None,
    types: Types = None,
    subject: Subject = None,
    last_event_id: Annotated[str | None, Header(description="Where a stream ended: browsers send it by themselves.")] = None,
    workspace: Annotated[str | None, asked("workspace", description="Of a session: the workspace, where no header can say it.")] = None,
) -> Response:
    """The same events as they happen, as server-sent events: `data` is the event, `id` its cursor.

    A comment comes every 15 seconds. The stream ends when the key or the session does, and from time to time: connect again with
    `Last-Event-ID`, as `EventSource` does by itself, and nothing is missed.
    """
    workspace_id, test = workspace_of(caller, workspace)
    links = caller.system.links(workspace_id, test=test)
    wanted = _asked(caller, workspace_id, types, subject, limit=PAGE, links=links)
    page = await _from(caller, wanted._replace(limit=1), last_event_id or cursor or LATEST)
    after = page.through if not page.events else page.events[0][0] - 1
    listener = caller.system.hub.enter(listening(caller), workspace_id, HEEDS)
    may = still(request, caller, workspace_id)
    feed = caller.system.feed
    return Events(caller.system.hub, listener, may, caller.system.settings.stream_seconds, feed, wanted._replace(after=after))


def _asked(caller: CallerContext, workspace_id: str, types: str | None, subject: str | None, *, limit: int, links: str | None) -> Asked:
    return Asked(workspace_id, None, types_of(types), subject or None, limit, links)


async def _from(caller: CallerContext, wanted: Asked, cursor: str | None) -> Page:
    """The first page after a cursor."""
    feed = caller.system.feed
    if cursor == LATEST:
        return Page((), await feed.head(wanted.workspace_id), more=False)
    return await feed.page(wanted._replace(after=number_of(cursor)))


async def _awaited(caller: CallerContext, request: Request, wanted: Asked, after: int, seconds: float) -> Page:
    """What comes after that, as soon as there is something; nothing where there is nothing in time."""
    hub, loop = caller.system.hub, asyncio.get_running_loop()
    until = loop.time() + seconds
    listener = hub.enter(listening(caller), wanted.workspace_id, HEEDS)
    try:
        await asyncio.sleep(min(SETTLE_SECONDS, seconds))
        while True:
            listener.take()
            page = await caller.system.feed.page(wanted._replace(after=after))
            after, left = page.through, until - loop.time()
            if page.events or left <= 0 or listener.closed or await request.is_disconnected():
                return page
            await listener.wait(min(LOOK_SECONDS, left))
    finally:
        hub.leave(listener)


class Events(Stream):
    """What happens, from a number on."""

    heartbeat = 15.0

    def __init__(self, hub: Hub, listener: Listener, may: Still, most_seconds: float, feed: Feed, asked: Asked) -> None:
        super().__init__(hub, listener, may, most_seconds)
        self._feed, self._asked = feed, asked

    async def news(self) -> AsyncIterator[bytes]:
        self.listener.take()
        more = True
        while more and not self.listener.closed:
            try:
                page = await self._feed.page(self._asked)
            except SocialClawError:  # it has been so slow that what comes next is gone, or the database is: whoever comes back is told
                self.listener.close()
                return
            for seq, event in page.events:
                yield b"id: %d\ndata: %b\n\n" % (seq, event)
            self._asked, more = self._asked._replace(after=page.through), page.more
