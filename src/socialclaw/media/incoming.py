"""A file on its way in: written to the work folder as it arrives, counted and hashed, and gone again unless storage takes it over."""

from __future__ import annotations

import asyncio
import hashlib
import os
import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from socialclaw.errors import InvalidRequest, PayloadTooLarge
from socialclaw.storage.base import trouble

HEAD = 256 * 1024  # bytes kept to look into; a JPEG's size may come after a profile and a preview picture
BATCH = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Received:
    """A file that has arrived whole. `head` is its beginning."""

    path: Path
    size: int
    sha256: str
    head: bytes


class Intake:
    """`async with Intake(folder, most=bytes) as intake`: write, finish, and let storage take `path` over before the end."""

    def __init__(self, folder: Path, *, most: int) -> None:
        self.path = folder / f"in-{secrets.token_hex(12)}"
        self.most = most
        self.size = 0
        self._hash = hashlib.sha256()
        self._head = b""
        self._batch = bytearray()
        self._file: BinaryIO | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.discard()

    async def write(self, chunk: bytes) -> None:
        """Raises PayloadTooLarge `asset_too_large`, and NotReady where the disk is full."""
        self.size += len(chunk)
        if self.size > self.most:
            raise too_large(self.most)
        self._batch += chunk
        if len(self._batch) >= BATCH:
            await self._run(self._flush)

    async def finish(self) -> Received:
        """Everything is on the disk now. Raises InvalidRequest `asset_empty`."""
        if not self.size:
            raise empty()
        await self._run(self._end)
        return Received(self.path, self.size, self._hash.hexdigest(), self._head)

    def discard(self) -> None:
        if self._file:
            with suppress(OSError):  # what could not be written need not be
                self._file.close()
        self.path.unlink(missing_ok=True)

    async def _run(self, do: Callable[[], None]) -> None:
        try:
            await asyncio.to_thread(do)
        except OSError as error:
            raise trouble(error) from error

    def _flush(self) -> None:
        if self._file is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._file = self.path.open("xb")
        batch, self._batch = bytes(self._batch), bytearray()
        if len(self._head) < HEAD:
            self._head += batch[: HEAD - len(self._head)]
        self._hash.update(batch)
        self._file.write(batch)

    def _end(self) -> None:
        self._flush()
        assert self._file is not None
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()


def empty() -> InvalidRequest:
    return InvalidRequest("The file is empty", code="asset_empty")


def too_large(most: int) -> PayloadTooLarge:
    return PayloadTooLarge(f"The file is larger than {most:,} bytes", code="asset_too_large", maxAssetBytes=most)
