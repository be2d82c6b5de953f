"""Told to stop (SIGTERM), a worker finishes what it holds or gives it back, and the process ends with 0 in time.

Real `socialclaw` processes, a network that takes its time, and the sandbox as the witness.
"""

from __future__ import annotations

import asyncio
import signal
from collections import Counter
from collections.abc import Iterable
from typing import Any

import pytest

from socialclaw.networks import providers
from socialclaw.providers.base import Confirms
from tests.cli.processes import Running
from tests.crash.commands import command, line, until
from tests.crash.faults import LAB
from tests.crash.lab import PATIENCE, Lab, Member

KEYS = ("x", "telegram")  # one that can be asked what it has, one that cannot
SLOW = 3.0  # seconds that a network takes
COMMANDS = {"worker": ("worker",), "up": ("up", "--no-tour", "--port", "0")}


@pytest.fixture(params=[*COMMANDS])
def words(request: pytest.FixtureRequest) -> tuple[str, ...]:
    return COMMANDS[request.param]


async def working(lab: Lab, members: Iterable[Member]) -> list[str]:
    """A post to each, each of them being sent at a network that takes its time; their texts."""
    texts = []
    for member in members:
        lab.networks[member.provider.network].fail("slow", seconds=SLOW)
        texts.append(f"Slow on {member.provider.key}")
    await lab.schedule(zip(members, texts, strict=True))
    await until(all_sent, lab, len(texts))
    return texts


async def all_sent(lab: Lab, posts: int) -> bool:
    """Whether every post is marked as perhaps sent, and every network has its call."""
    marks = await lab.system.database.read(_marks)
    armed = [fault for network in lab.networks.values() for fault in network.shelf.armed()]
    return len(marks) == posts and not armed


def _marks(session: Any) -> list[Any]:
    from sqlalchemy import select

    from socialclaw.db.posts import Step

    return list(session.scalars(select(Step.post_id).where(Step.done.is_(False))))


async def stop(process: Running) -> int:
    code = await asyncio.to_thread(process.stop, signal.SIGTERM)
    assert process.lines[-1] == "Stopped.", process.output
    return code


async def test_what_is_under_way_is_finished_where_there_is_time(lab: Lab, words: tuple[str, ...]) -> None:
    members = [await lab.connect(key, "ada") for key in KEYS]
    with command(lab, *words, stop_seconds=60) as process:
        texts = await working(lab, members)
        assert await stop(process) == 0
    report = await lab.report()
    assert (report.published, report.flawless) == (len(texts), True), await lab.unfinished()
    assert lab.seen() == Counter(texts)


@pytest.mark.parametrize("lab_settings", [{"settle_seconds": SLOW + 3}])
async def test_where_there_is_none_it_is_given_back_and_looked_for(lab: Lab, words: tuple[str, ...]) -> None:
    members = [await lab.connect(key, "ada") for key in KEYS]
    with command(lab, *words, stop_seconds=0.5) as process:
        texts = await working(lab, members)
        assert await stop(process) == 0
    given_back = {post.provider: (post.status, post.stage, post.reconciliation_status) for post in await lab.posts()}
    assert given_back == dict.fromkeys(KEYS, ("publishing", "reconcile", "pending"))
    assert not await lab.system.database.read(lambda session: session.query(_lane()).count()), "the lanes are given back"
    lab.worker()
    assert await lab.settle(within=PATIENCE), await lab.unfinished()
    report = await lab.report()
    assert report.flawless, (report.duplicates, report.lost, report.wrong)
    assert lab.seen() == Counter(texts), "each was visible once"
    assert report.unresolved_on == {key: 1 for key in KEYS if not providers()[key].can(Confirms)}


def _lane() -> Any:
    from socialclaw.db.posts import Lane

    return Lane


@pytest.mark.parametrize("lab_settings", [LAB])
async def test_what_waits_is_left_as_it_is_and_goes_on_elsewhere(lab: Lab) -> None:
    """Many posts, a stop in the middle: none is lost, none comes twice, none needed a person."""
    members = [await lab.connect("telegram", f"user{n}") for n in range(6)]
    await lab.schedule((member, f"{member.who} {n}") for member in members for n in range(15))
    with command(lab, "worker", stop_seconds=60) as process:
        await until(some_published, lab)
        assert await stop(process) == 0
    halfway = await lab.report()
    assert 0 < halfway.published < halfway.posts
    assert (halfway.duplicates, halfway.unresolved) == ([], 0)
    with command(lab, "worker") as process:
        assert await lab.settle(within=PATIENCE)
        assert await stop(process) == 0
    report = await lab.report()
    assert (report.published, report.unresolved, report.flawless) == (90, 0, True)


async def some_published(lab: Lab) -> bool:
    return (await lab.report()).published > 0


@pytest.mark.parametrize("lab_settings", [LAB])
async def test_two_worker_processes_share_the_work(lab: Lab) -> None:
    members = [await lab.connect("telegram", f"user{n}") for n in range(8)]
    with command(lab, "worker", worker_concurrency=2) as one, command(lab, "worker", worker_concurrency=2) as two:
        ids = [await line(process, r"Worker (\S+) is publishing") for process in (one, two)]
        await lab.schedule((member, f"{member.who} {n}") for member in members for n in range(20))
        assert await lab.settle(within=PATIENCE), await lab.unfinished()
        assert [await stop(one), await stop(two)] == [0, 0]
    report = await lab.report()
    assert (report.published, report.flawless) == (160, True)
    by = Counter(attempt.worker_id for attempt in await lab.attempts())
    assert by.keys() == {*ids}, f"one did all the work: {by}"
