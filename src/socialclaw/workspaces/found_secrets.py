"""Secrets that come with requests: who is behind one is remembered for some seconds; when it was used is noted off the request's path."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from typing import Generic, TypeVar

from sqlalchemy.orm import Session

from socialclaw.db.database import Database
from socialclaw.db.trouble import DatabaseTrouble
from socialclaw.vault import digest

F = TypeVar("F")

USE_SECONDS = 60.0  # how exact a last use is
MOST_CACHED = 10_000

log = logging.getLogger(__name__)


class FoundSecrets(Generic[F]):
    """What a kind of secrets leads to, found by their digests.

    `look_up(session, digest)` reads it, None where there is none; `touch(session, id)` notes a use of the row that `id_of` names.
    """

    def __init__(
        self,
        database: Database,
        look_up: Callable[[Session, str], F | None],
        touch: Callable[[Session, str], None],
        id_of: Callable[[F], str],
        *,
        seconds: float,
    ) -> None:
        self._database, self._look_up, self._touch, self._id_of = database, look_up, touch, id_of
        self._seconds = seconds
        self._known: dict[str, tuple[float, F]] = {}
        self._used: dict[str, float] = {}
        self._notes: set[asyncio.Task[None]] = set()

    async def find(self, secret: str) -> F | None:
        """What is behind a secret, or None where there is nothing or it has ended."""
        name, now = digest(secret), time.monotonic()
        entry = self._known.get(name)
        if entry is None or entry[0] <= now:
            found = await self._database.read(self._look_up, name)
            if found is None:
                self._known.pop(name, None)
                return None
            if len(self._known) >= MOST_CACHED:
                self._known.clear()
            entry = self._known[name] = (now + self._seconds, found)
        self._note(self._id_of(entry[1]), now)
        return entry[1]

    async def look(self, secret: str) -> F | None:
        """What is behind it now, in the database itself. It does not count as a use."""
        return await self._database.read(self._look_up, digest(secret))

    def forget(self, row_id: str) -> None:
        """It has ended: it is refused from now on."""
        self._known = {name: entry for name, entry in self._known.items() if self._id_of(entry[1]) != row_id}

    def forget_all(self) -> None:
        """Whatever is behind any of them may have changed."""
        self._known.clear()

    def _note(self, row_id: str, now: float) -> None:
        last = self._used.get(row_id)
        if last is not None and now - last < USE_SECONDS:
            return
        self._used[row_id] = now
        task = asyncio.create_task(self._write(row_id))
        self._notes.add(task)
        task.add_done_callback(self._notes.discard)

    async def _write(self, row_id: str) -> None:
        try:
            await self._database.write(self._touch, row_id)
        except DatabaseTrouble:
            self._used.pop(row_id, None)  # told once for all; the next use is noted
        except Exception:
            log.exception("the last use of %s could not be noted", row_id)

    async def close(self) -> None:
        """Wait for the notes that are being written."""
        await asyncio.gather(*self._notes)
