"""How large a picture is, read off its header: nothing is decoded, so a picture of any size costs the same."""

from __future__ import annotations

import struct
from collections.abc import Callable

Size = tuple[int, int]


def measure(head: bytes, mime: str) -> Size | None:
    """Width and height in pixels as the picture is shown (turned as its EXIF says), or None where the header does not tell."""
    reader = READERS.get(mime)
    if reader is None:
        return None
    try:
        size = reader(head)
    except (struct.error, IndexError):
        return None
    return size if size and min(size) > 0 else None


def _png(head: bytes) -> Size | None:
    return struct.unpack_from(">II", head, 16) if head[12:16] == b"IHDR" else None


def _gif(head: bytes) -> Size:
    return struct.unpack_from("<HH", head, 6)


def _webp(head: bytes) -> Size | None:
    """RFC 9649: the first chunk is VP8X (canvas), VP8L (lossless) or VP8 (a key frame)."""
    match head[12:16]:
        case b"VP8X":
            return 1 + int.from_bytes(head[24:27], "little"), 1 + int.from_bytes(head[27:30], "little")
        case b"VP8L" if head[20] == 0x2F:
            bits: int = struct.unpack_from("<I", head, 21)[0]
            return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
        case b"VP8 " if head[23:26] == b"\x9d\x01\x2a":
            width, height = struct.unpack_from("<HH", head, 26)
            return width & 0x3FFF, height & 0x3FFF
    return None


def _jpeg(head: bytes) -> Size | None:
    """From marker to marker up to the frame header (ITU T.81, B.2.2)."""
    at, turned = 2, False
    while True:
        while head[at] == 0xFF and head[at + 1] == 0xFF:  # fill bytes
            at += 1
        marker = head[at + 1]
        if head[at] != 0xFF or marker in (0xD9, 0xDA):
            return None
        if marker == 0x01 or 0xD0 <= marker <= 0xD8:  # these have no length
            at += 2
            continue
        (length,) = struct.unpack_from(">H", head, at + 2)
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack_from(">HH", head, at + 5)
            return (height, width) if turned else (width, height)
        if marker == 0xE1 and head[at + 4 : at + 10] == b"Exif\0\0":
            turned = turned or _orientation(head[at + 10 : at + 2 + length]) >= 5
        at += 2 + length


def _orientation(tiff: bytes) -> int:
    """EXIF tag 0x0112: 1 to 8; from 5 on, width and height change places. 1 where it is not given."""
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None:
        return 1
    try:
        (start,) = struct.unpack_from(f"{order}I", tiff, 4)
        (count,) = struct.unpack_from(f"{order}H", tiff, start)
        for n in range(count):
            tag, kind, _, value = struct.unpack_from(f"{order}HHIH", tiff, start + 2 + 12 * n)
            if (tag, kind) == (0x0112, 3):
                return int(value) if 1 <= value <= 8 else 1
    except struct.error:
        return 1
    return 1


READERS: dict[str, Callable[[bytes], Size | None]] = {
    "image/png": _png,
    "image/gif": _gif,
    "image/webp": _webp,
    "image/jpeg": _jpeg,
}
