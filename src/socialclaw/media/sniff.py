"""What a file is, by its first bytes: never by its name, and by what its sender says only where the bytes leave it open."""

from __future__ import annotations

import re
from dataclasses import dataclass

from socialclaw.media.dimensions import measure

UNKNOWN = "application/octet-stream"

# Image formats whose pixels we can count and convert; others are told apart but not opened.
STARTS: tuple[tuple[bytes, str], ...] = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
    (b"fLaC", "audio/flac"),
    (b"OggS", "audio/ogg"),
    (b"ID3", "audio/mpeg"),
    (b"\x00\x00\x01\xba", "video/mpeg"),
    (b"FLV\x01", "video/x-flv"),
    (b"%PDF-", "application/pdf"),
    (b"PK\x03\x04", "application/zip"),
    (b"PK\x05\x06", "application/zip"),
    (b"\x1f\x8b", "application/gzip"),
    (b"MZ", "application/x-msdownload"),
    (b"\x7fELF", "application/x-executable"),
    (b"#EXTM3U", "application/vnd.apple.mpegurl"),
    (b"ffconcat", "text/plain"),
)
RIFF = {b"WEBP": "image/webp", b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo"}
BRANDS = {
    b"qt  ": "video/quicktime",
    b"M4V ": "video/x-m4v",
    b"M4VH": "video/x-m4v",
    b"M4VP": "video/x-m4v",
    b"M4A ": "audio/mp4",
    b"M4B ": "audio/mp4",
    b"avif": "image/avif",
    b"avis": "image/avif",
    b"heic": "image/heic",
    b"heix": "image/heic",
    b"mif1": "image/heif",
    b"msf1": "image/heif",
}
BITMAP_HEADERS = (b"\x0c", b"\x28", b"\x34", b"\x38", b"\x40", b"\x6c", b"\x7c")
# Containers that hold sound as well as pictures: here the sender's word decides.
AS_SAID = {
    "video/mp4": ("audio/mp4", "audio/x-m4a", "video/x-m4v", "video/3gpp"),
    "video/webm": ("audio/webm",),
    "video/x-matroska": ("audio/x-matroska",),
    "audio/ogg": ("video/ogg",),
}
MARKUP = re.compile(rb"<(?:!doctype html|html|head|body|script|iframe|style|title|meta|img|a\s|div|p>|table|h1)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Facts:
    """What a file is. `kind`: image | video | audio | other; width and height as it is shown. What is not known is None.

    `duration` is in seconds, `frame_rate` in frames and `bit_rate` in bits a second; codecs and `pixel_format` by FFmpeg's names.
    `plain`: of a picture, that it is upright, one, and sRGB by its data alone; any other is written anew before a network gets it.
    """

    mime: str
    kind: str
    width: int | None = None
    height: int | None = None
    duration: float | None = None
    video_codec: str | None = None
    audio_codec: str | None = None
    frame_rate: float | None = None
    bit_rate: int | None = None
    pixel_format: str | None = None
    plain: bool | None = None


def look_into(head: bytes, said: str | None = None) -> Facts:
    """The facts of a file, given its beginning and the type that its sender says it has."""
    mime = sniff(head, said)
    width, height = measure(head, mime) or (None, None)
    return Facts(mime, kind_of(mime), width, height)


def kind_of(mime: str) -> str:
    family = mime.partition("/")[0]
    return family if family in ("image", "video", "audio") and mime != "image/svg+xml" else "other"


def sniff(head: bytes, said: str | None = None) -> str:
    """A MIME type. A claim to be a picture, film or sound that the bytes do not bear out counts for nothing."""
    said = (said or "").partition(";")[0].strip().lower()
    found = _found(head)
    if found:
        return said if said in AS_SAID.get(found, ()) else found
    plausible = re.fullmatch(r"[a-z]+/[a-z0-9.+_-]{1,80}", said) and kind_of(said) == "other"
    return said if plausible else UNKNOWN


def _found(head: bytes) -> str | None:
    for start, mime in STARTS:
        if head.startswith(start):
            return mime
    if head[:4] == b"RIFF":
        return RIFF.get(head[8:12])
    return _film(head) or _bitmap(head) or _frames(head) or _markup(head)


def _film(head: bytes) -> str | None:
    if head[4:8] == b"ftyp":
        brand = head[8:12]
        return "video/3gpp" if brand.startswith(b"3g") else BRANDS.get(brand, "video/mp4")
    if head[4:8] in (b"moov", b"mdat", b"wide", b"skip") and len(head) > 16:  # QuickTime before it had a file type
        return "video/quicktime"
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        return "video/webm" if b"webm" in head[:64] else "video/x-matroska"
    if len(head) > 376 and head[0] == head[188] == head[376] == 0x47:
        return "video/mp2t"
    return None


def _bitmap(head: bytes) -> str | None:
    """BMP: two letters are not much, so the reserved field and the size of the second header must be right as well."""
    right = head[6:10] == bytes(4) and head[14:15] in BITMAP_HEADERS and head[15:18] == bytes(3)
    return "image/bmp" if head[:2] == b"BM" and right else None


def _frames(head: bytes) -> str | None:
    """Sound without a container: an MPEG frame has eleven bits set, a version, a layer and a bit rate that exist."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return None
    if head[1] & 0xF6 == 0xF0:
        return "audio/aac"
    layer, version, rate = head[1] >> 1 & 3, head[1] >> 3 & 3, head[2] >> 4
    return "audio/mpeg" if layer and version != 1 and rate not in (0, 15) else None


def _markup(head: bytes) -> str | None:
    """Text that a browser would run as a page or a drawing, behind whatever blanks and marks come first."""
    start = head[:4096].removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith((b"<?xml", b"<!--", b"<svg", b"<!DOCTYPE svg")) and b"<svg" in start:
        return "image/svg+xml"
    if MARKUP.match(start) or (start.startswith(b"<!--") and MARKUP.search(start)):
        return "text/html"
    return "application/xml" if start.startswith(b"<?xml") else None
