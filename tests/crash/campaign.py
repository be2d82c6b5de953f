"""Workers publish to every network and are killed with SIGKILL in the middle of it, again and again."""

from __future__ import annotations

import asyncio
import itertools
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from socialclaw.db.posts import Lane, Post
from socialclaw.networks import providers
from tests.crash.lab import Lab, Member
from tests.crash.report import ENDED, Report, judge

ACCOUNTS = 12  # of all providers together, at least one of each
LONGEST_MERCY = 0.25  # seconds that a worker which holds a post goes on living; mostly far fewer, since many posts take only milliseconds
PATIENCE = 0.5  # seconds to wait for a worker that holds one
TO_THE_END = 180.0  # seconds for what is left after the last kill; a second more for each kill, since a long campaign has more in store
LOOK_SECONDS = 0.02


async def campaign(
    lab: Lab,
    *,
    kills: int,
    posts: int,
    workers: int,
    seed: int,
    keys: Sequence[str] = (),
    accounts: int | None = None,
    told: Callable[[int], object] = lambda killed: None,
) -> Report:
    """Publish while workers die; afterwards the last ones may finish in peace.

    `posts` of each of `accounts` accounts of each provider (those named by `keys`, or all of them). They come due bit by bit between the
    kills. Each kill takes one of `workers` at a random instant while it holds a post, and puts a new one in its place. `told` hears how
    many there have been.
    """
    rng = random.Random(seed)
    keys = keys or list(providers())
    accounts = accounts or max(1, ACCOUNTS // len(keys))
    members = [await lab.connect(key, f"user{place}x{number}") for place, key in enumerate(keys) for number in range(accounts)]
    batches = _batches(members, posts, kills, seed, rng)
    watch = _Watch(lab)
    alive = [lab.worker() for _ in range(workers)]
    watching = asyncio.create_task(watch.run())
    for killed in range(kills):
        told(killed)
        if batch := next(batches):  # none where there are more kills than posts
            await lab.schedule(batch)
        victim = await at_work(lab, alive) or rng.choice(alive)
        await asyncio.sleep(LONGEST_MERCY * rng.random() ** 3)
        lab.bury(victim)
        await watch.died(victim.pid)
        alive.remove(victim)
        alive.append(lab.worker())
    for batch in batches:
        await lab.schedule(batch)
    assert await lab.settle(within=TO_THE_END + kills), f"{await lab.open_posts()} posts never came to an end: {await lab.unfinished()}"
    watching.cancel()
    for process in alive:
        lab.bury(process)
    return await _reported(lab, kills, watch)


async def _reported(lab: Lab, kills: int, watch: _Watch) -> Report:
    report = reported(await lab.posts(), lab.seen())
    report.kills, report.hits = kills, watch.hits
    report.recovery = [seconds for _, seconds in watch.took]
    for key, alone in report.of.items():
        alone.kills, alone.hits = kills, watch.hits_on[key]
        alone.recovery = [seconds for provider, seconds in watch.took if provider == key]
    return report


def reported(posts: Sequence[Post], seen: Mapping[str, int]) -> Report:
    """All together, and each provider alone."""
    report = judge(posts, seen)
    for key in dict.fromkeys(post.provider for post in posts):
        own = [post for post in posts if post.provider == key]
        report.of[key] = judge(own, {post.description: seen.get(post.description, 0) for post in own})
    return report


def _batches(members: Sequence[Member], posts: int, kills: int, seed: int, rng: random.Random) -> Iterator[list[tuple[Member, str]]]:
    """All posts in random order, in as many parts as there are kills."""
    every = [(m, f"{m.key} {m.who} {n} of {seed}") for m in members for n in range(posts)]
    rng.shuffle(every)
    edges = [round(len(every) * part / kills) for part in range(kills + 1)]
    return (every[start:end] for start, end in itertools.pairwise(edges))


async def at_work(lab: Lab, alive: Sequence[Any]) -> Any:
    """One of these workers that holds a post; None where none takes any for a while."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        holding = {_pid(lane) for lane in await lab.system.database.read(_lanes)}
        for process in alive:
            if process.pid in holding:
                return process
        await asyncio.sleep(0.002)
    return None


def _lanes(session: Session) -> list[Lane]:
    return list(session.scalars(select(Lane)))


def _pid(lane: Lane) -> int:
    return int(lane.worker_id.split(":")[1]) if lane.worker_id else 0


class _Watch:
    """Measures how long the posts of dead workers lie about: until another worker has claimed them, or they have ended."""

    def __init__(self, lab: Lab) -> None:
        self._lab = lab
        self._orphans: dict[str, tuple[int, float]] = {}  # post -> fence, and when its worker died
        self.took: list[tuple[str, float]] = []  # provider, seconds
        self.hits = 0
        self.hits_on: Counter[str] = Counter()  # by provider

    async def died(self, pid: int) -> None:
        """Note what this worker held."""
        died = time.monotonic()
        held = await self._lab.system.database.read(held_by, pid)
        self._orphans |= {post.id: (post.fence, died) for post in held}
        self.hits += bool(held)
        self.hits_on.update({post.provider for post in held})

    async def run(self) -> None:
        while True:
            if self._orphans:
                now = time.monotonic()
                for post in await self._lab.system.database.read(_posts, list(self._orphans)):
                    fence, died = self._orphans[post.id]
                    if post.fence > fence or post.status in ENDED:
                        self.took.append((post.provider, now - died))
                        del self._orphans[post.id]
            await asyncio.sleep(LOOK_SECONDS)


def held_by(session: Session, pid: int) -> list[Post]:
    """What the worker of this process works on."""
    held = [lane.post_id for lane in _lanes(session) if _pid(lane) == pid]
    return [post for post in _posts(session, held) if post.status == "publishing" and not post.waiting]


def _posts(session: Session, ids: Sequence[str]) -> list[Post]:
    return list(session.scalars(select(Post).where(Post.id.in_(ids))))
