"""How soon whoever looks at a workspace is told of what another process has written."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import httpx2
from tests.api.rows import asset

from bench.figures import Figure, Result, Told, ms, percentile
from bench.ground import Ground, Installation
from bench.processes import Running, free_port, started
from socialclaw.system import System

LONGEST = 30.0  # seconds after which a hint counts as lost


@dataclass(frozen=True)
class Size:
    writes: int = 200
    readers: int = 200
    apart: float = 0.3  # seconds between two writes


async def measure(ground: Ground, size: Size, told: Told) -> list[Result]:
    results = []
    for kind in ground.kinds:
        async with ground.installation(kind, **streams(size.readers)) as installation:
            await installation.system.hub.open()  # this process is the other one: it writes
            async with started("serve", installation, port=free_port()) as server:
                alone = await _lateness(server, installation, 1, size, told)
                together = await _lateness(server, installation, size.readers, size, told)
        for readers, late in ((1, alone), (size.readers, together)):
            details = {"p50": ms(percentile(late, 0.5)), "p90": ms(percentile(late, 0.9)), "worst": ms(max(late))}
            whom = "a reader" if readers == 1 else f"the last of {readers} readers"
            what = f"what another process has written is told to {whom} after (p99)"
            results.append(Result(what, kind, percentile(late, 0.99) * 1000, "ms", target=400, details=details))
    return results


def streams(readers: int) -> dict[str, int]:
    """Settings by which so many may listen at a time."""
    return {f"max_streams{whose}": readers for whose in ("", "_per_caller", "_per_workspace")}


@asynccontextmanager
async def listening(server: Running, installation: Installation, readers: int) -> AsyncIterator[list[AsyncIterator[object]]]:
    """So many readers of the workspace's hints, who have been told the first one."""
    limits = httpx2.Limits(max_connections=None)
    async with httpx2.AsyncClient(trust_env=False, timeout=LONGEST, limits=limits) as http, AsyncExitStack() as stack:
        found = []
        for _ in range(readers):
            url, headers = f"{server.base_url}/v1/dashboard/events", {"authorization": f"Bearer {installation.key}"}
            found.append(_changes(await stack.enter_async_context(http.stream("GET", url, headers=headers))))
        await asyncio.gather(*map(anext, found))
        yield found


async def _lateness(server: Running, installation: Installation, readers: int, size: Size, told: Told) -> list[float]:
    """For each write, the seconds from its commit until the last reader was told."""
    late: list[float] = []
    async with listening(server, installation, readers) as heard:
        for n in range(size.writes):
            told(f"hints to {readers} on {installation.kind}", n, size.writes)
            waiting = [asyncio.create_task(_at(stream)) for stream in heard]
            await _write(installation.system, installation.workspace)
            written = time.monotonic()
            async with asyncio.timeout(LONGEST):
                late.append(max(await asyncio.gather(*waiting)) - written)
            await asyncio.sleep(size.apart)
    return late


async def _write(system: System, workspace: str) -> None:
    await system.write(workspace, asset, test=True)


async def _at(stream: AsyncIterator[object]) -> float:
    await anext(stream)
    return time.monotonic()


async def _changes(answer: httpx2.Response) -> AsyncIterator[object]:
    async for line in answer.aiter_lines():
        if line.startswith("data: "):
            yield json.loads(line.removeprefix("data: "))


FIGURE = Figure(
    "hints",
    "How soon is a reader told of what another process has written?",
    "`socialclaw serve` and open streams of `/v1/dashboard/events`; another process writes a row through the same functions as a worker;"
    " from its commit to the arrival of the hint at the last of the readers.",
    measure,
    full=Size(),
    tiny=Size(writes=3, readers=3, apart=0.1),
)
