"""SQLite: one connection a thread, one writer at a time, and a file that has to stay where it is."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sqlite3
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import URL, Connection, Engine, create_engine, event, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from socialclaw.clock import rehearsing
from socialclaw.db.base import json_text
from socialclaw.db.trouble import missing

T = TypeVar("T")
log = logging.getLogger(__name__)

# FULL: the mark that fences an irreversible call must survive a power cut, not only a killed process.
# Secure delete: what is deleted is overwritten, so that no page of the file tells of it.
PRAGMAS = ("synchronous=FULL", "foreign_keys=ON", "busy_timeout=30000", "cache_size=-16000", "temp_store=MEMORY", "secure_delete=ON")
CHECKPOINT_MS = 1000  # that a checkpoint waits for readers


class SqliteFile:
    """Whether the file is still the one that was opened. One that was deleted lives on for who has it open, and nowhere else."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._identity: tuple[int, int] | None = None
        self._lock = threading.Lock()
        self._rescued = False

    def opened(self) -> None:
        if self._identity is None:
            found = self.path.stat()
            self._identity = (found.st_dev, found.st_ino)

    def check(self, connection: sqlite3.Connection | None) -> None:
        """Raises DatabaseTrouble `database_missing` where it is not. What it held is kept in a copy by the first who can make one."""
        if self._identity is None:
            return
        try:
            found = self.path.stat()
            if (found.st_dev, found.st_ino) == self._identity:
                return
            said = f"another file is in the place of {self.path}"
        except OSError as error:
            said = f"{self.path}: {error.strerror}"
        if connection is not None:
            self._rescue(connection)
        raise missing(said)

    def _rescue(self, connection: sqlite3.Connection) -> None:
        with self._lock:
            if self._rescued:
                return
            self._rescued = True
            copy = self.path.with_name(f"{self.path.name}.rescued-{datetime.now(UTC):%Y%m%d%H%M%S}")
            try:
                copy.parent.mkdir(parents=True, exist_ok=True)
                with contextlib.closing(sqlite3.connect(copy)) as target:
                    connection.backup(target)
            except (OSError, sqlite3.Error) as error:
                log.critical("%s is gone, and what it held could not be saved: %s", self.path, error)
                return
            log.critical("%s is gone; all that it held is in %s: stop the server, and put that in its place", self.path, copy)


class Threads:
    """SQLite in threads, each with one connection that it keeps: no pool to go through, and no connection shared."""

    def __init__(self, url: URL, count: int, file: SqliteFile, *, writes: bool, info: dict[Any, Any] | None = None) -> None:
        self._file = file
        self.engine = _sqlite(url, writes=writes)
        self._writes, self._info = writes, info
        self._own = threading.local()
        self._opened: list[Connection] = []
        self._threads = ThreadPoolExecutor(count, thread_name_prefix="db-write" if writes else "db-read")

    async def run(self, do: Callable[..., T], args: Any, kwargs: Any) -> T:
        run = copy_context().run  # a thread does not know by itself for whom we act
        return await asyncio.get_running_loop().run_in_executor(self._threads, run, self._run, do, args, kwargs)

    async def run_unenforced(self, do: Callable[[Session], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._run_unenforced, do)

    async def checkpoint(self) -> bool:
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._checkpoint)

    def _checkpoint(self) -> bool:
        self._session()
        self._own.raw.execute(f"PRAGMA busy_timeout={CHECKPOINT_MS}")
        try:
            return not self._own.raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        finally:
            self._own.raw.execute("PRAGMA busy_timeout=30000")

    def _run_unenforced(self, do: Callable[[Session], T]) -> T:
        self._session()
        self._own.raw.execute("PRAGMA foreign_keys=OFF")  # only outside of a transaction
        try:
            result: T = self._run(whole, (do,), {})
            return result
        finally:
            self._own.raw.execute("PRAGMA foreign_keys=ON")

    def _run(self, do: Callable[..., T], args: Any, kwargs: Any) -> T:
        self._file.check(getattr(self._own, "raw", None))
        session = self._session()
        if self._writes:
            self._ensure(durable=not rehearsing())
        try:
            with session, session.begin():
                return do(session, *args, **kwargs)
        except BaseException:
            # After a COMMIT that failed, sqlite3 is still in the transaction while SQLAlchemy thinks that it is over.
            if self._own.raw.in_transaction:
                self._own.raw.rollback()
            raise

    def _ensure(self, *, durable: bool) -> None:
        """Whether the next commit waits for the disk. The first one that does makes all before it durable too.

        Where time stands only simulated posts hang on it, and six weeks are thousands of commits; a killed process loses none of them.
        """
        if durable != getattr(self._own, "durable", True):
            self._own.raw.execute(f"PRAGMA synchronous={'FULL' if durable else 'NORMAL'}")
            self._own.durable = durable

    def _session(self) -> Session:
        session: Session | None = getattr(self._own, "session", None)
        if session is None:
            connection = self.engine.connect()
            self._opened.append(connection)
            self._own.raw = connection.connection.driver_connection
            self._file.opened()
            session = self._own.session = Session(connection, expire_on_commit=False, info=self._info)
        return session

    def close(self) -> None:
        self._threads.shutdown()
        for connection in self._opened:
            connection.close()


def whole(session: Session, do: Callable[[Session], T]) -> T:
    """`do`, after which every reference has to lead somewhere."""
    result = do(session)
    session.flush()
    if broken := session.execute(text("PRAGMA foreign_key_check")).first():
        raise RuntimeError(f"a row of {broken[0]} refers to a row of {broken[2]} that is not there")
    return result


def _sqlite(url: URL, *, writes: bool) -> Engine:
    engine = create_engine(url, poolclass=NullPool, json_serializer=json_text, connect_args={"timeout": 30, "check_same_thread": False})
    begin = "BEGIN IMMEDIATE" if writes else "BEGIN"

    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves
        _log_ahead(connection)
        for pragma in (*PRAGMAS, f"query_only={'OFF' if writes else 'ON'}"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        raw: Any = connection.connection.driver_connection
        try:
            raw.execute(begin)
        except sqlite3.Error as error:
            raise OperationalError(begin, (), error) from error

    return engine


def _log_ahead(connection: sqlite3.Connection) -> None:
    """WAL. Where another connection is opening a new file too, SQLite says "locked" here without waiting as it does elsewhere."""
    for wait in (0.01,) * 500:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError:
            time.sleep(wait)
    connection.execute("PRAGMA journal_mode=WAL")
