"""What a worker does: hints to handlers, the scan, renewing leases, its duties; and stopping without losing anything."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from socialclaw.accounts import credentials
from socialclaw.analytics import collect
from socialclaw.billing import terms
from socialclaw.billing.app_store import reading as app_store
from socialclaw.billing.lemonsqueezy import finding, reading
from socialclaw.clock import elapsed
from socialclaw.db.base import utc_now
from socialclaw.db.database import INSIST
from socialclaw.db.trouble import DatabaseTrouble
from socialclaw.erasure import exports, grants, tidying
from socialclaw.erasure import work as erasing
from socialclaw.events import sequencer
from socialclaw.jobs import scan
from socialclaw.jobs.duties import Duty, DutyLoop, housekeeping
from socialclaw.jobs.line import Line
from socialclaw.jobs.presence import Presence
from socialclaw.jobs.queue import Queue
from socialclaw.mail import outbox
from socialclaw.media import importer, imports
from socialclaw.media.sweep import sweep
from socialclaw.publishing import alerting, occurrences
from socialclaw.publishing.claims import Claim, renew
from socialclaw.publishing.engine import Engine
from socialclaw.publishing.record import Outcome
from socialclaw.system import System
from socialclaw.turns import Party
from socialclaw.webhooks import delivering, lanes

log = logging.getLogger(__name__)
HEARTBEAT_SECONDS = 5
DELIVER = "deliver events"
RENEWALS = 4  # within a lease: two before its first half is over, after which nothing irreversible is sent any more

sold = partial(terms.sold, test=True)  # where nothing is, nobody looks

# Each row is all that there is to a duty: how often it is looked for, how much of it one workspace has under way, where it is found.
DUTIES: tuple[Duty[Any], ...] = (
    Duty("refresh a token", 1, 20, scan.refreshes, lambda session, now, names: {name: name for name in names}, credentials.refresh_due),
    Duty("collect figures", 15, 20, collect.due, collect.take_named, collect.collect_due),
    Duty("import a file", 1, 4, imports.due, imports.take_named, importer.work),
    Duty("delete for good", 2, 2, erasing.due, erasing.take, erasing.work),
    Duty("give a grant back", 5, 4, grants.due, grants.take, grants.work),
    Duty("prepare an export", 2, 1, exports.due, exports.take, exports.work),
    Duty("number events", 5, 1, sequencer.due, sequencer.take, lambda system, _: system.sequencer.number()),
    Duty(DELIVER, 5, 10, lanes.due, lanes.take, delivering.work),
    Duty("send a mail", 1, 4, outbox.due, outbox.take, outbox.send),
    Duty("make what is repeated", 30, 2, occurrences.due, occurrences.take, occurrences.work),
    Duty("read a subscription", 2, 2, reading.due, reading.take, reading.work, wanted=sold),
    Duty("read a subscription of the App Store", 10, 2, app_store.due, app_store.take, app_store.work, wanted=sold),
    Duty("look for what was bought", 60, 1, finding.due, finding.take, finding.work, wanted=sold),
    housekeeping("tell what needs somebody", 60, alerting.tell, wanted=lambda settings: settings.smtp.ready),
    housekeeping("look for purchases", 3600, finding.look, wanted=sold),
    housekeeping("sweep", 300, sweep),
    housekeeping("forget what is over", 3600, tidying.tidy),
)


class Worker:
    """One worker. `await run()` until `await stop()`; on PostgreSQL any number of processes may have one.

    `started` is called with its id once it is known to be there.
    """

    def __init__(self, system: System, queue: Queue, started: Callable[[str], object] = lambda worker_id: None) -> None:
        self.system = system
        self.queue = queue
        self._presence = Presence(system.database, trusted=system.settings.trust_clock)
        self.id = self._presence.id
        self._started = started
        self._settings = system.settings
        self.engine = Engine(system, self.id, lease=self._settings.lease_seconds)
        self._line = Line(system.database, self._settings.worker_concurrency)
        self._held: dict[str, tuple[Claim, asyncio.Task[Outcome | None]]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._duties = [DutyLoop(system, duty) for duty in DUTIES if duty.wanted(system.settings)]
        self._room = asyncio.Event()
        self._stopping = asyncio.Event()
        self._promoted_until: datetime | None = None

    async def run(self) -> None:
        """Work until told to stop; then finish what is held, or give it back, within `stop_seconds`."""
        if not await self._presence.begin(self._stopping):
            return
        self._started(self.id)
        loops = [
            self._every(self._settings.scan_seconds, self._scan),
            self._every(0, self._refill),
            self._every(self._settings.lease_seconds / RENEWALS, self._renew),
            self._every(HEARTBEAT_SECONDS, self._presence.beat),
            *(self._every(loop.duty.every, loop.look) for loop in self._duties),
            self.queue.run({"publish": self.heed, "deliver": self._deliver}),
        ]
        tasks = [asyncio.create_task(loop) for loop in loops]
        stopping = asyncio.create_task(self._stopping.wait())
        try:
            await asyncio.wait([*tasks, stopping], return_when=asyncio.FIRST_COMPLETED)
            if not self._stopping.is_set():
                await asyncio.gather(*(t for t in tasks if t.done()))  # raise what ended it
        finally:
            self._stopping.set()
            stopping.cancel()
            tasks[0].cancel()
            self.queue.stop()
            for loop in self._duties:
                loop.stop()
            await self._finish()
            for loop in self._duties:
                await loop.stopped()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self._presence.end()

    async def stop(self) -> None:
        self._stopping.set()

    @property
    def _rests(self) -> bool:
        """Whether nothing new is taken: we are told to stop, or our clock cannot be believed."""
        return self._stopping.is_set() or self._presence.astray

    async def work(self, account_id: str) -> None:
        """Publish what is due on this account, one post after another."""
        if account_id in self._line.accounts or self._rests:
            return
        self._line.accounts.add(account_id)
        try:
            party = await self._line.party(account_id)
            while party is not None:
                async with self._line.places.of(party):
                    party = party if await self._hold(party, account_id) else None
        finally:
            self._line.accounts.discard(account_id)
            if self._line.wants_more:
                self._room.set()

    async def _hold(self, party: Party, account_id: str) -> bool:
        """Publish what is due, while no other workspace has a better right to the place; whether one had."""
        held = None if self._rests else await self.engine.begin(account_id)
        worked = held is not None
        while held is not None:
            held = await self._attempt(held, party)
        return worked and self._line.places.turns.owes(party)

    async def heed(self, account_id: str) -> None:
        """A hint. Whoever waits for a place waits here, not in the queue, where the hints of others would wait behind."""
        if account_id not in self._line.accounts and not self._stopping.is_set():
            self._spawn(self.work(account_id))

    async def _deliver(self, _endpoint_id: str) -> None:
        """A hint that there is something to be sent."""
        await next(loop for loop in self._duties if loop.duty.name == DELIVER).look()

    async def _attempt(self, held: Claim, party: Party) -> Claim | None:
        """One attempt, written down; the account's next due post, if there is one."""
        task = asyncio.create_task(self.engine.attempt(held))
        self._held[held.post.id] = (held, task)
        try:
            outcome = await task
        except asyncio.CancelledError:
            if not self._stopping.is_set():
                return None  # the lease was lost
            outcome = self.engine.stopped(held)
        finally:
            self._held.pop(held.post.id, None)
        if outcome is None:
            return None
        following = await self.engine.record(outcome, more=not (self._rests or self._line.places.turns.owes(party)))
        soon = utc_now() + timedelta(seconds=self._settings.horizon_seconds)
        await self.queue.hand_over(hint for hint in following.hints if hint.at <= soon)
        return following.claim

    async def _scan(self) -> None:
        """Start what is overdue; hand over what will be due within the horizon."""
        now = utc_now()
        await self._start_overdue(now)
        until = now + timedelta(seconds=self._settings.horizon_seconds)
        after = max(self._promoted_until or now, now)
        if after > until:  # the clock was put back
            after = now
        await self.queue.hand_over(await self.system.database.read(scan.upcoming, after, until))
        self._promoted_until = until

    async def _refill(self) -> None:
        """Go on with what is overdue as soon as half of the places are free, where there was more than places: a scan is far off then."""
        await self._room.wait()
        self._room.clear()
        await self._start_overdue(utc_now())

    async def _start_overdue(self, now: datetime) -> None:
        for account in () if self._rests else await self._line.overdue(now):
            self._spawn(self.work(account))

    async def _renew(self) -> None:
        if not self._held:
            return
        asked, claims = elapsed(), [claim for claim, _ in self._held.values()]
        held = [(c.post.id, c.account.id, c.fence) for c in claims]
        gone = await self.system.database.write(renew, held, worker_id=self.id, lease=self._settings.lease_seconds)
        for c in claims:
            if (c.post.id, c.fence) not in gone:
                c.lease.begin(asked, self._settings.lease_seconds)
        for post_id, fence in gone:
            claim, task = self._held.get(post_id, (None, None))
            if claim and task and claim.fence == fence:  # and not one that we have taken since
                log.warning("post %s: the lease was lost; another worker has it", post_id)
                task.cancel()

    async def _finish(self) -> None:
        """Let what is under way end; what does not end in time is cancelled and given back."""
        allowed = self._settings.stop_seconds
        if not await self._idle(within=allowed * 0.8):
            for _, task in list(self._held.values()):
                task.cancel()
            await self._idle(within=allowed * 0.2)

    async def _idle(self, *, within: float) -> bool:
        """Whether nothing is held any more, waiting for that up to so many seconds."""
        until = asyncio.get_running_loop().time() + within
        while self._line.accounts and asyncio.get_running_loop().time() < until:  # noqa: ASYNC110  a stop is rare; an event a lane would not be
            await asyncio.sleep(0.05)
        return not self._line.accounts

    async def _every(self, seconds: float, do: Callable[[], Awaitable[object]]) -> None:
        """Repeat; a failure is logged, and the next turn tries again: later and later while the database is away."""
        waits = iter(INSIST)
        while True:
            pause = seconds
            try:
                await do()
                waits = iter(INSIST)
            except DatabaseTrouble:  # told once for all
                pause = max(seconds, next(waits))
            except Exception:
                log.exception("periodic work failed and will be tried again in %s s", seconds)
            await asyncio.sleep(pause)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) and not isinstance(error, DatabaseTrouble):
            log.error("work failed; the scan will find it again", exc_info=error)
