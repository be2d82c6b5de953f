"""What a tool call costs beside the REST call that it makes, and what the first speaker of the protocol costs an idle server."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx2

from bench import rows
from bench.figures import Figure, Result, Told, ms, percentile
from bench.ground import Ground
from bench.processes import free_port, started
from socialclaw.db.base import utc_now

MEGABYTE = 1_000_000
MOST_MS = 15.0
HEADERS = {"accept": "application/json, text/event-stream", "mcp-protocol-version": "2025-11-25"}


@dataclass(frozen=True)
class Size:
    calls: int = 300


async def measure(ground: Ground, size: Size, told: Told) -> list[Result]:
    results = []
    for kind in ground.kinds:
        async with ground.installation(kind, log_level="warning") as installation:
            await rows.connect(installation, 3)
            first = utc_now() + timedelta(days=1)
            await rows.schedule(installation, ((f"No. {n}", first + timedelta(minutes=n)) for n in range(50)))
            async with (
                started("up", installation, "--no-tour", port=free_port()) as server,
                httpx2.AsyncClient(base_url=server.base_url, headers={"authorization": f"Bearer {installation.key}"}, timeout=60) as http,
            ):
                for _ in range(20):  # until the server has loaded what it needs for any answer
                    await _rest(http)
                before = server.rss / MEGABYTE
                begun = time.perf_counter()
                await _tool(http, "list_accounts", {})
                woken, after = time.perf_counter() - begun, server.rss / MEGABYTE
                by_rest = await _timed(size.calls, lambda: _rest(http), told, f"{kind}: REST")
                by_tool = await _timed(size.calls, lambda: _tool(http, "list_posts", {"limit": 20}), told, f"{kind}: tool")
        rest, tool = percentile(by_rest, 0.5), percentile(by_tool, 0.5)
        p99 = {"REST p99": ms(percentile(by_rest, 0.99)), "tool p99": ms(percentile(by_tool, 0.99))}
        details = {"REST": ms(rest), "tool": ms(tool), **p99}
        results += [
            Result("a tool call beside its REST call: median", kind, (tool - rest) * 1000, "ms", target=MOST_MS, details=details),
            Result("the first tool call of a server: memory", kind, after - before, "MB", details={"it takes": ms(woken)}),
        ]
    return results


async def _timed(count: int, call: Callable[[], Awaitable[None]], told: Told, what: str) -> list[float]:
    took = []
    for number in range(count):
        begun = time.perf_counter()
        await call()
        took.append(time.perf_counter() - begun)
        told(what, number + 1, count)
    return took


async def _rest(http: httpx2.AsyncClient) -> None:
    fields = "publishAtUtc,description,name,providerUrl,errorCode"
    (await http.get("/v1/posts", params={"limit": 20, "fields": fields})).raise_for_status()


async def _tool(http: httpx2.AsyncClient, name: str, arguments: dict[str, Any]) -> None:
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": name, "arguments": arguments}}
    answer = (await http.post("/mcp", json=message, headers=HEADERS)).raise_for_status().json()
    if answer["result"].get("isError"):
        raise RuntimeError(answer["result"]["content"][0]["text"])


FIGURE = Figure(
    "mcp",
    "What does a tool call cost beside its REST call?",
    "one client, one call at a time over HTTP: `list_posts` by `/mcp`, and the request that it makes, straight; before them the first call"
    " of the protocol in that process, for which its SDK is loaded.",
    measure,
    full=Size(),
    tiny=Size(calls=3),
)
