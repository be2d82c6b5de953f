"""`?wait=`: an answer that comes as soon as it is another than the caller knows, or than it was when they asked.

Whoever waits listens to the hints that there are for those who look at a workspace, and asks the database for nothing meanwhile. All that
wait for one thing in a process share one look at it, a second apart from the next.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Annotated, Any

from fastapi import Query, Request, Response

from socialclaw.api.answers import ok, render
from socialclaw.api.deps import CallerContext
from socialclaw.api.streams import SETTLE_SECONDS, still
from socialclaw.errors import TooManyRequests, Unauthenticated
from socialclaw.listening.hub import Listener
from socialclaw.system import System

LONGEST = 50  # seconds: under what proxies take for a connection that is dead
APART_SECONDS = 1.0  # between two looks at the same thing
CERTAIN_SECONDS = 15.0  # after which it is looked at though nobody has hinted at a change
TRUSTED_SECONDS = 5.0  # for which whoever waits is taken to have still what they came with
LATER_SECONDS = 5

Wait = Annotated[
    int,
    Query(
        ge=0,
        le=LONGEST,
        description="Seconds to wait for an answer that is another than `If-None-Match` names; without that header, than there is now.",
    ),
]
UNCHANGED: dict[int | str, dict[str, Any]] = {304: {"description": "Still what `If-None-Match` names"}}


@dataclass(frozen=True, slots=True)
class Seen:
    """What there is of something now. `over`: nothing of it will change any more by itself."""

    parts: dict[str, Any]
    over: bool = False


Look = Callable[[], Awaitable[Seen]]
Shown = Callable[[Seen], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Subject:
    """What somebody waits for: kinds of hints, and what it is in its workspace."""

    id: str
    kinds: frozenset[str]


@dataclass(slots=True)
class Watch:
    """One look at something that several wait for."""

    look: Look
    listener: Listener
    latest: Seen | None = None
    begun: float = 0.0  # when that look was
    failed: Exception | None = None
    waiting: int = 0
    news: asyncio.Condition = field(default_factory=asyncio.Condition)
    task: asyncio.Task[None] | None = None


class Waits:
    """Of one process."""

    def __init__(self, system: System) -> None:
        self._system = system
        self._watches: dict[tuple[str, str], Watch] = {}
        self._callers: Counter[str] = Counter()

    async def answer(
        self, request: Request, caller: CallerContext, seconds: int, subject: Subject, look: Look, shown: Shown = lambda seen: seen.parts
    ) -> Response:
        """What there is, as soon as it is to be told; 304 where that is what the caller knows already."""
        known = request.headers.get("if-none-match")
        seen = await look()
        tag = _tag(shown(seen))
        unmoved = tag if known is None else known
        if seconds and _same(tag, unmoved) and not (seen.over and known is None):
            started = asyncio.get_running_loop().time()
            seen = await self._changed(caller, seconds, subject, look, lambda new: not _same(_tag(shown(new)), unmoved)) or seen
            tag = _tag(shown(seen))
            if asyncio.get_running_loop().time() - started > TRUSTED_SECONDS and not await still(request, caller, caller.workspace_id)():
                raise Unauthenticated("What you came with has ended while you were waiting", code="api_key_invalid")
        if known is not None and _same(tag, known):
            return Response(status_code=304, headers={"etag": tag})
        response = ok(**shown(seen))
        response.headers["etag"] = tag
        return response

    async def _changed(
        self, caller: CallerContext, seconds: float, subject: Subject, look: Look, differs: Callable[[Seen], bool]
    ) -> Seen | None:
        """What there is when it is another; None where it stays the same for so long."""
        who, most = str(caller.id), self._system.settings.max_waits_per_caller
        if self._callers[who] >= most:
            message = f"{most} requests of yours are waiting already: let one of them end, or ask without wait"
            raise TooManyRequests(message, retry_after=LATER_SECONDS, code="too_many_waits", most=most)
        self._callers[who] += 1
        watch, since = self._join(caller.workspace_id, subject, look), asyncio.get_running_loop().time()
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    return await _news(watch, since, differs)
            return watch.latest if watch.begun >= since else None
        finally:
            self._callers -= Counter({who: 1})
            self._leave(caller.workspace_id, subject, watch)

    def _join(self, workspace_id: str, subject: Subject, look: Look) -> Watch:
        key = (workspace_id, subject.id)
        watch = self._watches.get(key)
        if watch is None:
            listener = self._system.hub.enter(f"wait {workspace_id} {subject.id}", workspace_id)
            watch = self._watches[key] = Watch(look, listener)
            watch.task = asyncio.create_task(self._keep(watch, subject.kinds))
        watch.waiting += 1
        return watch

    def _leave(self, workspace_id: str, subject: Subject, watch: Watch) -> None:
        watch.waiting -= 1
        if watch.waiting:
            return
        if self._watches.get((workspace_id, subject.id)) is watch:
            del self._watches[workspace_id, subject.id]
        self._system.hub.leave(watch.listener)
        if watch.task:
            watch.task.cancel()

    async def _keep(self, watch: Watch, kinds: frozenset[str]) -> None:
        """Look whenever something may have changed; first when every process knows that somebody listens."""
        loop, looked = asyncio.get_running_loop(), 0.0
        await asyncio.sleep(SETTLE_SECONDS)
        try:
            while True:
                begun = loop.time()
                found = await watch.look()
                async with watch.news:
                    watch.latest, watch.begun = found, begun
                    watch.news.notify_all()
                if watch.listener.closed:
                    return
                await asyncio.sleep(max(0.0, looked + APART_SECONDS - loop.time()))
                await _hinted(watch.listener, kinds)
                looked = loop.time()
        except Exception as error:  # told to all that wait for it
            async with watch.news:
                watch.failed = error
                watch.news.notify_all()


async def _news(watch: Watch, since: float, differs: Callable[[Seen], bool]) -> Seen:
    """`since`: a look from before that is older than what the caller has been found to know."""
    async with watch.news:
        while True:
            if watch.failed is not None:
                raise watch.failed
            if watch.latest is not None and watch.begun >= since and (watch.listener.closed or differs(watch.latest)):
                return watch.latest
            await watch.news.wait()


async def _hinted(listener: Listener, kinds: Iterable[str]) -> None:
    """Until something of these kinds may have changed, or so long that a hint may have been lost."""
    loop = asyncio.get_running_loop()
    until = loop.time() + CERTAIN_SECONDS
    while not listener.closed and (left := until - loop.time()) > 0:
        await listener.wait(left)
        found = listener.take()
        listener.doubted = False
        if found is None or set(found) & set(kinds):
            return


def _tag(parts: dict[str, Any]) -> str:
    """Of what is answered; weak, because it may be packed on its way."""
    return f'W/"{hashlib.blake2b(render(parts), digest_size=12).hexdigest()}"'


def _same(tag: str, known: str) -> bool:
    return known.strip() == "*" or tag.removeprefix("W/") in [one.strip().removeprefix("W/") for one in known.split(",")]
