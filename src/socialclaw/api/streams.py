"""What streams of server-sent events have in common: who may listen, for how long, and how one notices that nobody does."""

from __future__ import annotations

import asyncio
import random
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable

from fastapi import Request
from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from socialclaw.api import cookies
from socialclaw.api.deps import CallerContext, ring
from socialclaw.api.sandbox_hosts import TRANSPORT
from socialclaw.api.visitors import Visitor
from socialclaw.db.trouble import DatabaseTrouble
from socialclaw.listening.hub import Hub, Listener
from socialclaw.sockets import SOCKET_OPTIONS

RETRY_MS = (1000, 3000)  # not all come back in one moment after a restart
SETTLE_SECONDS = 0.25  # until every process knows that somebody listens here; what changed before is in what is loaded then
CHECK_SECONDS = 30.0
# Neither caches nor proxies may keep it, pack it, or wait until there is more of it.
HEADERS = {"cache-control": "no-store, no-transform", "x-accel-buffering": "no"}
COMMENT = b":\n\n"
READ = "read"

Still = Callable[[], Awaitable[bool]]


def workspace_of(caller: CallerContext, asked_for: str | None) -> tuple[str, bool]:
    """The one that the address names, and whether it is a test one: a browser's `EventSource` sends no headers. A key has but its own."""
    if caller.visitor is None or asked_for is None:
        return caller.workspace_id, caller.test
    signed = caller.visitor.signed
    there = Visitor(signed, asked_for, signed.seat(asked_for))
    there.require(READ)
    return there.workspace_id, there.test


def listening(caller: CallerContext) -> str:
    """Whose streams are counted together."""
    return caller.visitor.signed.session_id if caller.visitor else str(caller.key_id)


def still(request: Request, caller: CallerContext, workspace_id: str) -> Still:
    """Whether the one who listens still may."""
    state, given = request.app.state, request.headers.get("authorization", "").partition(" ")[2].strip()
    secret = cookies.given(request, caller.system.settings) or ""

    async def by_key() -> bool:
        found = await ring(request, given).look(given)
        return found is not None and not found.expired and READ in found.operations

    async def by_session() -> bool:
        signed = await state.sessions.look(secret)
        seat = signed.seat(workspace_id) if signed else None
        return seat is not None and READ in seat.rights

    return by_session if caller.visitor else by_key


class Stream(StreamingResponse, ABC):
    """What one listener hears, for as long as they may, and at most so many seconds."""

    heartbeat: float  # seconds: under what proxies take for a connection that is dead

    def __init__(self, hub: Hub, listener: Listener, may: Still, most_seconds: float) -> None:
        super().__init__(self._events(), media_type="text/event-stream", headers=HEADERS)
        self._hub, self.listener, self._still, self._most = hub, listener, may, most_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        transport = (scope.get("extensions") or {}).get(TRANSPORT)
        if transport is not None:
            for option in SOCKET_OPTIONS:  # a client that has vanished without a word is noticed by the comments
                transport.get_extra_info("socket").setsockopt(*option)
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._hub.leave(self.listener)

    @abstractmethod
    def news(self) -> AsyncIterator[bytes]:
        """What there is to be told now, if there is anything."""

    async def _events(self) -> AsyncIterator[bytes]:
        listener, loop = self.listener, asyncio.get_running_loop()
        yield f"retry: {random.randint(*RETRY_MS)}\n\n".encode()
        ends, checked = loop.time() + self._most, loop.time()
        await asyncio.sleep(min(SETTLE_SECONDS, self._most))
        listener.hear_everything()
        while not listener.closed and loop.time() < ends:
            await listener.wait(min(self.heartbeat, max(0.0, ends - loop.time())))
            if listener.doubted or loop.time() - checked > CHECK_SECONDS:
                listener.doubted, checked = False, loop.time()
                if not await self._may():
                    return
            said = False
            async for piece in self.news():
                said = True
                yield piece
            if not said and not listener.closed:
                yield COMMENT

    async def _may(self) -> bool:
        try:
            return await self._still()
        except DatabaseTrouble:
            return True  # nothing is served from it meanwhile, and it is asked again
