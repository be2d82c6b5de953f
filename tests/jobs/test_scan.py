"""The scan: what the tables say is due is found, hint or no hint; and what is due soon is announced."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest

from socialclaw.db.base import iso, utc_now
from socialclaw.db.posts import Lane
from socialclaw.jobs import scan
from socialclaw.jobs.queue import Queue
from socialclaw.work import Worker
from tests.publishing.desk import Desk

pytestmark = pytest.mark.usefixtures("both_databases")

BOUND_SECONDS = 120


async def overdue(desk: Desk, **more: Any) -> list[str]:
    return await desk.system.database.read(scan.overdue, utc_now(), **{"most": 100, **more})


async def scheduled(desk: Desk, account: str, *, seconds: float) -> datetime:
    at = utc_now() + timedelta(seconds=seconds)
    await desk.publish(account, f"In {seconds} s", publish_at=iso(at))
    return at


async def test_accounts_with_something_due_are_found_longest_waiting_first(desk: Desk) -> None:
    accounts = [await desk.connect("telegram", f"user{n}") for n in range(3)]
    for account in reversed(accounts):
        await desk.publish(account, f"For {account}")
        await desk.pass_time(1)
    await scheduled(desk, await desk.connect(), seconds=60)
    assert await overdue(desk) == accounts[::-1]
    assert await overdue(desk, most=2) == accounts[:0:-1]
    assert await overdue(desk, skip=accounts[1:]) == accounts[:1]


async def test_a_taken_lane_hides_its_account_until_it_ends(desk: Desk) -> None:
    account = await desk.connect()
    await desk.publish(account, "Taken")
    until = utc_now() + timedelta(seconds=10)
    await desk.system.database.write(lambda session: session.add(Lane(account_id=account, post_id="p", worker_id="w", until=until)))
    assert await overdue(desk) == []
    await desk.pass_time(11)
    assert await overdue(desk) == [account]


async def test_what_is_due_within_the_horizon_is_announced_once_for_its_instant(desk: Desk) -> None:
    account = await desk.connect()
    soon, _ = await scheduled(desk, account, seconds=20), await scheduled(desk, account, seconds=90)
    desk.queue.hints.clear()
    await desk.worker._scan()
    await desk.worker._scan()
    announced = [hint.at for hint in desk.queue.hints]
    assert announced == [soon.replace(microsecond=soon.microsecond // 1000 * 1000)]


async def test_after_the_clock_was_put_back_what_is_due_soon_is_still_announced(desk: Desk) -> None:
    account = await desk.connect()
    desk.worker._promoted_until = utc_now() + timedelta(hours=1)
    soon = await scheduled(desk, account, seconds=20)
    desk.queue.hints.clear()
    await desk.worker._scan()
    assert [hint.at for hint in desk.queue.hints] == [soon.replace(microsecond=soon.microsecond // 1000 * 1000)]


async def test_a_hint_that_was_lost_is_found_by_the_scan(desk: Desk) -> None:
    """Nobody ever hands a hint over: the desk's queue is not the worker's."""
    posts = await desk.publish(await desk.connect(), "Lost", "Lost too")
    await published_by_a_worker(desk, posts)
    assert desk.seen() == ["Lost", "Lost too"]


async def test_more_than_there_are_places_for_does_not_wait_for_the_next_scan(desk: Desk) -> None:
    """It begins as places become free, hint or no hint."""
    desk.system.settings = desk.system.settings.model_copy(update={"worker_concurrency": 2, "scan_seconds": 10 * BOUND_SECONDS})
    posts = [post for n in range(7) for post in await desk.publish(await desk.connect(who=f"user{n}"), f"One of {n}", f"Two of {n}")]
    await published_by_a_worker(desk, posts)
    assert sorted(desk.seen()) == sorted(f"{which} of {n}" for n in range(7) for which in ("One", "Two"))


async def published_by_a_worker(desk: Desk, posts: list[str]) -> None:
    """Run a worker until they are; TimeoutError where they are not in time."""
    queue = await Queue.open(desk.system.database)
    worker = Worker(desk.system, queue)
    running = asyncio.create_task(worker.run())
    async with asyncio.timeout(BOUND_SECONDS):
        while {(await desk.post(post))["status"] for post in posts} != {"published"}:  # noqa: ASYNC110  rows set no events
            await asyncio.sleep(0.05)
        await worker.stop()
        await running
    await queue.close()


async def test_posts_count_as_stuck_when_nobody_holds_their_lane_for_a_minute(desk: Desk) -> None:
    account = await desk.connect()
    await desk.publish(account, "Stuck", "Stuck too")
    await desk.pass_time(50)
    assert await desk.system.database.read(scan.stuck, utc_now()) == 0
    await desk.pass_time(11)
    assert await desk.system.database.read(scan.stuck, utc_now()) == 2
