"""Workers are stopped in the middle of publishing and wake up when others have gone on; the simulators say what became visible."""

from __future__ import annotations

import pytest

from socialclaw.networks import providers
from tests.crash.lab import Lab
from tests.crash.pauses import PAUSES, campaign
from tests.crash.stopping import MOMENTS

STOPS = 15


async def test_a_worker_that_wakes_up_late_sends_nothing(lab: Lab) -> None:
    """At every instant of the call, for longer than lease and settle time, on a network that takes the same words twice."""
    found = await campaign(lab, stops=len(MOMENTS), seed=1, keys=["reddit"], moments=[*MOMENTS], pauses=PAUSES[-1:], patience=60)
    assert found.long == dict.fromkeys(MOMENTS, 1), "a stop missed what it was aimed at: this shows nothing"
    assert (found.report.duplicates, found.report.lost, found.report.wrong) == ([], [], [])
    assert (found.report.published, found.report.unresolved) == (len(MOMENTS), 0)


async def test_workers_that_sleep_at_any_instant_while_they_publish_to_any_network(
    lab: Lab, database_kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    found = await campaign(lab, stops=STOPS, seed=3)
    with capsys.disabled():
        print(f"\n{database_kind}: {found}")
    assert (found.report.duplicates, found.report.lost, found.report.wrong) == ([], [], [])
    assert found.report.of.keys() == providers().keys()
    assert found.stops.total() == STOPS
