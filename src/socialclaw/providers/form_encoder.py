"""A multipart form with one file in it, streamed in pieces: text fields first, the file last, never in memory as a whole."""

from __future__ import annotations

import mimetypes
import re
import secrets
from collections.abc import AsyncIterator, Mapping
from pathlib import PurePosixPath

from socialclaw.errors import ProviderError, Unavailable
from socialclaw.providers.draft import Media

CHUNK = 256 * 1024


def form(fields: Mapping[str, str], media: Media, *, part: str) -> tuple[dict[str, str], AsyncIterator[bytes]]:
    """Headers and content of a request that carries these text fields and then the file as `part`. Good for one request."""
    boundary = secrets.token_hex(16)
    texts = [f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in fields.items()]
    mime = media.mime or "application/octet-stream"
    disposition = f'Content-Disposition: form-data; name="{part}"; filename="{filename(media)}"'
    head = "".join([*texts, f"--{boundary}\r\n{disposition}\r\nContent-Type: {mime}\r\n\r\n"]).encode()
    tail = f"\r\n--{boundary}--\r\n".encode()
    length = len(head) + (media.size or 0) + len(tail)
    headers = {"content-type": f"multipart/form-data; boundary={boundary}", "content-length": str(length)}
    return headers, _content(head, media, tail)


def filename(media: Media) -> str:
    """The file's own name without what a header cannot carry, with an extension where it had none."""
    name = re.sub(r'["\\/\x00-\x1f\x7f]', "_", media.filename).strip() or "file"
    if not PurePosixPath(name).suffix and media.mime:
        name += mimetypes.guess_extension(media.mime) or ""
    return name


async def pieces(media: Media, *, size: int = CHUNK, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
    """The file (or its bytes from `start` up to `end`), piece by piece.

    If one cannot be had, Unavailable `media_unreadable` ends the request short of its announced length, so the network cannot act on it.
    """
    offset, end = start, (media.size or 0) if end is None else end
    while offset < end:
        piece = await _read(media, offset, min(size, end - offset))
        offset += len(piece)
        yield piece


async def _content(head: bytes, media: Media, tail: bytes) -> AsyncIterator[bytes]:
    yield head
    async for piece in pieces(media):
        yield piece
    yield tail


async def _read(media: Media, offset: int, length: int) -> bytes:
    unreadable = Unavailable(f"{media.filename} could not be read", sent=False, code="media_unreadable", assetId=media.id)
    if media.read is None:
        raise unreadable
    try:
        piece = await media.read(offset, length)
    except ProviderError as error:
        raise Unavailable(error.message, sent=False, code=error.code, assetId=media.id) from error
    except Exception as error:
        raise unreadable from error
    if not piece:
        raise unreadable
    return piece
