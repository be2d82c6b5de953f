"""What a million scheduled posts cost while nothing is due: idle CPU and pickup, as multiples of those with ten thousand.

Both installations run at the same time, so that whatever else the machine does meets both.
"""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass

from bench import pickup, rows
from bench.figures import Figure, Result, Told, ms, percentile
from bench.ground import Ground
from bench.processes import Running, free_port, started
from bench.sink import Network, network

PICKUP = pickup.Size(posts=150, apart=0.15)


@dataclass(frozen=True)
class Size:
    few: int = 10_000
    many: int = 1_000_000
    accounts: int = 100
    settle: float = 15.0  # seconds until starting up is over
    idle: float = 60.0
    pickup: pickup.Size = PICKUP


async def measure(ground: Ground, size: Size, told: Told) -> list[Result]:
    results = []
    async with network() as sink:
        for kind in ground.kinds:
            results += await _on(kind, ground, sink, size, told)
    return results


async def _on(kind: str, ground: Ground, sink: Network, size: Size, told: Told) -> list[Result]:
    async with AsyncExitStack() as stack:
        installations = []
        for count in (size.few, size.many):
            installation = await stack.enter_async_context(ground.installation(kind, sandbox_url=sink.url))
            await rows.connect(installation, size.accounts)
            await rows.backlog(installation, count, told)
            installations.append(installation)
        servers = [await stack.enter_async_context(started("serve", i, port=free_port())) for i in installations]
        await pickup.lateness(servers, sink, size=pickup.Size(posts=5, apart=0.1), told=told)  # warm
        few, many = await idle(servers, size.settle, size.idle, told, f"{kind}: idle")
        late = await pickup.lateness(servers, sink, size=size.pickup, told=told)
    cpu = {f"with {size.many:,}": f"{many:.2f} % of a core", f"with {size.few:,}": f"{few:.2f} % of a core"}
    p50, p99 = ([percentile(values, part) for values in late] for part in (0.5, 0.99))
    taken = {
        f"p50 with {size.many:,}": ms(p50[1]),
        f"with {size.few:,}": ms(p50[0]),
        "p99": f"{ms(p99[1])} and {ms(p99[0])}",
    }
    of = f"a backlog of {size.many:,} against {size.few:,}"
    return [
        Result(f"{of}: idle CPU", kind, many / few if few else 1.0, "x", target=1.2, details=cpu),
        Result(f"{of}: pickup (p50)", kind, p50[1] / p50[0], "x", target=1.2, details=taken),
    ]


async def idle(servers: list[Running], settle: float, seconds: float, told: Told, what: str) -> list[float]:
    """Percent of a core that each uses while nothing is due, its PostgreSQL backends included."""
    await _wait(settle, told, f"{what}, settling")
    before = [await server.cpu() for server in servers]
    await _wait(seconds, told, what)
    after = [await server.cpu() for server in servers]
    return [(sum(b) - sum(a)) / seconds * 100 for a, b in zip(before, after, strict=True)]


async def _wait(seconds: float, told: Told, what: str) -> None:
    for second in range(int(seconds)):
        told(what, second, seconds)
        await asyncio.sleep(1)


FIGURE = Figure(
    "backlog",
    "What does a backlog of a million scheduled posts cost?",
    "Two `socialclaw serve` side by side, one with each backlog, spread over a year and 100 accounts; CPU of the process and of the"
    " PostgreSQL backends that serve it; pickup as above, in turns.",
    measure,
    full=Size(),
    tiny=Size(few=50, many=500, accounts=5, settle=1, idle=2, pickup=pickup.Size(posts=5, apart=0.1)),
)
