"""The API and the worker are killed while files come, are completed, converted and swept: no half file is served, and nothing is left."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.crash.interruptions import PHASES, campaign
from tests.crash.lab import Lab
from tests.crash.leftovers import swept
from tests.crash.visitors import visiting

WRITES = 3  # of an upload: begun, to be completed, completed


@pytest.fixture(params=["folder on sqlite", "s3 on postgresql"])
def place(request: pytest.FixtureRequest) -> dict[str, Any]:
    """Where rows and files are."""
    if request.param.startswith("folder"):
        return {}
    make: Callable[[], str] = request.getfixturevalue("new_postgres")
    return {"database_url": make(), "storage": "s3", "s3": request.getfixturevalue("s3")}


async def test_no_half_file_and_no_orphan(place: dict[str, Any], tmp_path: Path) -> None:
    found = await campaign(tmp_path, kills=len(PHASES), seed=3, **place)
    assert (found.wrong, found.orphans) == ([], [])
    assert found.hits.total() >= len(PHASES) // 2, "too few kills hit anything: this campaign shows nothing"


@pytest.mark.parametrize("moment", ["before", "after"])
async def test_an_upload_goes_on_whichever_write_the_api_dies_at(place: dict[str, Any], tmp_path: Path, moment: str) -> None:
    async with Lab(tmp_path, **place) as lab, visiting(lab, seed=4) as visitors:
        for write in range(1, WRITES + 1):
            await lab.restart_api(write, moment)
            task = asyncio.create_task(visitors.upload(visitors.next_picture()))
            await asyncio.to_thread(lab.api.join, 60)
            assert lab.api.exitcode is not None, "it lives after all"
            await lab.restart_api()
            await task
        for asset_id in visitors.ready:
            await visitors.read(asset_id)
        lab.bury_all()
        orphans, missing, _ = await swept(lab.system)
    assert (visitors.wrong, orphans, missing) == ([], [], [])
    assert visitors.counts["completed"] == WRITES
