"""What there is of media after a campaign and a sweep, beside the files of the assets that are ready: nothing, it is to be hoped."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import select

from socialclaw.db.assets import Asset
from socialclaw.media.sweep import CACHE_TIME, sweep
from socialclaw.storage.base import Storage, cache_dir, now, work_dir
from socialclaw.storage.bucket import parsed
from socialclaw.storage.s3 import S3
from socialclaw.system import System

DAY = timedelta(days=1)


class Leftovers(NamedTuple):
    """`orphans`: what nothing knows; `missing`: objects of assets that are not there; `cached`: files that only time removes."""

    orphans: list[str]
    missing: list[str]
    cached: int


async def swept(system: System) -> Leftovers:
    """Let the sweeper come as it would in some days, when nothing else runs, and look around."""
    await sweep(system, now() + 3 * DAY)
    rows = await assets(system)
    kept, root = {row.object_key for row in rows}, cache_dir(system.settings)
    orphans = [f"row {row.id} {row.status}" for row in rows if row.status != "ready"]
    orphans += [f"object {key}" for key in await objects(system) if key not in kept]
    orphans += [f"upload {key}" for key, _ in await system.storage.abandoned(now() + 9 * DAY)]
    orphans += [f"work file {path.name}" for path in files_in(work_dir(system.settings))]
    cached = sum(path.parent.name not in {row.id for row in rows} for path in files_in(root))
    await sweep(system, now() + CACHE_TIME + DAY)
    orphans += [f"cache file {path}" for path in files_in(root)]
    return Leftovers(orphans, [key for key in kept if await system.storage.size(key) is None], cached)


async def assets(system: System) -> list[Asset]:
    """All rows."""
    return await system.database.read(lambda session: list(session.scalars(select(Asset))))


async def objects(system: System, storage: Storage | None = None) -> list[str]:
    """The keys of everything in the storage: where new files go, unless another is named."""
    storage, root = storage or system.storage, system.settings.media_dir
    if not isinstance(storage, S3):
        found = [path.relative_to(root) for path in files_in(root)]
        return [str(path) for path in found if not path.parts[0].startswith(".")]
    page = parsed(
        (await storage._bucket.ask("GET", query={"list-type": "2", "max-keys": "1000", "prefix": system.settings.s3.key_prefix})).content
    )
    assert page.findtext("IsTruncated") != "true"
    return [(key.text or "").removeprefix(system.settings.s3.key_prefix) for key in page.iter("Key")]


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()] if folder.exists() else []
