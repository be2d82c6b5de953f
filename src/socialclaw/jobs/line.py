"""The accounts that a worker works on, and those that wait in line for a place."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from socialclaw.db.database import Database
from socialclaw.db.grouped import GroupedReads
from socialclaw.jobs import scan
from socialclaw.turns import Party, Places

MOST_PARTIES = 100_000  # remembered
MOST_SKIPPED = 10_000  # accounts that are named in one query


class Line:
    """`accounts` hold one of the `places`, or wait for one; each is here once. Of one party at most `usual` are looked for."""

    def __init__(self, database: Database, usual: int) -> None:
        self.usual = usual
        self.places = Places(usual)
        self.accounts: set[str] = set()
        self._database = database
        self._find = GroupedReads[str, Party | None](database, scan.parties)
        self._parties: dict[str, Party] = {}
        self._more = False  # the last look found as much as it could have: there may be more

    async def party(self, account_id: str) -> Party | None:
        """Whose turn the account takes, which never changes; None where there is no such account any more."""
        known = self._parties.get(account_id)
        if known is None and (known := await self._find(account_id)) is not None:
            if len(self._parties) >= MOST_PARTIES:
                self._parties.clear()
            self._parties[account_id] = known
        return known

    async def overdue(self, now: datetime) -> list[str]:
        """Accounts with something due that are not here yet, of parties that are not here in crowds."""
        crowded = self.places.turns.crowded(self.usual)
        skip = [account for account in self.accounts if self._parties.get(account) not in crowded]
        found = await self._database.read(_overdue, now, self.usual, skip[:MOST_SKIPPED], crowded)
        self._more = len(found) >= self.usual
        return found

    @property
    def wants_more(self) -> bool:
        """Whether it is time to look for more: there may be some, and few are left here but for those in crowds."""
        if not self._more:
            return False
        turns = self.places.turns
        left = len(self.accounts) - sum(len(turns.waiting(party)) for party in turns.crowded(self.usual))
        return left <= self.usual / 2


def _overdue(session: Session, now: datetime, most: int, skip: Sequence[str], crowded: Sequence[Party]) -> list[str]:
    return scan.overdue(session, now, most=most, skip=skip, crowded=crowded)
