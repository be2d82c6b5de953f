"""A real HTTP server on this machine that takes events, or does whatever receivers do instead."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Received:
    headers: dict[str, str]
    body: bytes

    @property
    def event(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.body)
        return found


@dataclass
class Receiver:
    """`answers`: what the next ones are answered, and `usual` what all others are: a status, an answer as bytes, "late" or "drop"."""

    port: int = 0
    usual: int | bytes | str = 200
    answers: deque[int | bytes | str] = field(default_factory=deque)
    received: list[Received] = field(default_factory=list)
    open: int = 0
    at_once: int = 0
    released: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    @property
    def events(self) -> list[dict[str, Any]]:
        return [each.event for each in self.received]

    @property
    def types(self) -> list[str]:
        return [event["type"] for event in self.events]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                lines = head.decode().split("\r\n")[1:-2]
                headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
                self.received.append(Received(headers, await reader.readexactly(int(headers["content-length"]))))
                if not await self._answer(writer):
                    break
        except (asyncio.IncompleteReadError, asyncio.CancelledError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _answer(self, writer: asyncio.StreamWriter) -> bool:
        """Whether the connection goes on."""
        answer = self.answers.popleft() if self.answers else self.usual
        self.open += 1
        self.at_once = max(self.at_once, self.open)
        try:
            if answer == "late":
                await self.released.wait()
                return False
            await asyncio.sleep(0)
        finally:
            self.open -= 1
        if answer == "drop":
            return False
        if isinstance(answer, bytes):
            writer.write(answer)
            await writer.drain()
            return False
        writer.write(f"HTTP/1.1 {answer} Whatever\r\ncontent-length: 2\r\n\r\nok".encode())
        return True


@asynccontextmanager
async def listening() -> AsyncIterator[Receiver]:
    found = Receiver()
    server = await asyncio.start_server(found.serve, "127.0.0.1", 0)
    found.port = server.sockets[0].getsockname()[1]
    try:
        yield found
    finally:
        found.released.set()
        server.close()
