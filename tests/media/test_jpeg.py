"""Conversion to JPEG: on white, upright, without metadata; a picture made to do harm is refused unharmed."""

from __future__ import annotations

import asyncio
import io

import pytest
from PIL import Image

from socialclaw.errors import InvalidRequest
from socialclaw.media import cache
from socialclaw.media.jpeg import as_jpeg
from socialclaw.storage.base import cache_dir, work_dir
from socialclaw.system import System
from tests.media import files
from tests.media.conftest import Upload


@pytest.mark.parametrize(("kind", "mode"), [("PNG", "RGBA"), ("PNG", "P"), ("PNG", "I;16"), ("WEBP", "RGBA"), ("GIF", "P")])
async def test_every_picture_becomes_a_jpeg_of_the_same_size(system: System, upload: Upload, kind: str, mode: str) -> None:
    asset = await upload(files.picture(kind, (120, 80), mode, colour=0), "a.png")
    path = await as_jpeg(system, asset)
    with Image.open(path) as made:
        assert (made.format, made.size, made.mode) == ("JPEG", (120, 80), "RGB")
    assert path.is_relative_to(cache_dir(system.settings))
    assert files.within(work_dir(system.settings)) == []


async def test_what_was_transparent_is_white(system: System, upload: Upload) -> None:
    path = await as_jpeg(system, await upload(files.picture("PNG", mode="RGBA", colour=(0, 0, 0, 0))))
    with Image.open(path) as made:
        assert made.getpixel((5, 5)) == (255, 255, 255)


async def test_nothing_said_about_the_picture_comes_along(system: System, upload: Upload) -> None:
    exif = Image.Exif()
    exif[0x010E] = "where I live"
    exif[0x0112] = 6
    asset = await upload(files.picture("WEBP", (60, 40), exif=exif), "a.webp")
    path = await as_jpeg(system, asset)
    assert b"where I live" not in path.read_bytes()
    with Image.open(io.BytesIO(path.read_bytes())) as made:
        assert made.size == (40, 60)
        assert not made.getexif()


async def test_it_is_made_once(system: System, upload: Upload, monkeypatch: pytest.MonkeyPatch) -> None:
    asset = await upload()
    await asyncio.gather(*(as_jpeg(system, asset) for _ in range(3)))

    async def fail(*_: object) -> None:
        raise AssertionError("made again")

    monkeypatch.setattr("socialclaw.media.decoder_process.run", fail)
    assert (await as_jpeg(system, asset)).exists()


@pytest.mark.parametrize("content", [files.picture("TIFF"), files.HTML, files.SVG, files.film()], ids=["tiff", "html", "svg", "a film"])
async def test_what_cannot_be_converted_is_refused(system: System, upload: Upload, content: bytes) -> None:
    asset = await upload(content, "a.png")
    with pytest.raises(InvalidRequest) as refused:
        await as_jpeg(system, asset)
    assert refused.value.code == "media_not_convertible"
    assert not cache.place(system.settings, asset.id, "picture.jpg").exists()
    assert files.within(work_dir(system.settings)) == []


@pytest.mark.parametrize("content", [files.bomb(7000, 7000), files.picture("PNG", (200, 200))[:150]], ids=["no data", "cut off"])
async def test_a_file_that_was_damaged_in_storage_is_refused(system: System, upload: Upload, content: bytes) -> None:
    asset = await upload(files.picture("PNG", (200, 200)))
    (system.settings.media_dir / asset.object_key).write_bytes(content)
    with pytest.raises(InvalidRequest) as refused:
        await as_jpeg(system, asset)
    assert refused.value.code == "media_not_convertible"
    assert files.within(work_dir(system.settings)) == []


async def test_a_picture_of_a_phone_becomes_a_jpeg(system: System, upload: Upload) -> None:
    asset = await upload(files.picture("AVIF", (120, 80)), "a.avif")
    with Image.open(await as_jpeg(system, asset)) as made:
        assert (made.format, made.size) == ("JPEG", (120, 80))
