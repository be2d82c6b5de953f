"""How often a duty asks the database for what is due."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from socialclaw.jobs import duties
from socialclaw.system import System
from socialclaw.turns import Party
from tests.conftest import member

pytestmark = pytest.mark.usefixtures("both_databases")


async def test_of_a_database_that_is_as_it_was_nothing_is_asked_again_at_once(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite says that nobody has committed anything; what comes due by the clock alone is found some seconds later."""
    asked, found, moment = [], list[tuple[str, Party]](), [100.0]

    def due(_: Session, now: datetime, most: int) -> Sequence[tuple[str, Party]]:
        asked.append(most)
        return found

    async def did(_: System, piece: str) -> None:
        found.remove((piece, Party("", test=False)))

    monkeypatch.setattr(duties, "elapsed", lambda: moment[0])
    loop = duties.DutyLoop(system, duties.Duty("try", 1, 1, due, lambda session, now, names: {name: name for name in names}, did))
    for _ in range(3):
        await loop.look()
    assert len(asked) == (1 if system.database.is_sqlite else 3)
    moment[0] += duties.PATIENCE
    found.append(("piece", Party("", test=False)))
    await loop.look()
    await loop.stopped()
    assert found == [], "what comes due by the clock is found in time"
    await loop.look()
    before = len(asked)
    await member(system, "Ada")
    await loop.look()
    assert len(asked) == before + 1, "whoever writes is heard at once"
