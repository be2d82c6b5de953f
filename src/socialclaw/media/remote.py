"""A file that a user names by URL and we do not keep: looked at before publishing, fetched when its bytes are first asked for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2

from socialclaw.errors import Rejected, Unavailable
from socialclaw.media.intake import Intake, too_large
from socialclaw.media.probe import Facts, look_into
from socialclaw.outbound import fetch
from socialclaw.storage.base import chunks_of

LOOK_SECONDS = 30.0
FETCH_SECONDS = 600.0
LOOK_BYTES = 4096


class RemoteFile:
    """One URL. Use as an async context manager; what was fetched is deleted at its end.

    Raises Unavailable `media_unreachable` (worth trying again), Blocked, and PayloadTooLarge `asset_too_large`.
    """

    def __init__(self, client: httpx2.AsyncClient, url: str, *, folder: Path, most: int) -> None:
        self._client = client
        self._url = url
        self._folder = folder
        self._most = most
        self._fetch: Intake | None = None
        self._path: Path | None = None
        self._lock = asyncio.Lock()
        self.size: int | None = None

    async def __aenter__(self) -> RemoteFile:
        return self

    async def __aexit__(self, *_: object) -> None:
        self._forget()

    def _forget(self) -> None:
        if self._fetch:
            self._fetch.discard()
        self._fetch = self._path = None

    async def look(self, *, expect: str = "other") -> Facts:
        """What the file is, from its first bytes. `size` is known afterwards; where the server does not say it, by fetching all."""
        async with self._answer(LOOK_SECONDS) as response:
            head = b""
            async for chunk in response.aiter_bytes():
                head += chunk
                if len(head) >= LOOK_BYTES:
                    break
            facts = look_into(head, response.headers.get("content-type"))
            self.size = _length(response)
        if facts.mime == "text/html" and expect != "other":
            raise Rejected(f"The URL leads to a web page, not to a file of the kind {expect}", code="media_not_a_file", url=self._url)
        if self.size is None:
            await self._fetched()
        elif self.size > self._most:
            raise too_large(self._most)
        return facts

    async def read(self, offset: int, length: int) -> bytes:
        """A ReadRange: the first call fetches the file, once."""
        path = await self._fetched()
        file = await asyncio.to_thread(path.open, "rb")
        return b"".join([chunk async for chunk in chunks_of(file, offset, length)])

    async def _fetched(self) -> Path:
        """Where the file is now. A fetch that failed leaves nothing, so the next call begins anew."""
        async with self._lock:
            if self._path is None:
                self._forget()
                self._fetch = Intake(self._folder, most=self._most)
                async with self._answer(FETCH_SECONDS) as response:
                    async for chunk in response.aiter_bytes():
                        await self._fetch.write(chunk)
                received = await self._fetch.finish()
                if self.size is not None and received.size != self.size:
                    message = f"The file changed while it was fetched: {self.size} bytes announced, {received.size} received"
                    raise Unavailable(message, sent=False, code="media_unreachable", url=self._url)
                self.size, self._path = received.size, received.path
            return self._path

    @asynccontextmanager
    async def _answer(self, seconds: float) -> AsyncIterator[httpx2.Response]:
        try:
            async with asyncio.timeout(seconds), fetch(self._client, self._url) as response:
                if not response.is_success:
                    message = f"{response.url.host} answered {response.status_code} for a media file"
                    raise Unavailable(message, sent=False, code="media_unreachable", url=self._url, httpStatus=response.status_code)
                yield response
        except TimeoutError as error:
            raise Unavailable("Fetching a media file took too long", sent=False, code="media_unreachable", url=self._url) from error


def _length(response: httpx2.Response) -> int | None:
    """Content-Length, where it is the length of what we will read."""
    value = response.headers.get("content-length", "")
    plain = response.headers.get("content-encoding", "identity").lower() == "identity"
    return int(value) if plain and value.isascii() and value.isdigit() and len(value) < 19 else None
