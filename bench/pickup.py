"""How long after its due time a single post reaches its network, when nothing else is going on."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import httpx2

from bench import rows
from bench.figures import Figure, Result, Told, ms, percentile
from bench.ground import Ground
from bench.processes import AS_IT_IS, Running, free_port, started
from bench.sink import Network, network
from socialclaw.db.base import iso

AHEAD = 1.0  # seconds between applying a post and its due time
LONGEST = 15.0  # seconds that a post may be late before it counts as lost


@dataclass(frozen=True)
class Size:
    posts: int = 250
    apart: float = 0.2  # seconds between two due times


async def measure(ground: Ground, size: Size, told: Told) -> list[Result]:
    results = []
    async with network() as sink:
        for kind in ground.kinds:
            async with ground.installation(kind, sandbox_url=sink.url) as installation:
                await rows.connect(installation, 10)
                async with started("serve", installation, port=free_port()) as server:
                    await lateness([server], sink, size=Size(posts=5, apart=size.apart), told=told)  # warm
                    [late] = await lateness([server], sink, size=size, told=told)
            details = {"p50": ms(percentile(late, 0.5)), "p90": ms(percentile(late, 0.9)), "worst": ms(max(late))}
            what = "a single due post reaches its network after (p99)"
            results.append(Result(what, kind, percentile(late, 0.99) * 1000, "ms", target=250, details=details))
    return results


async def lateness(servers: Sequence[Running], sink: Network, *, size: Size, told: Told) -> list[list[float]]:
    """For each server, the seconds by which its posts came late; each post applied over HTTP, a second ahead, servers in turns."""
    rng, due = random.Random(1), {}
    await sink.arrivals()
    async with httpx2.AsyncClient(headers=AS_IT_IS, trust_env=False, timeout=60) as http:
        for n in range(size.posts):
            for which, server in enumerate(servers):
                told(f"pickup on {server.installation.kind}", n, size.posts)
                moment = round(time.time() + AHEAD + rng.uniform(0, size.apart), 3)
                due[f"{which} {n}"] = moment
                await _apply(http, server, f"{which} {n}", moment)
                await asyncio.sleep(size.apart)
    came = await _all(sink, len(due))
    return [[came[name] - due[name] for name in due if name.startswith(f"{which} ")] for which in range(len(servers))]


async def _apply(http: httpx2.AsyncClient, server: Running, words: str, moment: float) -> None:
    installation = server.installation
    account = installation.accounts[int(words.split()[1]) % len(installation.accounts)]
    post = {"account": account, "description": words, "publish_at": iso(datetime.fromtimestamp(moment, UTC))}
    body = {"schedule": {"timezone": "UTC", "posts": [post]}}
    answer = await http.post(f"{server.base_url}/v1/posts/apply", json=body, headers={"authorization": f"Bearer {installation.key}"})
    if answer.status_code != 201:
        raise SystemExit(f"apply answered {answer.status_code}: {answer.text}")


async def _all(sink: Network, count: int) -> dict[str, float]:
    """When each post came first."""
    came: dict[str, float] = {}
    until = time.monotonic() + LONGEST
    while len(came) < count:
        if time.monotonic() > until:
            raise SystemExit(f"{count - len(came)} of {count} posts never came")
        await asyncio.sleep(0.2)
        came = {text: times[0] for text, times in (await sink.arrivals()).items()} | came
    return came


FIGURE = Figure(
    "pickup",
    "How late is a single post on an idle system?",
    "`socialclaw serve`; posts applied over HTTP a second ahead, one at a time, at random instants; from the due time to the"
    " arrival at the minimal network, which is another process.",
    measure,
    full=Size(),
    tiny=Size(posts=8, apart=0.1),
)
