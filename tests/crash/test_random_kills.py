"""Workers are killed with SIGKILL at random instants while they publish to every network; the simulators say what became visible."""

from __future__ import annotations

import pytest

from socialclaw.networks import providers
from socialclaw.providers.base import Confirms
from tests.crash.campaign import campaign
from tests.crash.lab import Lab

KILLS = 60
POSTS = 8  # of each account


async def test_sixty_kills(lab: Lab, database_kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    report = await campaign(lab, kills=KILLS, posts=POSTS, workers=2, seed=7)
    lost_workers = sum(a.code == "worker_lost" for a in await lab.attempts())
    with capsys.disabled():
        print(f"\n{database_kind}: {report}; {lost_workers} attempts died with their worker")
    assert (report.duplicates, report.lost, report.wrong) == ([], [], [])
    assert min(report.hits, lost_workers) > KILLS / 4, "too few kills hit an attempt: this campaign shows nothing"
    readable = {key for key, provider in providers().items() if provider.can(Confirms)}
    assert not report.unresolved_on.keys() & readable, "a network that can be asked must leave nothing unknown"
