"""Moving a standing time forward: instant by instant, and at each one everything that is due then is done.

The work is the engine's own (claims, attempts, outcomes, refreshes, collections); only who calls it and what time it is differ.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from socialclaw.accounts import credentials
from socialclaw.analytics import collect
from socialclaw.billing.app_store import reading as app_store
from socialclaw.billing.lemonsqueezy import finding, reading
from socialclaw.clock import act_for
from socialclaw.db.base import iso, utc_now
from socialclaw.errors import Conflict
from socialclaw.publishing import occurrences
from socialclaw.publishing.engine import Engine
from socialclaw.publishing.record import Outcome
from socialclaw.rehearsal import frozen_clock
from socialclaw.system import System
from socialclaw.webhooks import delivering

AT_ONCE = 16  # accounts worked on at a time
LEASE = 60.0  # seconds of the standing time
MOST_TOLD = 1000  # events
MOST_MEASURED = 1000  # posts and accounts at one instant; what is left is taken at the next
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
        self.worker_id = f"{frozen_clock.WORKER}{secrets.token_hex(3)}"
        self._engine = Engine(system, self.worker_id, lease=LEASE, clocked=True)
        self._places = asyncio.Semaphore(AT_ONCE)

    async def run(self, begin: datetime, until: datetime) -> Rehearsed:
        told, started, rounds, idle = Rehearsed(begin, begin), time.monotonic(), 0, False
        while (due := await self._next(told.end, until, idle=idle)) is not None:
            if time.monotonic() - started > PATIENCE:
                told.complete = False
                return told
            rounds = rounds + 1 if due.at == told.end else 0
            told.instants += not (idle or rounds)
            subjects = await self._move(told, due.at, measures=due.measures)
            with act_for(self.workspace_id, told.end):
                worked = await self._work_off(told, due, subjects)
                await self.system.sequencer.settle()
                worked = await delivering.at_instant(self.system, self.workspace_id) or worked
            idle = not worked or rounds >= MOST_ROUNDS
            if idle and told.end == until:
                break
        await self._move(told, until)
        with act_for(self.workspace_id, until):
            await self.system.sequencer.settle()
            await self._renew(await self.system.database.read(frozen_clock.due_refreshes, self.workspace_id, until))
        return told

    async def _next(self, now: datetime, until: datetime, *, idle: bool) -> frozen_clock.Due | None:
        """What cannot be done now (a worker from before the stop still holds it) is tried again a moment later."""
        return await self.system.database.read(frozen_clock.next_due, self.workspace_id, now + MOMENT if idle else now, until)

    async def _move(self, told: Rehearsed, at: datetime, *, measures: bool = False) -> Sequence[collect.Subject]:
        """Put the time there; what is to be measured then, taken in the same transaction."""
        if at == told.end and not measures:
            return ()
        with act_for(self.workspace_id, at):
            subjects = await self.system.database.write(_step, self.workspace_id, at, measures=measures)
        self.system.set_clock(self.workspace_id, at)
        told.end = at
        return subjects

    async def _work_off(self, told: Rehearsed, due: frozen_clock.Due, subjects: Sequence[collect.Subject]) -> bool:
        """Everything that is due at this instant; whether there was anything that could be done."""
        await self._renew(due.refreshes)
        made = [await occurrences.make(self.system, self.workspace_id, repeat, test=True) for repeat in due.repeats]
        read = [await source.at_instant(self.system, one) for one in due.subscriptions for source in (reading, app_store)]
        found = [await finding.at_instant(self.system, one) for one in due.checkouts]
        worked = await asyncio.gather(*(self._lane(account, told) for account in due.accounts))
        for subject in subjects:
            await collect.collect_due(self.system, subject)
        return bool(due.refreshes or subjects or any(made) or any(read) or any(found) or any(worked))

    async def _renew(self, accounts: Sequence[str]) -> None:
        for account in accounts:
            await credentials.refresh_due(self.system, account)

    async def _lane(self, account_id: str, told: Rehearsed) -> bool:
        """An account's due posts, one after another; whether there was one."""
        async with self._places:
            held = await self._engine.begin(account_id)
            worked = held is not None
            while held is not None:
                outcome = await self._engine.attempt(held)
                if outcome is None:
                    break
                told.tell(outcome)
                held = (await self._engine.record(outcome, more=True)).claim
            return worked


def _step(session: Session, workspace_id: str, at: datetime, *, measures: bool) -> Sequence[collect.Subject]:
    frozen_clock.move(session, workspace_id, at)
    return collect.take(session, at, most=MOST_MEASURED, workspace_id=workspace_id) if measures else ()
