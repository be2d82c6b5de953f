"""Objects sent in parts: whole or not there, in the right order, each part by a URL that takes that part and nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest

from socialclaw.db.base import utc_now
from socialclaw.errors import InvalidRequest, NotFound
from socialclaw.s3_settings import S3Settings
from socialclaw.storage.base import Storage, read_range
from socialclaw.storage.parts import MOST_PARTS, SMALLEST, Part
from socialclaw.storage.s3 import S3
from socialclaw.system import System
from tests.storage.conftest import Send

Sent = Callable[..., Awaitable[Part]]
KEY = "t/assets/asset_1/film (1).mp4"
FIRST, SECOND = b"a" * SMALLEST, b"b" * SMALLEST


@pytest.fixture
async def upload_id(storage: Storage) -> str:
    return await storage.begin(KEY, "video/mp4")


async def test_parts_become_the_object_in_the_order_of_their_numbers(storage: Storage, upload_id: str, part: Sent) -> None:
    parts = [await part(KEY, upload_id, n, content) for n, content in ((3, b"end"), (1, FIRST), (2, SECOND))]
    assert await storage.size(KEY) is None
    assert [(p.number, p.size) for p in await storage.parts(KEY, upload_id)] == [(1, SMALLEST), (2, SMALLEST), (3, 3)]
    await storage.complete(KEY, upload_id, parts)
    assert await read_range(storage, KEY, SMALLEST - 2, SMALLEST + 10) == b"aa" + SECOND + b"end"
    assert await storage.size(KEY) == 2 * SMALLEST + 3


async def test_completing_again_is_a_success(storage: Storage, upload_id: str, part: Sent) -> None:
    parts = [await part(KEY, upload_id, 1, b"all")]
    for _ in range(2):
        await storage.complete(KEY, upload_id, parts)
    assert await read_range(storage, KEY, 0, 10) == b"all"
    with pytest.raises(NotFound) as gone:
        await storage.parts(KEY, upload_id)
    assert gone.value.code == "multipart_upload_not_found"


async def test_many_who_complete_at_once_make_one_object(storage: Storage, upload_id: str, part: Sent) -> None:
    parts = [await part(KEY, upload_id, 1, FIRST), await part(KEY, upload_id, 2, b"end")]
    await asyncio.gather(*(storage.complete(KEY, upload_id, parts) for _ in range(4)))
    assert await storage.size(KEY) == SMALLEST + 3
    assert await storage.abandoned(utc_now() + timedelta(days=1)) == []


async def test_who_sees_half_of_the_parts_because_somebody_else_is_completing(
    s3: S3Settings, system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A service may make the object and then take the parts away one by one."""
    storage = S3(s3, system.outbound.storage)
    upload_id, real = await storage.begin(KEY, "video/mp4"), S3._listed
    for number, content in ((1, FIRST), (2, b"end")):
        url = storage.part_url(KEY, upload_id, number, size=len(content), seconds=60)
        assert (await system.outbound.storage.put(url, content=content)).status_code == 200
    parts = await storage.parts(KEY, upload_id)

    async def half(self: S3, *upload: str) -> list[tuple[str, Part]]:
        monkeypatch.setattr(S3, "_listed", real)
        listed = await self._listed(*upload)
        await self.complete(KEY, upload_id, parts)
        return listed[:1]

    monkeypatch.setattr(S3, "_listed", half)
    await storage.complete(KEY, upload_id, parts)
    assert await storage.size(KEY) == SMALLEST + 3


async def test_a_part_that_is_sent_again_replaces_the_one_before(storage: Storage, upload_id: str, part: Sent) -> None:
    await part(KEY, upload_id, 1, b"first, and longer")
    second = await part(KEY, upload_id, 1, b"second")
    assert [p.number for p in await storage.parts(KEY, upload_id)] == [1]
    await storage.complete(KEY, upload_id, [second])
    assert await read_range(storage, KEY, 0, 100) == b"second"


async def test_what_makes_no_object_is_refused_and_the_upload_stays(storage: Storage, upload_id: str, part: Sent) -> None:
    one, two = await part(KEY, upload_id, 1, b"too small"), await part(KEY, upload_id, 2, b"end")
    tries = [
        ([], "multipart_part_missing"),
        ([one], "multipart_part_missing"),
        ([one, two, Part(3, 1, "x")], "multipart_part_missing"),
        ([one, one._replace(etag="x"), two], "multipart_etag_mismatch"),
        ([one, two._replace(etag='"0"')], "multipart_etag_mismatch"),
        ([one, two._replace(number=0)], "multipart_part_number_invalid"),
        ([one, two._replace(number=10**9)], "multipart_part_number_invalid"),
        ([one._replace(size=1), two], "multipart_part_size_mismatch"),
        ([one, two], "multipart_part_too_small"),
    ]
    for parts, code in tries:
        with pytest.raises(InvalidRequest) as refused:
            await storage.complete(KEY, upload_id, parts)
        assert refused.value.code == code
    assert await storage.size(KEY) is None
    one = await part(KEY, upload_id, 1, FIRST)
    await storage.complete(KEY, upload_id, [two, one])
    assert await storage.size(KEY) == SMALLEST + 3


async def test_an_upload_that_is_aborted_is_gone(storage: Storage, upload_id: str, part: Sent, send: Send) -> None:
    sent = await part(KEY, upload_id, 1, b"all")
    url = storage.part_url(KEY, upload_id, 1, size=3, seconds=60)
    for _ in range(2):
        await storage.abort(KEY, upload_id)
    assert (await send(url, b"all")).status_code == 404
    for do in (storage.parts(KEY, upload_id), storage.complete(KEY, upload_id, [sent])):
        with pytest.raises(NotFound) as gone:
            await do
        assert gone.value.code == "multipart_upload_not_found"
    assert await storage.size(KEY) is None
    assert await storage.abandoned(utc_now() + timedelta(days=1)) == []


@pytest.mark.parametrize("upload_id", ["0" * 40, "nobody", "", "ü"])
async def test_an_upload_that_never_was(storage: Storage, upload_id: str) -> None:
    with pytest.raises(NotFound):
        await storage.parts(KEY, upload_id)
    with pytest.raises(NotFound):
        await storage.complete(KEY, upload_id, [Part(1, 1, "x")])
    await storage.abort(KEY, upload_id)


async def test_an_upload_belongs_to_its_key(storage: Storage, upload_id: str, part: Sent) -> None:
    sent = await part(KEY, upload_id, 1, b"all")
    with pytest.raises(NotFound):
        await storage.complete("t/other", upload_id, [sent])
    await storage.abort("t/other", upload_id)
    await storage.complete(KEY, upload_id, [sent])


async def test_uploads_that_nobody_ended_are_found(storage: Storage, upload_id: str, part: Sent) -> None:
    await part(KEY, upload_id, 1, b"all")
    assert await storage.abandoned(utc_now() - timedelta(hours=1)) == []
    assert await storage.abandoned(utc_now() + timedelta(hours=1)) == [(KEY, upload_id)]


@pytest.mark.parametrize(("number", "size", "code"), [(0, 1, "number"), (MOST_PARTS + 1, 1, "number"), (1, 0, "size"), (1, 2**40, "size")])
def test_a_part_that_no_storage_takes_has_no_url(storage: Storage, number: int, size: int, code: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        storage.part_url(KEY, "0" * 40, number, size=size, seconds=60)
    assert refused.value.code == f"multipart_part_{code}_invalid"


@pytest.mark.parametrize("content", [b"", b"tw", b"four", b"x" * 1000])
async def test_a_url_takes_a_part_of_its_size_only(storage: Storage, upload_id: str, send: Send, content: bytes) -> None:
    answer = await send(storage.part_url(KEY, upload_id, 1, size=3, seconds=60), content)
    assert 400 <= answer.status_code < 500
    assert await storage.parts(KEY, upload_id) == []


async def test_a_url_is_good_for_its_time_and_its_part(
    storage: Storage, upload_id: str, send: Send, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = storage.part_url(KEY, upload_id, 1, size=3, seconds=60)
    changed = [url.replace("/1?", "/2?").replace("partNumber=1", "partNumber=2"), url[:-4] + "0000", url.partition("?")[0]]
    with monkeypatch.context() as before:
        for module in ("folder", "bucket"):
            before.setattr(f"socialclaw.storage.{module}.now", lambda: datetime.now(UTC) - timedelta(seconds=61))
        old = storage.part_url(KEY, upload_id, 1, size=3, seconds=60)
    for wrong in (*changed, old):
        assert (await send(wrong, b"abc")).status_code == 403
    assert await storage.parts(KEY, upload_id) == []
    assert (await send(url, b"abc")).status_code == 200
