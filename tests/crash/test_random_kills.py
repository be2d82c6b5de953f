"""Workers are killed with SIGKILL at random instants while they publish to every network; the simulators say what became visible."""

from __future__ import annotations

import asyncio
import random
import time

import pytest

from socialclaw.networks import providers
from socialclaw.providers.base import Confirms
from tests.crash.lab import Lab, Report, later

KILLS = 200
ACCOUNTS = 4  # of each provider
POSTS = 40  # of each account


async def campaign(lab: Lab, *, kills: int, posts: int, workers: int, seed: int, longest_life: float = 0.45) -> Report:
    """Publish while workers die; afterwards one may finish in peace."""
    rng = random.Random(seed)
    duration = kills * longest_life / 2 / workers
    for key in providers():
        for number in range(ACCOUNTS):
            account = await lab.connect(key, f"{key}{number}")
            for n in range(posts):
                await lab.schedule(account, key, [f"{key} {number} {n} of {seed}"], at=later(rng.uniform(0, duration)))
    report_recovery = []
    alive = [lab.worker() for _ in range(workers)]
    for _ in range(kills):
        await asyncio.sleep(rng.uniform(0.05, longest_life) / workers)
        victim = alive.pop(0)
        victim.kill()
        victim.join()
        died = time.monotonic()
        alive.append(lab.worker())
        report_recovery.append(died)
    assert await lab.settle(within=90), f"{await lab.open_posts()} posts never came to an end"
    for process in alive:
        process.kill()
        process.join()
    report = await lab.report()
    report.kills = kills
    return report


async def test_two_hundred_kills(lab: Lab, database_kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    workers = 1 if database_kind == "sqlite" else 2
    report = await campaign(lab, kills=KILLS, posts=POSTS, workers=workers, seed=7)
    attempts = await lab.attempts()
    lost_workers = sum(a.code == "worker_lost" for a in attempts)
    with capsys.disabled():
        print(f"\n{database_kind}, {workers} worker(s): {report}; {lost_workers} attempts died with their worker")
    assert (report.duplicates, report.lost, report.wrong) == ([], [], [])
    assert lost_workers > 0, "no kill hit an attempt: this campaign shows nothing"
    readable = {key for key, provider in providers().items() if provider.can(Confirms)}
    unresolved = await lab.system.database.read(unresolved_providers)
    assert not unresolved & readable, "a network that can be asked must leave nothing unknown"


def unresolved_providers(session: object) -> set[str]:
    from sqlalchemy import select
    from sqlalchemy.orm import Session

    from socialclaw.db.posts import Post

    assert isinstance(session, Session)
    return set(session.scalars(select(Post.provider).where(Post.error_code == "publish_outcome_unknown")))
