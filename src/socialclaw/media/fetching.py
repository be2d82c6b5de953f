"""The imports that a worker works on: some at a time, shared between workspaces, so that slow sources of one keep no other waiting."""

from __future__ import annotations

import asyncio
import logging

from socialclaw.jobs.turns import Party, Turns
from socialclaw.media import importing, imports
from socialclaw.media.imports import Job
from socialclaw.system import System

AT_ONCE = 4  # of one workspace

log = logging.getLogger(__name__)


class Imports:
    """`start` those that are due, as often as one likes; `stop` gives back at once what is under way: it begins anew elsewhere."""

    def __init__(self, system: System) -> None:
        self._system = system
        self._turns: Turns[str] = Turns(AT_ONCE)
        self._tasks: set[asyncio.Task[None]] = set()
        self._stopping = False

    async def start(self) -> None:
        if self._stopping or not self._turns.free:
            return
        due = await self._system.database.read(imports.due, most=self._turns.free)
        chosen = {asset_id: party for asset_id, party in due if self._turns.take(party)}
        jobs = await self._system.database.write(imports.take, most=len(chosen), only=[*chosen]) if chosen else []
        for job in jobs:
            task = asyncio.create_task(self._work(job, chosen.pop(job.asset_id)))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        for party in chosen.values():  # another worker was quicker
            self._turns.give_back(party)

    def stop(self) -> None:
        self._stopping = True
        for task in self._tasks:
            task.cancel()

    async def stopped(self) -> None:
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _work(self, job: Job, party: Party) -> None:
        try:
            await importing.work(self._system, job)
        except Exception:
            log.exception("import %s: it begins anew when its lease has ended", job.asset_id)
        finally:
            self._turns.give_back(party)
