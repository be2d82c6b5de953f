"""What events cost, how soon they are seen, and how many are sent."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from unittest.mock import patch

import httpx2
import psutil
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bench import rows
from bench.figures import Figure, Result, Told, ms, percentile
from bench.ground import Ground, Installation
from bench.processes import free_port, started
from bench.receiver import receiver
from bench.sink import network
from socialclaw.db.base import utc_now
from socialclaw.db.posts import Post
from socialclaw.db.webhooks import Delivery
from socialclaw.events.record import Happened, record_all
from socialclaw.jobs.queue import Queue
from socialclaw.lifecycle import writing
from socialclaw.publishing import record
from socialclaw.webhooks import endpoints
from socialclaw.work import Worker
from socialclaw.workspaces import keys

LONGEST = 30.0  # seconds after which an event counts as lost
PENDING = ("scheduled", "publishing", "retry_pending")


@dataclass(frozen=True)
class Size:
    posts: int = 3_000
    accounts: int = 300
    rounds: int = 3
    seen: int = 150
    apart: float = 0.3  # seconds between two events that are looked for
    deliveries: int = 5_000


async def measure(ground: Ground, size: Size, told: Told) -> list[Result]:
    results = []
    for kind in ground.kinds:
        results += [await _dearer(ground, kind, size, told), await _seen(ground, kind, size, told), await _sent(ground, kind, size, told)]
    return results


async def _dearer(ground: Ground, kind: str, size: Size, told: Told) -> Result:
    """CPU of a worker in this process, for a post from due to published, with and without what it records; taken in turns."""
    on, off = list[float](), list[float]()
    async with network() as sink, ground.installation(kind, sandbox_url=sink.url) as installation:
        await rows.connect(installation, size.accounts)
        for turn in range(1, size.rounds + 1):
            told(f"{kind}: posts with and without events, round {turn}")
            off.append(await _published(installation, size, events=False))
            on.append(await _published(installation, size, events=True))
    details = {"with events": f"{ms(min(on))} of CPU a post", "without": ms(min(off))}
    return Result(
        "a post, from due to published, with events: CPU of one without", kind, min(on) / min(off), "x", target=1.05, details=details
    )


async def _published(installation: Installation, size: Size, *, events: bool) -> float:
    """Seconds of CPU a post: of this process, and of the backends that serve it."""
    system = installation.system
    await rows.clear(installation)
    await rows.schedule(installation, ((f"post {n}", utc_now() + timedelta(seconds=0)) for n in range(size.posts)))
    system.queue = queue = await Queue.open(system.database)
    with _recording(on=events):
        worker = Worker(system, queue)
        process, working = psutil.Process(), asyncio.create_task(worker.run())
        before = sum(process.cpu_times()[:2])
        while await system.database.read(_open):  # noqa: ASYNC110  what is being measured has no event for it
            await asyncio.sleep(0.25)
        await system.sequencer.settle()
        used = sum(process.cpu_times()[:2]) - before
        await worker.stop()
        await working
    await queue.close()
    return used / size.posts


def _open(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Post).where(Post.status.in_(PENDING))) or 0


@contextmanager
def _recording(*, on: bool) -> Iterator[None]:
    if on:
        yield
        return
    with (
        patch.object(writing, "record_all", _nothing),
        patch.object(record, "record_all", _nothing),
        patch.object(writing, "news", _none),
    ):
        yield


def _nothing(*_: object) -> None:
    return None


def _none(_: object) -> list[Happened]:
    return []


async def _seen(ground: Ground, kind: str, size: Size, told: Told) -> Result:
    """Another process records an event; from its commit to its arrival at a reader of the stream."""
    late: list[float] = []
    async with ground.installation(kind) as installation:
        await installation.system.hub.open()
        async with started("serve", installation, port=free_port()) as server, httpx2.AsyncClient(trust_env=False, timeout=LONGEST) as http:
            headers = {"authorization": f"Bearer {installation.key}"}
            async with http.stream("GET", f"{server.base_url}/v1/events/stream", headers=headers) as answer:
                events = _events(answer)
                await asyncio.sleep(1)
                for n in range(size.seen):
                    told(f"events seen on {kind}", n, size.seen)
                    waiting = asyncio.create_task(anext(events))
                    await installation.system.write(installation.workspace, keys.create, installation.system.vault, f"key {n}", test=True)
                    written = time.monotonic()
                    async with asyncio.timeout(LONGEST):
                        late.append(await waiting - written)
                    await asyncio.sleep(size.apart)
    details = {"p50": ms(percentile(late, 0.5)), "worst": ms(max(late))}
    return Result(
        "an event of another process is at a reader of the stream after (p99)",
        kind,
        percentile(late, 0.99) * 1000,
        "ms",
        target=400,
        details=details,
    )


async def _events(answer: httpx2.Response) -> AsyncIterator[float]:
    """When each came."""
    async for line in answer.aiter_lines():
        if line.startswith("data: "):
            yield time.monotonic()


async def _sent(ground: Ground, kind: str, size: Size, told: Told) -> Result:
    """Deliveries that wait, to an endpoint on this machine, by one worker process."""
    async with ground.installation(kind) as installation, receiver() as there:
        system = installation.system
        wanted = endpoints.Wanted(there.url)
        await system.write(installation.workspace, endpoints.create, system.settings, system.vault, wanted, test=True)
        ping = Happened(installation.workspace, "key.created", {"key": "key_1"}, {"key": {"id": "key_1", "label": "x" * 300}})
        await system.database.write(record_all, [ping] * size.deliveries)
        await system.sequencer.settle()
        async with started("worker", installation):
            while (left := await system.database.read(_undelivered)) > 0:
                told(f"deliveries on {kind}", size.deliveries - left, size.deliveries)
                await asyncio.sleep(0.25)
        came = await there.arrivals()
    with suppress(ZeroDivisionError):
        rate = len(came) / (max(came) - min(came))
    details = {"deliveries": f"{size.deliveries:,}", "arrived": f"{len(came):,}"}
    return Result(
        "webhook deliveries a second, to a receiver on this machine", kind, rate, "/s", target=1000, better="more", details=details
    )


def _undelivered(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Delivery).where(Delivery.next_at.is_not(None))) or 0


FIGURE = Figure(
    "events",
    "What do events cost, how soon are they seen, and how many are sent?",
    "A worker that publishes with and without recording what happens, by turns, its CPU a post. A reader of `/v1/events/stream` on"
    " `socialclaw serve` while another process records events. A worker process that sends what waits for one endpoint.",
    measure,
    full=Size(),
    tiny=Size(posts=40, accounts=10, rounds=1, seen=3, apart=0.1, deliveries=50),
)
