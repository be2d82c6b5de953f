"""PostgreSQL is restarted and killed under posts in flight, again and again: every process stays, nothing is doubled, nothing is lost.

`python -m tests.crash.outages [--outages 20] [--posts 200] [--most 60]` writes its part of `docs/reliability.md`.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import random
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import httpx2
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from socialclaw.db.base import utc_now
from socialclaw.db.database import insist
from socialclaw.db.posts import Attempt, Post
from socialclaw.networks import providers
from tests.crash.commands import until
from tests.crash.lab import Lab
from tests.crash.report import Report
from tests.crash.table import OUTAGES, PAGE, machine
from tests.postgres import Server, server

WORKERS = 2
LEAST_SECONDS = 0.5
RECOVERY = 60.0  # seconds after the database is back within which everybody has to be at work again
WAYS: dict[str, Callable[[Server], None]] = {
    "restarted (fast)": lambda found: found.stop("fast"),
    "restarted (immediate)": lambda found: found.stop("immediate"),
    "killed (SIGKILL)": lambda found: found.kill(),
}


@dataclass
class Outage:
    """One. `held`: posts that workers were at; `told`: whether /health was red, and requests a 503, while it lasted."""

    way: str
    seconds: float
    held: int
    told: bool = False
    api: float = 0.0  # seconds from the database's first answer until /health was green
    worker: float = 0.0  # the same, until a worker had begun an attempt


@dataclass
class Found:
    """What came of it. `ended`: processes that did not stay."""

    outages: list[Outage] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)
    report: Report = field(default_factory=Report)

    @property
    def flawless(self) -> bool:
        return self.report.flawless and not self.ended and all(outage.told for outage in self.outages)


async def campaign(lab: Lab, postgres: Server, *, outages: int, posts: int, most: float, seed: int) -> Found:
    """`posts` are due bit by bit, so that there is always something in flight; the longest outage lasts `most` seconds."""
    rng, found = random.Random(seed), Found()
    members = [await lab.connect(key, "ada") for key in providers()]
    texts = [(member, f"{member.key} {number} of {seed}") for number, member in zip(range(posts), itertools.cycle(members), strict=False)]
    rng.shuffle(texts)
    processes = {"the API": lab.api} | {f"worker {number}": lab.worker() for number in range(WORKERS)}
    lengths = [LEAST_SECONDS * (most / LEAST_SECONDS) ** (n / max(1, outages - 1)) for n in range(outages)]
    rng.shuffle(lengths)
    edges = [round(len(texts) * part / outages) for part in range(outages + 1)]
    for number, seconds in enumerate(lengths):
        await lab.schedule(texts[edges[number] : edges[number + 1]])
        await until(_some_held, lab)
        await asyncio.sleep(0.3 * rng.random() ** 2)
        way = list(WAYS)[number % len(WAYS)]
        found.outages.append(await _outage(lab, postgres, way, seconds))
        found.ended += [name for name, process in processes.items() if not process.is_alive() and name not in found.ended]
    assert await lab.settle(within=180 + posts), f"posts never came to an end: {await lab.unfinished()}"
    found.ended += [name for name, process in processes.items() if not process.is_alive() and name not in found.ended]
    found.report = await lab.report()
    return found


async def _outage(lab: Lab, postgres: Server, way: str, seconds: float) -> Outage:
    outage = Outage(way, seconds, await lab.system.database.read(_held))
    began = time.monotonic()
    await asyncio.to_thread(WAYS[way], postgres)
    async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{lab.api_port}", timeout=30) as http:
        health = await http.get("/health")
        asked = await http.get("/v1/posts", headers={"authorization": "Bearer sc_test_somebody"})
        outage.told = (health.status_code, health.json()["details"]["db"]["ok"], asked.status_code) == (503, False, 503)
        outage.told &= (asked.json()["code"], asked.headers.get("retry-after")) == ("database_unavailable", "5")
        await asyncio.sleep(max(0.0, began + seconds - time.monotonic()))
        await asyncio.to_thread(postgres.start)
        back, since = time.monotonic(), utc_now()
        await insist(lambda: lab.system.database.read(_held))

        async def green() -> bool:
            return "The database" not in (await http.get("/health")).text

        async def at_work() -> bool:
            return bool(await lab.system.database.read(_begun, since)) or not await lab.open_posts()

        await until(green)
        outage.api = time.monotonic() - back
        await until(at_work)
        outage.worker = time.monotonic() - back
    return outage


async def _some_held(lab: Lab) -> bool:
    return await lab.system.database.read(_held) > 0


def _held(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Post).where(Post.status == "publishing", Post.waiting.is_(False))) or 0


def _begun(session: Session, since: datetime) -> int:
    return (
        session.scalar(select(func.count()).select_from(Attempt).where((Attempt.started_at >= since) | (Attempt.finished_at >= since))) or 0
    )


def part(found: Found, began: datetime) -> str:
    """The page's part."""
    report, took = found.report, (datetime.now(UTC) - began).total_seconds() / 60
    lines = [
        OUTAGES,
        f"`python -m tests.crash.outages` stops or kills PostgreSQL under posts in flight, and writes this. {WORKERS} workers and an API",
        "are left to themselves through all of it. Before each outage a worker holds a post. *Back* is counted from the instant at which",
        "PostgreSQL takes connections again: the API, until its database is well in `/health`; the workers, until one goes on with a post.",
        "`make test` does the same with three outages.",
        "",
        f"Written on {began:%Y-%m-%d} on {machine()}, in {took:.0f} minutes.",
        "",
        f"{len(found.outages)} outages of {min(o.seconds for o in found.outages):.1f} to {max(o.seconds for o in found.outages):.0f} s: "
        f"{report}.",
        f"{len(found.ended)} processes ended; `/health` was red and requests were 503 in {sum(o.told for o in found.outages)} of them.",
        "",
        "| PostgreSQL was | outages | posts held | API back, p50 | max | workers back, p50 | max |",
        "|---|--:|--:|--:|--:|--:|--:|",
    ]
    for way in WAYS:
        if of := [outage for outage in found.outages if outage.way == way]:
            times = (*_times([o.api for o in of]), *_times([o.worker for o in of]))
            lines.append(f"| {way} | {len(of)} | {sum(o.held for o in of)} | {' | '.join(times)} |")
    return "\n".join([*lines, ""])


def _times(seconds: Sequence[float]) -> tuple[str, str]:
    return f"{sorted(seconds)[len(seconds) // 2]:.1f} s", f"{max(seconds):.1f} s"


async def run(folder: Path, *, outages: int, posts: int, most: float, seed: int = 9) -> Found:
    with server() as postgres:
        async with Lab(folder, postgres.url) as lab:
            return await campaign(lab, postgres, outages=outages, posts=posts, most=most, seed=seed)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--outages", type=int, default=20)
    options.add_argument("--posts", type=int, default=200)
    options.add_argument("--most", type=float, default=60, help="seconds of the longest outage")
    given = options.parse_args()
    began = datetime.now(UTC)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        found = asyncio.run(run(Path(folder), outages=given.outages, posts=given.posts, most=given.most))
    PAGE.write_text(PAGE.read_text().partition(OUTAGES)[0].rstrip("\n") + "\n\n" + part(found, began))
    print(f"wrote {PAGE}: {found.report}; ended: {found.ended}")
    if not found.flawless:
        raise SystemExit(f"something was lost, doubled, wrong, untold or ended: {found}")


if __name__ == "__main__":
    main()
