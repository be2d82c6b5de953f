"""What a storage is: objects by key, put whole or sent in parts. Everything streams; nothing is held whole."""

from __future__ import annotations

import asyncio
import errno
import os
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO, Protocol

from socialclaw.errors import NotFound, NotReady
from socialclaw.settings import Settings
from socialclaw.storage.parts import Part

CHUNK = 256 * 1024
FULL = (errno.ENOSPC, errno.EDQUOT)
OCTETS = "application/octet-stream"


class Gone(NotFound):
    """An object that the tables know and the storage does not."""

    code = "media_missing"


class Storage(Protocol):
    """Objects by key. Keys are checked by whoever makes them (`media/naming`); a storage still never leaves its own place.

    Where a storage cannot be used, every method raises NotReady: `storage_full` or `storage_unavailable`.
    """

    name: str

    async def put(self, key: str, path: Path, mime: str = OCTETS) -> None:
        """Take over a finished local file under `key`: after this it is there whole; before, and on failure, not at all."""

    def read(self, key: str, start: int = 0, length: int | None = None) -> AsyncIterator[bytes]:
        """The bytes from `start`, up to `length` of them. Raises Gone."""

    async def open(self, key: str) -> BinaryIO | None:
        """The object as a file of this machine, for who knows something better than to read it; None where it is none. Raises Gone."""

    async def size(self, key: str) -> int | None:
        """Bytes, or None where there is no such object."""

    async def delete(self, key: str) -> None:
        """Remove it. An object that is already gone is a success."""

    async def check(self) -> None:
        """Raises NotReady, with a reason, where files cannot be kept now."""

    def link(self, key: str, *, mime: str, disposition: str, seconds: int) -> str | None:
        """Where anybody may GET the object for so long, under these headers; None where it is to go through this server."""

    async def begin(self, key: str, mime: str) -> str:
        """The id of a new upload in parts. Nothing is under `key` before `complete`."""

    def part_url(self, key: str, upload_id: str, number: int, *, size: int, seconds: int) -> str:
        """Where whoever has this URL may PUT part `number`, of exactly `size` bytes, for so long; the answer has an `ETag`.

        A part that is sent again replaces the one before. Raises InvalidRequest `multipart_part_number_invalid` and
        `multipart_part_size_invalid`.
        """

    async def parts(self, key: str, upload_id: str) -> list[Part]:
        """The parts that have arrived, by number. Raises NotFound `multipart_upload_not_found`."""

    async def complete(self, key: str, upload_id: str, parts: Sequence[Part], *, count: int = 1) -> None:
        """Make the object of these parts, at least so many; it is there whole or not at all. Then the upload is gone.

        Done again, it is a success while the object is there. Raises InvalidRequest: see `parts.check`; after that the upload is as
        it was. NotFound `multipart_upload_not_found` where there is neither upload nor object.
        """

    async def abort(self, key: str, upload_id: str) -> None:
        """Forget an upload with all its parts. One that is already gone is a success."""

    async def clear(self, folder: str) -> None:
        """Remove every object whose key begins with this name and a slash. Where there is none, it is a success."""

    async def abandoned(self, older_than: datetime) -> list[tuple[str, str]]:
        """Uploads that began before this and are neither completed nor aborted: (key, upload id)."""


async def empty(storage: Storage, folder: str) -> None:
    """Remove all that is below this name: objects, and uploads that have not ended."""
    for key, upload_id in await storage.abandoned(now() + timedelta(days=1)):
        if key.startswith(f"{folder}/"):
            await storage.abort(key, upload_id)
    await storage.clear(folder)


async def chunks_of(file: BinaryIO, start: int = 0, length: int | None = None) -> AsyncIterator[bytes]:
    """An open file in pieces; closed at the end, however that comes. What is not in memory is read in threads."""
    try:
        at, left = start, length
        while left is None or left > 0:
            size = CHUNK if left is None else min(CHUNK, left)
            chunk = _at_hand(file, at, size) or await asyncio.to_thread(_read, file, at, size)
            if not chunk:
                return
            at, left = at + len(chunk), None if left is None else left - len(chunk)
            yield chunk
    finally:
        file.close()


def _at_hand(file: BinaryIO, at: int, size: int) -> bytes:
    """Bytes of the file that the system has in memory: reading them is quicker than asking a thread to. Nothing where it has none."""
    if not hasattr(os, "RWF_NOWAIT"):  # Linux has it
        return b""
    buffer = bytearray(size)
    try:
        return bytes(memoryview(buffer)[: os.preadv(file.fileno(), [buffer], at, os.RWF_NOWAIT)])
    except OSError:  # not in memory, or a file system that cannot tell
        return b""


def _read(file: BinaryIO, at: int, size: int) -> bytes:
    file.seek(at)
    return file.read(size)


async def read_range(storage: Storage, key: str, offset: int, length: int) -> bytes:
    return b"".join([chunk async for chunk in storage.read(key, offset, length)])


def trouble(error: OSError) -> NotReady:
    """What a failing disk means to a caller."""
    if error.errno in FULL:
        return NotReady("The media storage is full; nothing was stored", code="storage_full")
    return NotReady(f"The media storage cannot be used: {error.strerror}", code="storage_unavailable")


def now() -> datetime:
    """The time of the machine: signatures do not go by a workspace's clock."""
    return datetime.now(UTC)


def work_dir(settings: Settings) -> Path:
    """Where files are while they come in; on the folder's own disk, and out of reach of every key."""
    return settings.media_dir / ".work"


def cache_dir(settings: Settings) -> Path:
    """Where files are that can be made again."""
    return settings.media_dir / ".cache"
