"""Who listens in this process, and what they have not been told yet. What this process changes comes here, and goes on to the others.

A hint says that something of a kind has changed in a workspace, and nothing of it. So what waits for a reader is a few words at most,
however slow they are and however much changes.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable, Set
from pathlib import Path

from socialclaw.db.database import Database
from socialclaw.db.touches import ALSO, EVERYWHERE, KINDS, PEOPLE, Touch
from socialclaw.errors import NotReady, TooManyRequests
from socialclaw.listening.notifications import Notifications
from socialclaw.listening.pipes import Pipes
from socialclaw.listening.relay import Relay, packed
from socialclaw.settings import Settings

GATHER_SECONDS = 0.05  # for which changes are gathered before they are told
APART_SECONDS = 0.15  # between two hints to the same reader
LATER_SECONDS = 30
SHOWN = frozenset(KINDS)
LETTING_IN = frozenset({PEOPLE, "members", "keys", "workspace"})  # after changes of these a reader may have no right any more


class Listener:
    """One reader, of these kinds of things. `doubted`: whether they may still listen is to be looked at again."""

    def __init__(self, caller: str, workspace_id: str, heeds: Set[str] = SHOWN) -> None:
        self.caller, self.workspace_id, self._heeds = caller, workspace_id, heeds
        self.closed = self.doubted = self._everything = False
        self._kinds: set[str] = set()
        self._news = asyncio.Event()
        self._told = 0.0

    def hear(self, kinds: Iterable[str]) -> None:
        found = set(kinds)
        found.update(*(ALSO.get(kind, ()) for kind in found))
        self.doubted = self.doubted or bool(found & LETTING_IN)
        self._kinds |= found & self._heeds
        if self._kinds or self.doubted:
            self._news.set()

    def hear_everything(self) -> None:
        self._everything = self.doubted = True
        self._news.set()

    def close(self) -> None:
        self.closed = True
        self._news.set()

    async def wait(self, seconds: float) -> None:
        """Until there is something to be told, or looked at; no longer than that."""
        try:
            async with asyncio.timeout(seconds):
                await self._news.wait()
        except TimeoutError:
            return
        if not self.closed:
            now = asyncio.get_running_loop().time()
            await asyncio.sleep(max(GATHER_SECONDS, self._told + APART_SECONDS - now))

    def take(self) -> list[str] | None:
        """The kinds that have changed since it was taken the last time; None: all of them may have."""
        kinds, everything = sorted(self._kinds), self._everything
        self._kinds, self._everything = set(), False
        self._news.clear()
        if self.closed:
            self._news.set()
        self._told = asyncio.get_running_loop().time()
        return None if everything else kinds


class Hub:
    """Of one process. `open` it where other processes are to be heard and told, on PostgreSQL; `close` it, and every stream ends."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._settings = settings
        self._listeners: dict[str, set[Listener]] = {}
        self._callers: Counter[str] = Counter()
        self._count = 0
        self._closed = False
        self._untold: set[Touch] = set()
        self._relay = _relay(database, self)
        database.touches.watcher = self

    async def open(self) -> None:
        await self._relay.open()

    def close(self) -> None:
        """Let all readers go, and let none in."""
        self._closed = True
        for listener in self._all():
            listener.close()

    async def stop(self) -> None:
        """Say what there is left to say, then be gone."""
        self.close()
        self._tell_others()
        await self._relay.close()

    def enter(self, caller: str, workspace_id: str, heeds: Set[str] = SHOWN) -> Listener:
        """A new reader of a workspace. TooManyRequests where there are enough of them, NotReady where we are stopping."""
        if self._closed:
            raise NotReady("The server is stopping: connect again in a moment")
        limits = self._settings
        self._refuse_beyond(limits.max_streams_per_caller, self._callers[caller], "of yours")
        self._refuse_beyond(limits.max_streams_per_workspace, len(self._listeners.get(workspace_id, ())), "of this workspace")
        self._refuse_beyond(limits.max_streams, self._count, "in all")
        listener = Listener(caller, workspace_id, heeds)
        self._listeners.setdefault(workspace_id, set()).add(listener)
        self._callers[caller] += 1
        self._count += 1
        if self._count == 1:
            self._relay.listen()
        return listener

    def _refuse_beyond(self, most: int, count: int, whose: str) -> None:
        if count >= most:
            message = f"{most} streams {whose} are open already: close one of them, or share it between tabs"
            raise TooManyRequests(message, retry_after=LATER_SECONDS, code="too_many_streams", most=most)

    def leave(self, listener: Listener) -> None:
        own = self._listeners.get(listener.workspace_id, set())
        if listener not in own:
            return
        own.discard(listener)
        if not own:
            del self._listeners[listener.workspace_id]
        self._callers -= Counter({listener.caller: 1})
        self._count -= 1
        if not self._count:
            self._relay.unlisten()

    def wanted(self) -> bool:
        return self._count > 0 or self._relay.wanted()

    def touched(self, touches: Iterable[Touch]) -> None:
        """This process has changed something."""
        touches = [*touches]
        self.heard(touches)
        if not self._relay.wanted():
            return
        if not self._untold:
            asyncio.get_running_loop().call_later(GATHER_SECONDS, self._tell_others)
        self._untold.update(touches)

    def _tell_others(self) -> None:
        if self._untold:
            self._relay.send(packed(self._untold))
            self._untold = set()

    def heard(self, touches: Iterable[Touch] | None) -> None:
        """Some process has changed something; None: nobody knows what."""
        if touches is None:
            for listener in self._all():
                listener.hear_everything()
            return
        for workspace_id, kind in touches:
            for listener in self._all() if workspace_id == EVERYWHERE else self._listeners.get(workspace_id, ()):
                listener.hear((kind,))

    def _all(self) -> list[Listener]:
        return [listener for own in self._listeners.values() for listener in own]


def _relay(database: Database, hub: Hub) -> Relay:
    if database.is_sqlite:
        return Pipes(Path(f"{database.url.database}-listening"), hub.heard)
    dsn = database.url.set(drivername="postgresql").render_as_string(hide_password=False)
    return Notifications(dsn, hub.heard)
