"""Two transactions that meet at a post: a user's and a worker's, or two users'. Only PostgreSQL lets them meet; SQLite has one writer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Sequence
from contextlib import asynccontextmanager

import asyncpg
import pytest

from tests.publishing.desk import Desk

pytestmark = [
    pytest.mark.usefixtures("both_databases"),
    pytest.mark.parametrize("both_databases", ["postgresql"], indirect=True),
]

WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


@asynccontextmanager
async def canceling(desk: Desk, posts: Sequence[str]) -> AsyncIterator[asyncpg.Connection]:
    """A user's transaction that has canceled these posts and is about to be committed."""
    url = desk.system.database.url.set(drivername="postgresql").render_as_string(hide_password=False)
    connection = await asyncpg.connect(url)
    try:
        async with connection.transaction():
            await connection.execute("UPDATE posts SET status = 'canceled', next_at = NULL WHERE id = ANY($1)", posts)
            yield connection
    finally:
        await connection.close()


async def comes_second(desk: Desk, posts: Sequence[str], work: Awaitable[object]) -> None:
    """Do this work, which comes to these posts while they are being canceled, and waits for the end of that."""
    async with canceling(desk, posts) as connection:
        task = asyncio.ensure_future(work)
        while not task.done() and not await connection.fetchval(WAITING):  # noqa: ASYNC110  another process tells nobody
            await asyncio.sleep(0.01)
        assert not task.done(), "it did not wait"
    await task


async def test_a_reply_that_is_canceled_while_its_parent_is_published_stays_so(desk: Desk) -> None:
    parent, reply = await desk.thread(await desk.connect(), "Parent", "Reply")
    await comes_second(desk, [reply], desk.work())
    await desk.wait(3600)
    assert [(await desk.post(post))["status"] for post in (parent, reply)] == ["published", "canceled"]
    assert desk.seen() == ["Parent"]


async def test_a_reply_that_is_canceled_while_its_parent_fails_stays_so(desk: Desk) -> None:
    account = await desk.connect()
    desk.network().fail("refuse", times=6)
    parent, reply = await desk.thread(account, "Parent", "Reply")
    for _ in range(5):
        await desk.wait(3700)
    await desk.pass_time(3700)
    await comes_second(desk, [reply], desk.work())
    assert [(await desk.post(post))["status"] for post in (parent, reply)] == ["failed", "canceled"]


async def test_a_draft_post_that_is_canceled_while_its_run_is_published_stays_so(desk: Desk) -> None:
    account = await desk.connect()
    run = await desk.apply(*({"account": account, "description": text} for text in ("Kept", "Canceled")), mode="draft")
    kept, canceled = (post["id"] for post in run["posts"])
    await comes_second(desk, [canceled], desk.api.post(f"/v1/runs/{run['run']['id']}/publish", json={}))
    await desk.work()
    assert [(await desk.post(post))["status"] for post in (kept, canceled)] == ["published", "canceled"]
    assert desk.seen() == ["Kept"]
