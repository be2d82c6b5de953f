"""Previews by their public URL: made on arrival, made again when forgotten, gone with the asset."""

from __future__ import annotations

import io
import shutil
from collections.abc import Awaitable, Callable

import httpx2
import pytest
from PIL import Image

from socialclaw.db.assets import Asset
from socialclaw.media import assets
from socialclaw.media.sweep import sweep
from socialclaw.storage.base import cache_dir
from socialclaw.system import System
from tests.conftest import BASE_URL, Member
from tests.media import files
from tests.media.conftest import upload

__all__ = ["upload"]

Upload = Callable[..., Awaitable[Asset]]


def opened(answer: httpx2.Response) -> Image.Image:
    assert answer.status_code == 200, answer.text
    return Image.open(io.BytesIO(answer.content))


async def test_a_picture_has_three_sizes(anonymous: httpx2.AsyncClient, upload: Upload) -> None:
    urls = assets.wire(await upload(files.picture("JPEG", (3000, 2000)), "a.jpg"), BASE_URL)["preview"]
    assert set(urls) == {"small", "medium", "large"}
    for name, size in {"small": (160, 107), "medium": (480, 320), "large": (1280, 853)}.items():
        answer = await anonymous.get(urls[name])
        picture = opened(answer)
        assert picture.format == "WEBP"
        assert abs(picture.height - size[1]) <= 1
        assert picture.width == size[0]
        assert answer.headers["content-type"] == "image/webp"
        assert answer.headers["x-content-type-options"] == "nosniff"


async def test_a_small_picture_is_not_made_larger_and_what_is_clear_stays_clear(anonymous: httpx2.AsyncClient, upload: Upload) -> None:
    urls = assets.wire(await upload(files.picture("PNG", (100, 50), "RGBA", (255, 0, 0, 0))), BASE_URL)["preview"]
    picture = opened(await anonymous.get(urls["large"]))
    assert picture.size == (100, 50)
    assert picture.convert("RGBA").getpixel((5, 5))[3] == 0  # type: ignore[index]


async def test_a_turned_picture_is_upright_and_says_nothing_of_where_it_was_taken(anonymous: httpx2.AsyncClient, upload: Upload) -> None:
    urls = assets.wire(await upload(files.turned(6, (640, 480)), "a.jpg"), BASE_URL)["preview"]
    picture = opened(await anonymous.get(urls["medium"]))
    assert picture.size == (360, 480)
    assert not picture.getexif()


async def test_a_film_has_a_poster_that_is_upright(anonymous: httpx2.AsyncClient, upload: Upload) -> None:
    asset = await upload(files.on_its_side(files.film(size=(640, 360))), "a.mp4")
    poster = opened(await anonymous.get(assets.wire(asset, BASE_URL)["preview"]["poster"]))
    assert (poster.format, poster.size) == ("JPEG", (360, 640))
    red, blue = poster.getpixel((340, 320)), poster.getpixel((20, 320))
    assert isinstance(red, tuple)
    assert isinstance(blue, tuple)
    assert red[0] > 200 > red[2]
    assert blue[2] > 200 > blue[0]


async def test_previews_that_the_cache_forgot_are_made_again(system: System, anonymous: httpx2.AsyncClient, upload: Upload) -> None:
    asset = await upload(files.film(), "a.mp4")
    urls = assets.wire(asset, BASE_URL)["preview"]
    before = {name: (await anonymous.get(url)).content for name, url in urls.items()}
    shutil.rmtree(cache_dir(system.settings))
    assert {name: (await anonymous.get(url)).content for name, url in urls.items()} == before


async def test_a_preview_takes_ranges_and_conditions(anonymous: httpx2.AsyncClient, upload: Upload) -> None:
    url = assets.wire(await upload(files.picture("JPEG", (800, 600)), "a.jpg"), BASE_URL)["preview"]["medium"]
    whole = await anonymous.get(url)
    part = await anonymous.get(url, headers={"range": "bytes=4-11"})
    assert (part.status_code, part.content) == (206, whole.content[4:12])
    assert (await anonymous.get(url, headers={"if-none-match": whole.headers["etag"]})).status_code == 304
    head = await anonymous.head(url)
    assert (head.content, head.headers["content-length"]) == (b"", str(len(whole.content)))


@pytest.mark.parametrize("name", ["huge.webp", "poster.jpg", "small.png", "..%2Fpicture.jpg", "source"])
async def test_there_are_no_others(anonymous: httpx2.AsyncClient, upload: Upload, name: str) -> None:
    url = assets.wire(await upload(files.picture("JPEG"), "a.jpg"), BASE_URL)["preview"]["small"]
    answer = await anonymous.get(url.replace("small.webp", name))
    assert answer.status_code == 404


async def test_a_preview_needs_the_token_and_goes_with_its_asset(
    system: System, workspace: Member, anonymous: httpx2.AsyncClient, upload: Upload
) -> None:
    asset = await upload(files.picture("JPEG"), "a.jpg")
    url = assets.wire(asset, BASE_URL)["preview"]["small"]
    assert (await anonymous.get(url.replace(asset.delivery_token or "", "x" * 32))).status_code == 404
    await system.write(workspace.id, assets.delete, asset.id, 0)
    assert await sweep(system) == 1
    assert (await anonymous.get(url)).status_code == 404
    assert not (cache_dir(system.settings) / asset.id).exists()


async def test_what_is_no_picture_has_none(upload: Upload) -> None:
    assert assets.wire(await upload(files.HTML, "a.html"), BASE_URL)["preview"] is None
    assert assets.wire(await upload(files.music(), "a.m4a"), BASE_URL)["preview"] is None
