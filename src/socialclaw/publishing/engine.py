"""The engine: claim an account's next due post, attempt it, write down what came of it, and so on with the next.

The worker and the rehearsal both drive one, so that what is true of one is true of the other.
"""

from __future__ import annotations

from functools import partial

from sqlalchemy.exc import IntegrityError

from socialclaw.db.base import utc_now
from socialclaw.db.database import insist
from socialclaw.db.grouped import GroupedWrites
from socialclaw.db.trouble import DatabaseTrouble
from socialclaw.publishing import outcomes
from socialclaw.publishing.attempt import Attempts
from socialclaw.publishing.claims import Claim, Wanted, claim
from socialclaw.publishing.reconcile import settle_seconds
from socialclaw.publishing.record import Next, Outcome, record
from socialclaw.publishing.steps import StepLog
from socialclaw.system import System


class Engine:
    """Of one worker. `lease`: seconds; `clocked`: it moves the time of the accounts that it works for."""

    def __init__(self, system: System, worker_id: str, *, lease: float, clocked: bool = False) -> None:
        self._system = system
        self._worker_id, self._lease, self._clocked = worker_id, lease, clocked
        self.attempts = Attempts(system, StepLog(system.database))
        self._claim = GroupedWrites[Wanted, Claim | None](system.database, claim)
        self._record = GroupedWrites[Outcome, Next](system.database, partial(record, catch_up=system.settings.catch_up_factor))

    async def begin(self, account_id: str) -> Claim | None:
        """The account's next due post, if there is one and nobody has its lane."""
        return await self._claim(self._wanted(account_id))

    async def attempt(self, held: Claim) -> Outcome | None:
        """What came of it; None if another worker has it now."""
        return await self.attempts.run(held)

    async def record(self, outcome: Outcome, *, more: bool) -> Next:
        """Write it down, when the database can; with `more`, claim the account's next due post in the same transaction.

        Where its post of the network belongs to another post of ours, that is the outcome.
        """
        outcome.wanted = self._wanted(outcome.claim.account.id) if more else None
        try:
            return await self._insisted(outcome)
        except IntegrityError:
            if outcome.change.status != "published":
                raise
            instead = self._taken(outcome)
            instead.wanted = outcome.wanted
            return await self._insisted(instead)

    async def _insisted(self, outcome: Outcome) -> Next:
        """Only we know it. What may have been written by a try that got no answer is not written over: see `Outcome.again`."""
        try:
            return await self._record(outcome)
        except DatabaseTrouble:
            outcome.again = True
            return await insist(lambda: self._record(outcome))

    def stopped(self, held: Claim) -> Outcome:
        """What comes of an attempt that was broken off because its worker stops."""
        return outcomes.stopped(held, now=utc_now(), settle=settle_seconds(self._system, held.post.provider))

    def _taken(self, outcome: Outcome) -> Outcome:
        held = outcome.claim
        if held.post.stage != "reconcile":
            return outcomes.taken(held, str(outcome.change.provider_post_id))
        settle, confirm = settle_seconds(self._system, held.post.provider), self._system.settings.confirm_seconds
        return outcomes.look_again(held, now=utc_now(), settle=settle, confirm=confirm)  # another was quicker: this one may still be there

    def _wanted(self, account_id: str) -> Wanted:
        return Wanted(account_id, self._worker_id, self._lease, self._clocked)
