"""The bare loop that a burst is compared with: claim a post, send it once over HTTP, mark it done. No lanes, no fence, no memory.

It uses what we use (the same driver, the same durability, the same HTTP client and limits, as many at a time) in the obvious
way: one transaction a claim, one a done mark. On SQLite one thread writes, because that is faster than many that wait for each other.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import sqlite3
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import httpx2
from sqlalchemy import make_url

from bench.sink import PATH
from socialclaw.db.base import iso, utc_now
from socialclaw.db.sqlite import PRAGMAS

POOL = 20  # connections: as many as ours may open
WAIT = 0.005
context = multiprocessing.get_context("spawn")

CLAIM = """
UPDATE posts SET status='publishing', next_at=NULL
WHERE id = (SELECT id FROM posts WHERE next_at IS NOT NULL AND next_at <= {now} ORDER BY next_at LIMIT 1 {lock})
RETURNING id, description, account_id
"""
DONE = "UPDATE posts SET status='published', provider_post_id={number}, published_at={now} WHERE id={id}"

Claim = Callable[[], Awaitable[Any]]
Done = Callable[[str, str], Awaitable[Any]]


async def loop(claim: Claim, done: Done, http: httpx2.AsyncClient, url: str, until: float) -> None:
    """Until nothing is due any more after the Unix time `until`."""
    while True:
        post = await claim()
        if post is None:
            if time.time() > until:
                return
            await asyncio.sleep(WAIT)
            continue
        answer = await http.post(url, json={"chat_id": post[2], "text": post[1]})
        await done(post[0], str(answer.raise_for_status().json()["result"]["message_id"]))


@asynccontextmanager
async def sqlite(path: str) -> AsyncIterator[tuple[Claim, Done]]:
    threads = ThreadPoolExecutor(1)

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(path, isolation_level=None)
        for pragma in ("journal_mode=WAL", *PRAGMAS):
            connection.execute(f"PRAGMA {pragma}")
        return connection

    def run(sql: str, args: dict[str, str]) -> Any:
        connection.execute("BEGIN IMMEDIATE")
        row = connection.execute(sql, args).fetchone()
        connection.execute("COMMIT")
        return row

    asked, marked = CLAIM.format(now=":now", lock=""), DONE.format(now=":now", number=":number", id=":id")
    inside = asyncio.get_running_loop().run_in_executor
    connection = await inside(threads, connect)
    yield (
        lambda: inside(threads, run, asked, {"now": iso(utc_now())}),
        lambda post, number: inside(threads, run, marked, {"now": iso(utc_now()), "number": number, "id": post}),
    )
    await inside(threads, connection.close)
    threads.shutdown()


@asynccontextmanager
async def postgresql(url: str) -> AsyncIterator[tuple[Claim, Done]]:
    asked, marked = CLAIM.format(now="$1", lock="FOR UPDATE SKIP LOCKED"), DONE.format(now="$1", number="$2", id="$3")
    async with asyncpg.create_pool(url, min_size=POOL, max_size=POOL) as pool:
        yield (lambda: pool.fetchrow(asked, utc_now())), (lambda post, number: pool.execute(marked, utc_now(), number, post))


async def work(url: str, sink: str, concurrency: int, until: float) -> None:
    place = make_url(url)
    opened = sqlite(str(place.database)) if place.get_backend_name() == "sqlite" else postgresql(url)
    limits = httpx2.Limits(max_connections=200, max_keepalive_connections=100)
    async with opened as (claim, done), httpx2.AsyncClient(limits=limits, trust_env=False, timeout=60) as http:
        await asyncio.sleep(max(0.0, until - 1 - time.time()))
        async with asyncio.TaskGroup() as group:
            for _ in range(concurrency):
                group.create_task(loop(claim, done, http, f"{sink}{PATH}", until))


def _run(url: str, sink: str, concurrency: int, until: float) -> None:
    import uvloop

    uvloop.run(work(url, sink, concurrency, until))


async def run(url: str, sink: str, *, concurrency: int, until: float) -> None:
    """In a process of its own, to the end. The posts are due in the second before the Unix time `until`."""
    process = context.Process(target=_run, args=(url, sink, concurrency, until), daemon=True)
    process.start()
    await asyncio.to_thread(process.join)
    if process.exitcode:
        raise SystemExit(f"the bare loop ended with {process.exitcode}")
