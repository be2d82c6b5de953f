"""PostgreSQL goes and comes under posts in flight: real processes, at a small size. See `tests/crash/outages.py` for the whole campaign."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.crash.outages import run


async def test_three_outages_end_no_process_and_lose_and_double_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = await run(tmp_path, outages=3, posts=45, most=3)
    with capsys.disabled():
        print(f"\n{found.report}; back after {[round(outage.worker, 1) for outage in found.outages]} s")
    assert found.ended == [], "every process stays"
    assert (found.report.duplicates, found.report.lost, found.report.wrong) == ([], [], [])
    assert [outage.told for outage in found.outages] == [True] * 3, "health is red and requests are 503 meanwhile"
    assert all(outage.held for outage in found.outages), "an outage under nothing shows nothing"
