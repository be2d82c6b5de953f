"""The queue: hints come at their instant, to one of all workers, and none of what goes wrong with one ends it."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

import asyncpg
import pytest

from socialclaw.db.base import Hint, utc_now
from socialclaw.jobs.queue import Queue
from socialclaw.system import System

BOUND_SECONDS = 120


@asynccontextmanager
async def running(queue: Queue, handler: Callable[[str], Awaitable[None]]) -> AsyncIterator[None]:
    task = asyncio.create_task(queue.run({"publish": handler}))
    try:
        yield
    finally:
        queue.stop()
        await asyncio.wait_for(task, BOUND_SECONDS)
        await queue.close()


def due(key: str, seconds: float = 0) -> Hint:
    return Hint("publish", key, utc_now() + timedelta(seconds=seconds))


@pytest.mark.usefixtures("both_databases")
class TestOneWorker:
    async def test_hints_come_whether_they_were_handed_over_before_or_while_it_runs(self, system: System) -> None:
        queue, got = await Queue.open(system.database), asyncio.Queue[str]()
        await queue.hand_over([due("before")])
        async with running(queue, got.put), asyncio.timeout(BOUND_SECONDS):
            await queue.hand_over([due("while")])
            assert {await got.get(), await got.get()} == {"before", "while"}

    async def test_a_hint_does_not_come_before_its_instant(self, system: System) -> None:
        queue, got = await Queue.open(system.database), asyncio.Queue[str]()
        at = utc_now() + timedelta(seconds=1)
        async with running(queue, got.put), asyncio.timeout(BOUND_SECONDS):
            await queue.hand_over([Hint("publish", "later", at), due("now")])
            assert await got.get() == "now"
            assert await got.get() == "later"
            assert utc_now() >= at

    async def test_the_same_hint_twice_comes_once(self, system: System) -> None:
        queue, got = await Queue.open(system.database), asyncio.Queue[str]()
        hint = due("twice")
        await queue.hand_over([hint, hint])
        await queue.hand_over([hint, due("end", 0.2)])
        async with running(queue, got.put), asyncio.timeout(BOUND_SECONDS):
            assert [await got.get(), await got.get()] == ["twice", "end"]
            assert got.empty()

    async def test_a_handler_that_fails_ends_nothing(self, system: System) -> None:
        queue, got = await Queue.open(system.database), asyncio.Queue[str]()

        async def handle(key: str) -> None:
            await got.put(key)
            if key == "bad":
                raise RuntimeError("a bug")

        async with running(queue, handle), asyncio.timeout(BOUND_SECONDS):
            await queue.hand_over([due("bad")])
            assert await got.get() == "bad"
            await queue.hand_over([due("good")])
            assert await got.get() == "good"


on_postgresql = pytest.mark.parametrize("both_databases", ["postgresql"], indirect=True)


@on_postgresql
async def test_what_two_workers_announce_comes_once(both_databases: str, system: System) -> None:
    """Each worker hands over what the tables say is due soon."""
    first, second, got = await Queue.open(system.database), await Queue.open(system.database), asyncio.Queue[str]()
    same = due("same", 0.2)
    for queue in (first, second):
        await queue.hand_over([same])
    await second.hand_over([due("end", 0.5)])
    async with running(first, got.put), asyncio.timeout(BOUND_SECONDS):
        assert [await got.get(), await got.get()] == ["same", "end"]
    await second.close()


@on_postgresql
async def test_two_workers_share_the_hints(both_databases: str, system: System) -> None:
    got: dict[str, Counter[str]] = {"one": Counter(), "two": Counter()}
    arrived = asyncio.Queue[str]()

    def handler(worker: str) -> Callable[[str], Awaitable[None]]:
        async def handle(key: str) -> None:
            got[worker][key] += 1
            await arrived.put(key)
            await asyncio.sleep(0.01)

        return handle

    sender, one, two = [await Queue.open(system.database) for _ in range(3)]
    sent = 0
    async with running(one, handler("one")), running(two, handler("two")), asyncio.timeout(BOUND_SECONDS):
        while not (got["one"] and got["two"]):  # each of them gets its turn sooner or later
            await sender.hand_over([due(f"{sent}-{n}") for n in range(20)])
            sent += 20
            for _ in range(20):
                await arrived.get()
    await sender.close()
    assert len(got["one"] + got["two"]) == sent
    assert max((got["one"] + got["two"]).values()) == 1, "no hint comes to both"


@on_postgresql
async def test_what_every_worker_announces_comes_once(both_databases: str, system: System) -> None:
    """Every worker hands over what its scan finds to be due soon."""
    hints, got = [due("soon"), due("end", 0.3)], asyncio.Queue[str]()
    one, two = [await Queue.open(system.database) for _ in range(2)]
    for queue in (one, two):
        await queue.hand_over(hints)
    async with running(one, got.put), running(two, got.put), asyncio.timeout(BOUND_SECONDS):
        assert [await got.get(), await got.get()] == ["soon", "end"]
        assert got.empty()


@on_postgresql
async def test_a_database_that_is_gone_costs_hints_and_nothing_else(
    both_databases: str, system: System, caplog: pytest.LogCaptureFixture
) -> None:
    queue = await Queue.open(system.database)
    await queue.close()
    caplog.set_level(logging.DEBUG, "socialclaw.jobs.queue")
    await queue.hand_over([due("lost")])
    assert "the scan will find the work" in caplog.text
    connection = await asyncpg.connect(system.database.url.set(drivername="postgresql").render_as_string(hide_password=False))
    assert await connection.fetchval("SELECT count(*) FROM posts") == 0
    await connection.close()
