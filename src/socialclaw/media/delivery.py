"""How a stored file is answered over HTTP: headers, conditions and ranges (RFC 9110), as pure functions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime, parsedate_to_datetime
from typing import NamedTuple
from urllib.parse import quote

# Types that a browser shows without running anything. Everything else is handed over as a download of no type.
SHOWN = {
    "image/jpeg",
    "image/png",
    "image/gif",
    "image/webp",
    "image/avif",
    "image/heic",
    "image/heif",
    "image/tiff",
    "image/bmp",
    "video/mp4",
    "video/quicktime",
    "video/x-m4v",
    "video/webm",
    "video/x-matroska",
    "video/3gpp",
    "video/ogg",
    "video/mpeg",
    "video/mp2t",
    "video/x-msvideo",
}
HARMLESS = {"application/pdf", "application/zip", "text/plain"}
CACHE = "public, max-age=31536000, immutable"


class Range(NamedTuple):
    """Bytes `start` to `end`, the end not included."""

    start: int
    end: int


class NotSatisfiable(Exception):
    """A range that begins after the end of the file."""


@dataclass(frozen=True, slots=True)
class Variant:
    """What is delivered: an asset, or something made from it. `tag` is unique to its content."""

    mime: str
    size: int
    tag: str
    made_at: datetime
    filename: str

    @property
    def etag(self) -> str:
        return f'"{self.tag}"'

    @property
    def last_modified(self) -> str:
        return format_datetime(self.made_at.replace(microsecond=0), usegmt=True)


def headers(variant: Variant) -> dict[str, str]:
    """Every header of a full answer but its length."""
    inline = variant.mime in SHOWN
    own_type = inline or variant.mime in HARMLESS or variant.mime.startswith("audio/")
    return {
        "content-type": variant.mime if own_type else "application/octet-stream",
        "content-disposition": disposition("inline" if inline else "attachment", variant.filename),
        "etag": variant.etag,
        "last-modified": variant.last_modified,
        "cache-control": CACHE,
        "accept-ranges": "bytes",
        **GUARDS,
    }


# On errors too: nothing under /media/ may ever run as a page of ours.
GUARDS = {
    "x-content-type-options": "nosniff",
    "content-security-policy": "default-src 'none'; sandbox",
    "cross-origin-resource-policy": "cross-origin",
}


def disposition(kind: str, filename: str) -> str:
    """Content-Disposition with the name as RFC 6266 has it: plain for everyone, and in full for those who read UTF-8."""
    plain = "".join(c if " " <= c <= "~" and c not in '"\\%' else "_" for c in filename)
    full = "" if plain == filename else f"; filename*=UTF-8''{quote(filename, safe='')}"
    return f'{kind}; filename="{plain}"{full}'


def not_modified(asked: Mapping[str, str], variant: Variant) -> bool:
    """Whether the asker has this content already."""
    if (tags := asked.get("if-none-match")) is not None:
        return tags.strip() == "*" or variant.etag in [tag.strip().removeprefix("W/") for tag in tags.split(",")]
    since = _date(asked.get("if-modified-since"))
    return since is not None and variant.made_at.replace(microsecond=0) <= since


def wanted_range(asked: Mapping[str, str], variant: Variant) -> Range | None:
    """The one range asked for; None means the whole file. Raises NotSatisfiable.

    Several ranges, other units and what cannot be read are answered with the whole file, as RFC 9110 14.2 allows.
    """
    condition = asked.get("if-range")
    if condition is not None and condition.strip() not in (variant.etag, variant.last_modified):
        return None
    unit, _, spec = asked.get("range", "").partition("=")
    first, dash, last = (part.strip() for part in spec.partition("-"))
    numbers = all(not part or (part.isascii() and part.isdigit() and len(part) < 20) for part in (first, last))
    if unit.strip().lower() != "bytes" or not dash or not numbers or not (first or last):
        return None
    if not first:
        length = min(int(last), variant.size)
        return _within(variant.size - length, variant.size, variant.size)
    if last and int(last) < int(first):
        return None
    return _within(int(first), min(int(last) + 1, variant.size) if last else variant.size, variant.size)


def _within(start: int, end: int, size: int) -> Range:
    if start >= size:
        raise NotSatisfiable
    return Range(start, end)


def _date(text: str | None) -> datetime | None:
    try:
        found = parsedate_to_datetime(text) if text else None
    except ValueError:
        return None
    return found if found and found.tzinfo else None
