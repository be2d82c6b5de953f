"""Bytes that a simulated network has received so far of files that come in pieces: beside the store, not in it.

They stay on disk until they are dropped, so an upload survives a restart; what is known of an upload is a document of the store's.
A workspace has room for so many; what nothing was added to for a day is thrown away.
"""

from __future__ import annotations

import hashlib
import re
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from socialclaw.simulation.store import Full, Store
from socialclaw.simulation.worlds import caller

BLOCK = 1024 * 1024
LEFT_SECONDS = 24 * 3600.0
SWEEP_SECONDS = 60.0
MOST_FILES = 4000  # of one workspace


class Gone(Exception):
    """The beginning of this upload is not there (any more)."""


class Spool:
    """The unfinished files of one network. Keys are letters, digits, `-` and `_`."""

    def __init__(self, store: Store, network: str) -> None:
        self._temporary: tempfile.TemporaryDirectory[str] | None = None
        if store.uploads is None:
            self._temporary = tempfile.TemporaryDirectory(prefix=f"{network}-")
        self.root = store.uploads or Path(self._temporary.name if self._temporary else "")
        self.network = network
        self.limits = store.limits
        self._hashed: dict[Path, tuple[int, Any]] = {}  # file -> how much of it this process has hashed
        self._swept, self._elsewhere = -SWEEP_SECONDS, 0

    @property
    def _world(self) -> Path:
        """All that the workspace that calls has, at whatever network."""
        return self.root / (caller().workspace or "-")

    def path(self, key: str) -> Path:
        if not re.fullmatch(r"[A-Za-z0-9_-]+", key):
            raise ValueError(f"{key!r} is no key")
        return self._world / self.network / key

    def write(self, key: str, offset: int, content: bytes) -> None:
        """Put these bytes there; whatever stood behind them is gone. In order: raises Gone for a gap, Full where there is no room."""
        path = self.path(key)
        if offset and (not path.exists() or path.stat().st_size < offset):
            raise Gone("the upload was left for too long: its beginning is gone")
        self._make_room(len(content))
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("r+b" if path.exists() else "w+b") as file:
            file.seek(offset)
            file.write(content)
            file.truncate()
        at, digest = self._hashed.get(path, (0, hashlib.sha256()))
        if at == offset:
            digest.update(content)
            self._hashed[path] = (offset + len(content), digest)
        else:
            self._hashed.pop(path, None)

    def read(self, key: str) -> bytes:
        """The whole of it; raises Gone."""
        with self.opened(key) as file:
            return file.read()

    def opened(self, key: str) -> BinaryIO:
        """The whole of it, to be read in pieces; raises Gone."""
        try:
            return self.path(key).open("rb")
        except FileNotFoundError:
            raise Gone("the upload was left for too long: its beginning is gone") from None

    def sha256(self, key: str, size: int) -> str:
        """The digest of the first `size` bytes; raises Gone."""
        path = self.path(key)
        at, digest = self._hashed.get(path, (0, hashlib.sha256()))
        if at != size:
            digest, left = hashlib.sha256(), size
            with self.opened(key) as file:
                while left > 0 and (block := file.read(min(BLOCK, left))):
                    digest.update(block)
                    left -= len(block)
        return str(digest.hexdigest())

    def drop(self, key: str) -> None:
        path = self.path(key)
        self._hashed.pop(path, None)
        path.unlink(missing_ok=True)

    def _make_room(self, wanted: int) -> None:
        """See that there is room for so many more bytes of the workspace that calls; raises Full."""
        if time.monotonic() >= self._swept + SWEEP_SECONDS:
            self._swept = time.monotonic()
            self._elsewhere = sum(self._sweep())
        sizes = [size for _, size in _files(self._world)]
        if len(sizes) >= MOST_FILES or sum(sizes) + wanted > self.limits.uploads or self._elsewhere + wanted > self.limits.all_uploads:
            raise Full(f"{len(sizes)} unfinished uploads of this workspace hold {sum(sizes)} bytes, and all {self._elsewhere}: no room")
        self._elsewhere += wanted

    def _sweep(self) -> Iterator[int]:
        """Throw away what was left, and tell the sizes of the rest."""
        until = time.time() - LEFT_SECONDS
        for path, size in _files(self.root):
            if _changed(path) < until:
                self._hashed.pop(path, None)
                path.unlink(missing_ok=True)
            else:
                yield size


def _files(folder: Path) -> Iterator[tuple[Path, int]]:
    for path in folder.glob("**/*"):
        try:
            if path.is_file():
                yield path, path.stat().st_size
        except FileNotFoundError:  # another process has dropped it
            continue


def _changed(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return time.time()
