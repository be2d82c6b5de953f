"""Who moves all media into another storage dies at every write and in the middle of copies: nothing is lost, and nothing is left behind.

Meanwhile readers get every file from the running API, whole, every time.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest

from socialclaw.media import assets as media
from socialclaw.media import uploads
from socialclaw.media.sweep import sweep
from socialclaw.s3_settings import S3Settings
from socialclaw.storage.base import now, read_range, work_dir
from tests.crash.lab import Lab
from tests.crash.leftovers import assets, files_in, objects
from tests.media import files

LARGE = 12 * 1024**2  # bytes
WRITES = range(1, 7)
RANDOM = 6


@pytest.fixture(params=["folder to s3 on postgresql", "s3 to folder on sqlite"])
def place(request: pytest.FixtureRequest, s3: S3Settings) -> dict[str, Any]:
    """Where rows are, and files at first."""
    if request.param.startswith("folder"):
        return {"database_url": request.getfixturevalue("new_postgres")(), "storage": "local", "s3": s3}
    return {"storage": "s3", "s3": s3}


@pytest.mark.parametrize("moment", ["before", "after"])
async def test_every_file_is_had_whichever_write_its_mover_dies_at(place: dict[str, Any], tmp_path: Path, moment: str) -> None:
    rng = random.Random(moment)
    async with Lab(tmp_path, **place) as lab:
        source = place["storage"]
        target = "s3" if source == "local" else "local"
        content = dict([await _uploaded(lab, n) for n in range(10)])
        async with _read_all_the_time(lab, content) as reads:
            for write in WRITES:
                mover = lab.mover(target, write, moment)
                await asyncio.to_thread(mover.join, 60)
                assert mover.exitcode is not None, "it lives after all"
            for _ in range(RANDOM):
                mover = lab.mover(target)
                await asyncio.sleep(rng.random() * 0.3)
                lab.bury(mover)
            mover = lab.mover(target)
            await asyncio.to_thread(mover.join, 60)
            assert mover.exitcode == 0
            await sweep(lab.system, now() + timedelta(days=3))
            await asyncio.sleep(0.2)
        assert reads, "nobody read anything"
        found = await assets(lab.system)
        assert {(row.status, row.storage) for row in found} == {("ready", target)}
        assert sorted(await objects(lab.system, lab.system.storages[target])) == sorted(row.object_key for row in found)
        assert await objects(lab.system, lab.system.storages[source]) == []
        assert await lab.system.storages["s3"].abandoned(now() + timedelta(days=9)) == []
        assert files_in(work_dir(lab.system.settings)) == []
        for row in found:
            assert await read_range(lab.system.storages[target], row.object_key, 0, row.size + 1) == content[row.id][1]


async def _uploaded(lab: Lab, number: int) -> tuple[str, tuple[str, bytes]]:
    """The asset of one upload, its URL and its content: small pictures, and two films that take a while to copy."""
    name, content = f"{number}.png", files.picture(size=(number + 1, 9))
    if number < 2:
        name, content = f"{number}.mp4", files.film() + struct.pack(">I4s", LARGE, b"free") + bytes([number]) * (LARGE - 8)
    async with uploads.intake(lab.system) as file:
        await file.write(content)
        asset = await uploads.create(lab.system, lab.workspace, await file.finish(), uploads.Claims(name))
    return asset.id, (media.wire(asset, lab.system.settings.base_url)["publicUrl"], content)


@asynccontextmanager
async def _read_all_the_time(lab: Lab, content: dict[str, tuple[str, bytes]]) -> AsyncIterator[list[str]]:
    """Meanwhile every file is read again and again; fails where one is not what it was."""
    reads: list[str] = []

    async def read() -> None:
        async with httpx2.AsyncClient(trust_env=False, timeout=60) as http:
            while True:
                for asset_id, (url, expected) in content.items():
                    answer = await http.get(url)
                    assert (answer.status_code, answer.content == expected) == (200, True), (asset_id, answer.status_code)
                    reads.append(asset_id)

    reader = asyncio.create_task(read())
    try:
        yield reads
    finally:
        reader.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await reader
