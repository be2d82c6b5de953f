"""The least receiver of webhooks there can be, in a process of its own: it takes everything, and notes when each came."""

from __future__ import annotations

import asyncio
import json
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx2

from bench.processes import free_port, reachable
from bench.sink import REPORT, Sink, context

TAKEN = b"HTTP/1.1 204 Taken\r\ncontent-length: 0\r\n\r\n"


class Taker(Sink):
    came: list[float] = []  # noqa: RUF012

    def answer(self, head: bytes, body: bytes) -> bytes:
        if head.split(b" ", 2)[1] != REPORT:
            self.came.append(time.time())
            return TAKEN
        content = json.dumps(self.came).encode()
        return b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%b" % (len(content), content)


def _serve(port: int) -> None:
    import uvloop

    async def main() -> None:
        server = await asyncio.get_running_loop().create_server(Taker, "127.0.0.1", port, backlog=1024, family=socket.AF_INET)
        await server.serve_forever()

    uvloop.run(main())


class Receiver:
    """Seen from the one who measures."""

    def __init__(self, port: int) -> None:
        self._base = f"http://127.0.0.1:{port}"
        self.url = f"{self._base}/hook"

    async def arrivals(self) -> list[float]:
        """When each came: Unix times."""
        async with httpx2.AsyncClient(trust_env=False, timeout=60) as http:
            found: list[float] = (await http.get(f"{self._base}{REPORT.decode()}")).json()
            return found


@asynccontextmanager
async def receiver() -> AsyncIterator[Receiver]:
    port = free_port()
    process = context.Process(target=_serve, args=(port,), daemon=True)
    process.start()
    try:
        await reachable(port)
        yield Receiver(port)
    finally:
        process.kill()
        process.join()
