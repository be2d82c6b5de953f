"""Files as the simulated Meta gets them: fetched or sent, told apart by their first bytes, JPEGs measured by their header."""

from __future__ import annotations

import struct
from collections.abc import Callable

import httpx2

Fetch = Callable[[str], httpx2.Response]

SIGNS = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF8", "image/gif"),
    (b"BM", "image/bmp"),
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
    (b"\x1a\x45\xdf\xa3", "video/webm"),
)


def mime_of(content: bytes) -> str:
    """What a file is by its first bytes; empty if it is nothing that is known here."""
    if content[4:8] == b"ftyp":
        return "video/quicktime" if content[8:10] == b"qt" else "video/mp4"
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    return next((mime for sign, mime in SIGNS if content.startswith(sign)), "")


def fetched(fetch: Fetch, url: str) -> bytes | None:
    """The file at a URL, or None where it cannot be had. Redirects are not followed."""
    if not url.startswith(("https://", "http://")) or not url.isascii():
        return None
    try:
        response = fetch(url)
    except httpx2.TransportError:
        return None
    return response.content if response.status_code == 200 else None


def jpeg_size(content: bytes) -> tuple[int, int] | None:
    """Width and height by the frame header (ITU T.81, B.2.2)."""
    position = 2
    while position + 9 <= len(content) and content[position] == 0xFF:
        marker = content[position + 1]
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack_from(">HH", content, position + 5)
            return width, height
        position += 2 + int(struct.unpack_from(">H", content, position + 2)[0])
    return None
