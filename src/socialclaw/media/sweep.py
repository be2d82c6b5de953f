"""What makes room: assets whose time is over, uploads that never ended, and files left in the work folder and the cache.

An asset is marked before its object is deleted and forgotten after, so a crash in between is made good by the next sweep. An object that
several assets name goes with the last: see `media/ingest.py`.
"""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import and_, exists, or_, select
from sqlalchemy.orm import Session

from socialclaw.db.assets import Arrival, Asset
from socialclaw.db.workspaces import Workspace
from socialclaw.errors import NotReady
from socialclaw.media import cache
from socialclaw.media.assets import users
from socialclaw.media.ingest import UPLOAD_TIME, forget, named
from socialclaw.storage.base import Storage, cache_dir, now, work_dir
from socialclaw.system import System

BATCH = 50
WORK_TIME = timedelta(days=1)  # an upload or download that takes longer is dead
CACHE_TIME = timedelta(days=7)

Place = tuple[datetime, str]
Marked = tuple[Asset, str | None]
"""An asset that goes, and the id of its upload in parts, if it was one."""

log = logging.getLogger(__name__)


async def sweep(system: System, at: datetime | None = None) -> int:
    """Delete what is over; returns how many assets went. Safe to run in several processes at once, and after any crash.

    It goes by the machine's time, or as if that were `at`.
    """
    at, settings = at or now(), system.settings
    swept, after = 0, None
    while True:
        marked, after = await system.database.write(mark, at, after)
        gone = [asset.id for asset, upload_id in marked if await _removed(system, asset, upload_id)]
        if gone:
            swept += await system.database.write(forget, gone)
        if after is None:
            break
    for storage in system.storages.values():
        await _end_uploads(system, storage, at - UPLOAD_TIME)
    await asyncio.to_thread(_tidy, work_dir(settings), (at - WORK_TIME).timestamp())
    await asyncio.to_thread(_tidy, cache_dir(settings), (at - CACHE_TIME).timestamp())
    return swept


def mark(session: Session, at: datetime, after: Place | None) -> tuple[list[Marked], Place | None]:
    """The next assets whose time is over and that no post needs, marked; and where to go on, if there is more."""
    query = select(Asset, Arrival.upload_id).outerjoin(Arrival, Arrival.id == Asset.id).where(Asset.delete_after <= at)
    if after:
        last_at, last_id = after
        query = query.where(or_(Asset.delete_after > last_at, and_(Asset.delete_after == last_at, Asset.id > last_id)))
    ordered = query.order_by(Asset.delete_after, Asset.id).limit(BATCH)
    rows = session.execute(ordered.with_for_update(skip_locked=True, of=Asset)).all()
    marked: list[Marked] = []
    for asset, upload_id in rows:
        if asset.status == "deleting" or not session.scalar(select(exists(users(asset.workspace_id, asset.id)))):
            asset.status = "deleting"
            marked.append((asset, upload_id))
    last = rows[-1][0] if len(rows) == BATCH else None
    return marked, (last.delete_after, last.id) if last and last.delete_after else None


async def _removed(system: System, asset: Asset, upload_id: str | None) -> bool:
    """Delete what a marked asset has: parts, what was made from it, and its object unless another asset names it."""
    try:
        storage = system.storage_of(asset)
        if upload_id:
            await storage.abort(asset.object_key, upload_id)
        if not await system.database.read(named, asset):
            await storage.delete(asset.object_key)
    except NotReady as error:  # the next sweep tries again
        log.warning("%s cannot be deleted: %s", asset.object_key, error.message)
        return False
    await asyncio.to_thread(cache.forget, system.settings, asset.id)
    return True


async def _end_uploads(system: System, storage: Storage, before: datetime) -> None:
    """Abort uploads in parts that began before and that no asset waits for: a crash left them."""
    try:
        found = await storage.abandoned(before)
        for key, upload_id in await system.database.read(unawaited, found) if found else ():
            await storage.abort(key, upload_id)
    except NotReady as error:
        log.warning("uploads that were left cannot be ended: %s", error.message)


def unawaited(session: Session, found: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Those of these uploads, (key, id), that are of a workspace of ours and of no asset that is uploading."""
    spaces = {key.partition("/")[0] for key, _ in found}
    ours = set(session.scalars(select(Workspace.id).where(Workspace.id.in_(spaces))))
    of_ours = [(key, upload_id) for key, upload_id in found if key.partition("/")[0] in ours]
    awaited = select(Arrival.upload_id).join(Asset, Asset.id == Arrival.id).where(Asset.status == "uploading")
    kept = set(session.scalars(awaited.where(Asset.object_key.in_([key for key, _ in of_ours])))) if of_ours else set()
    return [(key, upload_id) for key, upload_id in of_ours if upload_id not in kept]


def _tidy(folder: Path, before: float) -> None:
    """Remove files that were last written before, in seconds since 1970, in the folder and those in it, and folders that are left empty."""
    if not folder.is_dir():
        return
    for path in folder.iterdir():
        try:
            if path.is_dir():
                _tidy(path, before)
                if path.stat().st_mtime < before:
                    path.rmdir()
            elif path.stat().st_mtime < before:
                path.unlink()
        except OSError:  # another sweep was here, or something new came into the folder
            continue
