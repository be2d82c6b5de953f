"""PostgreSQL goes and comes back; a disk fills, a file can only be read, or is gone: each is told as what it is, and nobody gives up."""

from __future__ import annotations

import asyncio
import logging
import os
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from socialclaw.backoff import Backoff
from socialclaw.db import availability, database, trouble
from socialclaw.db.base import Base, Hint, utc_now
from socialclaw.db.database import Database, insist
from socialclaw.db.grouped import GroupedWrites
from socialclaw.db.probe import probe
from socialclaw.db.trouble import DatabaseTrouble
from socialclaw.jobs.queue import Queue
from tests.postgres import Server, server

BOUND_SECONDS = 60


def create(session: Session) -> None:
    session.execute(text("CREATE TABLE items (value TEXT)"))


def add(session: Session, value: str = "x") -> None:
    session.execute(text("INSERT INTO items VALUES (:value)"), {"value": value})


def kept(session: Session) -> int:
    return session.scalar(text("SELECT count(*) FROM items")) or 0


def told(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.name == availability.__name__]


async def delivered(queue: Queue, got: asyncio.Queue[str], key: str) -> None:
    """Announce this until it comes: it may take a moment until somebody listens again."""
    while True:
        await queue.hand_over([Hint("publish", key, utc_now())])
        with suppress(TimeoutError):
            async with asyncio.timeout(0.5):
                while await got.get() != key:
                    pass
                return


class TestPostgres:
    @pytest.fixture
    def postgres_server(self) -> Iterator[Server]:
        with server() as found:
            yield found

    @pytest.fixture
    async def database(self, postgres_server: Server) -> AsyncIterator[Database]:
        found = Database(postgres_server.url)
        await found.write(create)
        yield found
        await found.close()

    async def test_it_may_be_stopped_and_killed_and_everything_goes_on(
        self, postgres_server: Server, database: Database, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(availability, "CALM_SECONDS", 0.0)
        for go in (lambda: postgres_server.stop("fast"), lambda: postgres_server.stop("immediate"), postgres_server.kill):
            caplog.clear()
            await asyncio.gather(*(database.read(kept) for _ in range(20)), *(database.write(add) for _ in range(20)))  # full pools
            await asyncio.to_thread(go)
            for do in (lambda: database.read(kept), lambda: database.write(add), lambda: database.read(kept)):
                with pytest.raises(DatabaseTrouble) as failed:
                    await do()
                assert (failed.value.code, failed.value.status, failed.value.retry_after) == ("database_unavailable", 503, 5.0)
            waiting = asyncio.create_task(insist(lambda: database.write(add)))
            await asyncio.to_thread(postgres_server.start)
            await asyncio.wait_for(waiting, BOUND_SECONDS)
            await asyncio.gather(*(database.read(kept) for _ in range(20)), *(database.write(add) for _ in range(20)))
            gone, back = told(caplog)
            assert "The database does not answer" in gone
            assert back.startswith("The database is back after ")
            assert not any(record.exc_info for record in caplog.records)
        assert await database.read(kept) == 3 * (20 + 1 + 20)

    async def test_hints_come_again_once_it_is_back(
        self, postgres_server: Server, database: Database, caplog: pytest.LogCaptureFixture
    ) -> None:
        queue, got = await Queue.open(database), asyncio.Queue[str]()

        async def handle(key: str) -> None:
            await got.put(key)

        running = asyncio.create_task(queue.run({"publish": handle}))
        async with asyncio.timeout(2 * BOUND_SECONDS):
            for turn in range(5):  # more often than the pool has connections
                await delivered(queue, got, f"before {turn}")
                await asyncio.to_thread(postgres_server.kill if turn % 2 else postgres_server.stop)
                await queue.hand_over([Hint("publish", "lost", utc_now())])  # fails in silence: the scan finds the work
                await asyncio.to_thread(postgres_server.start)
                await delivered(queue, got, f"after {turn}")
            assert not running.done()
            await queue.close()
            await running
        assert not [r for r in caplog.records if r.name.startswith("socialclaw") and r.levelno >= logging.WARNING]

    async def test_a_server_that_only_reads_takes_no_writes_and_says_so(self, postgres_server: Server, database: Database) -> None:
        """As after a failover to a replica."""
        await asyncio.to_thread(postgres_server.sql, "ALTER SYSTEM SET default_transaction_read_only = on; SELECT pg_reload_conf();")

        async def until_refused() -> None:
            while True:  # the setting comes to a connection between two of its statements
                await database.write(add)

        with pytest.raises(DatabaseTrouble) as failed:
            await asyncio.wait_for(until_refused(), BOUND_SECONDS)
        assert failed.value.code == "database_read_only"
        await database.read(kept)
        assert database.availability.trouble is failed.value, "that it can be read does not end it"
        reset = "SET default_transaction_read_only = off; ALTER SYSTEM RESET default_transaction_read_only; SELECT pg_reload_conf();"
        await asyncio.to_thread(postgres_server.sql, reset)
        await asyncio.wait_for(insist(lambda: database.write(add)), BOUND_SECONDS)
        assert database.availability.trouble is None

    async def test_too_many_connections_are_told_as_that(self, postgres_server: Server) -> None:
        await asyncio.to_thread(postgres_server.sql, "CREATE ROLE guest LOGIN CONNECTION LIMIT 0; CREATE DATABASE theirs OWNER guest;")
        database = Database(postgres_server.url.replace("postgres:@/postgres", "guest:@/theirs"))
        with pytest.raises(DatabaseTrouble) as failed:
            await database.read(lambda session: session.execute(text("SELECT 1")))
        await database.close()
        assert failed.value.code == "database_busy"

    async def test_a_database_that_is_not_there_is_no_outage(self, postgres_server: Server) -> None:
        database = Database(postgres_server.url.replace("/postgres?", "/nowhere?"))
        with pytest.raises(DatabaseTrouble) as failed:
            await database.read(lambda session: session.execute(text("SELECT 1")))
        await database.close()
        assert failed.value.code == "database_refused"


class TestSqlite:
    @pytest.fixture
    async def sqlite(self, sqlite: Database) -> Database:
        await sqlite.write(create)
        await sqlite.write(add)
        return sqlite

    async def test_a_full_disk_is_told_and_room_ends_it(self, sqlite: Database, caplog: pytest.LogCaptureFixture) -> None:
        def limit(session: Session, pages: int) -> None:
            session.execute(text(f"PRAGMA max_page_count = {pages}"))

        await sqlite.write(limit, 20)
        with pytest.raises(DatabaseTrouble) as failed:
            await sqlite.write(add, "x" * 1_000_000)
        assert (failed.value.code, failed.value.status) == ("database_full", 503)
        assert await sqlite.read(kept) == 1, "nothing half kept, and reading goes on"
        assert sqlite.availability.trouble is failed.value
        await sqlite.write(limit, 1_000_000)
        await sqlite.write(add, "x" * 1_000_000)
        assert await sqlite.read(kept) == 2
        assert sqlite.availability.trouble, "that one write found room proves nothing"
        await sqlite.write(lambda session: Base.metadata.create_all(session.connection()))
        await probe(sqlite)
        gone, back = told(caplog)
        assert "The disk of the database is full" in gone
        assert "database_full" in back

    async def test_an_error_of_the_disk_is_full_only_where_there_is_no_room(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        error = sqlite3.OperationalError("disk I/O error")
        error.sqlite_errorcode = sqlite3.SQLITE_IOERR_WRITE
        found = trouble.trouble(error, file=tmp_path / "db")
        assert found
        assert found.code == "database_damaged"
        monkeypatch.setattr(trouble, "LEAST_FREE", 1 << 62)
        found = trouble.trouble(error, file=tmp_path / "db")
        assert found
        assert found.code == "database_full"

    async def test_a_file_that_can_only_be_read_is_told(self, sqlite: Database) -> None:
        def only_read(session: Session, state: str) -> None:
            session.execute(text(f"PRAGMA query_only = {state}"))

        await sqlite.write(only_read, "ON")  # what a file without the right to write answers, for root too
        with pytest.raises(DatabaseTrouble) as failed:
            await sqlite.write(add)
        assert failed.value.code == "database_read_only"
        assert await sqlite.read(kept) == 1

    async def test_a_lock_that_is_not_given_up_is_told(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("socialclaw.db.sqlite.PRAGMAS", ("busy_timeout=10",))
        database = Database(f"sqlite:///{tmp_path / 'locked.db'}")
        await database.write(create)
        rival = sqlite3.connect(tmp_path / "locked.db")
        rival.execute("BEGIN IMMEDIATE")
        with pytest.raises(DatabaseTrouble) as failed:
            await database.write(add)
        rival.close()
        assert failed.value.code == "database_busy"
        await database.write(add)
        await database.close()

    @pytest.mark.parametrize("place", ["gone", "another"])
    async def test_a_file_that_was_deleted_takes_nothing_more_and_what_it_held_is_kept(
        self, sqlite: Database, caplog: pytest.LogCaptureFixture, place: str
    ) -> None:
        path = Path(str(sqlite.url.database))
        await sqlite.read(kept)
        sqlite.changes()
        os.unlink(path)  # noqa: PTH108
        if place == "another":
            os.close(os.open(path, os.O_CREAT))
        for do in (lambda: sqlite.write(add), lambda: sqlite.read(kept)):
            with pytest.raises(DatabaseTrouble) as failed:
                await do()
            assert failed.value.code == "database_missing"
        with pytest.raises(DatabaseTrouble):
            sqlite.changes()
        assert ("only.db" in os.listdir(path.parent)) is (place == "another"), "no empty one is made in its place"  # noqa: PTH208
        [copy] = path.parent.glob("only.db.rescued-*")
        with sqlite3.connect(copy) as rescued:
            assert rescued.execute("SELECT count(*) FROM items").fetchone() == (1,)
        assert f"all that it held is in {copy}" in caplog.text
        os.replace(copy, path)  # noqa: PTH105
        again = Database(f"sqlite:///{path}")
        await again.write(add)
        assert await again.read(kept) == 2
        await again.close()

    async def test_a_damaged_file_is_told(self, tmp_path: Path) -> None:
        (tmp_path / "bad.db").write_bytes(b"no database at all, but long enough to look into" * 100)
        database = Database(f"sqlite:///{tmp_path / 'bad.db'}")
        with pytest.raises(DatabaseTrouble) as failed:
            await database.read(kept)
        await database.close()
        assert failed.value.code == "database_damaged"


async def test_an_outage_is_told_once_and_one_that_flickers_fills_no_log(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = availability.Availability()
    for _ in range(50):
        for _ in range(10):
            seen.failed(DatabaseTrouble(said="refused"))
        seen.worked(seen.since, wrote=False)
    assert len(told(caplog)) == 2
    seen.failed(trouble.full())
    assert "full" in told(caplog)[-1], "another kind of trouble is told at once"


async def test_a_group_is_not_tried_in_parts_where_the_database_is_away(sqlite: Database) -> None:
    runs: list[int] = []

    def away(session: Session, values: object) -> list[int]:
        runs.append(1)
        raise ConnectionRefusedError

    write = GroupedWrites[int, int](sqlite, away)
    results = await asyncio.gather(*(write(n) for n in range(50)), return_exceptions=True)
    assert all(isinstance(r, DatabaseTrouble) for r in results)
    assert len(runs) <= 2


async def test_who_insists_is_patient_for_as_long_as_it_takes(sqlite: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "INSIST", Backoff((0.0,)))
    tries = iter(range(500))

    async def write() -> str:
        if next(tries) < 400:
            raise DatabaseTrouble
        return "written"

    assert await insist(write) == "written"


def test_a_driver_that_was_cut_off_in_the_middle_of_a_call_says_that_the_database_is_away() -> None:
    found = trouble.trouble(asyncpg.InternalClientError("cannot switch to state 12; another operation (2) is in progress"))
    assert found is not None
    assert found.code == "database_unavailable"
