"""Where files are kept: one small protocol, and the folder that is the default. Everything streams; nothing is held whole."""

from __future__ import annotations

import asyncio
import errno
import os
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, Protocol

from socialclaw.errors import NotFound, NotReady
from socialclaw.settings import Settings

CHUNK = 256 * 1024
FULL = (errno.ENOSPC, errno.EDQUOT)


class Gone(NotFound):
    """An object that the tables know and the storage does not."""

    code = "media_missing"


class Storage(Protocol):
    """Objects by key. Keys are checked by whoever makes them (`naming`); a storage still never leaves its own place."""

    name: str

    async def put(self, key: str, path: Path) -> None:
        """Take over a finished local file under `key`: after this it is there whole; before, and on failure, not at all."""

    def read(self, key: str, start: int = 0, length: int | None = None) -> AsyncIterator[bytes]:
        """The bytes from `start`, up to `length` of them. Raises Gone."""

    async def size(self, key: str) -> int | None:
        """Bytes, or None where there is no such object."""

    async def delete(self, key: str) -> None:
        """Remove it. An object that is already gone is a success."""

    async def check(self) -> None:
        """Raises NotReady, with a reason, where files cannot be kept now."""


class LocalStorage:
    """A folder. Files are put there by an atomic rename within it."""

    name = "local"

    def __init__(self, root: Path) -> None:
        self.root = root

    async def put(self, key: str, path: Path) -> None:
        try:
            await asyncio.to_thread(self._put, key, path)
        except OSError as error:
            raise trouble(error) from error

    def _put(self, key: str, path: Path) -> None:
        target = self._path(key)
        for tries_left in (1, 0):  # a sweep may remove the folder just when it is made
            target.parent.mkdir(parents=True, exist_ok=True)
            try:
                path.replace(target)
                break
            except FileNotFoundError:
                if not tries_left or not path.exists():
                    raise
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    async def read(self, key: str, start: int = 0, length: int | None = None) -> AsyncIterator[bytes]:
        file = await asyncio.to_thread(self._open, key)
        async for chunk in chunks_of(file, start, length):
            yield chunk

    def _open(self, key: str) -> BinaryIO:
        try:
            return self._path(key).open("rb")
        except (FileNotFoundError, IsADirectoryError) as error:
            raise Gone("The file is no longer in storage", objectKey=key) from error

    async def size(self, key: str) -> int | None:
        return await asyncio.to_thread(self._size, key)

    def _size(self, key: str) -> int | None:
        try:
            path = self._path(key)
            return path.stat().st_size if path.is_file() else None
        except (FileNotFoundError, Gone):
            return None

    async def delete(self, key: str) -> None:
        await asyncio.to_thread(self._delete, key)

    def _delete(self, key: str) -> None:
        path = self._path(key)
        path.unlink(missing_ok=True)
        with suppress(OSError):  # not empty, or gone
            path.parent.rmdir()

    async def check(self) -> None:
        try:
            await asyncio.to_thread(self.root.mkdir, parents=True, exist_ok=True)
        except OSError as error:
            raise trouble(error) from error
        if not os.access(self.root, os.W_OK | os.X_OK):
            raise NotReady(f"The media folder {self.root} cannot be written to", code="storage_unavailable")

    def _path(self, key: str) -> Path:
        """A key's place; symbolic links are followed before it is decided whether that is still inside."""
        root = self.root.resolve()
        path = root if "\0" in key else (root / key).resolve()
        if not path.is_relative_to(root) or path == root:
            raise Gone("There is no such object", objectKey=key)
        return path


async def chunks_of(file: BinaryIO, start: int = 0, length: int | None = None) -> AsyncIterator[bytes]:
    """An open file in pieces, read in threads; closed at the end, however that comes."""
    try:
        file.seek(start)
        left = length
        while left is None or left > 0:
            chunk = await asyncio.to_thread(file.read, CHUNK if left is None else min(CHUNK, left))
            if not chunk:
                return
            left = None if left is None else left - len(chunk)
            yield chunk
    finally:
        file.close()


async def read_range(storage: Storage, key: str, offset: int, length: int) -> bytes:
    return b"".join([chunk async for chunk in storage.read(key, offset, length)])


def trouble(error: OSError) -> NotReady:
    """What a failing disk means to a caller."""
    if error.errno in FULL:
        return NotReady("The media storage is full; nothing was kept", code="storage_full")
    return NotReady(f"The media storage cannot be used: {error.strerror}", code="storage_unavailable")


def storage_of(settings: Settings) -> Storage:
    """The storage of an installation."""
    return LocalStorage(settings.media_dir)


def work_dir(settings: Settings) -> Path:
    """Where files are while they come in; on the storage's own disk, and out of reach of every key."""
    return settings.media_dir / ".work"


def cache_dir(settings: Settings) -> Path:
    """Where files are that can be made again."""
    return settings.media_dir / ".cache"
