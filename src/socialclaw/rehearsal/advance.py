"""Moving a standing time forward: instant by instant, and at each one everything that is due then is done.

The work is the engine's own (claims, attempts, outcomes, refreshes, collections); only who calls it and what time it is differ.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from socialclaw.accounts import credentials
from socialclaw.analytics import collect
from socialclaw.clock import act_for
from socialclaw.db.base import iso, utc_now
from socialclaw.db.grouped import GroupedWrites
from socialclaw.errors import Conflict
from socialclaw.publishing.attempt import Attempts
from socialclaw.publishing.claims import Claim, Wanted, claim
from socialclaw.publishing.outcomes import Next, Outcome, record
from socialclaw.publishing.steps import StepLog
from socialclaw.rehearsal import standing
from socialclaw.system import System

AT_ONCE = 16  # accounts worked on at a time
LEASE = 60.0  # seconds of the standing time
MOST_TOLD = 1000  # events
MOST_ROUNDS = 100  # at one instant: more would be a post that never lets go
PATIENCE = 100.0  # real seconds of one call
MOMENT = timedelta(seconds=1)
WAITING = "waiting"  # for the network; the attempt goes on later

_under_way: set[str] = set()


@dataclass(slots=True)
class Rehearsed:
    """What happened. `complete` False: there was more than one call may take, and the next one goes on from here."""

    begin: datetime
    end: datetime
    complete: bool = True
    instants: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    events: list[dict[str, Any]] = field(default_factory=list)

    def wire(self) -> dict[str, Any]:
        return {
            "from": iso(self.begin),
            "to": iso(self.end),
            "complete": self.complete,
            "instants": self.instants,
            "outcomes": dict(self.outcomes),
            "events": self.events,
        }

    def tell(self, outcome: Outcome) -> None:
        self.outcomes[str(outcome.code) if outcome.ended else WAITING] += 1
        if len(self.events) < MOST_TOLD:
            post = outcome.claim.post
            said = {"at": iso(utc_now()), "postId": post.id, "provider": post.provider, "attemptNo": outcome.claim.attempt_no}
            self.events.append({**said, "code": outcome.code, "message": outcome.message})


async def advance(system: System, workspace_id: str, *, begin: datetime, until: datetime) -> Rehearsed:
    """Move the time of this workspace from `begin` to `until`. Conflict `clock_busy` where that is being done already."""
    if workspace_id in _under_way:
        raise Conflict("The clock is being advanced at this moment; wait until that call has answered", code="clock_busy")
    _under_way.add(workspace_id)
    try:
        return await Rehearsal(system, workspace_id).run(begin, until)
    finally:
        _under_way.discard(workspace_id)


class Rehearsal:
    """One call of `advance`."""

    def __init__(self, system: System, workspace_id: str) -> None:
        self.system = system
        self.workspace_id = workspace_id
        self.worker_id = f"{standing.WORKER}{secrets.token_hex(3)}"
        self._attempts = Attempts(system, StepLog(system.database))
        self._claim = GroupedWrites[Wanted, Claim | None](system.database, claim)
        self._record = GroupedWrites[Outcome, Next](system.database, record)
        self._places = asyncio.Semaphore(AT_ONCE)

    async def run(self, begin: datetime, until: datetime) -> Rehearsed:
        told, started, idle = Rehearsed(begin, begin), time.monotonic(), False
        while (instant := await self.system.database.read(standing.next_instant, self.workspace_id, until)) is not None:
            if time.monotonic() - started > PATIENCE:
                told.complete = False
                return told
            if not idle:
                told.instants += 1
            # What cannot be taken now (a worker from before the stop still holds it) is tried again a moment later.
            await self._move(told, min(until, told.end + MOMENT) if idle else max(told.end, instant))
            with act_for(self.workspace_id, told.end):
                idle = not await self._work_off(told)
            if idle and told.end == until:
                break
        await self._move(told, until)
        return told

    async def _move(self, told: Rehearsed, at: datetime) -> None:
        if at != told.end:
            await self.system.database.write(standing.move, self.workspace_id, at)
            self.system.set_clock(self.workspace_id, at)
            told.end = at

    async def _work_off(self, told: Rehearsed) -> bool:
        """Everything that is due at this instant, and what that makes due at it; whether there was anything that could be done."""
        database = self.system.database
        refreshes = await database.read(standing.due_refreshes, self.workspace_id, told.end)
        for account in refreshes:
            await credentials.refresh_due(self.system, account)
        before = told.outcomes.total()
        for _ in range(MOST_ROUNDS):
            accounts = await database.read(standing.due_accounts, self.workspace_id, told.end)
            if not any(await asyncio.gather(*(self._lane(account, told) for account in accounts))):
                break
        subjects = await database.write(collect.take, told.end, most=1000, workspace_id=self.workspace_id)
        for subject in subjects:
            await collect.collect_due(self.system, subject)
        return bool(refreshes or subjects or told.outcomes.total() > before)

    async def _lane(self, account_id: str, told: Rehearsed) -> bool:
        """An account's due posts, one after another; whether there was one."""
        async with self._places:
            wanted = Wanted(account_id, self.worker_id, LEASE, clocked=True)
            held = await self._claim(wanted)
            worked = held is not None
            while held is not None:
                outcome = await self._attempts.run(held)
                if outcome is None:
                    break
                told.tell(outcome)
                outcome.wanted = wanted
                held = (await self._record(outcome)).claim
            return worked
