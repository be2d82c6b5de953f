"""The folder: where files are kept unless the settings say otherwise. Nothing is seen under a key before it is whole."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, TypeVar
from urllib.parse import urlencode

from socialclaw.errors import Forbidden, NotFound, NotReady
from socialclaw.settings import Settings
from socialclaw.storage import pieces
from socialclaw.storage.base import OCTETS, Gone, chunks_of, now, trouble, work_dir
from socialclaw.storage.parts import Part, check, check_part
from socialclaw.vault import Vault

T = TypeVar("T")


class Folder:
    """Files are put by an atomic rename. The URLs that take parts are our own server's: see `api/parts.py`."""

    name = "local"

    def __init__(self, settings: Settings, vault: Vault) -> None:
        self.root = settings.media_dir
        self._base_url = settings.base_url
        self._vault = vault
        self._uploads = pieces.Uploads(self.root / ".uploads", work_dir(settings))

    async def put(self, key: str, path: Path, mime: str = OCTETS) -> None:
        await _disk(self._put, key, path)

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

    async def open(self, key: str) -> BinaryIO | None:
        return await asyncio.to_thread(self._open, key)

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
        there = next(place for place in (self.root, *self.root.absolute().parents) if place.exists())  # it is made at the first upload
        if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
            raise NotReady(f"The media folder {self.root} cannot be written to", code="storage_unavailable")

    def _path(self, key: str) -> Path:
        """A key's place; symbolic links are followed before it is decided whether that is still inside."""
        root = self.root.resolve()
        path = root if "\0" in key else (root / key).resolve()
        if not path.is_relative_to(root) or path == root:
            raise Gone("There is no such object", objectKey=key)
        return path

    def link(self, key: str, *, mime: str, disposition: str, seconds: int) -> str | None:
        return None

    async def begin(self, key: str, mime: str) -> str:
        self._path(key)
        return await _disk(self._uploads.begin, key)

    def part_url(self, key: str, upload_id: str, number: int, *, size: int, seconds: int) -> str:
        check_part(number, size)
        expires = int(now().timestamp()) + seconds
        query = {"size": size, "expires": expires, "signature": self._signature(upload_id, number, size, expires)}
        return f"{self._base_url}/media/parts/{upload_id}/{number}?{urlencode(query)}"

    def _signature(self, upload_id: str, number: int, size: int, expires: int) -> str:
        return self._vault.sign(f"part {upload_id} {number} {size} {expires}").rpartition(".")[2]

    def admit(self, upload_id: str, number: int, *, size: int, expires: int, signature: str) -> None:
        """Raises Forbidden, `signature_invalid` or `signature_expired`, unless this is what a URL of `part_url` says."""
        if self._vault.verify(f"part {upload_id} {number} {size} {expires}.{signature}") is None:
            raise Forbidden("This URL was not signed here, or was changed", code="signature_invalid")
        if expires <= now().timestamp():
            raise Forbidden("This URL is no longer valid: ask for a new one", code="signature_expired")

    async def takes(self, upload_id: str) -> None:
        """Raises NotFound `multipart_upload_not_found` where no parts are waited for."""
        await asyncio.to_thread(self._uploads.find, upload_id)

    async def keep(self, upload_id: str, number: int, path: Path, etag: str) -> None:
        """Take over a finished file of the work folder as part `number`."""
        await _disk(self._uploads.keep, upload_id, number, path, etag)

    async def parts(self, key: str, upload_id: str) -> list[Part]:
        return await asyncio.to_thread(self._uploads.parts, upload_id, key)

    async def complete(self, key: str, upload_id: str, parts: Sequence[Part], *, count: int = 1) -> None:
        await _disk(self._complete, key, upload_id, parts, count)

    def _complete(self, key: str, upload_id: str, parts: Sequence[Part], count: int) -> None:
        for tries_left in (1, 0):
            try:
                found = check(self._uploads.parts(upload_id, key), parts, count=count)
            except NotFound:
                if self._size(key) is None:
                    raise
                return
            try:
                with self._uploads.joined(upload_id, found) as whole:
                    self._put(key, whole)
                break
            except FileNotFoundError:  # a part was replaced meanwhile, or somebody else has completed it
                if not tries_left:
                    raise
        self._uploads.drop(upload_id, key)

    async def abort(self, key: str, upload_id: str) -> None:
        await asyncio.to_thread(self._uploads.drop, upload_id, key)

    async def clear(self, folder: str) -> None:
        await _disk(self._clear, folder)

    def _clear(self, folder: str) -> None:
        with suppress(FileNotFoundError):
            shutil.rmtree(self._path(folder))

    async def abandoned(self, older_than: datetime) -> list[tuple[str, str]]:
        return await asyncio.to_thread(self._uploads.older, older_than)


async def _disk(do: Callable[..., T], *args: object) -> T:
    try:
        return await asyncio.to_thread(do, *args)
    except OSError as error:
        raise trouble(error) from error
