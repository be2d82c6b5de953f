"""Uploads in parts over the API, on each storage: by one client, whatever happens on the way."""

from __future__ import annotations

import asyncio
import errno
import hashlib
import io
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from PIL import Image
from sqlalchemy import select

from socialclaw.db.assets import Arrival, Asset
from socialclaw.errors import NotFound, NotReady
from socialclaw.media import completion, multipart_uploads
from socialclaw.media.incoming import Intake
from socialclaw.media.sweep import sweep
from socialclaw.storage.base import Storage, cache_dir, now, work_dir
from socialclaw.system import System
from tests.conftest import Member
from tests.media import files
from tests.uploader import PATH, Uploader

MIB = 1024**2
DAYS = timedelta(days=3)
SMALL = files.picture(size=(640, 480))
FULL = OSError(errno.ENOSPC, "No space left on device")
Begin = Callable[..., Awaitable[Uploader]]


def large(extra: int = 9 * MIB) -> bytes:
    """A film of more than one part."""
    return files.film() + struct.pack(">I4s", extra, b"free") + b"x" * (extra - 8)


LARGE = large()


@pytest.fixture
async def begin(api: httpx2.AsyncClient, anonymous: httpx2.AsyncClient, storage: Storage) -> AsyncIterator[Begin]:
    """`await begin(content)`: an upload in parts."""
    async with httpx2.AsyncClient(trust_env=False) as world:

        async def make(content: bytes = LARGE, filename: str = "film.mp4", mime: str | None = "video/mp4") -> Uploader:
            return await Uploader(api, anonymous, world, content).begin(filename, mime)

        yield make


async def rows(system: System) -> list[Asset]:
    return list(await system.database.read(lambda session: session.scalars(select(Asset).order_by(Asset.id)).all()))


async def left(system: System, uploader: Uploader) -> dict[str, Any]:
    """What there is of an upload in the storage and on this machine."""
    storage, key = system.storage, uploader.asset["objectKey"]
    try:
        parts: list[int] | None = [part.number for part in await storage.parts(key, uploader.upload["uploadId"])]
    except NotFound:
        parts = None
    work, cache = files.within(work_dir(system.settings)), files.within(cache_dir(system.settings))
    return {"object": await storage.size(key), "parts": parts, "work": work, "cache": cache}


NOTHING = {"object": None, "parts": None, "work": [], "cache": []}


def code(answer: httpx2.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


@pytest.mark.usefixtures("both_databases")
async def test_a_file_in_parts_is_an_asset_like_any_other(begin: Begin, system: System, kind: str, anonymous: httpx2.AsyncClient) -> None:
    uploader = await begin()
    told = uploader.asset
    assert (told["status"], told["size"], told["mime"], told["kind"]) == ("uploading", len(LARGE), "video/mp4", "video")
    assert (told["publicUrl"], told["storage"]) == (None, kind)
    assert (uploader.upload["partSize"], uploader.upload["totalParts"]) == (8 * MIB, 2)
    await uploader.send(2, 1)
    answer = await uploader.complete(duration=99.0)
    assert answer.status_code == 200, answer.text
    asset = answer.json()["asset"]
    assert (asset["id"], asset["status"], asset["deleteAfter"], asset["error"]) == (told["id"], "ready", None, None)
    assert (asset["width"], asset["height"], round(asset["duration"]), asset["videoCodec"]) == (320, 240, 1, "h264")
    assert asset["sha256"] == hashlib.sha256(LARGE).hexdigest()
    assert (await anonymous.get(asset["publicUrl"])).content == LARGE
    assert Image.open(io.BytesIO((await anonymous.get(asset["preview"]["small"])).content)).format == "WEBP"
    assert {**await left(system, uploader), "cache": []} == {**NOTHING, "object": len(LARGE)}
    assert await system.storage.abandoned(now() + DAYS) == []


async def test_who_was_interrupted_goes_on_with_what_is_missing(begin: Begin, system: System) -> None:
    uploader = await begin(large(20 * MIB))
    await uploader.send(2)
    standing = await uploader.standing()
    assert (standing["asset"]["status"], standing["upload"]["missing"]) == ("uploading", [1, 3])
    assert [(part["PartNumber"], part["size"]) for part in standing["upload"]["parts"]] == [(2, 8 * MIB)]
    uploader.sent = {}  # another process, that knows only the asset's id
    await uploader.send(*standing["upload"]["missing"])
    listed = (await uploader.standing())["upload"]
    assert listed["missing"] == []
    answer = await uploader.complete([(part["PartNumber"], part["ETag"]) for part in listed["parts"]])
    assert answer.json()["asset"]["sha256"] == hashlib.sha256(uploader.content).hexdigest()
    over = await uploader.standing()
    assert (over["asset"]["status"], over["upload"]["parts"], over["upload"]["missing"]) == ("ready", [], [])


async def test_a_part_that_is_sent_again_is_the_one_that_counts(begin: Begin, kind: str) -> None:
    uploader = await begin()
    await uploader.put(await uploader.url(1), b"x" * (8 * MIB))
    before = await uploader.standing()
    await uploader.send_all()
    wrong = [(1, before["upload"]["parts"][0]["ETag"]), (2, uploader.sent[2])]
    if kind == "local":  # SeaweedFS keeps both: then the one that is named counts
        assert code(await uploader.complete(wrong)) == (422, "multipart_etag_mismatch")
    answer = await uploader.complete(reversed(uploader.sent.items()))
    assert answer.json()["asset"]["sha256"] == hashlib.sha256(LARGE).hexdigest()


async def test_parts_that_do_not_make_the_file_are_refused_and_the_upload_stays(begin: Begin, system: System) -> None:
    uploader = await begin()
    await uploader.send(1)
    one = (1, uploader.sent[1])
    tries = [
        ([], "multipart_part_missing"),
        ([one], "multipart_part_missing"),
        ([one, (2, "never")], "multipart_part_missing"),
        ([one, (1, "another")], "multipart_etag_mismatch"),
        ([one, (3, "too many")], "multipart_part_number_invalid"),
        ([one, (0, "none")], "multipart_part_number_invalid"),
        ([one, (10**30, "far")], "multipart_part_number_invalid"),
        ([one, (-1, "ü")], "multipart_part_number_invalid"),
    ]
    for parts, said in tries:
        answer = await uploader.complete(parts)
        assert code(answer) == (422, said)
        assert answer.json()["details"]["issues"]
    assert (await uploader.complete([one])).json()["details"]["missing"] == [2]
    await uploader.send(2)
    assert code(await uploader.complete([one])) == (422, "multipart_part_missing")
    assert code(await uploader.complete([one, (2, "0" * 32)])) == (422, "multipart_etag_mismatch")
    assert await left(system, uploader) == {**NOTHING, "parts": [1, 2]}
    assert (await uploader.standing())["asset"]["status"] == "uploading"
    assert (await uploader.complete()).status_code == 200


async def test_a_part_of_another_size_is_not_taken(begin: Begin, system: System) -> None:
    uploader = await begin()
    for number, content in ((1, b"x" * (8 * MIB + 1)), (1, b"x" * (8 * MIB - 1)), (2, b""), (2, uploader.piece(1))):
        assert 400 <= (await uploader.put(await uploader.url(number), content)).status_code < 500
    assert await left(system, uploader) == {**NOTHING, "parts": []}
    for number in (0, 3, 10**30):
        answer = await uploader.api.post(f"{uploader.path}/part", json={"uploadId": uploader.upload["uploadId"], "partNumber": number})
        assert answer.status_code == 422
        assert answer.json()["code"] in ("multipart_part_number_invalid", "field_invalid")


async def test_a_url_ends_after_a_quarter_of_an_hour(begin: Begin, system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    uploader = await begin(SMALL, "a.png", "image/png")
    for seconds, status in ((901, 403), (890, 200)):
        with monkeypatch.context() as before:
            for module in ("folder", "bucket"):
                before.setattr(f"socialclaw.storage.{module}.now", lambda seconds=seconds: now() - timedelta(seconds=seconds))
            url = await uploader.url(1)
        assert (await uploader.put(url, SMALL)).status_code == status


@pytest.mark.usefixtures("both_databases")
@pytest.mark.parametrize("apart", [False, True], ids=["one process", "several processes"])
async def test_completing_again_and_at_once_is_one_asset(
    begin: Begin, system: System, monkeypatch: pytest.MonkeyPatch, *, apart: bool
) -> None:
    if apart:  # nobody waits for anybody else

        class Alone(dict[str, asyncio.Lock]):
            def setdefault(self, key: str, default: Any = None) -> Any:
                return asyncio.Lock()

        monkeypatch.setattr(completion, "_completing", Alone())
    uploader = await (await begin()).send_all()
    answers = [*await asyncio.gather(*(uploader.complete() for _ in range(4))), await uploader.complete(), await uploader.complete([])]
    assert [answer.status_code for answer in answers] == [200] * 6, [answer.text for answer in answers]
    assert len({answer.text for answer in answers}) == 1
    assert [row.status for row in await rows(system)] == ["ready"]
    assert await system.storage.size(uploader.asset["objectKey"]) == len(LARGE)


async def test_a_crash_after_the_object_was_made_is_made_good_by_completing_again(begin: Begin, system: System) -> None:
    uploader = await (await begin()).send_all()
    key, upload_id = uploader.asset["objectKey"], uploader.upload["uploadId"]
    await system.storage.complete(key, upload_id, await system.storage.parts(key, upload_id))
    standing = await uploader.standing()
    assert (standing["asset"]["status"], standing["upload"]["parts"], standing["upload"]["missing"]) == ("uploading", [], [])
    answer = await uploader.complete([])
    assert (answer.status_code, answer.json()["asset"]["sha256"]) == (200, hashlib.sha256(LARGE).hexdigest())


async def test_what_the_file_is_refused_for_is_said_and_nothing_is_left_of_it(begin: Begin, system: System) -> None:
    uploader = await (await begin(b"#EXTM3U\nhttp://127.0.0.1/secret.ts\n")).send_all()
    for _ in range(2):
        assert code(await uploader.complete()) == (422, "media_playlist")
    asset = (await uploader.api.get(f"/v1/assets/{uploader.asset['id']}")).json()["asset"]
    assert (asset["status"], asset["error"]["code"], asset["publicUrl"]) == ("failed", "media_playlist", None)
    assert (await uploader.standing())["asset"]["error"]["code"] == "media_playlist"
    assert await left(system, uploader) == NOTHING
    assert (await uploader.abort()).status_code == 200
    assert await sweep(system, now() + DAYS) == 1
    assert await rows(system) == []


async def test_the_same_content_is_kept_once(begin: Begin, system: System, anonymous: httpx2.AsyncClient) -> None:
    first, second = await (await begin()).send_all(), await (await begin()).send_all()
    assets = [(await uploader.complete()).json()["asset"] for uploader in (first, second)]
    assert assets[0]["id"] != assets[1]["id"]
    assert assets[0]["objectKey"] == assets[1]["objectKey"]
    assert await sweep(system) == 1
    assert (await left(system, second))["object"] is None
    assert [(await anonymous.get(asset["publicUrl"])).content == LARGE for asset in assets] == [True, True]
    assert (await second.complete()).json()["asset"] == assets[1]


async def test_who_aborts_leaves_nothing(begin: Begin, system: System) -> None:
    uploader = await (await begin()).send_all()
    url = await uploader.url(1)
    for _ in range(2):
        assert (await uploader.abort()).json() == {"ok": True}
    assert await left(system, uploader) == NOTHING
    assert (await uploader.put(url, uploader.piece(1))).status_code == 404
    asked = {"uploadId": uploader.upload["uploadId"], "partNumber": 1}
    for answer in (
        await uploader.complete(),
        await uploader.api.get(uploader.path),
        await uploader.api.post(f"{uploader.path}/part", json=asked),
    ):
        assert code(answer) == (404, "multipart_upload_not_found")
    assert (await uploader.api.get(f"/v1/assets/{uploader.asset['id']}")).status_code == 404
    await sweep(system, now() + DAYS)
    assert await rows(system) == []


async def test_what_is_completed_cannot_be_aborted_or_sent_to(begin: Begin, system: System) -> None:
    uploader = await (await begin()).send_all()
    assert (await uploader.complete()).status_code == 200
    assert code(await uploader.abort()) == (409, "multipart_upload_completed")
    asked = {"uploadId": uploader.upload["uploadId"], "partNumber": 1}
    assert code(await uploader.api.post(f"{uploader.path}/part", json=asked)) == (409, "multipart_upload_completed")
    assert (await left(system, uploader))["object"] == len(LARGE)


async def test_deleting_an_asset_that_is_uploading_ends_the_upload(begin: Begin, system: System) -> None:
    uploader = await (await begin()).send_all()
    assert (await uploader.api.delete(f"/v1/assets/{uploader.asset['id']}")).status_code == 200
    assert code(await uploader.complete()) == (404, "multipart_upload_not_found")
    await sweep(system)
    assert (await left(system, uploader), await rows(system)) == (NOTHING, [])


async def test_an_upload_that_is_given_up_while_it_is_completed_leaves_nothing(
    begin: Begin, system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worst moment: the storage makes the object after the sweeper was there."""
    uploader = await (await begin()).send_all()
    real = type(system.storage).complete

    async def late(self: Any, key: str, *rest: Any, **more: Any) -> None:
        await real(self, key, *rest, **more)
        assert (await uploader.api.delete(f"/v1/assets/{uploader.asset['id']}")).status_code == 200
        monkeypatch.setattr(type(system.storage), "delete", nothing)
        await sweep(system)
        monkeypatch.undo()

    async def nothing(self: Any, key: str) -> None:
        return None

    monkeypatch.setattr(type(system.storage), "complete", late)
    assert (await uploader.complete()).status_code == 404
    assert (await rows(system), (await left(system, uploader))["object"]) == ([], None)


async def test_another_workspace_has_no_part_in_it(begin: Begin, other_api: httpx2.AsyncClient, system: System) -> None:
    uploader = await (await begin()).send_all()
    theirs = Uploader(other_api, uploader.here, uploader.world, LARGE, uploader.asset, uploader.upload, uploader.sent)
    asked = {"uploadId": uploader.upload["uploadId"], "partNumber": 1}
    for answer in (
        await other_api.get(theirs.path),
        await other_api.post(f"{theirs.path}/part", json=asked),
        await theirs.complete(),
        await theirs.abort(),
    ):
        assert code(answer) == (404, "asset_not_found")
    assert (await left(system, uploader))["parts"] == [1, 2]
    assert (await uploader.complete()).status_code == 200


async def test_an_upload_is_known_by_its_asset_and_its_id(begin: Begin, api: httpx2.AsyncClient) -> None:
    one, two = await (await begin(SMALL, "a.png", None)).send_all(), await begin()
    one.upload, two.upload = two.upload, one.upload
    for answer in (await one.complete(), await one.abort(), await two.complete([])):
        assert code(answer) == (404, "multipart_upload_not_found")
    whole = await api.post("/v1/assets/upload", json={"filename": "b.txt", "contentBase64": "YQ=="})
    path = f"{PATH}/{whole.json()['asset']['id']}"
    assert code(await api.get(path)) == (404, "multipart_upload_not_found")
    assert code(await api.post(f"{path}/abort")) == (404, "multipart_upload_not_found")


@pytest.mark.parametrize("how", ["left", "begun"])
async def test_the_sweeper_ends_what_nobody_goes_on_with(
    begin: Begin, system: System, workspace: Member, storage: Storage, how: str
) -> None:
    """`begun`: a crash before the upload was written down."""
    uploader = await (await begin()).send_all()
    if how == "begun":
        await system.database.write(lambda s: s.delete(s.get(Arrival, uploader.asset["id"])))
        await system.database.write(lambda s: s.delete(s.get(Asset, uploader.asset["id"])))
    await sweep(system, now() + timedelta(hours=20))
    assert (await left(system, uploader))["parts"] == [1, 2]
    await sweep(system, now() + DAYS)
    assert (await left(system, uploader), await rows(system)) == (NOTHING, [])
    assert await storage.abandoned(now() + DAYS) == []


async def test_an_upload_lives_as_long_as_something_is_heard_of_it(begin: Begin, system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    uploader = await begin()
    [before] = await rows(system)
    with monkeypatch.context() as later:
        later.setattr(multipart_uploads, "now", lambda: now() + timedelta(hours=20))
        await uploader.url(1)
    [after] = await rows(system)
    assert before.delete_after
    assert after.delete_after
    assert timedelta(hours=19) < after.delete_after - before.delete_after < timedelta(hours=21)


async def test_a_full_disk_takes_nothing_and_spoils_nothing(
    begin: Begin, system: System, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise FULL

    uploader = await begin()
    await uploader.send(2)
    place = "socialclaw.storage.pieces.shutil.copyfileobj" if kind == "local" else "socialclaw.media.incoming.Intake._flush"
    with monkeypatch.context() as patch:
        patch.setattr(Intake, "_flush", full)
        if kind == "local":  # else the part does not come by here
            assert code(await uploader.put(await uploader.url(1), uploader.piece(1))) == (503, "storage_full")
    await uploader.send(1)
    with monkeypatch.context() as patch:
        patch.setattr(place, full)
        assert code(await uploader.complete()) == (503, "storage_full")
    assert (await uploader.standing())["upload"]["missing"] == []
    assert {**await left(system, uploader), "object": None} == {**NOTHING, "parts": [1, 2] if kind == "local" else None}
    assert (await uploader.complete()).status_code == 200


async def test_a_look_that_cannot_be_taken_now_is_taken_later(begin: Begin, system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    async def busy(*_: object, **__: object) -> None:
        raise NotReady("No process can be started to open the file", code="media_unavailable")

    uploader = await (await begin()).send_all()
    with monkeypatch.context() as patch:
        patch.setattr(completion, "examine", busy)
        assert code(await uploader.complete()) == (503, "media_unavailable")
    assert (await uploader.complete()).json()["asset"]["status"] == "ready"


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        ({"filename": "a.mp4", "size": 0}, 422, "asset_empty"),
        ({"filename": "a.mp4", "size": -1}, 422, "asset_empty"),
        ({"filename": "a.mp4", "size": 5 * 1024**3 + 1}, 413, "asset_too_large"),
        ({"filename": "a.mp4", "size": 10**30}, 413, "asset_too_large"),
        ({"filename": "../", "size": 1}, 422, "asset_filename_required"),
        ({"filename": "a.mp4"}, 422, "field_required"),
        ({"size": 1}, 422, "field_required"),
        ({"filename": "a.mp4", "size": "1"}, 422, "field_type_invalid"),
    ],
)
async def test_what_cannot_be_uploaded_is_not_begun(
    api: httpx2.AsyncClient, system: System, storage: Storage, body: dict[str, Any], status: int, said: str
) -> None:
    answer = await api.post(PATH, json=body)
    assert (answer.status_code, answer.json()["code"]) == (status, said)
    assert (await rows(system), await storage.abandoned(now() + DAYS)) == ([], [])


@pytest.mark.parametrize("mime", ["video/mp4\r\nx-evil: 1", "💥", "a/b; c=d", "", "../../etc", "x" * 5000])
async def test_a_type_is_what_the_file_says_in_the_end(begin: Begin, mime: str) -> None:
    uploader = await (await begin(SMALL, "a.mp4", mime)).send_all()
    assert (await uploader.complete()).json()["asset"]["mime"] == "image/png"


@pytest.mark.parametrize(
    ("size", "part", "count"),
    [(1, 8 * MIB, 1), (8 * MIB, 8 * MIB, 1), (8 * MIB + 1, 8 * MIB, 2), (5 * 1024**3, 8 * MIB, 640), (5 * 1024**4, 525 * MIB, 9987)],
)
async def test_a_file_is_cut_so_that_its_parts_can_be_counted(system: System, workspace: Member, size: int, part: int, count: int) -> None:
    system.settings = system.settings.model_copy(update={"max_upload_bytes": 2**50, "max_stored_bytes": 2**50})
    upload = await multipart_uploads.initiate(system, workspace.id, multipart_uploads.Claims("a.mp4"), size)
    assert (upload.part_size, upload.count) == (part, count)
    assert sum(upload.length(number) for number in range(1, count + 1)) == size
