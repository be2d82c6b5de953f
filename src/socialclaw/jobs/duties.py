"""Duties of a worker: work that the tables tell of, found now and then and shared between workspaces, so that slow pieces hold up few.

A duty is a row of `work.DUTIES`; nothing else knows of it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from sqlalchemy.orm import Session

from socialclaw.clock import elapsed
from socialclaw.db.base import utc_now
from socialclaw.db.trouble import DatabaseTrouble
from socialclaw.settings import Settings
from socialclaw.system import System
from socialclaw.turns import Party, Turns

J = TypeVar("J")

log = logging.getLogger(__name__)
PATIENCE = 5.0  # seconds for which an unchanged database is taken not to have anything new that is due


@dataclass(frozen=True)
class Duty(Generic[J]):
    """Looked for `every` so many seconds; one party has at most as many pieces under way as are usual (see `turns.py`): `most`.

    `due(session, now, most)` names the pieces that are due, up to so many of each party, and whose they are. `take(session, now, names)`
    makes ours those that nobody else has taken, so that they are due again later should we die; `do(system, piece)` does one. Told to stop,
    a piece is cancelled. `wanted(settings)`: whether there is such a duty at all, in this installation.
    """

    name: str
    every: float
    most: int
    due: Callable[[Session, datetime, int], Sequence[tuple[str, Party]]]
    take: Callable[[Session, datetime, Sequence[str]], Mapping[str, J]]
    do: Callable[[System, J], Awaitable[object]]
    wanted: Callable[[Settings], bool] = lambda _: True


def housekeeping(
    name: str, every: float, do: Callable[[System], Awaitable[object]], wanted: Callable[[Settings], bool] = lambda _: True
) -> Duty[None]:
    """A duty in one piece, which each worker does for itself."""
    return Duty(name, every, 1, lambda *_: [(name, Party("", test=False))], lambda *_: {name: None}, lambda system, _: do(system), wanted)


class DutyLoop(Generic[J]):
    """A duty of one worker: `look` for what is due as often as one likes; `stop` breaks off what is under way."""

    def __init__(self, system: System, duty: Duty[J]) -> None:
        self.duty = duty
        self._system = system
        self._turns: Turns[str] = Turns(duty.most)
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._stopping = False
        self._nothing: tuple[int | None, float] = (None, 0.0)  # at which change of the database there was nothing due, and when

    async def look(self) -> None:
        """Begin what is due and has a place. Where nobody has written anything since there was nothing, that is not asked again at once."""
        changes, moment = self._system.database.changes(), elapsed()
        unchanged = changes is not None and changes == self._nothing[0] and moment < self._nothing[1] + PATIENCE
        if self._stopping or unchanged or not self._turns.free:
            return
        now, read, write = utc_now(), self._system.database.read, self._system.database.write
        due = await read(self.duty.due, now, self._turns.free + len(self._tasks))
        self._nothing = (None if due else changes, moment)
        chosen = {name: party for name, party in due if name not in self._tasks and self._turns.take(party)}
        try:
            for name, piece in (await write(self.duty.take, now, [*chosen])).items() if chosen else ():
                self._tasks[name] = asyncio.create_task(self._do(name, piece, chosen.pop(name)))
        finally:
            for party in chosen.values():  # another worker was quicker, or the database is away
                self._turns.give_back(party)

    def stop(self) -> None:
        self._stopping = True
        for task in self._tasks.values():
            task.cancel()

    async def stopped(self) -> None:
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    async def _do(self, name: str, piece: J, party: Party) -> None:
        try:
            await self.duty.do(self._system, piece)
        except DatabaseTrouble:  # told once for all
            log.debug("%s %s: broken off", self.duty.name, name)
        except Exception:
            log.exception("%s %s: it is begun anew later", self.duty.name, name)
        finally:
            del self._tasks[name]
            self._turns.give_back(party)
