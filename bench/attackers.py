"""Hostile clients of one server, for `bench hostile`: `python -m bench.attackers PORT KEY SECONDS`. Bounded, and on loopback only.

They come from an address of their own (127.0.0.2), with a key of a workspace of their own where they have one at all.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

HOST, FROM = "127.0.0.1", "127.0.0.2"
ANSWER_SECONDS = 10.0
IDLE = 400  # connections that say nothing
HALF = 100  # requests that never end
SLOW_FILES = 12
BLOCK = b"x-padding: " + b"a" * 65_000 + b"\r\n"
SMALL = b"".join(b"x-%d: a\r\n" % n for n in range(5000))
# The smallest inputs of which one was enough once: many problems under a long path, a surrogate above a field of brackets.
LONG_PATHS = b'{"' + b"k" * 10**6 + b'":[' + b'"\\u0000",' * 2000 + b"1]}"
BRACKETS = b'["\\ud800"' + b",[]" * 2_000_000 + b"]"
DEEP = b"[" * 500_000 + b"]" * 500_000
TEXTS = ("<" * 20_000, "](" * 20_000, "[" * 20_000, "@" * 20_000, "http://" * 5_000, "*_" * 20_000)
BACKTRACKING = "(?:.|.|.|.|.|.|.|.|.)*!"


@dataclass
class Attackers:
    """`answers` counts the statuses by attack; 0 where the server closed the connection or was silent."""

    port: int
    key: str
    until: float
    answers: dict[str, Counter[int]] = field(default_factory=dict)

    async def run(self) -> None:
        attacks: dict[str, tuple[float, Callable[[int], Awaitable[int]]]] = {
            "bodies without a key": (0.5, lambda n: self.send("/v1/posts/apply", (LONG_PATHS, BRACKETS, DEEP)[n % 3])),
            "bodies with a key": (1.0, lambda n: self.send("/v1/posts/validate", (LONG_PATHS, BRACKETS, DEEP)[n % 3], key=self.key)),
            "texts": (0.5, self.text),
            "expressions": (1.0, lambda n: self.send_json("/v1/sandbox/networks/x/faults", {"kind": "error", "match": BACKTRACKING})),
            "simulated networks": (0.25, lambda n: self.send("/sandbox/hosts/api.telegram.org/bot1:a/sendMessage", b"a" * 1_000_000)),
            "large headers": (1.0, lambda n: self.headers(BLOCK, 300)),
            "many headers": (1.0, lambda n: self.headers(SMALL, 100)),
            "pipelines": (1.0, self.pipeline),
        }
        together = [self.again(name, pause, attack) for name, (pause, attack) in attacks.items()]
        together += [self.idle(b"") for _ in range(IDLE)]
        together += [self.idle(b"POST /v1/posts/apply HTTP/1.1\r\nhost: a\r\nx-half: ") for _ in range(HALF)]
        await asyncio.gather(*together)

    async def again(self, name: str, pause: float, attack: Callable[[int], Awaitable[int]]) -> None:
        turn, counted = 0, self.answers.setdefault(name, Counter())
        while time.monotonic() < self.until:
            status = 0
            with contextlib.suppress(OSError, TimeoutError, asyncio.IncompleteReadError):
                async with asyncio.timeout(ANSWER_SECONDS):
                    status = await attack(turn)
            counted[status] += 1
            turn += 1
            await asyncio.sleep(pause)

    async def opened(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection(HOST, self.port, local_addr=(FROM, 0))

    async def send(self, path: str, body: bytes, *, key: str = "") -> int:
        """One request on a connection of its own, its body in pieces until the server has had enough."""
        reader, writer = await self.opened()
        try:
            allowed = f"authorization: Bearer {key}\r\n" if key else "x-sandbox-workspace: ws_spoofed\r\n"
            head = f"POST {path} HTTP/1.1\r\nhost: a\r\n{allowed}content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
            writer.write(head.encode())
            with contextlib.suppress(OSError):
                for start in range(0, len(body), 65_536):
                    writer.write(body[start : start + 65_536])
                    await writer.drain()
            return int((await reader.readline()).split()[1])
        except IndexError:
            return 0
        finally:
            writer.close()

    async def send_json(self, path: str, content: Any) -> int:
        return await self.send(path, json.dumps(content).encode(), key=self.key)

    async def text(self, turn: int) -> int:
        post = {"account": "telegram:@sandbox", "description": TEXTS[turn % len(TEXTS)]}
        post["settings"] = {"parseMode": ("HTML", "MarkdownV2")[turn // len(TEXTS) % 2]}
        return await self.send_json("/v1/posts/validate", {"schedule": {"timezone": "UTC", "posts": [post]}})

    async def headers(self, block: bytes, times: int) -> int:
        reader, writer = await self.opened()
        try:
            writer.write(b"GET /health HTTP/1.1\r\nhost: a\r\n")
            with contextlib.suppress(OSError):
                for _ in range(times):
                    writer.write(block)
                    await writer.drain()
                writer.write(b"\r\n")
            return int((await reader.readline()).split()[1])
        except IndexError:
            return 0
        finally:
            writer.close()

    async def pipeline(self, turn: int) -> int:
        """Thousands of requests at once, and nobody who reads the answers."""
        _, writer = await self.opened()
        try:
            writer.write(b"GET /v1/posts HTTP/1.1\r\nhost: a\r\n\r\n" * 50_000)
            async with asyncio.timeout(3):
                await writer.drain()
        finally:
            writer.transport.abort()
        return 0

    async def idle(self, begin: bytes) -> None:
        """A connection that is opened anew whenever the server closes it, and sends a byte now and then where it has begun."""
        while time.monotonic() < self.until:
            with contextlib.suppress(OSError):
                reader, writer = await self.opened()
                writer.write(begin)
                while time.monotonic() < self.until and not reader.at_eof():
                    with contextlib.suppress(TimeoutError):
                        async with asyncio.timeout(5):
                            await reader.read(65_536)
                    writer.write(b"a" if begin else b"")
                writer.close()
            await asyncio.sleep(1)


async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A source of files that sends a byte a second."""
    with contextlib.suppress(OSError, asyncio.IncompleteReadError):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: image/png\r\ncontent-length: 1000000\r\n\r\n")
        while not writer.is_closing():
            writer.write(b"a")
            await writer.drain()
            await asyncio.sleep(1)


def main() -> None:
    port, key, seconds = int(sys.argv[1]), sys.argv[2], float(sys.argv[3])
    attackers = Attackers(port, key, time.monotonic() + seconds)
    asyncio.run(attackers.run())
    print(json.dumps({name: {str(status): n for status, n in counted.items()} for name, counted in attackers.answers.items()}))


if __name__ == "__main__":
    main()
