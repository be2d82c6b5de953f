"""The hottest read, `GET /v1/posts?limit=100`, as a part of the rate of a route of the same app that has the same bytes at hand.

The figure that counts is against a ready-made answer that is guarded as the list is: the same key check, rate limit and middleware.
What is left is what the list itself costs: as clients poll it, unchanged since they last asked; and beside it, made anew for every
request. The rate of a ready-made answer that anybody may ask for is told too.
"""

from __future__ import annotations

import asyncio
import itertools
import multiprocessing
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
from fastapi import Response

from bench import rows
from bench.figures import Figure, Result, Told
from bench.ground import Ground, Installation
from bench.processes import AS_IT_IS, free_port, reachable
from socialclaw.api.deps import Caller
from socialclaw.app import build
from socialclaw.cli import http_server, runtime
from socialclaw.db.base import iso, utc_now
from socialclaw.settings import Settings
from socialclaw.system import System

LIMIT = 100
LISTED, READY, KEYED = f"/v1/posts?limit={LIMIT}", "/bench/ready", "/bench/ready/keyed"
EVER = datetime(2000, 1, 1, tzinfo=UTC)
ANEW = f"{LISTED}&from={iso(EVER)}"  # another instant in each request, so that nobody has asked for it before
context = multiprocessing.get_context("spawn")
_numbers = itertools.count()


@dataclass(frozen=True)
class Size:
    posts: int = 1_000
    rounds: int = 7
    seconds: float = 2.0  # a route and round
    connections: int = 8


async def measure(ground: Ground, size: Size, told: Told) -> list[Result]:
    results = []
    for kind in ground.kinds:
        async with ground.installation(kind) as installation:
            await rows.connect(installation, 10)
            first = utc_now() + timedelta(days=1)
            await rows.schedule(installation, ((f"No. {n} of a list: {'x' * 80}", first + timedelta(minutes=n)) for n in range(size.posts)))
            async with _served(installation) as port:
                rates: dict[str, list[float]] = {LISTED: [], ANEW: [], READY: [], KEYED: []}
                for turn in range(size.rounds):
                    for path, found in rates.items():
                        told(f"{kind}: GET {path}", turn, size.rounds)
                        found.append(await rate(port, path, installation.key, size))
        results += _results(kind, {path: max(found) for path, found in rates.items()})
    return results


def _results(kind: str, rates: dict[str, float]) -> list[Result]:
    details = {
        "the list": f"{rates[LISTED]:,.0f} a second",
        "ready made, behind the same key check": f"{rates[KEYED]:,.0f} a second",
        "ready made, open to all": f"{rates[READY]:,.0f} a second (the list has {rates[LISTED] / rates[READY]:.2f} of it)",
    }
    what = f"GET /v1/posts?limit={LIMIT}: rate, of a ready-made answer's behind the same key check"
    anew = {"the list, made anew": f"{rates[ANEW]:,.0f} a second"}
    return [
        Result(what, kind, rates[LISTED] / rates[KEYED], "x", target=0.35, better="more", details=details),
        Result("the same, made anew for every request", kind, rates[ANEW] / rates[KEYED], "x", better="more", details=anew),
    ]


async def rate(port: int, path: str, key: str, size: Size) -> float:
    """Answers a second, over connections that are kept alive."""
    until = time.perf_counter() + size.seconds
    started_at = time.perf_counter()
    counts = await asyncio.gather(*(_ask(port, path, key, until) for _ in range(size.connections)))
    return sum(counts) / (time.perf_counter() - started_at)


async def _ask(port: int, path: str, key: str, until: float) -> int:
    """The least client there can be: the server shall be what is measured."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 20)
    request = f"GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer {key}\r\n\r\n"
    count = 0
    try:
        while time.perf_counter() < until:
            writer.write(request.replace(iso(EVER), iso(EVER + timedelta(seconds=next(_numbers)))).encode())
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            if not head.startswith(b"http/1.1 200"):
                raise SystemExit(f"{path} answered {head[:200]!r}")
            await reader.readexactly(int(head[head.index(b"content-length:") + 15 :].split(b"\r\n", 1)[0]))
            count += 1
    finally:
        writer.close()
    return count


@asynccontextmanager
async def _served(installation: Installation) -> AsyncIterator[int]:
    """The service in a process of its own, with two routes more; its port."""
    port, body = free_port(), await _body(installation)
    server = context.Process(target=_serve, args=(installation.given, port, body), daemon=True)
    server.start()
    try:
        await reachable(port)
        async with httpx2.AsyncClient(headers=AS_IT_IS, trust_env=False, base_url=f"http://127.0.0.1:{port}", timeout=60) as http:
            http.headers["authorization"] = f"Bearer {installation.key}"
            answers = [(await http.get(path)).content for path in (LISTED, READY, KEYED)]
            if set(answers) != {body}:
                raise SystemExit("the routes that are compared do not answer the same")
        yield port
    finally:
        server.terminate()
        await asyncio.to_thread(server.join)


async def _body(installation: Installation) -> bytes:
    """What the list answers, made in this process."""
    app = build(installation.system)
    async with httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app=app), headers=AS_IT_IS, base_url=installation.system.settings.base_url
    ) as http:
        answer = await http.get(LISTED, headers={"authorization": f"Bearer {installation.key}"})
        if answer.content.count(b'"runId"') != LIMIT:
            raise SystemExit(f"a list of {LIMIT} posts was expected: {answer.text[:500]}")
        return answer.content


def _serve(given: dict[str, Any], port: int, body: bytes) -> None:
    async def main() -> None:
        system = System.open(Settings(**given))
        app = build(system)

        @app.get(READY)
        async def ready() -> Response:
            return Response(body, media_type="application/json")

        @app.get(KEYED)
        async def keyed(caller: Caller) -> Response:
            return Response(body, media_type="application/json")

        await http_server.serve(app, http_server.listen("127.0.0.1", port), system.settings)
        await system.close()

    runtime.run(main)


FIGURE = Figure(
    "listing",
    "How much does the list of a hundred posts cost above moving its bytes?",
    "Routes of one app in one process, over HTTP, with the same middleware. The ready-made answer has the same bytes, key check and rate"
    " limit, and asks no database; another one that looks up no key either is given for comparison. Best of the rounds, taken in turns.",
    measure,
    full=Size(),
    tiny=Size(posts=120, rounds=1, seconds=0.3, connections=2),
)
