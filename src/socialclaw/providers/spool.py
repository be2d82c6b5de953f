"""Bytes that a simulated network has received so far of files that come in pieces: beside the store, not in it.

They stay on disk until they are dropped, so an upload survives a restart; what is known of an upload is a document of the store's.
"""

from __future__ import annotations

import hashlib
import re
import tempfile
from pathlib import Path
from typing import Any

from socialclaw.providers.store import Store

BLOCK = 1024 * 1024


class Spool:
    """The unfinished files of one network. Keys are letters, digits, `-` and `_`."""

    def __init__(self, store: Store, network: str) -> None:
        self._temporary: tempfile.TemporaryDirectory[str] | None = None
        if str(store.path) == ":memory:":
            self._temporary = tempfile.TemporaryDirectory(prefix=f"{network}-")
            self.folder = Path(self._temporary.name)
        else:
            self.folder = Path(f"{store.path}-uploads") / network
        self._hashed: dict[str, tuple[int, Any]] = {}  # key -> how much of it this process has hashed

    def write(self, key: str, offset: int, content: bytes) -> None:
        """Put these bytes there; whatever stood behind them is gone. In order, please: a gap reads as zeros."""
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self._path(key)
        with path.open("r+b" if path.exists() else "w+b") as file:
            file.seek(offset)
            file.write(content)
            file.truncate()
        at, digest = self._hashed.get(key, (0, hashlib.sha256()))
        if at == offset:
            digest.update(content)
            self._hashed[key] = (offset + len(content), digest)
        else:
            self._hashed.pop(key, None)

    def sha256(self, key: str, size: int) -> str:
        """The digest of the first `size` bytes."""
        at, digest = self._hashed.get(key, (0, hashlib.sha256()))
        if at != size:
            digest, left = hashlib.sha256(), size
            with self._path(key).open("rb") as file:
                while left > 0 and (block := file.read(min(BLOCK, left))):
                    digest.update(block)
                    left -= len(block)
        return str(digest.hexdigest())

    def drop(self, key: str) -> None:
        self._hashed.pop(key, None)
        self._path(key).unlink(missing_ok=True)

    def _path(self, key: str) -> Path:
        if not re.fullmatch(r"[A-Za-z0-9_-]+", key):
            raise ValueError(f"{key!r} is no key")
        return self.folder / key
