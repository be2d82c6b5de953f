"""The queue: PgQueuer, in memory in the one process of the SQLite default, in its own tables on PostgreSQL.

A hint that is lost is found again by the scan; a hint that comes twice is harmless, because work is claimed by rows.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import timedelta
from functools import partial
from typing import Any

import asyncpg
from pgqueuer import PgQueuer
from pgqueuer.db import AsyncpgPoolDriver
from pgqueuer.models import Job
from pgqueuer.queries import Queries

from socialclaw.db.base import Hint, utc_now
from socialclaw.db.database import Database

Handler = Callable[[str], Awaitable[None]]

# Handlers wait here for a free place among `concurrency`; a hint that waits costs a little memory and nothing else.
MOST_HINTS_HELD = 2000
log = logging.getLogger(__name__)


class Queue:
    """Open it, `hand_over` from anywhere in the process, `run` it in a worker."""

    def __init__(self, queuer: PgQueuer, pool: asyncpg.Pool | None) -> None:
        self._queuer = queuer
        self._pool = pool
        self._queuer.qm.min_dequeue_poll_interval = timedelta(seconds=0.02)

    @classmethod
    async def open(cls, database: Database) -> Queue:
        """PgQueuer's own tables are made on first use; two processes may do so at once."""
        if database.is_sqlite:
            return cls(PgQueuer.in_memory(), None)
        dsn = database.url.set(drivername="postgresql").render_as_string(hide_password=False)
        pool = await asyncpg.create_pool(dsn, min_size=1, max_size=4)
        queries = Queries(AsyncpgPoolDriver(pool))
        async with pool.acquire() as connection, connection.transaction():
            await connection.execute("SELECT pg_advisory_xact_lock(hashtext('socialclaw queue tables'))")
            if not await queries.has_table(queries.qbe.settings.queue_table):
                await queries.install()
        return cls(PgQueuer.from_asyncpg_pool(pool), pool)

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
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            log.warning("hints could not be handed to the queue; the scan will find the work", exc_info=True)

    async def run(self, handlers: Mapping[str, Handler]) -> None:
        """Deliver hints until `stop`. A handler's failure is logged and never ends the queue."""
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
            )
        finally:
            pruning.cancel()
            await asyncio.gather(pruning, return_exceptions=True)

    def stop(self) -> None:
        self._queuer.shutdown.set()

    async def close(self) -> None:
        self.stop()
        if self._pool:
            await self._pool.close()

    async def _prune(self) -> None:
        """PgQueuer keeps a log of every job, in memory too, where it only grows."""
        while not self._queuer.shutdown.is_set():
            await asyncio.sleep(60)
            await self._repository.clear_queue_log()
            await self._repository.clear_statistics_log()

    @property
    def _repository(self) -> Any:
        return self._queuer.qm.queries


async def _deliver(handler: Handler, job: Job) -> None:
    try:
        await handler((job.payload or b"").decode())
    except Exception:
        log.exception("handling the hint %s failed; the scan will find the work again", job.payload)
