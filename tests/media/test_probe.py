"""A file is what its bytes say, whatever it is called."""

from __future__ import annotations

import io

import pytest
from PIL import Image, ImageOps

from socialclaw.media.sniff import look_into, sniff
from tests.media import files


@pytest.mark.parametrize(
    ("content", "said", "mime", "kind"),
    [
        (files.picture("PNG"), "text/html", "image/png", "image"),
        (files.picture("JPEG"), "image/png", "image/jpeg", "image"),
        (files.picture("GIF"), None, "image/gif", "image"),
        (files.picture("WEBP"), "video/mp4", "image/webp", "image"),
        (files.picture("BMP"), None, "image/bmp", "image"),
        (files.picture("TIFF"), None, "image/tiff", "image"),
        (files.MP4, "application/octet-stream", "video/mp4", "video"),
        (files.MP4, "audio/mp4", "audio/mp4", "audio"),
        (files.MP4, "image/png", "video/mp4", "video"),
        (files.MOV, "video/mp4", "video/quicktime", "video"),
        (files.WEBM, None, "video/webm", "video"),
        (b"ID3\x04" + b"\0" * 50, None, "audio/mpeg", "audio"),
        (b"\xff\xfb\x90\x64" + b"\0" * 50, None, "audio/mpeg", "audio"),
        (b"RIFF\x24\0\0\0WAVEfmt ", None, "audio/wav", "audio"),
        (files.archive(), "image/png", "application/zip", "other"),
        (files.HTML, "image/png", "text/html", "other"),
        (b"\xef\xbb\xbf \n\t" + files.HTML.upper(), "image/png", "text/html", "other"),
        (b"<!-- hello --><script>alert(1)</script>", "image/jpeg", "text/html", "other"),
        (files.SVG, "image/png", "image/svg+xml", "other"),
        (b'<?xml version="1.0"?>' + files.SVG, None, "image/svg+xml", "other"),
        (b"%PDF-1.7", "image/png", "application/pdf", "other"),
        (b"#EXTM3U\nfile:///etc/passwd", "video/mp4", "application/vnd.apple.mpegurl", "other"),
        (b"ffconcat version 1.0\nfile /etc/passwd", "video/mp4", "text/plain", "other"),
        (b"MZ\x90\0", "video/mp4", "application/x-msdownload", "other"),
        (b"just words", "image/png", "application/octet-stream", "other"),
        (b"just words", "text/plain; charset=utf-8", "text/plain", "other"),
        (b"just words", "nonsense\r\nx: y", "application/octet-stream", "other"),
        (b"x", None, "application/octet-stream", "other"),
    ],
    ids=lambda value: repr(value[:12]) if isinstance(value, bytes) else None,
)
def test_the_bytes_decide_what_a_file_is(content: bytes, said: str | None, mime: str, kind: str) -> None:
    facts = look_into(content, said)
    assert (facts.mime, facts.kind) == (mime, kind)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP"])
@pytest.mark.parametrize("size", [(1, 1), (640, 480), (1000, 3000), (4097, 2)])
def test_dimensions_are_those_that_pillow_finds(kind: str, size: tuple[int, int]) -> None:
    content = files.picture(kind, size)
    facts = look_into(content)
    assert (facts.width, facts.height) == Image.open(io.BytesIO(content)).size == size


@pytest.mark.parametrize("options", [{"lossless": True}, {"quality": 50}])
@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_every_form_of_webp_is_measured(options: dict[str, object], mode: str) -> None:
    facts = look_into(files.picture("WEBP", (321, 123), mode, **options))
    assert (facts.width, facts.height) == (321, 123)


def test_an_animated_webp_has_the_size_of_its_canvas() -> None:
    frames = [Image.new("RGB", (70, 50), colour) for colour in ("red", "blue")]
    file = io.BytesIO()
    frames[0].save(file, "WEBP", save_all=True, append_images=frames[1:])
    facts = look_into(file.getvalue())
    assert (facts.width, facts.height) == (70, 50)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_turned_jpeg_is_measured_as_it_is_shown(orientation: int) -> None:
    content = files.turned(orientation)
    facts = look_into(content)
    assert (facts.width, facts.height) == ImageOps.exif_transpose(Image.open(io.BytesIO(content))).size


def test_a_progressive_jpeg_with_a_long_profile_is_measured() -> None:
    content = files.picture("JPEG", (200, 100), progressive=True, icc_profile=b"p" * 120_000, comment=b"\xff\xc0 not a frame")
    facts = look_into(content)
    assert (facts.width, facts.height) == (200, 100)


def test_a_bomb_is_measured_and_not_decoded() -> None:
    facts = look_into(files.bomb())
    assert (facts.width, facts.height) == (50_000, 50_000)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP"])
def test_a_header_cut_off_anywhere_gives_no_size_and_no_error(kind: str) -> None:
    content = files.picture(kind)
    known = (64, 48)
    for length in range(min(len(content), 700)):
        facts = look_into(content[:length])
        assert (facts.width, facts.height) in ((None, None), known)


def test_damaged_headers_give_no_error() -> None:
    for kind in ("PNG", "JPEG", "GIF", "WEBP"):
        content = files.turned(6) if kind == "JPEG" else files.picture(kind)
        for at in range(min(len(content), 400)):
            for value in (0, 0xFF):
                damaged = content[:at] + bytes([value]) + content[at + 1 :]
                facts = look_into(damaged)
                assert facts.width is None or facts.width > 0


def test_what_a_sender_says_is_taken_only_where_the_bytes_allow_it() -> None:
    assert sniff(b"{}", "application/json") == "application/json"
    assert sniff(b"{}", "video/mp4") == "application/octet-stream"
