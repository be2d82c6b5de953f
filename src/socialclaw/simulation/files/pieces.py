"""Files that lie in pieces, read as one."""

from __future__ import annotations

import io
from collections.abc import Sequence
from contextlib import ExitStack
from typing import BinaryIO

from socialclaw.simulation.files.looking import Look, look_at
from socialclaw.simulation.spool import Spool


class Pieces(io.RawIOBase):
    """Open files, one behind the other."""

    def __init__(self, files: Sequence[BinaryIO]) -> None:
        self._files = files
        self._sizes = [file.seek(0, io.SEEK_END) for file in files]
        self._at = 0
        self.size = sum(self._sizes)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._at = max(0, offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self.size}[whence])
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        start = 0
        for file, size in zip(self._files, self._sizes, strict=True):
            if self._at < start + size:
                file.seek(self._at - start)
                found = file.read(min(len(buffer), start + size - self._at))
                buffer[: len(found)] = found
                self._at += len(found)
                return len(found)
            start += size
        return 0


def look_at_pieces(spool: Spool, keys: Sequence[str]) -> Look:
    """What the file is that lies in these pieces of the spool, in this order."""
    with ExitStack() as stack:
        pieces = Pieces([stack.enter_context(spool.opened(key)) for key in keys])
        return look_at(io.BufferedReader(pieces), pieces.size)
