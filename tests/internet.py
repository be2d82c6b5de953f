"""The internet of the tests: names that lead to public addresses, and a real server on loopback that answers for whatever is connected to.

The guard of the way out is the real one; only what lies behind it is not.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

import httpcore2

from socialclaw import outbound
from tests.security.attempts import NAMES, PUBLIC


@dataclass
class Listener:
    """A real server on loopback: what connects to it is counted, what it is asked for is answered by `answers`."""

    port: int = 0
    connections: int = 0
    requests: list[str] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)  # path -> the Location it redirects to

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        while head := await _head(reader):
            self.requests.append(head)
            await self.answer(head, writer)
        writer.close()

    async def answer(self, head: str, writer: asyncio.StreamWriter) -> None:
        location = self.answers.get(head.split(" ")[1])
        start = f"HTTP/1.1 302 Found\r\nlocation: {location}" if location else "HTTP/1.1 200 OK"
        writer.write(f"{start}\r\ncontent-length: 5\r\n\r\nhello".encode())


async def _head(reader: asyncio.StreamReader) -> str:
    try:
        return (await reader.readuntil(b"\r\n\r\n")).decode()
    except (asyncio.IncompleteReadError, ConnectionError):
        return ""


@dataclass
class Served:
    """How a web server treats one file of its own. Without `length` it does not say how long it is, without `range` it sends all of it."""

    content: bytes = b""
    mime: str = "application/octet-stream"
    status: int = 200
    head: int = 200  # the status of HEAD
    range: bool = True
    length: bool = True
    slow: bool = False  # no answer, ever
    announced: int | None = None  # bytes that it says it has, and breaks off before
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Web(Listener):
    """A web server with files; what it does not have is a 404. `at_once` is how many requests it had open at most."""

    files: dict[str, Served] = field(default_factory=dict)
    at_once: int = 0
    open: int = 0
    asked_for: asyncio.Event = field(default_factory=asyncio.Event)
    closed: asyncio.Event = field(default_factory=asyncio.Event)
    together: asyncio.Barrier | None = None  # so many requests are answered together

    def asked(self, method: str = "") -> list[str]:
        """The paths that were asked for."""
        return [line.split(" ")[1] for line in self.requests if line.startswith(method)]

    async def answer(self, head: str, writer: asyncio.StreamWriter) -> None:
        method, path, _ = head.split("\r\n")[0].split(" ")
        if path in self.answers:
            return await super().answer(head, writer)
        self.open += 1
        self.asked_for.set()
        self.at_once = max(self.at_once, self.open)
        try:
            await self._serve(self.files.get(path, Served(status=404, head=404)), method, head, writer)
        finally:
            self.open -= 1

    async def _serve(self, file: Served, method: str, head: str, writer: asyncio.StreamWriter) -> None:
        if file.slow:
            await self.closed.wait()
        if self.together:
            await self.together.wait()
        status, content = (file.head if method == "HEAD" else file.status), file.content
        headers = {"content-type": file.mime, **file.headers}
        first = next((line.partition("=")[2] for line in head.lower().split("\r\n") if line.startswith("range:")), "")
        if method == "GET" and file.range and first and status == 200:
            status, content, headers["content-range"] = _part(content, first)
        if file.length:
            headers["content-length"] = str(file.announced or len(content))
        else:
            headers["transfer-encoding"] = "chunked"
            content = b"%x\r\n%s\r\n0\r\n\r\n" % (len(content), content) if content else b"0\r\n\r\n"
        lines = [f"HTTP/1.1 {status} Whatever", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
        writer.write("\r\n".join(lines).encode() + (b"" if method == "HEAD" else content))
        if file.announced and method != "HEAD":
            await writer.drain()
            writer.close()


def _part(content: bytes, asked: str) -> tuple[int, bytes, str]:
    """Status, bytes and Content-Range of `first-last`."""
    first, last = (int(n) for n in asked.split("-"))
    if first >= len(content):
        return 416, b"", f"bytes */{len(content)}"
    part = content[first : last + 1]
    return 206, part, f"bytes {first}-{first + len(part) - 1}/{len(content)}"


class Internet(httpcore2.AsyncNetworkBackend):
    """Stands in for the internet: whatever address is connected to, `listener` answers."""

    def __init__(self, listener: Listener, *, dead: tuple[str, ...] = ()) -> None:
        self.listener = listener
        self.dead = dead
        self.connected: list[tuple[str, int]] = []

    async def connect_tcp(self, host: str, port: int, *rest: Any) -> httpcore2.AsyncNetworkStream:
        self.connected.append((host, port))
        if host in self.dead:
            raise httpcore2.ConnectError("unreachable")
        return await httpcore2.AnyIOBackend().connect_tcp("127.0.0.1", self.listener.port, *rest)


async def names_or_system(host: str, port: int) -> list[str]:
    return NAMES.get(host.lower()) or await outbound.resolve(host, port)


async def names_are_public(host: str, port: int) -> list[str]:
    """Every name that stands for somebody's server leads to a public address."""
    return [PUBLIC] if host.lower().endswith((".example", ".test")) and host not in NAMES else await names_or_system(host, port)
