"""S3: what the service refuses, what is sent again, what is left behind by what fails."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest

from socialclaw.backoff import Backoff
from socialclaw.db.base import utc_now
from socialclaw.errors import NotFound, NotReady
from socialclaw.s3_settings import S3Settings
from socialclaw.storage import bucket
from socialclaw.storage.base import Gone, read_range
from socialclaw.storage.bucket import Bucket, BucketRefused
from socialclaw.storage.parts import Part
from socialclaw.storage.s3 import PIECE, S3
from tests.storage.conftest import MIB

KEY = "t/assets/asset_1/film.mp4"
Handler = Callable[[httpx2.Request], httpx2.Response]


@pytest.fixture
async def client() -> Any:
    async with httpx2.AsyncClient(trust_env=False) as client:
        yield client


@pytest.fixture
def storage(s3: S3Settings, client: httpx2.AsyncClient) -> S3:
    return S3(s3, client)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "file"
    path.write_bytes(b"".join(bytes([n]) * MIB for n in range(2 * PIECE // MIB)) + b"end")
    return path


async def test_a_large_file_is_put_in_pieces_and_is_whole(storage: S3, s3: S3Settings, client: httpx2.AsyncClient, file: Path) -> None:
    await storage.put(KEY, file, "video/mp4")
    assert await storage.size(KEY) == 2 * PIECE + 3
    assert await read_range(storage, KEY, PIECE - 2, 4) == bytes([7, 7, 8, 8])
    assert await read_range(storage, KEY, 2 * PIECE - 1, 100) == b"\x0fend"
    kept = await Bucket(s3, client).ask("HEAD", KEY)
    assert kept.headers["content-type"] == "video/mp4"
    assert await storage.abandoned(utc_now() + timedelta(days=1)) == []


async def test_a_put_that_fails_on_the_way_leaves_nothing(storage: S3, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    really = Bucket.ask

    async def fail(self: Bucket, method: str, key: str | None = None, query: Any = None, *args: Any, **more: Any) -> httpx2.Response:
        if query and query.get("partNumber") == "2":
            raise NotReady("The cable is out", code="storage_unavailable")
        return await really(self, method, key, query, *args, **more)

    monkeypatch.setattr(Bucket, "ask", fail)
    with pytest.raises(NotReady, match="cable"):
        await storage.put(KEY, file)
    assert await storage.size(KEY) is None
    assert await storage.abandoned(utc_now() + timedelta(days=1)) == []


async def test_links_are_refused_where_anything_of_them_is_changed(
    s3: S3Settings, client: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The content type here, which is a header that the link signs."""
    link = Bucket(s3, client).link("PUT", KEY, {}, {"content-type": "image/png"}, seconds=60)
    tries = [(link, "text/html"), (link.replace("film.mp4", "other.mp4"), "image/png"), (link[:-4] + "0000", "image/png")]
    monkeypatch.setattr(bucket, "now", lambda: datetime.now(UTC) - timedelta(minutes=5))
    tries.append((Bucket(s3, client).link("PUT", KEY, {}, {"content-type": "image/png"}, seconds=60), "image/png"))
    monkeypatch.undo()
    for url, mime in tries:
        assert (await client.put(url, content=b"x", headers={"content-type": mime})).status_code == 403
    assert await S3(s3, client).size(KEY) is None
    assert (await client.put(link, content=b"x", headers={"content-type": "image/png"})).status_code == 200
    assert (await client.get(link)).status_code == 403


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"secret_key": "other"}, "SignatureDoesNotMatch"),
        ({"access_key": "other"}, "InvalidAccessKeyId"),
        ({"bucket": "nothing-here"}, "NoSuchBucket"),
    ],
)
async def test_settings_that_are_wrong_are_told(s3: S3Settings, client: httpx2.AsyncClient, wrong: dict[str, str], said: str) -> None:
    given = {**s3.model_dump(), "secret_key": s3.secret_key.get_secret_value(), **wrong}
    with pytest.raises(BucketRefused) as refused:
        await S3(S3Settings.model_validate(given), client).check()
    assert refused.value.said == said
    assert "secret" not in f"{refused.value.message}{refused.value.details}"


async def test_no_key_leaves_its_place(storage: S3, file: Path) -> None:
    for key in ("../x", "t/../../x", "t//x", "t/./x", "", "t/\0"):
        assert await storage.size(key) is None
        for do in (storage.put(key, file), storage.delete(key), storage.begin(key, "image/png"), read_range(storage, key, 0, 1)):
            with pytest.raises(Gone):
                await do


async def test_aborting_no_upload_deletes_no_object(storage: S3, file: Path) -> None:
    await storage.put(KEY, file)
    await storage.abort(KEY, "")
    assert await storage.size(KEY) == 2 * PIECE + 3


def simulated(handler: Handler, monkeypatch: pytest.MonkeyPatch, **settings: Any) -> S3:
    """S3 on a service that answers like this, without waiting between tries."""
    monkeypatch.setattr(bucket, "BACKOFF", Backoff((0.0, 0.0), tries=3))
    given = S3Settings.model_validate({"bucket": "media", "access_key": "key", "secret_key": "secret", **settings})
    return S3(given, httpx2.AsyncClient(transport=httpx2.MockTransport(handler)))


@pytest.mark.parametrize("trouble", [500, 502, 503, 504, httpx2.ConnectError, httpx2.ReadTimeout, httpx2.RemoteProtocolError])
async def test_what_fails_in_passing_is_sent_again(trouble: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        asked.append(request.headers["authorization"])
        if len(asked) < 3:
            if isinstance(trouble, int):
                return httpx2.Response(trouble)
            raise trouble("the cable is out")
        return httpx2.Response(200, headers={"content-length": "7"})

    assert await simulated(answer, monkeypatch).size(KEY) == 7


async def test_what_fails_three_times_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        asked.append(request)
        return httpx2.Response(503, content=b"<Error><Code>SlowDown</Code></Error>")

    with pytest.raises(BucketRefused, match="SlowDown"):
        await simulated(answer, monkeypatch).delete(KEY)
    assert len(asked) == 3


async def test_a_refusal_is_not_sent_again(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        asked.append(request)
        return httpx2.Response(403, content=b"<Error><Code>AccessDenied</Code></Error>")

    with pytest.raises(BucketRefused, match="AccessDenied"):
        await simulated(answer, monkeypatch).delete(KEY)
    assert len(asked) == 1


async def test_a_full_service_is_told(monkeypatch: pytest.MonkeyPatch, file: Path) -> None:
    full = simulated(lambda request: httpx2.Response(403, content=b"<Error><Code>QuotaExceeded</Code></Error>"), monkeypatch)
    with pytest.raises(NotReady) as told:
        await full.put(KEY, file)
    assert told.value.code == "storage_full"


@pytest.mark.parametrize("body", [b"<html>", b"", b"<a><Code/></a>"])
async def test_what_is_no_s3_service_is_told(monkeypatch: pytest.MonkeyPatch, body: bytes) -> None:
    other = simulated(lambda request: httpx2.Response(418, content=body), monkeypatch)
    with pytest.raises(NotReady, match="refuses"):
        await other.begin(KEY, "video/mp4")
    odd = simulated(lambda request: httpx2.Response(200, content=b"<other/>"), monkeypatch)
    with pytest.raises(NotReady, match="UploadId"):
        await odd.begin(KEY, "video/mp4")


LIST = b"<ListPartsResult><Part><PartNumber>1</PartNumber><Size>3</Size><ETag>&quot;abc&quot;</ETag></Part></ListPartsResult>"


def completing(answer: httpx2.Response, *, there: bool) -> Handler:
    """A service that answers a completion like this, and has the object or has it not."""

    def answers(request: httpx2.Request) -> httpx2.Response:
        match request.method:
            case "GET":
                return httpx2.Response(200, content=LIST)
            case "POST":
                return answer
        return httpx2.Response(200 if there else 404, headers={"content-length": "3"})

    return answers


async def test_a_completion_that_is_refused_after_its_status(monkeypatch: pytest.MonkeyPatch) -> None:
    late = httpx2.Response(200, content=b"  <Error><Code>InternalError</Code></Error>".lstrip())
    with pytest.raises(BucketRefused, match="InternalError"):
        await simulated(completing(late, there=False), monkeypatch).complete(KEY, "upload", [Part(1, 3, '"abc"')])


async def test_a_completion_whose_answer_was_lost_is_a_success(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown() -> httpx2.Response:
        return httpx2.Response(404, content=b"<Error><Code>NoSuchUpload</Code></Error>")

    await simulated(completing(unknown(), there=True), monkeypatch).complete(KEY, "upload", [Part(1, 3, '"abc"')])
    with pytest.raises(NotFound) as gone:
        await simulated(completing(unknown(), there=False), monkeypatch).complete(KEY, "upload", [Part(1, 3, '"abc"')])
    assert gone.value.code == "multipart_upload_not_found"


async def test_long_lists_are_read_to_their_end(monkeypatch: pytest.MonkeyPatch) -> None:
    def parts(request: httpx2.Request) -> httpx2.Response:
        after = int(request.url.params.get("part-number-marker", 0))
        part = f"<Part><PartNumber>{after + 1}</PartNumber><Size>3</Size><ETag>e</ETag></Part>"
        more = f"<IsTruncated>{'true' if after < 2 else 'false'}</IsTruncated><NextPartNumberMarker>{after + 1}</NextPartNumberMarker>"
        return httpx2.Response(200, text=f'<L xmlns="http://s3.amazonaws.com/doc/2006-03-01/">{part}{more}</L>')

    assert [part.number for part in await simulated(parts, monkeypatch).parts(KEY, "upload")] == [1, 2, 3]

    def uploads(request: httpx2.Request) -> httpx2.Response:
        after = (request.url.params.get("key-marker", "-"), request.url.params.get("upload-id-marker", "-"))
        key, more = ("p/a", "true") if after == ("-", "-") else ("p/b", "false")
        upload = f"<Upload><Key>{key}</Key><UploadId>u</UploadId><Initiated>2026-01-02T03:04:05.678Z</Initiated></Upload>"
        markers = f"<IsTruncated>{more}</IsTruncated><NextKeyMarker>m</NextKeyMarker><NextUploadIdMarker>n</NextUploadIdMarker>"
        return httpx2.Response(200, text=f"<L>{upload}{markers}</L>")

    found = simulated(uploads, monkeypatch, prefix="p")
    assert await found.abandoned(datetime(2026, 1, 2, 3, 4, 6, tzinfo=UTC)) == [("a", "u"), ("b", "u")]
    assert await found.abandoned(datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)) == []


async def test_looking_whether_it_works_is_remembered_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        asked.append(request)
        return httpx2.Response(200 if len(asked) > 1 else 403)

    storage = simulated(answer, monkeypatch)
    for _ in range(3):
        with pytest.raises(BucketRefused):
            await storage.check()
    assert len(asked) == 1
    monkeypatch.setattr("socialclaw.storage.s3.CHECK_SECONDS", 0.0)
    await storage.check()
    assert len(asked) == 2


def test_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    def host(**settings: Any) -> str:
        url = simulated(lambda request: httpx2.Response(200), monkeypatch, **settings).part_url(KEY, "u", 1, size=1, seconds=60)
        return url.partition("?")[0]

    assert host() == f"https://s3.us-east-1.amazonaws.com/media/{KEY}"
    assert host(path_style=False, region="eu-central-1", prefix="/a/b/") == f"https://media.s3.eu-central-1.amazonaws.com/a/b/{KEY}"
    assert host(endpoint="http://Store:80/", public_endpoint="https://files.example.org:443") == f"https://files.example.org/media/{KEY}"
    assert host(endpoint="http://store:9000") == f"http://store:9000/media/{KEY}"
