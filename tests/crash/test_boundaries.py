"""A worker is killed with SIGKILL at every write of a publish, once right before the commit and once right after it.

The publish has three steps (upload, describe, create), on a network that can be asked what it has; so nothing may be posted twice,
nothing may be lost, and nothing may stay unknown.
"""

from __future__ import annotations

import asyncio

import pytest

from socialclaw.networks import providers
from tests.crash import users
from tests.crash.lab import PATIENCE, Lab

MOST_WRITES = 60


@pytest.mark.parametrize("moment", ["before", "after"])
async def test_death_at_every_write_of_a_publish(lab: Lab, moment: str, capsys: pytest.CaptureFixture[str]) -> None:
    account = await lab.connect("x", "ada")
    picture = await users.upload(lab.system, lab.workspace, providers()["x"].rules.shapes[0], 1) | {"altText": "a coloured square"}
    kills = 0
    for boundary in range(1, MOST_WRITES):
        await lab.schedule([(account, f"{moment} {boundary}")], assets=[picture])
        doomed = lab.worker(boundary, moment)
        while doomed.is_alive() and await lab.open_posts():  # noqa: ASYNC110  another process cannot set an event of ours
            await asyncio.sleep(0.02)
        if doomed.is_alive():  # the post was done before the worker came to this write: every boundary has been seen
            lab.bury(doomed)
            break
        kills += 1
        heir = lab.worker()
        assert await lab.settle(within=PATIENCE), f"the post of boundary {boundary} never came to an end"
        lab.bury(heir)
    else:
        pytest.fail(f"a publish should not take {MOST_WRITES} writes")
    report = await lab.report()
    report.kills = kills
    with capsys.disabled():
        print(f"\n{moment} each commit: {report}")
    assert kills >= 6
    assert (report.duplicates, report.lost, report.wrong, report.unresolved) == ([], [], [], 0)
