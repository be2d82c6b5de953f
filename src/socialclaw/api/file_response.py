"""A file, or a part of it, as an answer: given to the kernel to send where the server can do that, else read in pieces."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import BinaryIO

from fastapi import Response
from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from socialclaw.storage.base import CHUNK, chunks_of

ZERO_COPY = "http.response.zerocopysend"

Source = BinaryIO | AsyncIterator[bytes]
"""An open file, of which a part is wanted; or that part itself, in pieces, where the file is elsewhere."""


async def sent(source: Source, start: int, length: int, status: int, headers: Mapping[str, str]) -> Response:
    """The answer; it closes the file. `headers` say the length. What is small is read at once: it is one packet with its headers."""
    if isinstance(source, AsyncIterator):
        return StreamingResponse(source, status, headers)
    if length <= CHUNK:
        return Response(b"".join([chunk async for chunk in chunks_of(source, start, length)]), status, headers)
    return FilePart(source, start, length, status, headers)


class FilePart(Response):
    """`length` bytes of an open file."""

    def __init__(self, file: BinaryIO, start: int, length: int, status: int, headers: Mapping[str, str]) -> None:
        super().__init__(None, status, headers)
        self.file, self.start, self.length = file, start, length

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self.file:
            if ZERO_COPY in (scope.get("extensions") or {}):
                await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
                await send({"type": ZERO_COPY, "file": self.file, "offset": self.start, "count": self.length})
            else:
                pieces = chunks_of(self.file, self.start, self.length)
                await StreamingResponse(pieces, self.status_code, self.headers)(scope, receive, send)
