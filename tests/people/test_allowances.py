"""What strangers may do is counted by all processes together, and nothing in the table tells who they are."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from socialclaw.db.allowances import Allowance
from socialclaw.db.base import real_now
from socialclaw.errors import TooManyRequests
from socialclaw.people import allowances
from socialclaw.people.allowances import Limit
from socialclaw.settings import Settings
from socialclaw.system import System

pytestmark = pytest.mark.usefixtures("both_databases")
LIMIT = Limit("tries", 10, 60, "tries in a minute")


async def spent(system: System, who: str = "203.0.113.9", limit: Limit = LIMIT) -> bool:
    try:
        await system.database.write(allowances.spend, system.vault, limit, who)
    except TooManyRequests as refused:
        return not 1 <= refused.retry_after <= limit.seconds
    return True


async def rows(system: System) -> list[Allowance]:
    return await system.database.read(lambda session: list(session.scalars(select(Allowance))))


async def test_two_processes_count_as_one(system: System, settings: Settings) -> None:
    other = System.open(settings)
    try:
        answers = await asyncio.gather(*(spent(one) for one in (system, other) for _ in range(15)))
    finally:
        await other.close()
    assert sum(answers) == LIMIT.most


async def test_each_has_their_own_and_each_limit_too(system: System) -> None:
    assert [await spent(system) for _ in range(11)] == [True] * 10 + [False]
    assert await spent(system, "203.0.113.10")
    assert await spent(system, limit=Limit("others", 10, 60, "others"))


async def test_a_while_ends_and_is_forgotten(system: System) -> None:
    assert [await spent(system) for _ in range(11)][-1] is False
    await system.database.write(lambda session: session.execute(update(Allowance).values(ends_at=real_now() - timedelta(seconds=1))))
    assert await spent(system, "203.0.113.10")
    assert [row.used for row in await rows(system)] == [1], "the other one's is over, and gone"
    assert await spent(system)


async def test_nobody_can_be_read_in_the_table(system: System) -> None:
    await spent(system)
    [row] = await rows(system)
    assert "203.0.113.9" not in repr(vars(row))
    assert len(row.digest) == 64
