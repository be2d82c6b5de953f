"""Files to try things on, made as they are needed."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from pathlib import Path
from typing import Any

from PIL import Image

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
        writing.writestr("index.html", HTML)
    return file.getvalue()


def within(folder: Path) -> list[str]:
    """The names of what lies in a folder; of nothing where there is none."""
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []
