"""Parts sent to our own server: each refusal in the one error shape, and nothing of it is kept."""

from __future__ import annotations

import errno
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest

from socialclaw.media.incoming import BATCH, Intake
from socialclaw.storage.base import work_dir
from socialclaw.system import System
from tests.media import files

KEY = "t/assets/asset_1/film.mp4"


@pytest.fixture
async def upload_id(system: System) -> str:
    return await system.storage.begin(KEY, "video/mp4")


async def refused(system: System, upload_id: str, answer: httpx2.Response) -> tuple[int, str]:
    """Status and code; nothing was kept."""
    assert await system.storage.parts(KEY, upload_id) == []
    assert files.within(work_dir(system.settings)) == []
    return answer.status_code, answer.json()["code"]


async def test_a_url_that_is_changed_or_old(system: System, anonymous: httpx2.AsyncClient, upload_id: str) -> None:
    url = system.storage.part_url(KEY, upload_id, 1, size=3, seconds=60)
    for wrong in (url.replace("size=3", "size=4"), url.replace("expires=", "expires=9"), url.replace("/1?", "/2?"), url.partition("?")[0]):
        answer = await anonymous.put(wrong, content=b"abc")
        assert await refused(system, upload_id, answer) == (403, "signature_invalid")
    answer = await anonymous.put(system.storage.part_url(KEY, upload_id, 1, size=3, seconds=0), content=b"abc")
    assert await refused(system, upload_id, answer) == (403, "signature_expired")


async def test_a_body_that_is_cut_off_or_goes_on(system: System, anonymous: httpx2.AsyncClient, upload_id: str) -> None:
    async def chunked(*pieces: bytes) -> AsyncIterator[bytes]:
        for piece in pieces:
            yield piece

    url = system.storage.part_url(KEY, upload_id, 1, size=3, seconds=60)
    for content in (b"ab", b"abcd", b"", chunked(b"ab", b"cd"), chunked(b"ab"), chunked()):
        answer = await anonymous.put(url, content=content)
        assert await refused(system, upload_id, answer) == (422, "multipart_part_size_mismatch")
    assert (await anonymous.put(url, content=chunked(b"a", b"bc"))).status_code == 200


async def test_a_full_disk(system: System, anonymous: httpx2.AsyncClient, upload_id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    async def large() -> AsyncIterator[bytes]:
        for _ in range(4):
            sent.append(BATCH)
            yield bytes(BATCH)

    sent: list[int] = []
    monkeypatch.setattr(Intake, "_flush", full)
    answer = await anonymous.put(system.storage.part_url(KEY, upload_id, 1, size=4 * BATCH, seconds=60), content=large())
    assert await refused(system, upload_id, answer) == (503, "storage_full")
    assert len(sent) == 4, "the rest is taken, or its sender would not see the answer"


async def test_a_part_may_be_larger_than_any_other_body(system: System, anonymous: httpx2.AsyncClient, upload_id: str) -> None:
    size = system.settings.max_body_bytes + 1
    answer = await anonymous.put(system.storage.part_url(KEY, upload_id, 1, size=size, seconds=60), content=bytes(size))
    assert (answer.status_code, [part.size for part in await system.storage.parts(KEY, upload_id)]) == (200, [size])


async def test_a_json_body_is_a_part_like_any_other(system: System, anonymous: httpx2.AsyncClient, upload_id: str) -> None:
    url = system.storage.part_url(KEY, upload_id, 1, size=3, seconds=60)
    assert (await anonymous.put(url, content=b"\0\xff{", headers={"content-type": "application/json"})).status_code == 200


async def test_a_disk_that_fills_while_parts_are_joined_keeps_them(
    system: System, anonymous: httpx2.AsyncClient, upload_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    await anonymous.put(system.storage.part_url(KEY, upload_id, 1, size=3, seconds=60), content=b"abc")
    parts = await system.storage.parts(KEY, upload_id)
    with monkeypatch.context() as patch:
        patch.setattr("socialclaw.storage.pieces.shutil.copyfileobj", full)
        with pytest.raises(Exception, match="full"):
            await system.storage.complete(KEY, upload_id, parts)
    assert files.within(work_dir(system.settings)) == []
    assert await system.storage.size(KEY) is None
    await system.storage.complete(KEY, upload_id, parts)
    assert await system.storage.size(KEY) == 3


def leftovers(system: System) -> list[Path]:
    return [path for path in system.settings.media_dir.rglob("*") if path.is_file() and path.name != "film.mp4"]


async def test_a_completed_upload_leaves_the_object_alone(system: System, anonymous: httpx2.AsyncClient, upload_id: str) -> None:
    await anonymous.put(system.storage.part_url(KEY, upload_id, 1, size=3, seconds=60), content=b"abc")
    await system.storage.complete(KEY, upload_id, await system.storage.parts(KEY, upload_id))
    assert leftovers(system) == []
