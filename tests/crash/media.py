"""Uploads, conversions and sweeps are killed with SIGKILL at random instants; then all that is served, and all that is left, is looked at.

`python -m tests.crash.media [--kills 100] [--print]` does it on a folder and on S3, and writes its part of `docs/reliability.md`.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
from sqlalchemy import func, select, update

from socialclaw.db.assets import Asset
from socialclaw.db.posts import Post
from socialclaw.db.workspaces import Workspace
from socialclaw.media.sweep import CACHE_TIME, sweep
from socialclaw.storage.base import cache_dir, now, work_dir
from socialclaw.storage.bucket import parsed
from socialclaw.storage.s3 import S3
from socialclaw.workspaces import keys
from tests import bucket
from tests.crash.lab import Lab, Member
from tests.crash.report import judge
from tests.crash.table import MEDIA, PAGE, database_urls, machine
from tests.crash.visitors import File, Visitors

WHAT = {
    "upload": "sending parts (API)",
    "complete": "completing (API)",
    "jpeg": "`?format=jpeg` (API)",
    "fit": "changing a picture for its network (worker)",
    "sweep": "sweeping (worker)",
}
PHASES = tuple(WHAT)
FOLDER, S3_SERVER = "a folder, SQLite", "S3 (SeaweedFS), PostgreSQL"
TEXT = """`python -m tests.crash.media` kills the API and the worker with SIGKILL at random instants while files come, are completed,
converted, changed for a network, delivered and swept, and writes this part. Users go on with each upload after every interruption,
knowing no more than its asset's id; some walk away for good. Readers compare every byte of every answer with what was sent, and every
picture that was made is decoded, and must be the same each time. In the end the rest of the uploads is completed or left to the sweeper,
and after that there may be no row, object, part or work file but those of assets that are ready. A kill *hits* when the process was in
the middle of that. `make test` does the same at a smaller size.
"""
UPLOADERS, READERS = 3, 2
STOCK = 8  # files that are there before the first kill
SWEPT = 8  # of which the time is over at once
PATIENCE = 5.0  # seconds to wait for a process to be in the middle of something
TO_THE_END = 120.0
LOOK_SECONDS = 0.002
QUICK_SWEEP = 0.05
DAY = timedelta(days=1)


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
        found.counts["left to the sweeper"] = await self._unfinished()
        await self._in_their_hands()
        found.orphans += await self._left_over()

    async def _unfinished(self) -> int:
        query = select(func.count()).select_from(Asset).where(Asset.status != "ready")
        return int(await self.lab.system.database.read(lambda session: session.scalar(query)) or 0)

    async def _in_their_hands(self) -> None:
        """Every asset that is ready is one whose bytes we sent, and nobody's ready asset is missing."""
        rows = await self.lab.system.database.read(lambda session: list(session.scalars(select(Asset).where(Asset.status == "ready"))))
        known = dict(self._there())
        expected = {*known, *self.visitors.deleted, *(asset["id"] for asset in self.member.assets)}
        for row in rows:
            if row.id not in expected:
                self.found.wrong.append(f"{row.filename} is ready, and nobody has completed it")
        self.found.wrong += [f"{known[a][0].name} is gone" for a in known.keys() - {row.id for row in rows}]
        self.found.counts["assets at the end"] = len(rows)

    async def _left_over(self) -> list[str]:
        """What there is, after the sweeper, beside the files of the assets that are ready."""
        system = self.lab.system
        await sweep(system, now() + 3 * DAY)
        await sweep(system, now() + 3 * DAY)
        rows = await system.database.read(lambda session: list(session.scalars(select(Asset))))
        kept = {row.object_key for row in rows}
        orphans = [f"row {row.id} {row.status}" for row in rows if row.status != "ready"]
        orphans += [f"object {key}" for key in await self.objects() if key not in kept]
        orphans += [f"upload {key}" for key, _ in await system.storage.abandoned(now() + 9 * DAY)]
        orphans += [f"work file {path.name}" for path in files_in(work_dir(system.settings))]
        self.found.counts["files of the cache that only time removes"] = sum(
            path.parent.name not in {row.id for row in rows} for path in files_in(cache_dir(system.settings))
        )
        await sweep(system, now() + CACHE_TIME + DAY)
        orphans += [f"cache file {path}" for path in files_in(cache_dir(system.settings))]
        missing = [key for key in kept if await system.storage.size(key) is None]
        self.found.wrong += [f"the object {key} is gone" for key in missing]
        return orphans

    async def objects(self) -> list[str]:
        """The keys of everything in the storage."""
        system = self.lab.system
        storage, root = system.storage, system.settings.media_dir
        if not isinstance(storage, S3):
            return [str(path.relative_to(root)) for path in files_in(root) if not path.relative_to(root).parts[0].startswith(".")]
        page = parsed((await storage._bucket.ask("GET", query={"list-type": "2", "max-keys": "1000"})).content)
        assert page.findtext("IsTruncated") != "true"
        return [(key.text or "").removeprefix(system.settings.s3.key_prefix) for key in page.iter("Key")]


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()] if folder.exists() else []


async def campaign(folder: Path, *, kills: int, seed: int, database_url: str = "", **settings: Any) -> Found:
    """One storage, attacked."""
    rng = random.Random(seed)
    async with Lab(folder, database_url, **settings) as lab, httpx2.AsyncClient(trust_env=False, timeout=60) as http:
        await lab.system.database.write(lambda session: session.execute(update(Workspace).values(media_policy="fit")))
        _, key = await lab.system.write(lab.workspace, keys.create, lab.system.vault, "visitors", test=True)
        visitors = Visitors(lab.system.settings.base_url, key, random.Random(seed), http)
        member = await lab.connect("x", "visited")
        return await Campaign(lab, visitors, member, rng).run(kills)


def attack(folder: Path, kills: int, databases: dict[str, str]) -> dict[str, Found]:
    """A folder on SQLite, and S3 on PostgreSQL; the kills are shared out."""
    first = kills - kills // 2
    found = {FOLDER: asyncio.run(campaign(folder / "folder", kills=first, seed=1, database_url=databases["SQLite"]))}
    print(f"{FOLDER}: {found[FOLDER]}", flush=True)
    (folder / "s3").mkdir()
    with bucket.server(folder / "s3") as s3:
        url = databases["PostgreSQL"]
        found[S3_SERVER] = asyncio.run(campaign(folder / "on-s3", kills=kills // 2, seed=2, database_url=url, storage="s3", s3=s3))
    print(f"{S3_SERVER}: {found[S3_SERVER]}", flush=True)
    return found


def section(found: dict[str, Found], began: datetime) -> str:
    """This campaign's part of the page."""
    took = (datetime.now(UTC) - began).total_seconds() / 60
    lines = [MEDIA, TEXT, f"Written on {began:%Y-%m-%d} on {machine()}, in {took:.0f} minutes.\n"]
    lines += ["| killed in the middle of | " + " | ".join(found) + " |", "|---|" + "--:|" * len(found)]
    for phase in PHASES:
        lines.append(f"| {WHAT[phase]} | " + " | ".join(f"{f.hits[phase]} of {f.kills[phase]}" for f in found.values()) + " |")
    lines += ["", "| what came of it | " + " | ".join(found) + " |", "|---|" + "--:|" * len(found)]
    for name in sorted({name for f in found.values() for name in f.counts}):
        lines.append(f"| {name} | " + " | ".join(str(f.counts[name]) for f in found.values()) + " |")
    lines.append("| **wrong** (a byte, a picture, an answer, a post) | " + " | ".join(str(len(f.wrong)) for f in found.values()) + " |")
    lines.append("| **orphans** after the sweeper | " + " | ".join(str(len(f.orphans)) for f in found.values()) + " |")
    return "\n".join([*lines, ""])


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--kills", type=int, default=100, help="in all")
    options.add_argument("--print", action="store_true", help="print the part of the page instead of writing it")
    given = options.parse_args()
    began = datetime.now(UTC)
    with database_urls() as urls, tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        found = attack(Path(folder), given.kills, urls)
    written = section(found, began)
    if given.print:
        print(written)
    else:
        before, _, _ = PAGE.read_text().partition(MEDIA)
        PAGE.write_text(before.rstrip("\n") + "\n\n" + written)
        print(f"wrote {PAGE}")
    if not all(f.flawless for f in found.values()):
        raise SystemExit(f"something was wrong, or left: {[(f.wrong, f.orphans) for f in found.values()]}")


if __name__ == "__main__":
    main()
