"""Every provider meets every fault, published by two worker processes; the simulators, in a process of their own, are the witness."""

from __future__ import annotations

import pytest

from socialclaw.networks import providers
from tests.crash.faults import KINDS, LAB, meet_every_fault
from tests.crash.lab import Lab

WORKERS = 2


@pytest.mark.parametrize("lab_settings", [LAB])
async def test_every_provider_meets_every_fault(lab: Lab, database_kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    for _ in range(WORKERS):
        lab.worker()
    cases = await meet_every_fault(lab)
    report = await lab.report()
    with capsys.disabled():
        print(f"\n{database_kind}, {len(KINDS)} faults on {len(providers())} providers: {report}")
    assert [case.wrong for case in cases if case.wrong] == []
    assert report.flawless, (report.duplicates, report.lost, report.wrong)
    assert len(cases) == len(KINDS) * len(providers())
    for case in cases:
        if case.kind == "revoke_token":
            assert case.parked, f"{case.key}: a post whose access was withdrawn must wait for its account to be connected again"
            assert case.post.status == ("canceled" if case.gone else "published"), f"{case.key}: connecting again must release the post"
        elif case.kind == "expire_token":
            assert case.parked is not case.refreshable, case.key
        else:
            assert not case.parked, (case.key, case.kind)
