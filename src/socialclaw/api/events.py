"""`GET /v1/dashboard/events`: hints that something has changed, so that whoever looks at a workspace need not ask again and again.

Hints, not data: what a hint is about is fetched by the operations that there are, with all that they check. Events that are kept, and can
be had again by their number, are another thing than this, and would have a stream of their own.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from socialclaw.api import cookies
from socialclaw.api.deps import Caller, CallerContext, problems
from socialclaw.api.dialect import asked
from socialclaw.api.openapi import DASHBOARD
from socialclaw.api.operation import Operation, needs
from socialclaw.api.sandbox_hosts import TRANSPORT
from socialclaw.api.visitors import Visitor
from socialclaw.db.trouble import DatabaseTrouble
from socialclaw.listening.hub import Hub, Listener
from socialclaw.sockets import SOCKET_OPTIONS

RETRY_MS = (1000, 3000)  # not all come back in one moment after a restart
SETTLE_SECONDS = 0.25  # until every process knows that somebody listens here; what changed before is in what is loaded then
HEARTBEAT_SECONDS = 20.0  # under what proxies take for a connection that is dead
CHECK_SECONDS = 30.0
# Neither caches nor proxies may keep it, pack it, or wait until there is more of it.
HEADERS = {"cache-control": "no-store, no-transform", "x-accel-buffering": "no"}
READ = "read"

router = APIRouter(route_class=Operation, prefix="/v1/dashboard", tags=[DASHBOARD])
Still = Callable[[], Awaitable[bool]]


@router.get(
    "/events",
    summary="Stream of live hints",
    response_class=Response,
    responses={200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}, "description": "Events"}, **problems(404)},
)
@needs(READ)
async def dashboard_events(
    caller: Caller,
    request: Request,
    workspace: Annotated[str | None, asked("workspace", description="Of a session: the workspace, where no header can say it.")] = None,
) -> Response:
    """Server-sent events that say of which kinds something has changed in the workspace: what you show of them, fetch again.

    `event: change` has `{"kinds": ["posts", …]}`, or `{"all": true}` where anything may have changed, as at the beginning of each stream.
    The kinds are posts (and with them always runs), runs, accounts, connections, assets, analytics, keys, members, workspace, drafts (of
    whomever: look whether they are yours), slots and repeats. A comment comes every 20 seconds. The stream ends when the session or
    the key does, and from time to time: connect again, as `EventSource` does by itself.
    """
    workspace_id = _workspace(caller, workspace)
    still = _still(request, caller, workspace_id)
    who = caller.visitor.signed.session_id if caller.visitor else str(caller.key_id)
    return Events(caller.system.hub, caller.system.hub.enter(who, workspace_id), still, caller.system.settings.stream_seconds)


def _workspace(caller: CallerContext, asked_for: str | None) -> str:
    """The one that the address names: a browser's `EventSource` sends no headers. A key has but its own."""
    if caller.visitor is None or asked_for is None:
        return caller.workspace_id
    signed = caller.visitor.signed
    there = Visitor(signed, asked_for, signed.seat(asked_for))
    there.require(READ)
    return there.workspace_id


def _still(request: Request, caller: CallerContext, workspace_id: str) -> Still:
    """Whether the one who listens still may."""
    state, given = request.app.state, request.headers.get("authorization", "").partition(" ")[2].strip()
    secret = cookies.given(request, caller.system.settings) or ""

    async def by_key() -> bool:
        found = await state.keyring.look(given)
        return found is not None and READ in found.operations

    async def by_session() -> bool:
        signed = await state.sessions.look(secret)
        seat = signed.seat(workspace_id) if signed else None
        return seat is not None and READ in seat.rights

    return by_session if caller.visitor else by_key


class Events(StreamingResponse):
    """What one listener hears, for as long as they may, and at most so many seconds."""

    def __init__(self, hub: Hub, listener: Listener, still: Still, most_seconds: float) -> None:
        super().__init__(self._events(), media_type="text/event-stream", headers=HEADERS)
        self._hub, self._listener, self._still, self._most = hub, listener, still, most_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        transport = (scope.get("extensions") or {}).get(TRANSPORT)
        if transport is not None:
            for option in SOCKET_OPTIONS:  # a client that has vanished without a word is noticed by the comments
                transport.get_extra_info("socket").setsockopt(*option)
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._hub.leave(self._listener)

    async def _events(self) -> AsyncIterator[bytes]:
        listener, loop = self._listener, asyncio.get_running_loop()
        yield f"retry: {random.randint(*RETRY_MS)}\n\n".encode()
        ends, checked = loop.time() + self._most, loop.time()
        await asyncio.sleep(min(SETTLE_SECONDS, self._most))
        listener.hear_everything()
        while not listener.closed and loop.time() < ends:
            await listener.wait(min(HEARTBEAT_SECONDS, max(0.0, ends - loop.time())))
            if listener.doubted or loop.time() - checked > CHECK_SECONDS:
                listener.doubted, checked = False, loop.time()
                if not await self._may():
                    return
            kinds = listener.take()
            if kinds is None or kinds:
                yield _change({"all": True} if kinds is None else {"kinds": kinds})
            elif not listener.closed:
                yield b":\n\n"

    async def _may(self) -> bool:
        try:
            return await self._still()
        except DatabaseTrouble:
            return True  # nothing is served from it meanwhile, and it is asked again


def _change(what: dict[str, Any]) -> bytes:
    return b"event: change\ndata: " + msgspec.json.encode(what) + b"\n\n"
