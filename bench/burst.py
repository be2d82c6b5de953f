"""Many posts due in one second: how fast they get out, as a part of what a bare loop reaches that promises nothing."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from sqlalchemy import func, select

from bench import bare, rows
from bench.figures import Figure, Result, Told, ms, percentile
from bench.ground import Ground, Installation
from bench.processes import started
from bench.sink import Network, network
from socialclaw.db.posts import Post

LEAD = 6.0  # seconds from scheduling to the first due post: processes are up by then


@dataclass(frozen=True)
class Size:
    posts: int = 10_000
    accounts: int = 1_000
    rounds: int = 2
    lead: float = LEAD


@dataclass(frozen=True)
class Burst:
    """Posts a second, from the first due time to the last arrival; how late each was, in seconds; and seconds of CPU a post.

    The CPU is the worker's and that of the backends of PostgreSQL: it moves far less than the rate with what else the machine does.
    """

    rate: float
    late: list[float]
    cpu: tuple[float, float] = (0.0, 0.0)


async def measure(ground: Ground, size: Size, told: Told) -> list[Result]:
    results = []
    async with network() as sink:
        for kind in ground.kinds:
            async with ground.installation(kind, sandbox_url=sink.url) as installation:
                await rows.connect(installation, size.accounts)
                ours, plain = [], []
                for turn in range(1, size.rounds + 1):
                    told(f"{kind}: a worker, round {turn}")
                    ours.append(await _ours(installation, sink, size))
                    told(f"{kind}: the bare loop, round {turn}")
                    plain.append(await _bare(installation, sink, size))
                results.append(_result(kind, size, max(ours, key=lambda b: b.rate), max(plain, key=lambda b: b.rate)))
    return results


def _result(kind: str, size: Size, ours: Burst, plain: Burst) -> Result:
    details = {
        "a worker": f"{ours.rate:,.0f} posts/s",
        "the bare loop": f"{plain.rate:,.0f} posts/s",
        "lateness p99 of a worker": f"{percentile(ours.late, 0.99):.2f} s",
        "of the bare loop": f"{percentile(plain.late, 0.99):.2f} s",
        "CPU a post": f"{ms(ours.cpu[0])} of the worker" + (f", {ms(ours.cpu[1])} of PostgreSQL" if ours.cpu[1] else ""),
    }
    what = f"{size.posts:,} posts due in one second: rate, of a bare loop's"
    return Result(what, kind, ours.rate / plain.rate, "x", target=0.5, better="more", details=details)


async def _ours(installation: Installation, sink: Network, size: Size) -> Burst:
    async with started("worker", installation) as worker:
        start = await _schedule(installation, size)
        before = await worker.cpu()
        await asyncio.sleep(start + 1 - time.time())
        while await installation.system.database.read(_open):  # noqa: ASYNC110  another process cannot set an event of ours
            await asyncio.sleep(0.25)
        after = await worker.cpu()
    cpu = ((after[0] - before[0]) / size.posts, (after[1] - before[1]) / size.posts)
    return replace(await _burst(sink, start, size), cpu=cpu)


async def _bare(installation: Installation, sink: Network, size: Size) -> Burst:
    start = await _schedule(installation, size)
    concurrency = installation.system.settings.worker_concurrency
    await bare.run(installation.given["database_url"], sink.url, concurrency=concurrency, until=start + 1)
    return await _burst(sink, start, size)


async def _schedule(installation: Installation, size: Size) -> float:
    """The Unix time at which the first is due; the others follow within a second."""
    await rows.clear(installation)
    start = float(int(time.time() + size.lead))
    due = (start + n / size.posts for n in range(size.posts))
    await rows.schedule(installation, ((f"{n} {moment:.4f}", datetime.fromtimestamp(moment, UTC)) for n, moment in enumerate(due)))
    if time.time() > start - 1:
        raise SystemExit("scheduling took so long that the posts were due before the measurement began: measure on a quieter machine")
    return start


async def _burst(sink: Network, start: float, size: Size) -> Burst:
    came = await sink.arrivals()
    if len(came) != size.posts or any(len(times) > 1 for times in came.values()):
        raise SystemExit(f"{len(came)} of {size.posts} posts came, {sum(len(times) > 1 for times in came.values())} of them twice")
    late = [times[0] - float(text.split()[1]) for text, times in came.items()]
    return Burst(size.posts / (max(times[0] for times in came.values()) - start), late)


def _open(session: object) -> int:
    query = select(func.count()).select_from(Post).where(Post.status.in_(("scheduled", "publishing", "retry_pending")))
    return int(session.scalar(query) or 0)  # type: ignore[attr-defined]


FIGURE = Figure(
    "burst",
    "How much of a bare loop's rate is left with lanes, fences and remembered steps?",
    "A worker process, and a loop that claims, posts once over HTTP and marks done; same driver, durability, HTTP client and"
    " concurrency, the same minimal network in a process of its own. Best of the rounds, taken in turns.",
    measure,
    full=Size(),
    tiny=Size(posts=60, accounts=20, rounds=1, lead=3.0),
)
