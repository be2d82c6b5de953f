"""What a worker needs of memory while large videos go out: they stream, so it is what it needs anyway."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from typing import Any

import psutil
from tests.crash import users
from tests.crash.lab import Lab, Member
from tests.networks.stage import pixels

from bench.figures import Figure, Result, Told
from bench.ground import SQLITE, Ground
from socialclaw.db.assets import Asset
from socialclaw.networks import providers
from socialclaw.providers.base import Provider
from socialclaw.providers.draft import Draft, Media
from socialclaw.providers.judging import check
from socialclaw.providers.options import settle
from socialclaw.providers.shapes import Shape
from socialclaw.storage.folder import Folder

MEGABYTE = 1_000_000
LOOK_SECONDS = 0.05
PATIENCE_SECONDS = 3600.0


@dataclass(frozen=True)
class Size:
    videos: int = 20
    megabytes: int = 500
    settle: float = 5.0


@dataclass(frozen=True)
class Watched:
    """Memory of a process: at rest, and the most it was."""

    idle: int
    peak: int


async def measure(ground: Ground, size: Size, told: Told) -> list[Result]:
    with ground.folder() as folder:
        async with Lab(folder, "", lease_seconds=60.0, answer_seconds=300.0) as lab:
            posts = await _posts(lab, size)
            worker = psutil.Process(lab.worker().pid)
            told("a worker at rest")
            await asyncio.sleep(size.settle)
            begun = time.monotonic()
            memory = await _watch(lab, worker, posts, told)
            took = time.monotonic() - begun
            report = await lab.report()
    details = {
        "idle": f"{memory.idle / MEGABYTE:.0f} MB",
        "peak": f"{memory.peak / MEGABYTE:.0f} MB",
        "published": f"{report.published} of {len(posts)}",
        "providers": ", ".join(sorted({member.provider.key for member, _ in posts})),
        "took": f"{took:.0f} s",
    }
    above = (memory.peak - memory.idle) / MEGABYTE
    what = f"memory above idle while {size.videos} videos of {size.megabytes} MB go out"
    left_over = len(posts) - report.published
    return [
        Result(what, SQLITE, above, "MB", target=100, details=details),
        Result("videos of these that were not published", SQLITE, left_over, "posts", target=0),
    ]


async def _posts(lab: Lab, size: Size) -> list[tuple[Member, dict[str, Any]]]:
    """As many posts as asked for, over all providers to which we send a video's bytes and that take one so large."""
    able = []
    for key, provider in providers().items():
        shape = next((s for s in provider.rules.shapes if s.kind == "video"), None)
        if shape and _takes(provider, shape, size.megabytes * MEGABYTE):
            able.append((await lab.connect(key, "ann"), shape))
    chosen = islice(cycle(able), size.videos)
    return [(member, await _video(lab, shape, number, size.megabytes * MEGABYTE)) for number, (member, shape) in enumerate(chosen)]


def _takes(provider: Provider, shape: Shape, length: int) -> bool:
    """Whether every destination of the provider is sent the bytes of a video, and takes one as long as this."""
    width, height = pixels(shape)
    film = Media(
        "video", "video", "video/mp4", length, "https://example.com/film.mp4", "film.mp4", "", width, height, shape.seconds[0] or 1.0
    )
    for target in (target for target in provider.targets if target.publishes):
        settings, _ = settle(users.required(provider, target.name), target.settings, prefix=provider.key)
        draft = Draft("Video", description="Video", media=(film,), settings=settings, target_type=target.name)
        judges = [judge for judge in (provider.extra, target.fits) if judge]
        issues = [*check(draft, provider.rules, prefix=provider.key), *(issue for judge in judges for issue in judge(draft))]
        if issues or "upload" not in target.media_delivery:
            return False
    return True


async def _video(lab: Lab, shape: Shape, number: int, length: int) -> dict[str, Any]:
    """A small film, uploaded, whose file is then as long as asked for: what follows takes no room on the disk."""
    asset = await users.upload(lab.system, lab.workspace, shape, number)
    storage = lab.system.storage
    assert isinstance(storage, Folder)

    def lengthen(session: Any) -> None:
        row = session.get_one(Asset, asset["id"])
        os.truncate(storage.root / row.object_key, length)
        row.size = length

    await lab.system.database.write(lengthen)
    return asset


async def _watch(lab: Lab, worker: psutil.Process, posts: Sequence[tuple[Member, dict[str, Any]]], told: Told) -> Watched:
    """Apply all of them at once, and look at the worker until the last has ended."""
    idle = peak = worker.memory_info().rss
    for number, (member, asset) in enumerate(posts):
        await lab.schedule([(member, f"Video {number}")], assets=[asset])
    until = time.monotonic() + PATIENCE_SECONDS
    while (left := await lab.open_posts()) and time.monotonic() < until:
        told("videos that went out", len(posts) - left, len(posts))
        for _ in range(10):
            peak = max(peak, worker.memory_info().rss)
            await asyncio.sleep(LOOK_SECONDS)
    return Watched(idle, peak)


FIGURE = Figure(
    "stream",
    "How much memory do large videos take?",
    "A worker in a process of its own, the simulated networks in another; sparse files as videos, sent to every provider that is"
    " sent bytes. The worker's memory (RSS) is looked at twenty times a second, from before the first post until the last has ended.",
    measure,
    full=Size(),
    tiny=Size(videos=2, megabytes=20, settle=1.0),
)
