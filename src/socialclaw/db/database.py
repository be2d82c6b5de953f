"""Running functions in transactions, the same way on SQLite and on PostgreSQL.

A database function is a plain `def f(session, …)`; `read` and `write` run it in one transaction and commit before they return.
On SQLite it runs in one thread hop on the thread's own sqlite3 connection, with exactly one writer at a time; on PostgreSQL it
runs over asyncpg. So nothing is written twice, and no transaction can be open while a network is spoken to.
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import threading
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import Any, Concatenate, ParamSpec, TypeVar
from urllib.parse import quote

from sqlalchemy import URL, Connection, Engine, create_engine, event, func, make_url, select, text
from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from socialclaw.clock import rehearsing

P = ParamSpec("P")
T = TypeVar("T")

READERS = 4
TRIES = 3
ROLLED_BACK = ("40001", "40P01")  # serialization failure, deadlock: PostgreSQL promises that nothing was written

# FULL: the mark that fences an irreversible call must survive a power cut, not only a killed process.
PRAGMAS = ("synchronous=FULL", "foreign_keys=ON", "busy_timeout=30000", "cache_size=-16000", "temp_store=MEMORY")


MOST_DRIFT = 5.0  # seconds between the clocks of machines that share a database
PAUSES = (0.2, 1, 5, 15, 30)  # seconds between the tries of who insists
log = logging.getLogger(__name__)


class Database:
    """One database, opened. Close it when done.

    `postgresql://user@host/name` or `sqlite:///path`. On PostgreSQL a function is run again where the database says that nothing
    of its first run was kept (a deadlock, or a connection that was lost before COMMIT), so it may have no other side effects.
    """

    def __init__(self, url: str, *, pool_size: int = 10) -> None:
        self.url = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self._writes: set[asyncio.Task[Any]] = set()
        self._watching: sqlite3.Connection | None = None
        if self.is_sqlite:
            if self.url.database in (None, "", ":memory:"):
                raise ValueError("SQLite needs a file: every thread has its own connection, and would have its own memory")
            self._reader = _Threads(self.url, READERS, writes=False)
            self._writer = _Threads(self.url, 1, writes=True)
        else:
            self.url = self.url.set(drivername="postgresql+asyncpg")
            self.async_engine: AsyncEngine = create_async_engine(self.url, pool_size=pool_size, max_overflow=0)
            self._reading = create_async_engine(
                self.url,
                pool_size=pool_size,
                max_overflow=0,
                isolation_level="AUTOCOMMIT",  # a read is a round trip a statement, without BEGIN and COMMIT around it
                connect_args={"server_settings": {"default_transaction_read_only": "on"}},
            )

    async def read(self, do: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `do(session, …)`, which cannot write. On SQLite it sees one snapshot, on PostgreSQL each statement what is committed."""
        if self.is_sqlite:
            return await self._reader.run(do, args, kwargs)
        return await self._run_postgres(self._reading, do, args, kwargs)

    async def write(self, do: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `do(session, …)` in a transaction and commit it; anything raised rolls it back.

        Shielded: a caller that goes away (a closed connection, say) cannot leave a transaction half way.
        """
        run = self._writer.run(do, args, kwargs) if self.is_sqlite else self._run_postgres(self.async_engine, do, args, kwargs)
        task = asyncio.create_task(run)
        self._writes.add(task)
        task.add_done_callback(self._writes.discard)
        return await asyncio.shield(task)

    def changes(self) -> int | None:
        """SQLite: a number that is another one as soon as anybody has committed anything; PostgreSQL has none such. Takes no time.

        Asked of a connection that never writes, and on the event loop: it reads a counter in shared memory, and waits for nobody.
        """
        if not self.is_sqlite:
            return None
        if self._watching is None:
            self._watching = sqlite3.connect(f"file:{quote(str(self.url.database))}?mode=ro", uri=True, timeout=0)
        number: int = self._watching.execute("PRAGMA data_version").fetchone()[0]
        return number

    async def drift(self) -> float:
        """By how many seconds this machine's clock is ahead of the database's; 0 on SQLite, which has no other."""
        if self.is_sqlite:
            return 0.0
        before = time.time()
        theirs = await self.read(lambda session: session.scalar(select(func.extract("epoch", func.clock_timestamp()))))
        return (before + time.time()) / 2 - float(theirs or 0)

    async def restructure(self, do: Callable[[Session], T]) -> T:
        """`write`, for a function that copies tables and drops the old ones, as SQLite needs it where a table is altered.

        SQLite takes a drop for the deletion of all rows, and would delete what refers to them, or refuse. So references are not
        enforced meanwhile, but all are checked before the commit.
        """
        if not self.is_sqlite:
            return await self.write(do)
        return await self._writer.run_unenforced(do)

    async def _run_postgres(self, engine: AsyncEngine, do: Callable[..., T], args: Any, kwargs: Any) -> T:
        committing = False

        def run(connection: Connection) -> T:
            nonlocal committing
            with Session(connection, expire_on_commit=False) as session, session.begin():
                result = do(session, *args, **kwargs)
                session.flush()
                committing = True
                return result

        for tries_left in reversed(range(TRIES)):
            try:
                async with engine.connect() as connection:
                    return await connection.run_sync(run)
            except DBAPIError as error:
                undone = getattr(error.orig, "sqlstate", None) in ROLLED_BACK or (error.connection_invalidated and not committing)
                if not undone or not tries_left:
                    raise
        raise AssertionError("the last try returns or raises")

    async def close(self) -> None:
        """Finish what is being written, then let go."""
        await asyncio.gather(*self._writes, return_exceptions=True)
        if self._watching:
            self._watching.close()
        if self.is_sqlite:
            self._reader.close()
            self._writer.close()
        else:
            await self.async_engine.dispose()
            await self._reading.dispose()


async def insist(write: Callable[[], Awaitable[T]]) -> T:
    """What `await write()` answers, which may be done twice: tried for about a minute more where the database is away."""
    for pause in PAUSES:
        try:
            return await write()
        except (SQLAlchemyError, OSError) as error:
            log.warning("the database is away (%s): trying again in %s s", type(error).__name__, pause)
            await asyncio.sleep(pause)
    return await write()


class _Threads:
    """SQLite in threads, each with one connection that it keeps: no pool to go through, and no connection shared."""

    def __init__(self, url: URL, count: int, *, writes: bool) -> None:
        self._engine = _sqlite(url, writes=writes)
        self._writes = writes
        self._own = threading.local()
        self._opened: list[Connection] = []
        self._threads = ThreadPoolExecutor(count, thread_name_prefix="db-write" if writes else "db-read")

    async def run(self, do: Callable[..., T], args: Any, kwargs: Any) -> T:
        run = copy_context().run  # a thread does not know by itself for whom we act
        return await asyncio.get_running_loop().run_in_executor(self._threads, run, self._run, do, args, kwargs)

    async def run_unenforced(self, do: Callable[[Session], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._run_unenforced, do)

    def _run_unenforced(self, do: Callable[[Session], T]) -> T:
        self._session()
        self._own.raw.execute("PRAGMA foreign_keys=OFF")  # only outside of a transaction
        try:
            result: T = self._run(_whole, (do,), {})
            return result
        finally:
            self._own.raw.execute("PRAGMA foreign_keys=ON")

    def _run(self, do: Callable[..., T], args: Any, kwargs: Any) -> T:
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
            connection = self._engine.connect()
            self._opened.append(connection)
            self._own.raw = connection.connection.driver_connection
            session = self._own.session = Session(connection, expire_on_commit=False)
        return session

    def close(self) -> None:
        self._threads.shutdown()
        for connection in self._opened:
            connection.close()


def _whole(session: Session, do: Callable[[Session], T]) -> T:
    """`do`, after which every reference has to lead somewhere."""
    result = do(session)
    session.flush()
    if broken := session.execute(text("PRAGMA foreign_key_check")).first():
        raise RuntimeError(f"a row of {broken[0]} refers to a row of {broken[2]} that is not there")
    return result


def _sqlite(url: URL, *, writes: bool) -> Engine:
    engine = create_engine(url, poolclass=NullPool, connect_args={"timeout": 30, "check_same_thread": False})
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
