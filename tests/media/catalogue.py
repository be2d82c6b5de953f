"""The files of the table in docs/media.md: every kind that people have on their phones, cameras and disks, each made by code."""

from __future__ import annotations

import io
import math
import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from PIL import Image, ImageDraw

from tests.media import files, heif
from tests.media.samples import cut, followed_by

QUICK = (("preset", "ultrafast"),)
OPTIONS: dict[str, tuple[tuple[str, str], ...]] = {
    "libx264": QUICK,
    "libx265": QUICK,
    "libvpx": (("deadline", "realtime"), ("cpu-used", "8")),
    "libvpx-vp9": (("deadline", "realtime"), ("cpu-used", "8")),
    "libsvtav1": (("preset", "12"),),
}
UPRIGHT, SECONDS, RATE = (540, 960), 5.0, 24  # what every network takes


@dataclass(frozen=True, slots=True)
class File:
    """`name` says what it is; `called` is the name under which it is handed in."""

    name: str
    called: str
    make: Callable[[], bytes]


def films() -> Iterator[File]:
    yield from _containers()
    yield from _codecs()
    yield from _pixels()
    yield from _rates_and_turns()
    yield from _sizes()


def _film(name: str, called: str, container: str = "mp4", codec: str = "libx264", **more: Any) -> File:
    given = {"grain": 200, "size": UPRIGHT, "seconds": SECONDS, "rate": RATE, "options": OPTIONS.get(codec, ()), **more}
    return File(name, called, partial(files.film, container, codec, **given))


def _containers() -> Iterator[File]:
    yield _film("mp4, h264 and aac", "film.mp4")
    yield _film("mp4, its index first", "film.mp4", fast=True)
    yield _film("mov", "film.mov", "mov")
    yield _film("m4v", "film.m4v", "ipod")
    yield _film("3gp", "film.3gp", "3gp")
    yield _film("mkv", "film.mkv", "matroska")
    yield _film("webm, vp9 and opus", "film.webm", "webm", "libvpx-vp9", sound="libopus")
    yield _film("webm, vp8 and opus", "film.webm", "webm", "libvpx", sound="libopus")
    yield _film("webm, av1 and opus", "film.webm", "webm", "libsvtav1", sound="libopus")
    yield _film("avi", "film.avi", "avi", sound="libmp3lame")
    yield _film("mpeg-ts", "film.ts", "mpegts")


def _codecs() -> Iterator[File]:
    yield _film("mp4, hevc", "film.mp4", codec="libx265")
    yield _film("mov, hevc", "film.mov", "mov", "libx265")
    yield _film("mp4, av1", "film.mp4", codec="libsvtav1")
    yield _film("mp4, vp9", "film.mp4", codec="libvpx-vp9")
    yield _film("mp4, mpeg-4 part 2", "film.mp4", codec="mpeg4")
    yield _film("mov, prores 422", "film.mov", "mov", "prores_ks", pixels="yuv422p10le")
    yield _film("mov, prores 4444", "film.mov", "mov", "prores_ks", pixels="yuv444p10le")
    yield _film("mov, motion jpeg", "film.mov", "mov", "mjpeg", pixels="yuvj420p")
    yield _film("mp4, silent", "film.mp4", sound=None)
    yield _film("mp4, opus", "film.mp4", sound="libopus")
    yield _film("mp4, mp3", "film.mp4", sound="libmp3lame")
    yield _film("mp4, ac3", "film.mp4", sound="ac3")
    yield _film("mov, alac", "film.mov", "mov", sound="alac")
    yield _film("mov, pcm", "film.mov", "mov", sound="pcm_s16le")
    yield _film("mkv, vp9 and opus", "film.mkv", "matroska", "libvpx-vp9", sound="libopus")


def _pixels() -> Iterator[File]:
    for pixels in ("yuv422p", "yuv444p", "yuv420p10le", "yuv422p10le", "yuvj420p"):
        yield _film(f"mp4, h264 {pixels}", "film.mp4", pixels=pixels)
    for pixels in ("yuv420p10le", "yuv422p10le", "yuv444p"):
        yield _film(f"mp4, hevc {pixels}", "film.mp4", codec="libx265", pixels=pixels)
    yield _film("mp4, hevc, hdr (pq)", "film.mp4", codec="libx265", pixels="yuv420p10le", transfer=16)
    yield _film("mov, hevc, hdr (hlg), as phones make", "film.mov", "mov", "libx265", pixels="yuv420p10le", transfer=18)
    yield _film("mkv, h264 yuv444p", "film.mkv", "matroska", pixels="yuv444p")
    yield _film("mp4, av1 yuv420p10le", "film.mp4", codec="libsvtav1", pixels="yuv420p10le")


def _rates_and_turns() -> Iterator[File]:
    for rate in (1, 10, 15, 30, 60, 120):
        yield _film(f"mp4, {rate} frames a second", "film.mp4", rate=rate)
    yield _film("mp4, uneven frames", "film.mp4", rate=60, uneven=True)
    yield _film("mp4, interlaced", "film.mp4", options=(*QUICK, ("x264-params", "tff=1")))
    for degrees in (90, 180, 270):
        lying = partial(files.film, grain=200, size=UPRIGHT[::-1] if degrees != 180 else UPRIGHT, seconds=SECONDS, rate=RATE, options=QUICK)
        yield File(f"mp4, turned by {degrees}", "film.mp4", lambda lying=lying, degrees=degrees: files.on_its_side(lying(), degrees))


def _sizes() -> Iterator[File]:
    for width, height in ((16, 16), (64, 64), (320, 240), (720, 720), (1280, 720), (1080, 1920), (1600, 400), (300, 1200), (540, 958)):
        yield _film(f"mp4, {width}x{height}", "film.mp4", size=(width, height), grain=min(200, height // 2))
    for seconds in (0.4, 1, 3, 4, 61, 141):
        yield _film(f"mp4, {seconds:g} s", "film.mp4", seconds=seconds, **({"size": (180, 320), "grain": 160} if seconds > 60 else {}))
    yield File("sound alone", "music.m4a", files.music)


def pictures() -> Iterator[File]:
    yield from _jpegs()
    yield from _pngs_and_gifs()
    yield from _others()


def _picture(name: str, called: str, kind: str, size: tuple[int, int] = (640, 480), mode: str = "RGB", **options: Any) -> File:
    return File(name, called, partial(drawn, kind, size, mode, **options))


def drawn(kind: str, size: tuple[int, int], mode: str = "RGB", **options: Any) -> bytes:
    """A picture whose upper half is red, and right half clear where it can be."""
    picture = Image.new("RGBA", size, "blue")
    brush = ImageDraw.Draw(picture)
    brush.rectangle((0, 0, size[0], size[1] // 2), fill="red")
    if mode in ("RGBA", "LA"):
        brush.rectangle((size[0] // 2, 0, size[0], size[1]), fill=(0, 0, 0, 0))
    file = io.BytesIO()
    (picture.convert("L").convert("I;16") if mode == "I;16" else picture.convert(mode)).save(file, kind, **options)
    return file.getvalue()


def turned(orientation: int, size: tuple[int, int] = (640, 480), kind: str = "JPEG") -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    return drawn(kind, size, exif=exif)


def _jpegs() -> Iterator[File]:
    yield _picture("jpeg", "photo.jpg", "JPEG")
    yield _picture("jpeg, progressive", "photo.jpg", "JPEG", progressive=True)
    yield _picture("jpeg, colours at full size", "photo.jpg", "JPEG", subsampling=0)
    yield _picture("jpeg, grey", "photo.jpg", "JPEG", mode="L")
    yield _picture("jpeg, cmyk", "photo.jpg", "JPEG", mode="CMYK")
    yield _picture("jpeg, wide colours", "photo.jpg", "JPEG", icc_profile=wide_profile())
    for n in range(1, 9):
        yield File(f"jpeg, orientation {n}", "photo.jpg", partial(turned, n))
    yield File("jpeg, upright by its orientation alone, 9:16", "photo.jpg", partial(turned, 6, (1672, 941)))
    yield File("jpeg, 16:9 by its orientation alone", "photo.jpg", partial(turned, 6, (941, 1672)))
    for width, height in ((1, 1), (64, 64), (1254, 1254), (1086, 1448), (941, 1672), (2000, 800), (2400, 1800), (6100, 6100), (9000, 30)):
        yield _picture(f"jpeg, {width}x{height}", "photo.jpg", "JPEG", (width, height))
    for megabytes in (6, 9, 11, 21):
        yield File(f"jpeg, {megabytes} MB", "photo.jpg", partial(_heavy_jpeg, megabytes))
    yield File("jpeg, mpo", "photo.jpg", two_in_one)
    yield File("jpeg, ultra hdr", "photo.jpg", partial(two_in_one, xmp=GAIN))
    yield File("jpeg with a film behind it, as phones make", "photo.jpg", followed_by(partial(drawn, "JPEG", (640, 480)), files.film()))
    for called in ("photo.png", "photo.jfif", "photo.mpo", "photo.php", "photo", "photo.mp4"):
        yield _picture(f"jpeg called {called}", called, "JPEG")


def _pngs_and_gifs() -> Iterator[File]:
    yield _picture("png", "photo.png", "PNG")
    yield _picture("png, clear", "photo.png", "PNG", mode="RGBA")
    yield _picture("png, palette", "photo.png", "PNG", mode="P")
    yield _picture("png, two colours", "photo.png", "PNG", mode="1")
    yield _picture("png, 16 bits of grey", "photo.png", "PNG", mode="I;16")
    yield File("png, 16 bits a colour", "photo.png", deep_png)
    yield File("png, animated", "photo.png", partial(animated, "PNG"))
    yield _picture("png called photo.jpg", "photo.jpg", "PNG")
    yield _picture("gif", "photo.gif", "GIF", mode="P")
    yield File("gif, animated", "photo.gif", partial(animated, "GIF"))
    yield File("gif, animated, 1400x1100", "photo.gif", partial(animated, "GIF", (1400, 1100)))
    yield File("gif, animated, 400 frames", "photo.gif", partial(animated, "GIF", (64, 64), 400))
    for megabytes in (6, 16):
        yield File(f"gif, animated, {megabytes} MB", "photo.gif", partial(_heavy_gif, megabytes))


def _others() -> Iterator[File]:
    yield _picture("webp", "photo.webp", "WEBP")
    yield _picture("webp, lossless and clear", "photo.webp", "WEBP", mode="RGBA", lossless=True)
    yield File("webp, animated", "photo.webp", partial(animated, "WEBP"))
    yield File("heic", "photo.heic", heif.heic)
    yield File("heic, hdr", "photo.heic", partial(heif.heic, hdr=True))
    yield File("heic, with depth", "photo.heic", partial(heif.heic, depth=True))
    yield File("heif", "photo.heif", partial(heif.heic, brand=b"mif1"))
    yield File("heic called photo.jpg", "photo.jpg", heif.heic)
    yield _picture("avif", "photo.avif", "AVIF")
    yield _picture("avif, clear", "photo.avif", "AVIF", mode="RGBA")
    yield File("avif, animated", "photo.avif", partial(animated, "AVIF"))
    yield _picture("tiff", "photo.tiff", "TIFF")
    yield _picture("tiff, cmyk", "photo.tif", "TIFF", mode="CMYK")
    yield _picture("tiff, 16 bits of grey", "photo.tif", "TIFF", mode="I;16")
    yield File("tiff, several pages", "photo.tif", _pages)
    yield File("tiff, orientation 6", "photo.tif", partial(turned, 6, kind="TIFF"))
    yield _picture("bmp", "photo.bmp", "BMP")
    yield File("svg", "drawing.svg", lambda: files.SVG)
    yield File("pdf", "paper.pdf", lambda: b"%PDF-1.7\n1 0 obj\nendobj\n%%EOF\n")


def wrong() -> Iterator[File]:
    """Called what they are not, or broken."""
    plain = _film("", "film.mp4")
    yield File("mp4 called photo.jpg", "photo.jpg", plain.make)
    yield File("mp4 called film", "film", plain.make)
    yield File("mov called film.mp4", "film.mp4", _film("", "", "mov").make)
    yield File("webm called film.mp4", "film.mp4", _film("", "", "webm", "libvpx-vp9", sound="libopus").make)
    yield File("mkv called film.mp4", "film.mp4", _film("", "", "matroska").make)
    yield File("text called photo.jpg", "photo.jpg", lambda: b"Not a picture.\n" * 50)
    yield File("no bytes", "photo.jpg", bytes)
    yield File("noise called photo.jpg", "photo.jpg", lambda: b"\xff\xd8\xff\xe0" + bytes(range(256)) * 40)
    yield File("noise called film.mp4", "film.mp4", lambda: files.MP4 + bytes(range(256)) * 40)
    yield File("jpeg, cut off", "photo.jpg", cut(partial(drawn, "JPEG", (640, 480)), 0.6))
    yield File("png, cut off", "photo.png", cut(partial(drawn, "PNG", (640, 480)), 0.6))
    yield File("heic, cut off", "photo.heic", cut(heif.heic, 0.6))
    yield File("mp4, cut off", "film.mp4", cut(plain.make, 0.6))
    yield File("webm, cut off", "film.webm", cut(_film("", "", "webm", "libvpx-vp9", sound="libopus").make, 0.6))


def catalogue() -> list[File]:
    return [*pictures(), *films(), *wrong()]


# Pictures that Pillow does not make by itself.


def animated(kind: str, size: tuple[int, int] = (320, 240), count: int = 4) -> bytes:
    file = io.BytesIO()
    frames = [Image.new("RGB", size, (n * 50 % 256, n * 7 % 256, 90)) for n in range(count)]
    frames[0].save(file, kind, save_all=True, append_images=frames[1:], duration=100, loop=0)
    return file.getvalue()


GAIN = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description '
GAIN += b'xmlns:hdrgm="http://ns.adobe.com/hdr-gain-map/1.0/" hdrgm:Version="1.0" hdrgm:GainMapMax="3.5"/></rdf:RDF></x:xmpmeta>'


def two_in_one(**more: Any) -> bytes:
    """A JPEG with a second picture behind it, which an index names (MPO), as cameras of two lenses make; or a gain map."""
    file = io.BytesIO()
    first, second = (Image.open(io.BytesIO(drawn("JPEG", size))) for size in ((640, 480), (320, 240)))
    first.save(file, "MPO", save_all=True, append_images=[second], **more)
    return file.getvalue()


def deep_png() -> bytes:
    """48 bits a pixel."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    width, height = 320, 240
    row = b"\0" + b"\xff\xff\0\0\0\0" * width
    head = struct.pack(">IIBBBBB", width, height, 16, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(row * height)) + chunk(b"IEND", b"")


def wide_profile() -> bytes:
    """An ICC profile with the primaries of Display P3: sRGB's own with other columns."""
    from PIL import ImageCms

    made = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    columns = {b"rXYZ": (0.5151, 0.2412, -0.0011), b"gXYZ": (0.292, 0.6922, 0.0419), b"bXYZ": (0.1571, 0.0666, 0.7841)}
    for n in range(int.from_bytes(made[128:132], "big")):
        name, at, _ = struct.unpack_from(">4sII", made, 132 + 12 * n)
        if name in columns:
            struct.pack_into(">3i", made, at + 8, *(math.floor(v * 65_536) for v in columns[name]))
    return bytes(made)


def _heavy_jpeg(megabytes: int) -> bytes:
    """Of so many bytes, most of which are a comment."""
    made = drawn("JPEG", (640, 480))
    comment = b"\xff\xfe\xff\xff" + b"." * 65_533
    return made[:2] + comment * (megabytes * 1024 * 1024 // len(comment)) + made[2:]


def _heavy_gif(megabytes: int) -> bytes:
    made = animated("GIF")
    comment = b"!\xfe" + (b"\xff" + b"." * 255) * 64 + b"\0"
    start = 13 + (3 << (made[10] & 7) + 1 if made[10] & 0x80 else 0)
    return made[:start] + comment * (megabytes * 1024 * 1024 // len(comment)) + made[start:]


def _pages() -> bytes:
    file = io.BytesIO()
    pages = [Image.new("RGB", (320, 240), colour) for colour in ("red", "green", "blue")]
    pages[0].save(file, "TIFF", save_all=True, append_images=pages[1:])
    return file.getvalue()
