"""Work that is found in the tables now and then and shared between workspaces: some pieces at a time, so that slow ones hold up few."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from socialclaw.turns import Party, Turns

J = TypeVar("J")

log = logging.getLogger(__name__)


class Duty(Generic[J]):
    """`start` what is due, as often as one likes; `stop` breaks off what is under way, which is due again later.

    `due(most)` finds pieces of work by name, up to so many of each party, and whose they are; `take(names)` makes those ours that
    nobody else has taken; `name` tells a piece's name, and `work` does it.
    """

    def __init__(
        self,
        usual: int,
        *,
        due: Callable[[int], Awaitable[Sequence[tuple[str, Party]]]],
        take: Callable[[Sequence[str]], Awaitable[Sequence[J]]],
        name: Callable[[J], str],
        work: Callable[[J], Awaitable[None]],
    ) -> None:
        self._turns: Turns[str] = Turns(usual)
        self._due, self._take, self._name, self._do = due, take, name, work
        self._tasks: set[asyncio.Task[None]] = set()
        self._stopping = False

    async def start(self) -> None:
        if self._stopping or not self._turns.free:
            return
        chosen = {name: party for name, party in await self._due(self._turns.free) if self._turns.take(party)}
        try:
            for job in await self._take([*chosen]) if chosen else ():
                task = asyncio.create_task(self._work(job, chosen.pop(self._name(job))))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
        finally:
            for party in chosen.values():  # another worker was quicker, or the database is away
                self._turns.give_back(party)

    def stop(self) -> None:
        self._stopping = True
        for task in self._tasks:
            task.cancel()

    async def stopped(self) -> None:
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _work(self, job: J, party: Party) -> None:
        try:
            await self._do(job)
        except Exception:
            log.exception("%s: it is begun anew later", self._name(job))
        finally:
            self._turns.give_back(party)
