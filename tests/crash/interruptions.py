"""The API and the worker are killed with SIGKILL in the middle of what they do with media, again and again, while visitors use it."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import func, select, update

from socialclaw.db.assets import Asset
from socialclaw.db.posts import Post
from socialclaw.db.workspaces import Workspace
from tests.crash.lab import Lab, Member
from tests.crash.leftovers import assets, swept
from tests.crash.report import judge
from tests.crash.visitors import File, Visitors, visiting

WHAT = {
    "upload": "sending parts (API)",
    "complete": "completing (API)",
    "jpeg": "`?format=jpeg` (API)",
    "fit": "changing a picture for its network (worker)",
    "sweep": "sweeping (worker)",
}
PHASES = tuple(WHAT)
UPLOADERS, READERS = 3, 2
STOCK = 8  # files that are there before the first kill
SWEPT = 8  # of which the time is over at once
PATIENCE = 5.0  # seconds to wait for a process to be in the middle of something
TO_THE_END = 120.0
LOOK_SECONDS = 0.002
QUICK_SWEEP = 0.05


@dataclass
class Found:
    """What came of one campaign. `hits`: kills in the middle of that; `orphans`: what the sweeper left that nothing knows."""

    kills: Counter[str] = field(default_factory=Counter)
    hits: Counter[str] = field(default_factory=Counter)
    counts: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    orphans: list[str] = field(default_factory=list)

    @property
    def flawless(self) -> bool:
        return not (self.wrong or self.orphans)

    def __str__(self) -> str:
        hits = ", ".join(f"{phase} {self.hits[phase]}/{self.kills[phase]}" for phase in PHASES)
        counts = ", ".join(f"{number} {what}" for what, number in sorted(self.counts.items()))
        return f"{self.kills.total()} kills (hits {hits}); {counts}; {len(self.wrong)} wrong, {len(self.orphans)} orphans"


class Campaign:
    """One lab, its visitors, and the processes that are killed under them."""

    def __init__(self, lab: Lab, visitors: Visitors, member: Member, rng: random.Random) -> None:
        self.lab, self.visitors, self.member, self.rng = lab, visitors, member, rng
        self.worker = lab.worker(sweep_seconds=QUICK_SWEEP)
        self.found = Found(counts=visitors.counts, wrong=visitors.wrong)
        self.posted: set[str] = set()
        self.provoke: dict[str, Callable[[], Awaitable[bool]]] = {
            "upload": lambda: self._caught("upload", 0.03),
            "complete": lambda: self._caught("complete", 0.4),
            "jpeg": self._converting,
            "fit": self._publishing,
            "sweep": self._sweeping,
        }

    async def run(self, kills: int) -> Found:
        for _ in range(STOCK):
            await self.visitors.upload(self.visitors.next_file())
        tasks = [asyncio.create_task(self.visitors.upload_for_ever()) for _ in range(UPLOADERS)]
        tasks += [asyncio.create_task(self.visitors.read_for_ever()) for _ in range(READERS)]
        for number in range(kills):
            await self.kill(PHASES[number % len(PHASES)])
            await self._failed(tasks)
        self.visitors.over = True
        await asyncio.gather(*tasks)
        await self._end()
        return self.found

    async def _failed(self, tasks: list[asyncio.Task[None]]) -> None:
        for task in tasks:
            if task.done():
                await task

    async def kill(self, phase: str) -> None:
        """Kill the process that does this, in the middle of it, and start another."""
        hit = await self.provoke[phase]()
        self.found.kills[phase] += 1
        if phase in ("fit", "sweep"):
            self.lab.bury(self.worker)
            hit = hit and (phase != "sweep" or await self._marked())
            self.worker = self.lab.worker(sweep_seconds=QUICK_SWEEP)
        else:
            await self.lab.restart_api()
        self.found.hits[phase] += hit

    # What a process is to be in the middle of.

    async def _caught(self, what: str, longest: float) -> bool:
        async def under_way() -> bool:
            return self.visitors.doing[what] > 0

        await self._until(under_way)
        await asyncio.sleep(self.rng.uniform(0, longest))
        return await under_way()

    async def _converting(self) -> bool:
        fresh = [a for a, (file, _) in self._there() if file.picture and a not in self.visitors.jpegs]
        if not fresh:
            file = self.visitors.next_picture()
            await self.visitors.upload(file)
            fresh = [file.asset]
        task = asyncio.create_task(self.visitors.convert(self.rng.choice(fresh)))
        await asyncio.sleep(self.rng.uniform(0.01, 0.35))
        hit = not task.done()
        task.add_done_callback(lambda done: done.exception())  # that it was cut off
        return hit

    async def _publishing(self) -> bool:
        """Two posts whose picture has to be changed for their network."""
        pictures = [(a, asset) for a, (file, asset) in self._there() if file.picture and a not in self.posted]
        chosen = [self.rng.choice(pictures) for _ in range(2)] if pictures else []
        for asset_id, asset in chosen:
            self.posted.add(asset_id)
            files = [{"id": asset_id, "url": asset["publicUrl"], "managed": True}]
            await self.lab.schedule([(self.member, f"post {self.found.kills.total()} {asset_id} {self.rng.random()}")], assets=files)
        if not await self._until(self._is_publishing):
            return False
        await asyncio.sleep(self.rng.uniform(0, 0.4))
        return await self._is_publishing()

    async def _is_publishing(self) -> bool:
        query = select(func.count()).select_from(Post).where(Post.status == "publishing", Post.waiting.is_(False))
        return bool(await self.lab.system.database.read(lambda session: session.scalar(query)))

    async def _sweeping(self) -> bool:
        """A few assets whose time is over at once."""
        while len(there := [asset_id for asset_id, _ in self._there() if asset_id not in self.posted]) < SWEPT:
            await self.visitors.upload(self.visitors.next_picture())
        await self.visitors.delete(*self.rng.sample(there, SWEPT))
        marked = await self._until(self._marked, within=10 * QUICK_SWEEP)  # it may be too quick to be seen
        await asyncio.sleep(self.rng.choice((0, self.rng.uniform(0, 0.01))))
        return marked

    async def _marked(self) -> bool:
        query = select(func.count()).select_from(Asset).where(Asset.status == "deleting")
        return bool(await self.lab.system.database.read(lambda session: session.scalar(query)))

    def _there(self) -> list[tuple[str, tuple[File, dict[str, Any]]]]:
        return [(a, found) for a, found in self.visitors.ready.items() if a not in self.visitors.deleted]

    async def _until(self, happens: Callable[[], Awaitable[bool]], *, within: float = PATIENCE) -> bool:
        until = time.monotonic() + within
        while time.monotonic() < until:
            if await happens():
                return True
            await asyncio.sleep(LOOK_SECONDS)
        return False

    async def _settled(self) -> None:
        assert await self.lab.settle(within=TO_THE_END), f"posts never came to an end: {await self.lab.unfinished()}"

    # Afterwards.

    async def _end(self) -> None:
        """Every upload that was left goes on, or is left for good; every file is read once more; then the sweeper comes."""
        visitors, found = self.visitors, self.found
        await self._settled()
        for file in visitors.left[::2]:
            await visitors.upload(file)
            found.counts["resumed"] += 1
        for asset_id, _ in self._there():
            await visitors.read(asset_id)
        report = judge(await self.lab.posts(), self.lab.seen())
        found.counts["posts published"] = report.published
        found.wrong += report.duplicates + report.lost + report.wrong
        self.lab.bury_all()
        await self._in_their_hands()
        orphans, missing, cached = await swept(self.lab.system)
        found.orphans += orphans
        found.wrong += [f"the object {key} is gone" for key in missing]
        found.counts["files of the cache that only time removes"] = cached

    async def _in_their_hands(self) -> None:
        """Every asset that is ready is one whose bytes we sent, and nobody's ready asset is missing."""
        found, rows = self.found, await assets(self.lab.system)
        known, ready = dict(self._there()), {row.id: row for row in rows if row.status == "ready"}
        expected = {*known, *self.visitors.deleted, *(asset["id"] for asset in self.member.assets)}
        found.wrong += [f"{row.filename} is ready, and nobody has completed it" for row in ready.values() if row.id not in expected]
        found.wrong += [f"{known[asset_id][0].name} is gone" for asset_id in known.keys() - ready.keys()]
        found.counts |= {"assets at the end": len(ready), "left to the sweeper": len(rows) - len(ready)}


async def campaign(folder: Path, *, kills: int, seed: int, database_url: str = "", **settings: Any) -> Found:
    """One storage, attacked."""
    rng = random.Random(seed)
    async with Lab(folder, database_url, **settings) as lab, visiting(lab, seed) as visitors:
        await lab.system.database.write(lambda session: session.execute(update(Workspace).values(media_policy="fit")))
        member = await lab.connect("x", "visited")
        return await Campaign(lab, visitors, member, rng).run(kills)
