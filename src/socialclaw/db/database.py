"""Running functions in transactions, the same way on SQLite and on PostgreSQL.

A database function is a plain `def f(session, …)`; `read` and `write` run it in one transaction and commit before they return.
On SQLite it runs in one thread hop on the thread's own sqlite3 connection, with exactly one writer at a time; on PostgreSQL it
runs over asyncpg. So nothing is written twice, and no transaction can be open while a network is spoken to.
"""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path
from typing import Any, Concatenate, NoReturn, ParamSpec, TypeVar
from urllib.parse import quote

from sqlalchemy import Connection, func, make_url, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.orm import Session

from socialclaw.backoff import Backoff
from socialclaw.db import postgres
from socialclaw.db.availability import Availability
from socialclaw.db.recording import RECORDING, Recording
from socialclaw.db.sqlite import SqliteFile, Threads
from socialclaw.db.touches import Touches
from socialclaw.db.trouble import DatabaseTrouble, trouble

P = ParamSpec("P")
T = TypeVar("T")

READERS = 4
WRITERS = 2  # one that writes, and the next one: SQLite shall not have to wait for it
TRIES = 3
ROLLED_BACK = ("40001", "40P01")  # serialization failure, deadlock: PostgreSQL promises that nothing was written


MOST_DRIFT = 5.0  # seconds between the clocks of machines that share a database
INSIST = Backoff((0.2, 0.5, 1, 2, 5))  # of who never gives up while the database is away


class Database:
    """One database, opened. Close it when done.

    `postgresql://user@host/name` or `sqlite:///path`. On PostgreSQL a function is run again where the database says that nothing
    of its first run was kept (a deadlock, or a connection that was lost before COMMIT), so it may have no other side effects.
    `quiet`: that the database is in trouble is not logged.
    """

    def __init__(self, url: str, *, pool_size: int = 10, quiet: bool = False) -> None:
        self.url = make_url(url)
        self._pool_size = pool_size
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.availability = Availability(quiet=quiet)
        self.touches = Touches()
        self.recording = Recording()
        self._writes: set[asyncio.Task[Any]] = set()
        self._watching: sqlite3.Connection | None = None
        if self.is_sqlite:
            if self.url.database in (None, "", ":memory:"):
                raise ValueError("SQLite needs a file: every thread has its own connection, and would have its own memory")
            self._file = SqliteFile(Path(str(self.url.database)))
            self._reader = Threads(self.url, READERS, self._file, writes=False)
            self._writer = Threads(self.url, 1, self._file, writes=True, info={RECORDING: self.recording})
        else:
            self.url = self.url.set(drivername="postgresql+asyncpg")
            self.async_engine: AsyncEngine = postgres.engine(self.url, size=pool_size)
            self._reading = postgres.engine(self.url, size=pool_size, reading=True)

    @property
    def at_once(self) -> tuple[int, int]:
        """How many functions that read, and that write, one workspace may have under way without keeping others from theirs."""
        return (READERS - 1, WRITERS) if self.is_sqlite else (self._pool_size * 2 // 3 or 1,) * 2

    async def read(self, do: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `do(session, …)`, which cannot write. On SQLite it sees one snapshot, on PostgreSQL each statement what is committed.

        Raises DatabaseTrouble where the database cannot be used, as `write` does.
        """
        run = self._reader.run(do, args, kwargs) if self.is_sqlite else self._run_postgres(self._reading, do, args, kwargs)
        return await self._noted(run, writes=False)

    async def write(self, do: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `do(session, …)` in a transaction and commit it; anything raised rolls it back.

        Shielded: a caller that goes away (a closed connection, say) cannot leave a transaction half way.
        """
        run = self._writer.run(do, args, kwargs) if self.is_sqlite else self._run_postgres(self.async_engine, do, args, kwargs)
        context = self.touches.context(self._writer.engine if self.is_sqlite else self.async_engine.sync_engine)
        task = asyncio.create_task(self._noted(run, writes=True), context=context)
        self._writes.add(task)
        if context is not None:
            task.add_done_callback(lambda _: self.touches.ended(context))
        task.add_done_callback(self._over)
        return await asyncio.shield(task)

    def _over(self, task: asyncio.Task[Any]) -> None:
        self._writes.discard(task)
        self.recording.ended()

    async def _noted(self, run: Coroutine[Any, Any, T], *, writes: bool) -> T:
        """What this comes to, which also says whether the database works."""
        began = time.monotonic()
        try:
            result = await run
        except Exception as error:
            self._raise(error, writes=writes)
        if self.availability.trouble:
            self.availability.worked(began, wrote=writes)
        return result

    def _raise(self, error: Exception, *, writes: bool) -> NoReturn:
        """Noted, and raised as what it is."""
        if (found := trouble(error, writing=writes, file=self._file.path if self.is_sqlite else None)) is None:
            raise error
        self.availability.failed(found)
        if found is error:
            raise error
        raise found from error

    def changes(self) -> int | None:
        """SQLite: a number that is another one as soon as anybody has committed anything; PostgreSQL has none such. Takes no time.

        Asked of a connection that never writes, and on the event loop: it reads a counter in shared memory, and waits for nobody.
        """
        if not self.is_sqlite:
            return None
        try:
            self._file.check(self._watching)
            if self._watching is None:
                self._watching = sqlite3.connect(f"file:{quote(str(self.url.database))}?mode=ro", uri=True, timeout=0)
            number: int = self._watching.execute("PRAGMA data_version").fetchone()[0]
        except (sqlite3.Error, DatabaseTrouble) as error:
            self._raise(error, writes=False)
        return number

    async def drift(self) -> float:
        """`drift`, in a transaction of its own."""
        return 0.0 if self.is_sqlite else await self.read(drift)

    async def restructure(self, do: Callable[[Session], T]) -> T:
        """`write`, for a function that copies tables and drops the old ones, as SQLite needs it where a table is altered.

        SQLite takes a drop for the deletion of all rows, and would delete what refers to them, or refuse. So references are not
        enforced meanwhile, but all are checked before the commit.
        """
        if not self.is_sqlite:
            return await self.write(do)
        return await self._noted(self._writer.run_unenforced(do), writes=True)

    async def settle(self) -> bool:
        """SQLite: bring the write-ahead log into the file, and empty it; False where somebody is reading. Elsewhere there is nothing to do.

        What was deleted is overwritten in the file only then.
        """
        return await self._noted(self._writer.checkpoint(), writes=True) if self.is_sqlite else True

    async def _run_postgres(self, engine: AsyncEngine, do: Callable[..., T], args: Any, kwargs: Any) -> T:
        committing = False

        def run(connection: Connection) -> T:
            nonlocal committing
            with Session(connection, expire_on_commit=False, info={RECORDING: self.recording}) as session, session.begin():
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


def drift(session: Session) -> float:
    """By how many seconds this machine's clock is ahead of the database's; 0 on SQLite, which has no other."""
    if session.get_bind().dialect.name == "sqlite":
        return 0.0
    before = time.time()
    theirs = session.scalar(select(func.extract("epoch", func.clock_timestamp())))
    return (before + time.time()) / 2 - float(theirs or 0)


async def insist(write: Callable[[], Awaitable[T]]) -> T:
    """What `await write()` answers, which may be done twice: tried again for as long as the database cannot be used."""
    for pause in INSIST:
        try:
            return await write()
        except DatabaseTrouble:
            await asyncio.sleep(pause)
    raise AssertionError("there is always another try")
