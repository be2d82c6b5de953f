"""Files by their public URL: to everyone who has it, to nobody else, and never as a page that runs."""

from __future__ import annotations

import errno
import io
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

import httpx2
import pytest
from PIL import Image
from sqlalchemy import update

from socialclaw.db.assets import Asset
from socialclaw.media import assets, cache
from socialclaw.media.sweep import sweep
from socialclaw.system import System
from tests.conftest import BASE_URL, Member
from tests.media import files
from tests.media.conftest import upload, used_by

__all__ = ["upload", "used_by"]

CONTENT = files.picture(size=(200, 100)) + bytes(range(256)) * 4000


@pytest.fixture
async def asset(upload: Callable[..., Awaitable[Asset]]) -> Asset:
    return await upload(CONTENT, "Mein Bild (ä).png")


@pytest.fixture
def url(asset: Asset) -> str:
    return str(assets.wire(asset, BASE_URL)["publicUrl"])


async def test_a_file_is_delivered_without_a_key_and_with_every_header(anonymous: httpx2.AsyncClient, url: str, asset: Asset) -> None:
    answer = await anonymous.get(url)
    assert (answer.status_code, answer.content) == (200, CONTENT)
    headers = answer.headers
    assert headers["content-type"] == "image/png"
    assert headers["content-length"] == str(len(CONTENT))
    assert headers["etag"] == f'"{asset.sha256}"'
    assert headers["accept-ranges"] == "bytes"
    assert headers["cache-control"] == "public, max-age=31536000, immutable"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert headers["content-disposition"] == "inline; filename=\"Mein Bild (_).png\"; filename*=UTF-8''Mein%20Bild%20%28%C3%A4%29.png"
    assert headers["last-modified"].endswith("GMT")
    assert urlsplit(url).path.endswith("/Mein-Bild-a.png")


async def test_head_tells_what_get_would(anonymous: httpx2.AsyncClient, url: str) -> None:
    got, head = await anonymous.get(url), await anonymous.head(url)
    assert (head.status_code, head.content) == (200, b"")
    told = [{name: value for name, value in answer.headers.items() if name != "x-request-id"} for answer in (got, head)]
    assert told[0] == told[1]


@pytest.mark.parametrize(
    ("asked", "status", "part"),
    [
        ("bytes=0-0", 206, slice(0, 1)),
        ("bytes=100-299999", 206, slice(100, 300_000)),
        ("bytes=500-", 206, slice(500, None)),
        ("bytes=-500", 206, slice(-500, None)),
        ("bytes=0-99999999", 206, slice(0, None)),
        ("bytes=0-1,5-6", 200, slice(0, None)),
        ("nonsense", 200, slice(0, None)),
    ],
)
async def test_a_range_is_delivered(anonymous: httpx2.AsyncClient, url: str, asked: str, status: int, part: slice) -> None:
    answer = await anonymous.get(url, headers={"range": asked})
    assert (answer.status_code, answer.content) == (status, CONTENT[part])
    assert answer.headers["content-length"] == str(len(CONTENT[part]))
    if status == 206:
        start, end, _ = part.indices(len(CONTENT))
        assert answer.headers["content-range"] == f"bytes {start}-{end - 1}/{len(CONTENT)}"
    else:
        assert "content-range" not in answer.headers


async def test_a_range_behind_the_end_is_told(anonymous: httpx2.AsyncClient, url: str) -> None:
    answer = await anonymous.get(url, headers={"range": f"bytes={len(CONTENT)}-"})
    assert (answer.status_code, answer.json()["code"]) == (416, "range_not_satisfiable")
    assert answer.headers["content-range"] == f"bytes */{len(CONTENT)}"


async def test_a_changed_file_is_delivered_whole_to_who_asks_by_if_range(anonymous: httpx2.AsyncClient, url: str) -> None:
    etag = (await anonymous.head(url)).headers["etag"]
    same = await anonymous.get(url, headers={"range": "bytes=0-9", "if-range": etag})
    other = await anonymous.get(url, headers={"range": "bytes=0-9", "if-range": '"other"'})
    assert (same.status_code, other.status_code) == (206, 200)


async def test_a_good_copy_is_not_sent_again(anonymous: httpx2.AsyncClient, url: str) -> None:
    first = await anonymous.get(url)
    for condition in ({"if-none-match": first.headers["etag"]}, {"if-modified-since": first.headers["last-modified"]}):
        answer = await anonymous.get(url, headers=condition)
        assert (answer.status_code, answer.content) == (304, b"")
        assert answer.headers["etag"] == first.headers["etag"]
        assert answer.headers["cache-control"] == first.headers["cache-control"]
    assert (await anonymous.get(url, headers={"if-none-match": '"other"'})).status_code == 200


async def test_whatever_is_wrong_with_a_url_the_answer_is_the_same(
    anonymous: httpx2.AsyncClient, system: System, workspace: Member, asset: Asset, url: str, upload: Callable[..., Awaitable[Asset]]
) -> None:
    token, other = str(asset.delivery_token), await upload()
    base, name = url.rsplit("/", 2)[0], url.rsplit("/", 1)[1]
    deleted, revoked = await upload(), await upload()
    await system.write(workspace.id, assets.delete, deleted.id, 0)
    urls = [
        f"{BASE_URL}/media/asset_unknown/{token}/{name}",
        f"{base}/{'A' * 32}/{name}",
        f"{base}/{token[:-1]}/{name}",
        f"{base}/{token}x/{name}",
        f"{base}/{token.swapcase()}/{name}",
        f"{base}/{other.delivery_token}/{name}",
        f"{base}/%C3%A9/{name}",
        f"{base}/{token}/other.png",
        f"{base}/{token}/..%2F..%2Fsocialclaw.db",
        str(assets.wire(deleted, BASE_URL)["publicUrl"]),
        str(assets.wire(revoked, BASE_URL)["publicUrl"]),
        f"{BASE_URL}/media/{revoked.id}/None/photo.png",
    ]
    await system.database.write(lambda s: s.execute(update(Asset).where(Asset.id == revoked.id).values(delivery_token=None)))
    answers = [await anonymous.get(wrong) for wrong in urls]
    found = {(answer.status_code, answer.json()["ok"]) for answer in answers}
    assert found == {(404, False)}
    codes = [answer.json()["code"] for answer in answers]
    assert codes.count("media_not_found") == len(urls) - 1  # an encoded slash is another path
    assert len({answer.content for answer in answers if answer.json()["code"] == "media_not_found"}) == 1
    assert all(answer.headers["x-content-type-options"] == "nosniff" for answer in answers)
    assert (await anonymous.head(urls[0])).status_code == 404


async def test_a_file_that_storage_lost_is_not_there(anonymous: httpx2.AsyncClient, system: System, asset: Asset, url: str) -> None:
    (system.settings.media_dir / asset.object_key).unlink()
    answer = await anonymous.get(url)
    assert (answer.status_code, answer.json()["code"], answer.json()["details"].keys()) == (404, "media_not_found", {"next"})


async def test_a_token_that_is_revoked_opens_nothing_any_more(
    anonymous: httpx2.AsyncClient, api: httpx2.AsyncClient, asset: Asset, url: str
) -> None:
    small = assets.preview_urls(asset, BASE_URL)["small"]
    assert [(await anonymous.get(one)).status_code for one in (url, small, f"{url}?format=jpeg")] == [200, 200, 200]
    answer = await api.post(f"/v1/assets/{asset.id}/revoke-delivery")
    assert answer.status_code == 200, answer.text
    renewed = answer.json()["asset"]
    assert [(await anonymous.get(one)).status_code for one in (url, small, f"{url}?format=jpeg")] == [404, 404, 404]
    fresh = await anonymous.get(renewed["publicUrl"])
    assert (fresh.status_code, fresh.content) == (200, CONTENT)
    assert (await anonymous.get(renewed["preview"]["small"])).status_code == 200
    assert renewed["useAsMediaLink"] == renewed["publicUrl"]


async def test_a_token_that_a_post_needs_is_not_revoked(
    anonymous: httpx2.AsyncClient, api: httpx2.AsyncClient, url: str, asset: Asset, used_by: Callable[..., Awaitable[str]]
) -> None:
    post_id = await used_by([{"id": "asset_1", "url": url}])
    answer = await api.post(f"/v1/assets/{asset.id}/revoke-delivery", json={})
    assert (answer.status_code, answer.json()["code"], answer.json()["details"]["posts"]) == (409, "asset_in_use", [post_id])
    assert (await anonymous.get(url)).status_code == 200
    assert (await api.post("/v1/assets/asset_unknown/revoke-delivery")).status_code == 404


async def test_a_swept_file_is_not_there(anonymous: httpx2.AsyncClient, system: System, workspace: Member, asset: Asset, url: str) -> None:
    await system.write(workspace.id, assets.delete, asset.id, 0)
    assert await sweep(system) == 1
    assert (await anonymous.get(url)).status_code == 404


async def test_a_page_in_disguise_is_a_download(anonymous: httpx2.AsyncClient, upload: Callable[..., Awaitable[Asset]]) -> None:
    asset = await upload(files.HTML, "photo.png")
    answer = await anonymous.get(assets.wire(asset, BASE_URL)["publicUrl"])
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment")
    assert "sandbox" in answer.headers["content-security-policy"]


async def test_a_picture_is_delivered_as_jpeg(anonymous: httpx2.AsyncClient, upload: Callable[..., Awaitable[Asset]]) -> None:
    asset = await upload(files.picture("PNG", (80, 60), "RGBA", colour=(0, 0, 0, 0)))
    url = f"{assets.wire(asset, BASE_URL)['publicUrl']}?format=jpeg"
    answer = await anonymous.get(url)
    assert answer.headers["content-type"] == "image/jpeg"
    assert 'filename="photo.jpg"' in answer.headers["content-disposition"]
    assert answer.headers["etag"] != (await anonymous.get(url.partition("?")[0])).headers["etag"]
    with Image.open(io.BytesIO(answer.content)) as picture:
        assert (picture.format, picture.size) == ("JPEG", (80, 60))
    part = await anonymous.get(url, headers={"range": "bytes=10-19"})
    assert (part.status_code, part.content) == (206, answer.content[10:20])
    assert (await anonymous.head(url)).headers["content-length"] == str(len(answer.content))


async def test_a_disk_that_is_full_is_told_where_a_picture_is_to_be_delivered_as_jpeg(
    anonymous: httpx2.AsyncClient, upload: Callable[..., Awaitable[Asset]], monkeypatch: pytest.MonkeyPatch
) -> None:
    asset = await upload(files.picture("PNG"), "a.png")
    url = f"{assets.wire(asset, BASE_URL)['publicUrl']}?format=jpeg"

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(cache, "keep", full)
        answer = await anonymous.get(url)
    assert (answer.status_code, answer.json()["code"]) == (503, "storage_full")
    assert (await anonymous.get(url)).status_code == 200


async def test_what_is_jpeg_already_stays_as_it_is(anonymous: httpx2.AsyncClient, upload: Callable[..., Awaitable[Asset]]) -> None:
    content = files.picture("JPEG")
    asset = await upload(content, "a.jpg")
    assert (await anonymous.get(f"{assets.wire(asset, BASE_URL)['publicUrl']}?format=jpeg")).content == content


@pytest.mark.parametrize(
    ("content", "query", "code"),
    [
        (files.film(), "jpeg", "media_not_convertible"),
        (files.picture(), "webp", "media_format_unsupported"),
        (files.HTML, "jpeg", "media_not_convertible"),
    ],
    ids=["a film", "another format", "a page"],
)
async def test_a_conversion_that_is_not_possible_is_told(
    anonymous: httpx2.AsyncClient, upload: Callable[..., Awaitable[Asset]], content: bytes, query: str, code: str
) -> None:
    asset = await upload(content, "a.bin")
    answer = await anonymous.get(f"{assets.wire(asset, BASE_URL)['publicUrl']}?format={query}")
    assert (answer.status_code, answer.json()["code"]) == (422, code)
