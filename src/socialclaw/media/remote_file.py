"""A file that a user names by URL and we do not keep: looked at before publishing, fetched when its bytes are first asked for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2

from socialclaw.errors import Rejected, Unavailable
from socialclaw.media.incoming import Intake, too_large
from socialclaw.media.pace import paced
from socialclaw.media.sniff import Facts, look_into
from socialclaw.outbound import fetch
from socialclaw.storage.base import chunks_of

LOOK_SECONDS = 30.0
FETCH_SECONDS = 600.0
FIRST_BYTES = 64 * 1024  # in which a picture says how large it is
LEAST_BYTES = 4096  # in which a file says what it is


class RemoteFile:
    """One URL. Use as an async context manager; what was fetched is deleted at its end.

    `least`: bytes a second that a source has to send over `slow` seconds. Raises Unavailable `media_unreachable`, `media_too_slow` (worth
    trying again), Blocked, and PayloadTooLarge `asset_too_large`.
    """

    def __init__(self, client: httpx2.AsyncClient, url: str, *, folder: Path, most: int, least: float = 0, slow: float = 20.0) -> None:
        self._client = client
        self._url = url
        self._folder = folder
        self._most = most
        self._least, self._slow = least, slow
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
            facts = await beginning(response)
            self.size = total_of(response)
        if expect != "other":
            check_kind(facts, self._url)
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
                file = self._fetch = Intake(self._folder, most=self._most)
                async with paced(lambda: file.size, least=self._least, window=self._slow), self._answer(FETCH_SECONDS) as response:
                    async for chunk in response.aiter_bytes():
                        await file.write(chunk)
                received = await file.finish()
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
                    raise unreachable(response, self._url)
                yield response
        except TimeoutError as error:
            raise Unavailable("Fetching a media file took too long", sent=False, code="media_unreachable", url=self._url) from error


async def beginning(response: httpx2.Response) -> Facts:
    """What the body's first bytes tell; no more of it is read than that takes."""
    head, said = b"", response.headers.get("content-type")
    async for chunk in response.aiter_bytes():
        head += chunk
        facts = look_into(head, said)
        if len(head) >= FIRST_BYTES or facts.width or (len(head) >= LEAST_BYTES and facts.kind != "image"):
            break
    return look_into(head[:FIRST_BYTES], said)


def total_of(response: httpx2.Response) -> int | None:
    """Bytes of the whole file, of which this answer may be a part; None where the server does not say it."""
    partial = response.status_code in (httpx2.codes.PARTIAL_CONTENT, httpx2.codes.RANGE_NOT_SATISFIABLE)
    value = response.headers.get("content-range", "").rpartition("/")[2] if partial else response.headers.get("content-length", "")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 19 else None


def check_kind(facts: Facts, url: str) -> None:
    """Raises Rejected `media_not_a_file` where the bytes are known to be no picture and no film. What is not known is let through."""
    if not facts.mime.endswith("/octet-stream") and facts.kind not in ("image", "video"):
        what = "a web page" if facts.mime == "text/html" else facts.mime
        raise Rejected(f"The URL leads to {what}, not to an image or a video", code="media_not_a_file", url=url, mime=facts.mime)


def unreachable(response: httpx2.Response, url: str) -> Unavailable:
    message = f"{response.url.host} answered {response.status_code} for a media file"
    return Unavailable(message, sent=False, code="media_unreachable", url=url, httpStatus=response.status_code)
