"""Transactions, as whoever calls `read` and `write` notices them."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import threading
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from socialclaw.db.database import Database
from tests.db.processes import run_together

TABLES = (
    "CREATE TABLE parents (id INTEGER PRIMARY KEY)",
    "CREATE TABLE children (id INTEGER PRIMARY KEY, parent INTEGER REFERENCES parents (id) DEFERRABLE INITIALLY DEFERRED)",
    "CREATE TABLE counter (value INTEGER NOT NULL)",
    "INSERT INTO counter VALUES (0)",
)

COUNT_IN_ANOTHER_PROCESS = """
import asyncio, sys
from sqlalchemy import text
from socialclaw.db.database import Database

def add(session):
    value = session.scalar(text("SELECT value FROM counter"))
    session.execute(text("UPDATE counter SET value = :value"), {"value": value + 1})

async def main():
    database = Database(sys.argv[1])
    print("ready", flush=True)
    sys.stdin.readline()
    await asyncio.gather(*(database.write(add) for _ in range(50)))
    await database.close()

asyncio.run(main())
"""


def create(session: Session) -> None:
    for statement in TABLES:
        session.execute(text(statement))


def add_parent(session: Session, number: int) -> None:
    session.execute(text("INSERT INTO parents VALUES (:id)"), {"id": number})


def add_orphan(session: Session) -> None:
    """Only COMMIT finds out that this is wrong."""
    session.execute(text("INSERT INTO children VALUES (1, 999)"))


def parents(session: Session) -> list[int]:
    return list(session.scalars(text("SELECT id FROM parents ORDER BY id")))


def children(session: Session) -> int:
    return session.scalar(text("SELECT count(*) FROM children")) or 0


def counted(session: Session) -> int:
    return session.scalar(text("SELECT value FROM counter")) or 0


@pytest.fixture
async def database(database: Database) -> Database:
    await database.write(create)
    return database


@pytest.fixture
async def sqlite(sqlite: Database) -> Database:
    await sqlite.write(create)
    return sqlite


@pytest.fixture
async def postgresql(postgresql: Database) -> Database:
    await postgresql.write(create)
    return postgresql


async def test_what_was_written_is_there_when_write_returns(database: Database, url: str) -> None:
    await database.write(add_parent, 7)
    assert await database.read(parents) == [7]
    another = Database(url)
    assert await another.read(parents) == [7]
    await another.close()


async def test_a_function_that_raises_leaves_nothing(database: Database) -> None:
    def half(session: Session) -> None:
        add_parent(session, 1)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await database.write(half)
    assert await database.read(parents) == []


async def test_a_commit_that_fails_raises_and_leaves_nothing(database: Database, url: str) -> None:
    with pytest.raises(IntegrityError):
        await database.write(add_orphan)
    assert await database.read(children) == 0
    another = Database(url)  # no lock was left behind, for us or for others
    await asyncio.wait_for(another.write(add_parent, 1), 60)
    await another.close()
    await database.write(add_parent, 2)
    assert await database.read(parents) == [1, 2]


async def test_reading_cannot_write(database: Database) -> None:
    with pytest.raises(DBAPIError, match=r"read-?only"):
        await database.read(add_parent, 1)
    assert await database.read(parents) == []
    await database.write(add_parent, 2)
    assert await database.read(parents) == [2]


async def test_a_function_may_undo_a_part_of_itself(database: Database) -> None:
    def with_savepoint(session: Session) -> None:
        add_parent(session, 1)
        part = session.begin_nested()
        add_parent(session, 2)
        part.rollback()

    await database.write(with_savepoint)
    assert await database.read(parents) == [1]


async def test_fifty_writers_at_once_lose_no_count(sqlite: Database) -> None:
    at_work: list[int] = []

    def add(session: Session) -> int:
        at_work.append(1)
        found = counted(session)
        session.execute(text("UPDATE counter SET value = :value"), {"value": found + 1})
        return len([at_work.pop(), *at_work])

    together = await asyncio.gather(*(sqlite.write(add) for _ in range(200)))
    assert set(together) == {1}  # one at a time
    assert await sqlite.read(counted) == 200


async def test_two_processes_write_to_one_file_without_losing_a_count(sqlite: Database) -> None:
    await asyncio.to_thread(run_together, COUNT_IN_ANOTHER_PROCESS, sqlite.url.render_as_string(hide_password=False))
    assert await sqlite.read(counted) == 100


async def test_a_caller_that_is_cancelled_leaves_no_half_transaction_on_sqlite(sqlite: Database) -> None:
    between, go_on = threading.Event(), threading.Event()

    def two(session: Session) -> None:
        add_parent(session, 1)
        between.set()
        go_on.wait(10)
        add_parent(session, 2)

    caller = asyncio.create_task(sqlite.write(two))
    await asyncio.to_thread(between.wait, 10)
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    go_on.set()
    await sqlite.write(add_parent, 3)
    assert await sqlite.read(parents) == [1, 2, 3]


async def test_a_caller_that_is_cancelled_leaves_no_half_transaction_on_postgresql(postgresql: Database) -> None:
    begun = asyncio.Event()

    def two(session: Session) -> None:
        add_parent(session, 1)
        begun.set()
        session.execute(text("SELECT pg_sleep(0.1)"))
        add_parent(session, 2)

    caller = asyncio.create_task(postgresql.write(two))
    await begun.wait()
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    assert await postgresql.read(parents) == []
    await postgresql.close()  # waits for it
    assert await postgresql.read(parents) == [1, 2]


async def test_closing_waits_for_what_is_being_written(url: str) -> None:
    first = Database(url)
    await first.write(create)
    writing = [asyncio.create_task(first.write(add_parent, number)) for number in range(10)]
    await asyncio.sleep(0)
    await first.close()
    await asyncio.gather(*writing)
    again = Database(url)
    assert await again.read(parents) == list(range(10))
    await again.close()


async def test_a_sqlite_writer_has_the_lock_before_its_first_statement(sqlite: Database) -> None:
    def try_to_write(_session: Session) -> str:
        rival = sqlite3.connect(str(sqlite.url.database), timeout=0)
        try:
            rival.execute("INSERT INTO parents VALUES (1)")
            rival.commit()
        except sqlite3.OperationalError as error:
            return str(error)
        finally:
            rival.close()
        return "written"

    def touch_nothing(session: Session) -> str:
        session.connection()  # begins
        return try_to_write(session)

    assert await sqlite.write(touch_nothing) == "database is locked"
    assert await sqlite.read(touch_nothing) == "written"  # a reader is in nobody's way


async def test_a_commit_on_sqlite_survives_a_power_cut(sqlite: Database) -> None:
    pragmas = ("journal_mode", "synchronous", "foreign_keys")
    assert await sqlite.write(lambda s: [s.scalar(text(f"PRAGMA {name}")) for name in pragmas]) == ["wal", 2, 1]


async def test_every_sqlite_thread_keeps_to_one_connection(sqlite: Database, tmp_path: Path) -> None:
    await asyncio.gather(*(sqlite.read(parents) for _ in range(40)), *(sqlite.write(add_parent, n) for n in range(40)))
    assert len(sqlite._reader._opened) <= 4
    assert len(sqlite._writer._opened) == 1
    await sqlite.close()
    assert os.listdir(tmp_path) == ["only.db"]  # the log is folded in  # noqa: PTH208


def test_sqlite_in_memory_is_refused() -> None:
    with pytest.raises(ValueError, match="needs a file"):
        Database("sqlite:///:memory:")


async def test_a_connection_that_the_server_closed_meanwhile_goes_unnoticed(postgresql: Database) -> None:
    end_the_others = text(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    for use in (lambda: postgresql.read(parents), lambda: postgresql.write(add_parent, 5)):
        await postgresql.read(parents)
        rival = Database(postgresql.url.render_as_string(hide_password=False))
        await rival.write(lambda s: s.execute(end_the_others).all())
        await rival.close()
        await use()
    assert await postgresql.read(parents) == [5]


async def test_a_connection_lost_in_mid_transaction_runs_the_function_again_and_writes_once(postgresql: Database) -> None:
    runs: list[int] = []

    def dies_once(session: Session) -> None:
        runs.append(1)
        add_parent(session, 1)
        if len(runs) == 1:
            session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))

    await postgresql.write(dies_once)
    assert (len(runs), await postgresql.read(parents)) == (2, [1])


async def test_a_deadlock_is_run_again_and_both_are_written(postgresql: Database) -> None:
    await postgresql.write(lambda s: s.execute(text("INSERT INTO counter VALUES (100)")))
    runs: list[str] = []
    low, high = "value < 100", "value >= 100"

    def add_to(session: Session, first: str, second: str) -> None:
        session.execute(text(f"UPDATE counter SET value = value + 1 WHERE {first}"))
        runs.append(first)
        while len(runs) < 2:  # until both hold what the other wants
            session.execute(text("SELECT pg_sleep(0.01)"))
        session.execute(text(f"UPDATE counter SET value = value + 1 WHERE {second}"))

    await asyncio.gather(postgresql.write(add_to, low, high), postgresql.write(add_to, high, low))
    assert len(runs) >= 3, "on a busy machine they may meet again"
    assert await postgresql.read(lambda s: sorted(s.scalars(text("SELECT value FROM counter")))) == [2, 102]
