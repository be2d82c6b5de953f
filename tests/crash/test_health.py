"""/health tells the truth about real processes: not ready, in status code and words, while nobody drains what is due."""

from __future__ import annotations

import asyncio
import os
import signal
from datetime import timedelta
from typing import Any

import httpx2
from sqlalchemy import update

from socialclaw.db.base import utc_now
from socialclaw.db.posts import Post
from socialclaw.db.workspaces import Worker
from tests.cli.processes import Running
from tests.crash.commands import command, line, until
from tests.crash.lab import PATIENCE, Lab


async def health(lab: Lab) -> httpx2.Response:
    async with httpx2.AsyncClient() as http:
        return await http.get(f"http://127.0.0.1:{lab.api_port}/health", timeout=30)


async def is_well(lab: Lab) -> bool:
    return (await health(lab)).status_code == 200


async def is_ill(lab: Lab) -> bool:
    return (await health(lab)).status_code == 503


async def pass_time(lab: Lab, seconds: float) -> None:
    """What is due, and the last sign of life of the workers, is so much longer ago."""

    def shift(session: Any) -> None:
        by = timedelta(seconds=seconds)
        session.execute(update(Post).where(Post.next_at.is_not(None)).values(next_at=utc_now() - by))
        session.execute(update(Worker).values(seen_at=utc_now() - by))

    await lab.system.database.write(shift)


async def test_without_a_worker_due_posts_make_it_ill_until_one_has_drained_them(lab: Lab) -> None:
    assert await is_well(lab), "nothing is due, so nothing is wrong"
    await lab.schedule([(await lab.connect("telegram", "ada"), "Waiting")])
    await pass_time(lab, 20)
    ill = await health(lab)
    assert (ill.status_code, ill.json()["ok"], ill.json()["code"]) == (503, False, "not_ready")
    assert ill.json()["message"] == "Posts are due, and no worker is alive"
    with command(lab, "worker") as worker:
        assert await lab.settle(within=PATIENCE)
        well = await until(is_well, lab)
        assert well
        assert (await health(lab)).json()["worker"]["alive"] is True
        assert await stopped(worker) == 0
    assert lab.seen() == {"Waiting": 1}


async def test_a_worker_that_is_killed_and_one_that_hangs_are_noticed(lab: Lab) -> None:
    member = await lab.connect("telegram", "ada")
    with command(lab, "worker") as worker:
        await line(worker, "is publishing")
        assert await is_well(lab)
        await asyncio.to_thread(worker.stop, signal.SIGKILL)
    await lab.schedule([(member, "After the kill")])
    await pass_time(lab, 20)
    assert await is_ill(lab)
    with command(lab, "worker") as worker:
        assert await lab.settle(within=PATIENCE)
        assert await is_well(lab)
        os.kill(worker.process.pid, signal.SIGSTOP)
        await lab.schedule([(member, "While it hangs")])
        assert await is_well(lab), "a post may wait for a moment"
        await pass_time(lab, 61)
        ill = await health(lab)
        assert (ill.status_code, ill.json()["details"]["worker"]["overduePosts"]) == (503, 1)
        os.kill(worker.process.pid, signal.SIGCONT)
        assert await lab.settle(within=PATIENCE)
        assert await until(is_well, lab)
        assert await stopped(worker) == 0
    assert lab.seen() == {"After the kill": 1, "While it hangs": 1}


async def stopped(process: Running) -> int:
    return await asyncio.to_thread(process.stop)
