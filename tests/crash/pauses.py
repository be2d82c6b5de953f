"""Workers publish to every network and are stopped (SIGSTOP) in the middle of it, and woken up (SIGCONT) when others have gone on.

Some pauses end before anybody notices, some after the lease, some after the settle time too, when another worker has looked for the
post and sent it again.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import psutil

from socialclaw.networks import providers
from tests.crash.campaign import at_work, held_by, reported
from tests.crash.lab import QUICK, Lab
from tests.crash.report import Report, merged
from tests.crash.stopping import MOMENTS, Aim

LEASE, SETTLE = QUICK["lease_seconds"], QUICK["settle_seconds"]
# Within what a lease is trusted for, within the lease, beyond it, and long enough for the next worker to look and to send again.
PAUSES = (0.2, 0.7 * LEASE, 1.3 * LEASE, LEASE + SETTLE + 0.7, LEASE + 2 * SETTLE + 1.0)
WORKERS = 2
RANDOM = "at random"
PATIENCE = 3.0  # seconds to wait for a worker to come to the instant that was aimed at: some networks want their files processed first
TO_THE_END = 120.0
HEADING = "## Workers that sleep\n"
AWAKE = 2.0  # seconds that the last one to wake up has for what it may still do
LOOK_SECONDS = 0.005


@dataclass
class Stopped:
    """What came of one database: the report, the stops by instant, and those of them beyond lease and settle time."""

    report: Report
    stops: Counter[str] = field(default_factory=Counter)
    long: Counter[str] = field(default_factory=Counter)
    hit: Counter[str] = field(default_factory=Counter)  # by provider: stops of a worker that held a post of it

    def __str__(self) -> str:
        return f"{self.stops.total()} stops, {self.long.total()} of them beyond lease and settle time; {self.report}"


async def campaign(
    lab: Lab,
    *,
    stops: int,
    seed: int,
    keys: Sequence[str] = (),
    moments: Sequence[str] = (*MOMENTS, RANDOM),
    pauses: Sequence[float] = PAUSES,
    patience: float = PATIENCE,
    told: Callable[[int], object] = lambda stopped: None,
) -> Stopped:
    """One post of each provider in turn for each stop, of the worker that comes first to where it is aimed."""
    rng, aim = random.Random(seed), Aim()
    members = [await lab.connect(key, f"sleeper{place}") for place, key in enumerate(keys or providers())]
    plan = [(moment, pause) for moment in moments for pause in pauses]
    workers = [lab.worker(aim=aim) for _ in range(WORKERS)]
    found = Stopped(Report())
    for number in range(stops):
        told(number)
        if number % len(plan) == 0:
            rng.shuffle(plan)
        moment, pause = plan[number % len(plan)]
        aim.at(None if moment == RANDOM else moment)
        member = members[number % len(members)]
        posting = lab.schedule([(member, f"{member.key} {number} of {seed}, {moment}")])
        # Together: who comes to the instant at once may stop with the database's lock in hand.
        await asyncio.gather(posting, _stop(lab, workers, moment, pause, patience, rng, aim, found))
    aim.at(None)
    assert await lab.settle(within=TO_THE_END + stops), f"{await lab.open_posts()} posts never came to an end: {await lab.unfinished()}"
    await asyncio.sleep(AWAKE)
    for process in workers:
        lab.bury(process)
    found.report = reported(await lab.posts(), lab.seen())
    return found


async def _stop(
    lab: Lab, workers: Sequence[Any], moment: str, pause: float, patience: float, rng: random.Random, aim: Aim, found: Stopped
) -> None:
    """One stop, where it is aimed at; at random where nobody comes there."""
    victim = await _itself(workers, patience) if moment != RANDOM else None
    if victim is None:
        aim.at(None)
        moment = RANDOM
        victim = await at_work(lab, workers) or rng.choice(workers)
        await asyncio.sleep(0.05 * rng.random() ** 2)
        os.kill(victim.pid, signal.SIGSTOP)
    found.stops[moment] += 1
    found.long[moment] += pause > LEASE + SETTLE
    found.hit.update({post.provider for post in await lab.system.database.read(held_by, victim.pid)})
    await asyncio.sleep(pause)
    for process in workers:  # an aim that was just taken back may have been taken at the same instant
        os.kill(process.pid, signal.SIGCONT)


async def _itself(workers: Sequence[Any], patience: float) -> Any:
    """The worker that has stopped itself; None where none does for a while."""
    until = time.monotonic() + patience
    while time.monotonic() < until:
        for process in workers:
            if psutil.Process(process.pid).status() == psutil.STATUS_STOPPED:
                return process
        await asyncio.sleep(LOOK_SECONDS)
    return None


def together(found: Sequence[Stopped]) -> Stopped:
    """Several installations as one."""
    whole = Stopped(merged([stopped.report for stopped in found]))
    for stopped in found:
        whole.stops += stopped.stops
        whole.long += stopped.long
        whole.hit += stopped.hit
    return whole


def part(found: Mapping[str, Stopped], where: str) -> Iterator[str]:
    """The lines of the page. `where` they were found."""
    yield HEADING
    yield "`python -m tests.crash.table --stops 500` stops one of two workers (SIGSTOP) again and again while it publishes, and wakes it up"
    yield f"{min(PAUSES):g} to {max(PAUSES):g} s later. A lease lasts {LEASE:g} s here and the settle time {SETTLE:g} s: after the longest"
    yield "pauses another worker has taken the post, looked for it, and sent it again. Each provider's turn comes after the others'."
    yield "`make test` does the same at a smaller size. [The look before each write](publishing.md#a-worker-that-did-not-run) and the write"
    yield "behind it lie about 0.1 µs apart; no stop is aimed between them.\n"
    yield where
    for database, stopped in found.items():
        yield f"{database}: {stopped}.\n"
    yield "| stopped where | " + " | ".join(f"{database} | beyond lease and settle time" for database in found) + " |"
    yield "|---|" + "--:|--:|" * len(found)
    for moment, told in {**MOMENTS, RANDOM: "anywhere, from outside"}.items():
        yield f"| {told} | " + " | ".join(f"{s.stops[moment]} | {s.long[moment]}" for s in found.values()) + " |"
    yield ""
    yield "| provider | database | stops that hit it | posts | published | duplicates | lost | unresolved |"
    yield "|---|---|--:|--:|--:|--:|--:|--:|"
    for key in sorted({key for stopped in found.values() for key in stopped.report.of}):
        for database, stopped in found.items():
            r = stopped.report.of[key]
            figures = (stopped.hit[key], r.posts, r.published, len(r.duplicates), len(r.lost) + len(r.wrong), r.unresolved)
            yield f"| {providers()[key].label} (`{key}`) | {database} | {' | '.join(map(str, figures))} |"
    yield ""
