"""An object as a file of this machine: where it is, in a folder; elsewhere as a copy that goes again. Read through once, never held."""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from io import BufferedReader
from pathlib import Path
from typing import BinaryIO

from socialclaw.media.incoming import HEAD, Intake, Received
from socialclaw.storage.base import Storage, work_dir
from socialclaw.system import System


@asynccontextmanager
async def at_hand(system: System, storage: Storage, key: str, size: int) -> AsyncIterator[Received]:
    """The object, of `size` bytes; its `path` holds until the block ends. Raises Gone, NotReady."""
    file = await storage.open(key)
    if file is not None:
        with file:
            yield await asyncio.to_thread(_read_through, file)
        return
    async with Intake(work_dir(system.settings), most=size) as copy:
        async for chunk in storage.read(key):
            await copy.write(chunk)
        yield await copy.finish()


def _read_through(file: BinaryIO) -> Received:
    assert isinstance(file, BufferedReader)
    head = file.read(HEAD)
    file.seek(0)
    return Received(Path(file.name), os.fstat(file.fileno()).st_size, hashlib.file_digest(file, "sha256").hexdigest(), head)
