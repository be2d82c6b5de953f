"""Files to try things on, made as they are needed."""

from __future__ import annotations

import io
import random
import struct
import tempfile
import zipfile
import zlib
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import av
from PIL import Image, ImageDraw

HTML = b"<!doctype html><script>alert(document.domain)</script>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"></svg>'
MP4 = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + b"\0" * 200
MOV = b"\0\0\0\x14ftypqt  \0\0\0\0qt  " + b"\0" * 200
WEBM = b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x84webm" + b"\0" * 200


def picture(kind: str = "PNG", size: tuple[int, int] = (64, 48), mode: str = "RGB", colour: Any = "red", **options: Any) -> bytes:
    file = io.BytesIO()
    Image.new(mode, size, colour).save(file, kind, **options)
    return file.getvalue()


def turned(orientation: int, size: tuple[int, int] = (64, 48)) -> bytes:
    """A JPEG that its EXIF says is to be turned."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    return picture("JPEG", size, exif=exif)


def bomb(width: int = 50_000, height: int = 50_000) -> bytes:
    """A PNG of few bytes that would take gigabytes to decode."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")


def archive() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as writing:
        writing.writestr(zipfile.ZipInfo("index.html"), HTML)
    return file.getvalue()


def within(folder: Path) -> list[str]:
    """The names of what lies in a folder; of nothing where there is none."""
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


@cache
def film(
    container: str = "mp4",
    codec: str = "libx264",
    *,
    sound: str | None = "aac",
    size: tuple[int, int] = (320, 240),
    seconds: float = 1.0,
    rate: int = 10,
    fast: bool = False,
    pixels: str = "yuv420p",
    options: tuple[tuple[str, str], ...] = (),
    transfer: int = 0,
    uneven: bool = False,
    grain: int = 0,
) -> bytes:
    """A film whose upper half is red, with silence beside it. `fast`: its index comes first; `options` are the encoder's.

    `grain`: so many lines of noise at its lower end, which do not get small. `transfer`: with wide colours, of this
    curve (ITU-T H.273): 16 is PQ, 18 HLG. `uneven`: every second frame stays twice as long.
    """
    folder = tempfile.TemporaryDirectory()
    path = Path(folder.name) / "film"
    with av.open(str(path), "w", format=container, options={"movflags": "faststart"} if fast else {}) as made:
        # Of a film shorter than the frames that x265 would look back to, the first has no time, which the container may refuse.
        quiet = {"x265-params": "log-level=none:bframes=0"} if codec == "libx265" else {}
        film_stream: Any = made.add_stream(codec, rate=rate, options={**quiet, **dict(options)})
        film_stream.width, film_stream.height = size
        film_stream.pix_fmt = pixels
        if transfer:
            about = film_stream.codec_context
            about.color_primaries, about.color_trc, about.colorspace = 9, transfer, 9
        sound_stream = made.add_stream(sound, rate=48_000, layout="stereo") if sound else None
        picture = Image.new("RGB", size, "blue")
        ImageDraw.Draw(picture).rectangle((0, 0, size[0], size[1] // 2), fill="red")
        if grain:
            noise = Image.frombytes("L", (size[0], grain), random.Random(7).randbytes(size[0] * grain))
            picture.paste(noise.convert("RGB"), (0, size[1] - grain))
        shown = av.VideoFrame.from_image(picture).reformat(format=pixels)
        for n in range(round(seconds * rate)):
            shown.pts, shown.time_base = (n + n // 2 if uneven else n), Fraction(1, rate)
            made.mux(film_stream.encode(shown))
        made.mux(film_stream.encode())
        if sound_stream:
            _silence(made, sound_stream, seconds)
    content = path.read_bytes()
    folder.cleanup()
    return content


def playable(container: str = "mp4", *, number: int = 0, size: int = 0, grain: int = 200) -> bytes:
    """A film that every network takes; unlike those of other numbers, and of so many bytes where that is more than it needs."""
    codec, sound = {"webm": ("libvpx", "libopus")}.get(container, ("libx264", "aac"))
    quick = (("preset", "ultrafast"),) if codec == "libx264" else (("deadline", "realtime"), ("cpu-used", "8"))
    made = film(container, codec, sound=sound, size=(540, 960), seconds=5.0, rate=24, grain=grain, options=quick)
    return padded(made, max(size, len(made) + 9), number)


def noisy(content: bytes) -> bytes:
    """The same MP4 or MOV with noise for its frames; its index is whole."""
    at = content.index(b"mdat")
    length = int.from_bytes(content[at - 4 : at], "big") - 8
    return content[: at + 4] + random.Random(7).randbytes(length) + content[at + 4 + length :]


def padded(content: bytes, size: int, number: int = 0) -> bytes:
    """The same MP4 or MOV (or WebM) with so many bytes in all: behind it stands a box that means nothing."""
    left = size - len(content)
    if content.startswith(b"\x1a\x45\xdf\xa3"):
        return content + bytes([number % 256]) * left  # nobody reads behind the segment
    return content + struct.pack(">I4s", left, b"free") + bytes([number % 256]) * (left - 8)


def _silence(made: Any, stream: Any, seconds: float) -> None:
    length = stream.codec_context.frame_size or 960
    for n in range(round(seconds * 48_000 / length)):
        frame = av.AudioFrame(format=stream.codec_context.format.name, layout="stereo", samples=length)
        for plane in frame.planes:
            plane.update(bytes(plane.buffer_size))
        frame.sample_rate, frame.pts, frame.time_base = 48_000, n * length, Fraction(1, 48_000)
        made.mux(stream.encode(frame))
    made.mux(stream.encode())


@cache
def music() -> bytes:
    """Sound in the container of films."""
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as made:
        _silence(made, made.add_stream("aac", rate=48_000, layout="stereo"), 1.0)
    return file.getvalue()


def on_its_side(content: bytes, degrees: int = 90) -> bytes:
    """The same MP4 with a matrix in its track header (ISO/IEC 14496-12, 8.3.2) that turns it clockwise."""
    at = content.index(b"tkhd") + 4 + 4 + 20 + 8 + 8  # version and flags, times and id and duration, reserved, layer to volume
    one, minus = 0x00010000, 0xFFFF0000
    turn = {90: (0, one, minus, 0), 180: (minus, 0, 0, minus), 270: (0, minus, one, 0)}[degrees]
    matrix = struct.pack(">9I", turn[0], turn[1], 0, turn[2], turn[3], 0, 0, 0, 0x40000000)
    return content[:at] + matrix + content[at + 36 :]
