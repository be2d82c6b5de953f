"""Delivering: a worker's turn with an endpoint, until nothing is due there or others should have the turn."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import timedelta
from functools import partial

from socialclaw.clock import elapsed
from socialclaw.db.base import Hint, real_now, utc_now
from socialclaw.db.grouped import GroupedWrites
from socialclaw.db.trouble import DatabaseTrouble
from socialclaw.system import System
from socialclaw.webhooks import lanes, notices
from socialclaw.webhooks.deliveries import KIND
from socialclaw.webhooks.endpoints import secrets_of
from socialclaw.webhooks.lanes import Batch, Job, Lane
from socialclaw.webhooks.noting import Tried, note
from socialclaw.webhooks.sending import send
from socialclaw.webhooks.signing import headers
from socialclaw.webhooks.verdict import Answer

TURN_SECONDS = 10.0
ENDING_SECONDS = 5.0  # that a worker which is told to stop waits for what is on its way
SOON = timedelta(minutes=1)  # of which a hint is handed over
NOTHING_TO_SEND = Answer(None, 0, error="The event is no longer kept")


async def work(system: System, lane: Lane) -> None:
    """Send what is due. Told to stop, it begins nothing more."""
    await Turn(system, lane).take()


async def at_instant(system: System, workspace_id: str) -> bool:
    """Send what is due at this instant of a workspace whose time stands; whether there was anything."""
    due = await system.database.read(lanes.due_at, workspace_id, utc_now())
    taken = await system.database.write(lanes.take, utc_now(), due) if due else {}
    for lane in taken.values():
        await work(system, lane)
    return bool(taken)


class Turn:
    """One worker with one endpoint."""

    def __init__(self, system: System, lane: Lane) -> None:
        self._system, self._lane = system, lane
        self._note = GroupedWrites(system.database, partial(note, notice=partial(notices.disabled, system.settings, system.vault)))
        self._links = system.links(lane.workspace_id, test=lane.test)
        self._ends = elapsed() + TURN_SECONDS
        self._over = False

    async def take(self) -> None:
        renewing, sending = asyncio.create_task(self._renew()), asyncio.create_task(self._send())
        try:
            await asyncio.shield(sending)
        except asyncio.CancelledError:
            self._over = True
            await asyncio.wait([sending], timeout=ENDING_SECONDS)
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)
            raise
        finally:
            renewing.cancel()
            with suppress(DatabaseTrouble):
                await self._system.database.write(lanes.leave, self._lane)

    async def _send(self) -> None:
        while not self._over:
            found = await self._system.database.read(lanes.batch, self._lane, self._links)
            if found is None:
                return
            if elapsed() > self._ends:
                await self._system.queue.hand_over([Hint(KIND, self._lane.endpoint_id, utc_now())])
                return
            await self._batch(found)

    async def _batch(self, found: Batch) -> None:
        """So many at once, each after another."""
        keys, jobs = secrets_of(self._system.vault, self._lane.endpoint_id, found.sealed), iter(found.jobs)

        async def one_after_another() -> None:
            for job in jobs:
                if self._over:
                    return
                await self._try(found.url, keys, job)

        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(min(found.at_once, len(found.jobs))):
                    group.create_task(one_after_another())
        except ExceptionGroup as failed:
            raise failed.exceptions[0] from None

    async def _try(self, url: str, keys: list[str], job: Job) -> None:
        if job.body is None:
            answer = NOTHING_TO_SEND
        else:
            signed = headers(keys, job.event_id, int(real_now().timestamp()), job.body)
            answer = await send(self._system, url, job.body, signed, test=self._lane.test)
        again = await self._note(Tried(self._lane.endpoint_id, job, answer))
        if again is not None and again < utc_now() + SOON:
            await self._system.queue.hand_over([Hint(KIND, self._lane.endpoint_id, again)])

    async def _renew(self) -> None:
        """Stop where the lane is not ours any more: another one sends to the endpoint by now."""
        while True:
            await asyncio.sleep(lanes.LEASE.total_seconds() / 3)
            with suppress(DatabaseTrouble):
                self._over = self._over or not await self._system.database.write(lanes.renew, self._lane)
