"""Packed answers: JSON of some length, with gzip or Brotli, for clients that ask for it. Others pay nothing.

What is streamed (files, live hints) is left alone, and so is what tells the secret of a key or a link: of an answer that holds a secret and
something that somebody else has chosen, the packed length gives the secret away (BREACH).
"""

from __future__ import annotations

import asyncio
import gzip
import re
from collections.abc import Callable

import brotli  # type: ignore[import-untyped]
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LEAST = 1_000  # bytes: what is shorter fits into a packet anyway
AT_ONCE = 128 * 1024  # bytes that are packed on the event loop, in well under a millisecond; what is larger, in a thread
BELOW = ("/v1/", "/openapi.json", "/docs", "/llms.txt")
SECRET = re.compile(
    r"/v1/(?:dashboard/)?(?:keys|connections|invites|webhooks|assets/uploads?|(?:workspace|me)/exports?|runs/[^/]+/preview-links)(?:/.*)?"
)
KINDS = (b"application/json", b"text/")
VARY = (b"vary", b"Accept-Encoding")
PACK: dict[str, Callable[[bytes], bytes]] = {  # the one that is liked best comes first
    "br": lambda body: bytes(brotli.compress(body, mode=brotli.MODE_TEXT, quality=4)),
    "gzip": lambda body: gzip.compress(body, 4, mtime=0),
}
ASKED = re.compile(r"\s*([\w*.-]+)\s*(?:;\s*q\s*=\s*([01](?:\.[0-9]{0,3})?)\s*)?", re.ASCII)
MOST_ASKED = 500  # bytes of the header that are looked at


class Packing:
    """ASGI middleware."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not may_be_packed(scope["path"]) or scope["method"] == "HEAD":
            return await self.app(scope, receive, send)
        return await self.app(scope, receive, Packed(scope, send).send)


class Packed:
    """One answer. Its beginning is kept back until it is known whether it is packed."""

    def __init__(self, scope: Scope, send: Send) -> None:
        self._scope, self._send = scope, send
        self._start: Message | None = None
        self._coding: str | None = None

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start" and _is_text(message):
            message["headers"] = [*message["headers"], VARY]
            if coding := chosen(self._scope["headers"]):
                self._start, self._coding = message, coding
                return
        if self._start is not None:
            start, self._start = self._start, None
            body = message.get("body", b"")
            if self._coding and not message.get("more_body", False) and len(body) >= LEAST:
                message = await self._packed(start, body)
            await self._send(start)
        await self._send(message)

    async def _packed(self, start: Message, body: bytes) -> Message:
        assert self._coding is not None
        pack = PACK[self._coding]
        packed = pack(body) if len(body) <= AT_ONCE else await asyncio.to_thread(pack, body)
        kept = [header for header in start["headers"] if header[0] != b"content-length"]
        start["headers"] = [*kept, (b"content-encoding", self._coding.encode()), (b"content-length", str(len(packed)).encode())]
        return {"type": "http.response.body", "body": packed, "more_body": False}


def may_be_packed(path: str) -> bool:
    """Whether what is answered at this path holds no secret."""
    return path.startswith(BELOW) and not SECRET.fullmatch(path)


def _is_text(start: Message) -> bool:
    kind = b""
    for name, value in start["headers"]:
        if name == b"content-type":
            kind = value
        elif name == b"content-encoding":
            return False
    return kind.startswith(KINDS) and not kind.startswith(b"text/event-stream")


def chosen(headers: list[tuple[bytes, bytes]]) -> str | None:
    """The coding that a client likes best of those that there are (RFC 9110, 12.5.3); None where it wants the answer as it is."""
    said = [value for name, value in headers if name == b"accept-encoding"]
    if not said:
        return None
    weights = dict[str, float]()
    for part in b",".join(said)[:MOST_ASKED].decode("latin-1").lower().split(","):
        if found := ASKED.fullmatch(part):
            weights[found[1]] = float(found[2] or 1)
    liked = {coding: weights.get(coding, weights.get("*", 0.0)) for coding in PACK}
    best = max(liked, key=lambda coding: liked[coding])
    return best if liked[best] > 0 and liked[best] >= weights.get("identity", 0.0) else None
