"""The queue: PgQueuer, in memory in the one process of the SQLite default, in its own tables on PostgreSQL.

A hint that is lost is found again by the scan; a hint that comes twice is harmless, because work is claimed by rows.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import suppress
from datetime import timedelta
from functools import partial
from typing import Any

import asyncpg
from pgqueuer import PgQueuer
from pgqueuer.db import AsyncpgPoolDriver
from pgqueuer.errors import FailingListenerError
from pgqueuer.models import Job
from pgqueuer.queries import Queries

from socialclaw.db import postgres
from socialclaw.db.base import Hint, utc_now
from socialclaw.db.database import INSIST, Database
from socialclaw.db.trouble import DatabaseTrouble, trouble
from socialclaw.jobs import flushing

Handler = Callable[[str], Awaitable[None]]

# Handlers wait here for a free place among `concurrency`; a hint that waits costs a little memory and nothing else.
MOST_HINTS_HELD = 2000
LONG_SECONDS = 30.0  # a run that lasted so long was a good one: the next pause is a short one again
CLOSE_SECONDS = 5.0
LOST = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)
log = logging.getLogger(__name__)
flushing.install()


class Queue:
    """Open it, `hand_over` from anywhere in the process, `run` it in a worker. It goes on however often its database goes and comes.

    `dsn`: of PostgreSQL; None: in memory.
    """

    def __init__(self, dsn: str | None) -> None:
        self._dsn = dsn
        self._pool: asyncpg.Pool | None = None
        self._stopping = asyncio.Event()
        self._queuer = PgQueuer.in_memory()

    @classmethod
    async def open(cls, database: Database) -> Queue:
        """PgQueuer's own tables are made on first use; two processes may do so at once. Raises DatabaseTrouble."""
        dsn = None if database.is_sqlite else database.url.set(drivername="postgresql").render_as_string(hide_password=False)
        queue = cls(dsn)
        try:
            await queue._begin()
            if queue._pool:
                await _install(queue._pool)
        except LOST as error:
            raise trouble(error) or error from error
        return queue

    async def _begin(self) -> None:
        """A new queuer, on new connections; where one of those is lost, it ends."""
        if self._dsn:
            lost = asyncio.Event()

            async def watched(connection: asyncpg.Connection) -> None:
                postgres.watch(connection)
                connection.add_termination_listener(lambda _: lost.set())

            old, self._pool = (
                self._pool,
                await asyncpg.create_pool(
                    self._dsn, min_size=1, max_size=4, timeout=postgres.CONNECT_SECONDS, init=watched, max_inactive_connection_lifetime=0
                ),
            )
            if old:
                old.terminate()
            self._queuer = PgQueuer.from_asyncpg_pool(self._pool)
            self._queuer.shutdown = self._queuer.qm.shutdown = lost
        else:
            self._queuer = PgQueuer.in_memory()
        self._queuer.qm.min_dequeue_poll_interval = timedelta(seconds=0.02)

    async def hand_over(self, hints: Iterable[Hint]) -> None:
        """Announce work. What cannot be announced is found by the scan, so failure is only logged."""
        unique = list(dict.fromkeys(hints))
        if not unique:
            return
        now = utc_now()
        try:
            await self._repository.enqueue(
                [hint.kind for hint in unique],
                [hint.key.encode() for hint in unique],
                [0] * len(unique),
                [max(timedelta(0), hint.at - now) for hint in unique],
                [f"{hint.kind} {hint.key} {hint.at.timestamp():.3f}" for hint in unique],
                on_conflict="skip",
            )
        except LOST as error:
            level, found = (logging.WARNING, error) if trouble(error) is None else (logging.DEBUG, None)
            log.log(level, "hints could not be handed to the queue; the scan will find the work", exc_info=found)

    async def run(self, handlers: Mapping[str, Handler]) -> None:
        """Deliver hints until `stop`. A handler's failure is logged and never ends the queue.

        Nor does the end of its connections: it begins anew, with new ones, once what is being handled has come to its end. Meanwhile the
        scan finds the work.
        """
        waits = iter(INSIST)
        while not self._stopping.is_set():
            began = time.monotonic()
            try:
                await self._deliver_until_lost(handlers)
            except Exception as error:
                lost = self._queuer.shutdown.is_set() or trouble(error) or isinstance(error, FailingListenerError)
                if not lost:
                    log.exception("the queue failed, and begins anew; the scan finds the work meanwhile")
            if time.monotonic() - began > LONG_SECONDS:
                waits = iter(INSIST)
            while not await self._stops_within(next(waits)) and not await self._renewed():
                pass

    async def _stops_within(self, seconds: float) -> bool:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)
        return self._stopping.is_set()

    async def _deliver_until_lost(self, handlers: Mapping[str, Handler]) -> None:
        for kind, handler in handlers.items():
            self._queuer.entrypoint(kind)(partial(_deliver, handler))
        pruning = asyncio.create_task(self._prune())
        try:
            await self._queuer.qm.run(
                batch_size=100,
                dequeue_timeout=timedelta(seconds=10),
                max_concurrent_tasks=MOST_HINTS_HELD,
                heartbeat_timeout=timedelta(seconds=10),
                log_aggregation_interval=timedelta(0),
                shutdown_on_listener_failure=True,  # one that hears nothing would be late with every hint, and for ever
            )
        finally:
            pruning.cancel()
            await asyncio.gather(pruning, return_exceptions=True)

    async def _renewed(self) -> bool:
        """Whether a new pool and a new queuer are in the place of the failed ones.

        PgQueuer does not give back a connection that broke while it listened there.
        """
        try:
            await self._begin()
        except LOST:
            return False
        return True

    def stop(self) -> None:
        self._stopping.set()
        self._queuer.shutdown.set()

    async def close(self) -> None:
        self.stop()
        if self._pool:
            try:
                async with asyncio.timeout(CLOSE_SECONDS):
                    await self._pool.close()
            except (TimeoutError, *LOST):  # the other side is gone
                self._pool.terminate()

    async def _prune(self) -> None:
        """PgQueuer keeps a log of every job, in memory too, where it only grows."""
        while not self._queuer.shutdown.is_set():
            await asyncio.sleep(60)
            await self._repository.clear_queue_log()
            await self._repository.clear_statistics_log()

    @property
    def _repository(self) -> Any:
        return self._queuer.qm.queries


async def _install(pool: asyncpg.Pool) -> None:
    queries = Queries(AsyncpgPoolDriver(pool))
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock(hashtext('socialclaw queue tables'))")
        if not await queries.has_table(queries.qbe.settings.queue_table):
            await queries.install()


async def _deliver(handler: Handler, job: Job) -> None:
    try:
        await handler((job.payload or b"").decode())
    except DatabaseTrouble:
        pass  # told once for all; the scan will find the work again
    except Exception:
        log.exception("handling the hint %s failed; the scan will find the work again", job.payload)
