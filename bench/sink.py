"""The least network there can be, in a process of its own: it takes messages as Telegram does, and notes when each came.

It answers from memory, so that what is measured is the sender. Both sides of a comparison send to the same one.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import multiprocessing
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2

from bench.processes import free_port, reachable

TOKEN = f"123456789:{'A' * 35}"
PATH = f"/sandbox/hosts/api.telegram.org/bot{TOKEN}/sendMessage"
REPORT = b"/arrivals"
context = multiprocessing.get_context("spawn")


class Sink(asyncio.Protocol):
    """One connection, kept alive; requests with a content length, one after another."""

    arrivals: dict[str, list[float]] = {}  # noqa: RUF012  text -> when it came
    numbers = itertools.count(1)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: Any = transport
        self.buffer = b""

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while (end := self.buffer.find(b"\r\n\r\n")) >= 0:
            head = self.buffer[:end].lower()
            start = head.find(b"content-length:")
            length = int(head[start + 15 :].split(b"\r\n", 1)[0]) if start >= 0 else 0
            if len(self.buffer) < end + 4 + length:
                return
            body, self.buffer = self.buffer[end + 4 : end + 4 + length], self.buffer[end + 4 + length :]
            self.transport.write(self.answer(head, body))

    def answer(self, head: bytes, body: bytes) -> bytes:
        if head.split(b" ", 2)[1] == REPORT:
            content = json.dumps(self.arrivals).encode()
            self.arrivals.clear()
        else:
            message = json.loads(body)
            self.arrivals.setdefault(message["text"], []).append(time.time())
            chat = {"id": message["chat_id"], "type": "channel"}
            content = json.dumps({"ok": True, "result": {"message_id": next(self.numbers), "chat": chat}}).encode()
        return b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%b" % (len(content), content)


def _serve(port: int) -> None:
    import uvloop

    async def main() -> None:
        server = await asyncio.get_running_loop().create_server(Sink, "127.0.0.1", port, backlog=1024, family=socket.AF_INET)
        await server.serve_forever()

    uvloop.run(main())


class Network:
    """The sink, seen from the one who measures. `url`: what SOCIALCLAW_SANDBOX_URL is set to."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"

    async def arrivals(self) -> dict[str, list[float]]:
        """What came since the last time, by its text: Unix times."""
        async with httpx2.AsyncClient(trust_env=False, timeout=60) as http:
            found: dict[str, list[float]] = (await http.get(f"{self.url}{REPORT.decode()}")).json()
            return found


@asynccontextmanager
async def network() -> AsyncIterator[Network]:
    port = free_port()
    process = context.Process(target=_serve, args=(port,), daemon=True)
    process.start()
    try:
        await reachable(port)
        yield Network(port)
    finally:
        process.kill()
        process.join()
