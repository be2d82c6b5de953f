"""Group commit: cheap, and still each item's own."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from socialclaw.db.database import Database
from socialclaw.db.grouped import GroupedWrites

SCHEMA = (
    "CREATE TABLE parents (id INTEGER PRIMARY KEY)",
    "INSERT INTO parents VALUES (1)",
    """CREATE TABLE items (place INTEGER PRIMARY KEY, value INTEGER UNIQUE,
       parent INTEGER NOT NULL REFERENCES parents (id) DEFERRABLE INITIALLY DEFERRED)""",
)
COMMIT_FAILS = 666


def create(session: Session) -> None:
    for statement in SCHEMA:
        session.execute(text(statement))


def insert(session: Session, values: Sequence[int]) -> list[int]:
    """Each value's double; a value that is there already is an error, and one is found out only by COMMIT."""
    place = session.scalar(text("SELECT coalesce(max(place), 0) FROM items")) or 0
    for value in values:
        place += 1
        row = {"place": place, "value": value, "parent": 999 if value == COMMIT_FAILS else 1}
        session.execute(text("INSERT INTO items VALUES (:place, :value, :parent)"), row)
    return [value * 2 for value in values]


def kept(session: Session) -> list[int]:
    return list(session.scalars(text("SELECT value FROM items ORDER BY place")))


@pytest.fixture
async def database(database: Database) -> Database:
    await database.write(create)
    return database


@pytest.fixture
def groups(database: Database) -> list[int]:
    """How many items each transaction held that was committed."""
    sizes: list[int] = []
    engine = database._writer.engine if database.is_sqlite else database.async_engine.sync_engine

    @event.listens_for(engine, "commit")
    def on_commit(connection: object) -> None:
        sizes.append(1)

    return sizes


async def test_writes_that_arrive_together_share_a_transaction(database: Database, groups: list[int]) -> None:
    write = GroupedWrites(database, insert)
    assert await asyncio.gather(*(write(n) for n in range(300))) == [n * 2 for n in range(300)]
    assert len(groups) <= 2
    assert await database.read(kept) == list(range(300))  # in the order in which they came


async def test_writes_that_arrive_during_a_commit_make_the_next_group(database: Database, groups: list[int]) -> None:
    write = GroupedWrites(database, insert)

    async def three_in_a_row(first: int) -> None:
        for step in range(3):
            await write(first + step)

    await asyncio.gather(*(three_in_a_row(n * 10) for n in range(50)))
    assert len(groups) <= 6
    assert sorted(await database.read(kept)) == [n * 10 + step for n in range(50) for step in range(3)]


async def test_a_group_is_no_larger_than_allowed(database: Database) -> None:
    sizes: list[int] = []

    def note(session: Session, values: Sequence[int]) -> list[int]:
        sizes.append(len(values))
        return insert(session, values)

    write = GroupedWrites(database, note, most=7)
    await asyncio.gather(*(write(n) for n in range(20)))
    assert sizes == [7, 7, 6]


@pytest.mark.parametrize("poison", [3, COMMIT_FAILS], ids=["refused at once", "refused by the commit"])
async def test_one_bad_item_fails_alone(database: Database, poison: int) -> None:
    await database.write(insert, [3])
    values = [*range(10, 20), poison, *range(20, 30)]
    write = GroupedWrites(database, insert)
    results = await asyncio.gather(*(write(n) for n in values), return_exceptions=True)
    assert isinstance(results[10], IntegrityError)
    assert [r for r in results if not isinstance(r, Exception)] == [n * 2 for n in values if n != poison]
    assert await database.read(kept) == [3, *(n for n in values if n != poison)]
    assert await write(50) == 100


async def test_an_item_is_written_although_its_caller_has_gone(database: Database) -> None:
    write = GroupedWrites(database, insert)
    callers = [asyncio.create_task(write(n)) for n in range(5)]
    await asyncio.sleep(0)
    callers[0].cancel()
    callers[3].cancel()
    results = await asyncio.gather(*callers, return_exceptions=True)
    assert [type(r) for r in results] == [asyncio.CancelledError, int, int, asyncio.CancelledError, int]
    assert await database.read(kept) == [0, 1, 2, 3, 4]


async def test_a_function_that_answers_too_little_is_an_error_and_writes_nothing(database: Database) -> None:
    def forgetful(session: Session, values: Sequence[int]) -> list[int]:
        return insert(session, values)[1:]

    write = GroupedWrites(database, forgetful)
    results = await asyncio.gather(write(1), write(2), return_exceptions=True)
    assert [type(r) for r in results] == [ValueError, ValueError]
    assert await database.read(kept) == []


async def test_where_the_connection_broke_nothing_is_tried_a_second_time(postgresql: Database) -> None:
    """It may have broken in COMMIT: then the items are already there."""
    await postgresql.write(create)
    runs: list[int] = []

    def always_cut_off(session: Session, values: Sequence[int]) -> list[int]:
        runs.append(len(values))
        session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
        return insert(session, values)

    write = GroupedWrites(postgresql, always_cut_off)
    results = await asyncio.gather(*(write(n) for n in range(4)), return_exceptions=True)
    assert all(isinstance(r, Exception) for r in results)
    assert set(runs) == {4}  # always the whole group, never its parts
