"""What makes room: assets whose time is over, uploads that never ended, and files left in the work folder and the cache.

An asset is marked before its object is deleted and forgotten after, so a crash in between is made good by the next sweep.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from sqlalchemy import and_, delete, exists, or_, select
from sqlalchemy.orm import Session

from socialclaw.db.assets import Asset
from socialclaw.db.base import utc_now
from socialclaw.errors import NotReady
from socialclaw.media import cache
from socialclaw.media.assets import users
from socialclaw.storage.base import cache_dir, work_dir
from socialclaw.system import System

BATCH = 50
WORK_SECONDS = 24 * 3600  # an upload or download that takes longer is dead
CACHE_SECONDS = 7 * 24 * 3600

Place = tuple[datetime, str]

log = logging.getLogger(__name__)


async def sweep(system: System) -> int:
    """Delete what is over; returns how many assets went. Safe to run in several processes at once, and after any crash."""
    settings = system.settings
    swept, after = 0, None
    while True:
        marked, after = await system.database.write(mark, after)
        deleted = []
        for asset in marked:
            try:
                await system.storage_of(asset).delete(asset.object_key)
            except NotReady as error:  # the next sweep tries again
                log.warning("%s cannot be deleted: %s", asset.object_key, error.message)
                continue
            await asyncio.to_thread(cache.forget, settings, asset.id)
            deleted.append(asset.id)
        if deleted:
            swept += await system.database.write(forget, deleted)
        if after is None:
            break
    await asyncio.to_thread(_tidy, work_dir(settings), WORK_SECONDS)
    await asyncio.to_thread(_tidy, cache_dir(settings), CACHE_SECONDS)
    return swept


def mark(session: Session, after: Place | None) -> tuple[list[Asset], Place | None]:
    """The next assets whose time is over and that no post needs, marked; and where to go on, if there is more."""
    query = select(Asset).where(Asset.delete_after <= utc_now())
    if after:
        at, last_id = after
        query = query.where(or_(Asset.delete_after > at, and_(Asset.delete_after == at, Asset.id > last_id)))
    rows = session.scalars(query.order_by(Asset.delete_after, Asset.id).limit(BATCH).with_for_update(skip_locked=True)).all()
    marked = []
    for asset in rows:
        if asset.status == "deleting" or not session.scalar(select(exists(users(asset.workspace_id, asset.id)))):
            asset.status = "deleting"
            marked.append(asset)
    last = rows[-1] if len(rows) == BATCH else None
    return marked, (last.delete_after, last.id) if last and last.delete_after else None


def forget(session: Session, asset_ids: Sequence[str]) -> int:
    """Drop the rows of assets whose objects are deleted."""
    gone = session.scalars(delete(Asset).where(Asset.id.in_(asset_ids), Asset.status == "deleting").returning(Asset.id))
    return len(gone.all())


def _tidy(folder: Path, seconds: float) -> None:
    """Remove files that were last written longer ago, in the folder and those in it, and folders that are left empty."""
    if not folder.is_dir():
        return
    for path in folder.iterdir():
        try:
            if path.is_dir():
                _tidy(path, seconds)
                if path.stat().st_mtime < time.time() - seconds:
                    path.rmdir()
            elif path.stat().st_mtime < time.time() - seconds:
                path.unlink()
        except OSError:  # another sweep was here, or something new came into the folder
            continue
