"""Files of every format and size, sound and defective, made as they are needed; and what must become of each when it is handed in."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PIL import Image

from tests.media import files


@dataclass(frozen=True, slots=True)
class Sample:
    """`expected`: the code of a refusal, or every fact of the asset that is not None, by its name."""

    name: str
    make: Callable[[], bytes]
    expected: str | dict[str, Any]
    said: str | None = None


def is_(mime: str, width: int | None = None, height: int | None = None, **more: Any) -> dict[str, Any]:
    """The facts of an asset, of a kind that its type says unless another is given."""
    known = {"plain": True} if mime.startswith("image/") and width else {}
    found = {"mime": mime, "kind": mime.partition("/")[0], "width": width, "height": height, **known, **more}
    return {name: value for name, value in found.items() if value is not None}


def moves(
    mime: str, width: int, height: int, codec: str = "h264", sound: str | None = "aac", seconds: float = 1.002, rate: float = 10
) -> Any:
    film = {"video_codec": codec, "audio_codec": sound, "duration": seconds, "frame_rate": rate, "pixel_format": "yuv420p"}
    return is_(mime, width, height, **film)


def picture(kind: str, size: tuple[int, int] = (64, 48), mode: str = "RGB", **options: Any) -> Callable[[], bytes]:
    return lambda: files.picture(kind, size, mode, 0, **options)


def film(*args: Any, **options: Any) -> Callable[[], bytes]:
    return lambda: files.film(*args, **options)


def cut(make: Callable[[], bytes], share: float) -> Callable[[], bytes]:
    """Only so much of it, from its beginning."""

    def shortened() -> bytes:
        content = make()
        return content[: int(len(content) * share)]

    return shortened


def followed_by(make: Callable[[], bytes], tail: bytes) -> Callable[[], bytes]:
    return lambda: make() + tail


def archive_behind(make: Callable[[], bytes]) -> Callable[[], bytes]:
    def joined() -> bytes:
        file = io.BytesIO(make())
        with zipfile.ZipFile(file, "a") as archive:
            archive.writestr("index.html", files.HTML)
        return file.getvalue()

    return joined


def overwritten(make: Callable[[], bytes], share: float) -> Callable[[], bytes]:
    """A stretch in the middle is lost."""

    def damaged() -> bytes:
        content = make()
        at, length = int(len(content) * share), len(content) // 4
        return content[:at] + b"\xff" * length + content[at + length :]

    return damaged


def animated(kind: str) -> bytes:
    file = io.BytesIO()
    frames = [Image.new("RGB", (70, 50), colour) for colour in ("red", "green", "blue")]
    frames[0].save(file, kind, save_all=True, append_images=frames[1:], duration=100)
    return file.getvalue()


def heic_without_picture() -> bytes:
    kind = b"heic\0\0\0\0mif1heic"
    return struct.pack(">I", len(kind) + 8) + b"ftyp" + kind + struct.pack(">I4s", 108, b"meta") + bytes(100)


BIG = (3000, 2000)
DAMAGED, TRUNCATED, POLYGLOT, PLAYLIST = "media_damaged", "media_truncated", "media_polyglot", "media_playlist"
JPEG, PNG, WEBP, GIF, AVIF = (f"image/{name}" for name in ("jpeg", "png", "webp", "gif", "avif"))
MP4, MOV, WEBM, MKV = "video/mp4", "video/quicktime", "video/webm", "video/x-matroska"

PICTURES = (
    Sample("jpeg", picture("JPEG"), is_(JPEG, 64, 48)),
    Sample("jpeg of one pixel", picture("JPEG", (1, 1)), is_(JPEG, 1, 1)),
    Sample("jpeg, large", picture("JPEG", BIG), is_(JPEG, *BIG)),
    Sample("jpeg, long and thin", picture("JPEG", (9000, 3)), is_(JPEG, 9000, 3)),
    Sample("jpeg, grey", picture("JPEG", mode="L"), is_(JPEG, 64, 48)),
    Sample("jpeg, four colours", picture("JPEG", mode="CMYK"), is_(JPEG, 64, 48, plain=False)),
    Sample("jpeg, progressive", picture("JPEG", BIG, progressive=True), is_(JPEG, *BIG)),
    *(
        Sample(f"jpeg, turned {n}", lambda n=n: files.turned(n), is_(JPEG, *((48, 64) if n > 4 else (64, 48)), plain=False))
        for n in (3, 6, 8)
    ),
    Sample("jpeg called a film", picture("JPEG"), is_(JPEG, 64, 48), said=MP4),
    Sample("jpeg with a film behind it, as phones make", followed_by(picture("JPEG"), files.film()), is_(JPEG, 64, 48)),
    Sample("png", picture("PNG"), is_(PNG, 64, 48)),
    Sample("png, clear", picture("PNG", mode="RGBA"), is_(PNG, 64, 48)),
    Sample("png, palette", picture("PNG", mode="P"), is_(PNG, 64, 48)),
    Sample("png, two colours", picture("PNG", mode="1"), is_(PNG, 64, 48)),
    Sample("png, 16 bits", picture("PNG", mode="I;16"), is_(PNG, 64, 48, plain=False)),
    Sample("png, large", picture("PNG", BIG), is_(PNG, *BIG)),
    Sample("webp", picture("WEBP"), is_(WEBP, 64, 48)),
    Sample("webp, lossless and clear", picture("WEBP", mode="RGBA", lossless=True), is_(WEBP, 64, 48)),
    Sample("webp that moves", lambda: animated("WEBP"), is_(WEBP, 70, 50, frame_rate=10, duration=0.3)),
    Sample("gif", picture("GIF", mode="P"), is_(GIF, 64, 48)),
    Sample("gif that moves", lambda: animated("GIF"), is_(GIF, 70, 50, frame_rate=10, duration=0.3)),
    Sample("png that moves", lambda: animated("PNG"), is_(PNG, 70, 50, frame_rate=10, duration=0.3)),
    Sample("avif", picture("AVIF"), is_(AVIF, 64, 48)),
    Sample("tiff", picture("TIFF"), is_("image/tiff", 64, 48)),
    Sample("bmp", picture("BMP"), is_("image/bmp", 64, 48)),
    Sample("svg, a drawing with a script", lambda: files.SVG, is_("image/svg+xml", kind="other"), said=PNG),
    Sample("html called a picture", lambda: files.HTML, is_("text/html", kind="other"), said=PNG),
)
FILMS = (
    Sample("mp4, h264 and aac", film(), moves(MP4, 320, 240)),
    Sample("mp4, its index first", film(fast=True), moves(MP4, 320, 240)),
    Sample("mp4, silent", film(sound=None), moves(MP4, 320, 240, sound=None, seconds=1)),
    Sample("mp4, hevc", film("mp4", "libx265"), moves(MP4, 320, 240, "hevc")),
    Sample("mp4, upright", film(size=(180, 320)), moves(MP4, 180, 320)),
    Sample("mp4, many frames", film(rate=60, sound=None), moves(MP4, 320, 240, sound=None, seconds=1, rate=60)),
    *(
        Sample(f"mp4, turned by {n}", lambda n=n: files.on_its_side(files.film(), n), moves(MP4, *((320, 240) if n == 180 else (240, 320))))
        for n in (90, 180, 270)
    ),
    Sample("mov", film("mov"), moves(MOV, 320, 240)),
    Sample("webm, vp9 and opus", film("webm", "libvpx-vp9", sound="libopus"), moves(WEBM, 320, 240, "vp9", "opus", 1.008)),
    Sample("webm, vp8", film("webm", "libvpx", sound=None), moves(WEBM, 320, 240, "vp8", None, 1)),
    Sample("mkv", film("matroska"), moves(MKV, 320, 240, seconds=1.023)),
    Sample("mp4 called a picture", film(), moves(MP4, 320, 240), said=PNG),
    Sample("mp4 with sound alone", files.music, is_("audio/mp4", audio_codec="aac", duration=1), said=MP4),
    Sample("mp4 called sound", film(), moves(MP4, 320, 240), said="audio/mp4"),
    Sample("mpeg sound, not opened", lambda: b"ID3\x04" + bytes(50), is_("audio/mpeg")),
)
DEFECTS = (
    Sample("png, a bomb", files.bomb, "image_too_large"),
    Sample("png, just too large", lambda: files.bomb(10_000, 5_001), "image_too_large"),
    Sample("png, no data for its pixels", lambda: files.bomb(7000, 7000), TRUNCATED),
    *(Sample(f"{kind.lower()}, cut off", cut(picture(kind, (400, 300)), 0.6), TRUNCATED) for kind in ("JPEG", "PNG")),
    Sample("jpeg, cut off in its header", cut(picture("JPEG"), 0.05), DAMAGED),
    Sample("png, its last bytes missing", lambda: files.picture("PNG", (400, 300))[:-20], TRUNCATED),
    Sample("webp, cut off", cut(picture("WEBP", BIG), 0.6), DAMAGED),
    Sample("avif, cut off", cut(picture("AVIF", (400, 300)), 0.8), TRUNCATED),
    Sample("heic, nothing in it", heic_without_picture, DAMAGED),
    Sample("png, overwritten", overwritten(lambda: files.picture("PNG", (400, 300), "RGB", (1, 2, 3)), 0.3), DAMAGED),
    Sample("jpeg and zip", archive_behind(picture("JPEG")), POLYGLOT),
    Sample("png and zip", archive_behind(picture("PNG")), POLYGLOT),
    Sample("mp4 and zip", archive_behind(film()), POLYGLOT),
    Sample("jpeg and html", followed_by(picture("JPEG"), files.HTML), POLYGLOT),
    Sample("gif and html", followed_by(picture("GIF", mode="P"), b"<html><body>x"), POLYGLOT),
    Sample("jpeg with php in its comment", picture("JPEG", comment=b"<?php system($_GET['c']); ?>"), POLYGLOT),
    Sample("jpeg and pdf", followed_by(picture("JPEG"), b"%PDF-1.7\n1 0 obj\nendobj\n%%EOF"), POLYGLOT),
    Sample("hls playlist", lambda: b"#EXTM3U\nfile:///etc/passwd\n", PLAYLIST, said=MP4),
    Sample("hls playlist behind a mark", lambda: b"\xef\xbb\xbf\n#EXTM3U\nhttp://127.0.0.1/\n", PLAYLIST, said=MP4),
    Sample("ffconcat playlist", lambda: b"ffconcat version 1.0\nfile /etc/passwd\n", PLAYLIST, said=MP4),
    Sample("pls playlist", lambda: b"[playlist]\nFile1=file:///etc/passwd\n", PLAYLIST),
    Sample("dash manifest", lambda: b'<?xml version="1.0"?>\n<MPD xmlns="urn:mpeg:dash:schema:mpd:2011"></MPD>', PLAYLIST, said=MP4),
    Sample("mp4, cut off", cut(film(fast=True), 0.7), TRUNCATED),
    Sample("mp4, cut off before its index", cut(film(), 0.4), TRUNCATED),
    Sample("mov, cut off", cut(film("mov"), 0.7), TRUNCATED),
    Sample("webm, cut off", cut(film("webm", "libvpx-vp9", sound=None), 0.7), TRUNCATED),
    Sample("mp4, nothing in it", lambda: files.MP4, DAMAGED),
    Sample("mov, nothing in it", lambda: files.MOV, DAMAGED),
    Sample("webm, nothing in it", lambda: files.WEBM, DAMAGED),
    Sample("mp4, its index overwritten", overwritten(film(fast=True, sound=None), 0.02), DAMAGED),
)
SAMPLES = (*PICTURES, *FILMS, *DEFECTS)
