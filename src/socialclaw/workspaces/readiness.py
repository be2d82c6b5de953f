"""Whether this installation can do its work now: the database answers, storage takes files, a worker drains what is due."""

from __future__ import annotations

import asyncio
import shutil
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from socialclaw import __version__
from socialclaw.db.base import iso, utc_now
from socialclaw.db.posts import Post
from socialclaw.db.workspaces import Worker
from socialclaw.errors import NotReady
from socialclaw.jobs import scan
from socialclaw.system import System

ANSWER_SECONDS = 5.0  # that the database may take
SILENCE = timedelta(seconds=15)  # after which a worker that said nothing counts as gone


@dataclass(frozen=True, slots=True)
class Readiness:
    """`problems` are sentences; empty: ready. `facts` are for the wire."""

    problems: tuple[str, ...]
    facts: dict[str, Any]


async def look(system: System) -> Readiness:
    """Ask everything once. Never raises."""
    now, problems = utc_now(), []
    database: dict[str, Any] = {"ok": True, "kind": "sqlite" if system.database.is_sqlite else "postgresql"}
    worker: dict[str, Any] = {"lastHeartbeat": None, "alive": None, "overduePosts": None}
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            worker, trouble = await system.database.read(_worker, now)
        problems += trouble
    except Exception as error:
        database |= {"ok": False, "error": type(error).__name__}
        problems.append("The database does not answer")
    storage, trouble = await _storage(system)
    problems += trouble
    facts = {
        "service": "socialclaw-api",
        "version": __version__,
        "now": iso(now),
        "db": database,
        "assetStorage": storage,
        "worker": worker,
        "maxAssetBytes": system.settings.max_base64_bytes,  # what clients compare a file with before they send it as base64
        "maxFormAssetBytes": system.settings.max_asset_bytes,
        "publicBaseUrl": system.settings.base_url,
    }
    return Readiness(tuple(problems), facts)


def _worker(session: Session, now: datetime) -> tuple[dict[str, Any], list[str]]:
    """Work that has waited for a minute is trouble; so is work that has waited for longer than its workers have been silent for."""
    seen = session.scalar(select(Worker.seen_at).where(Worker.stopped_at.is_(None)).order_by(Worker.seen_at.desc()).limit(1))
    alive = seen is not None and now - seen <= SILENCE
    overdue = scan.stuck(session, now)
    problems = []
    if overdue:
        problems.append(f"{overdue} {'post has' if overdue == 1 else 'posts have'} been due for over a minute, and nobody publishes them")
    elif not alive and session.scalar(select(Post.id).where(Post.next_at <= now - SILENCE).limit(1)) is not None:
        problems.append("Posts are due, and no worker is alive")
    return {"lastHeartbeat": iso(seen) if seen else None, "alive": alive, "overduePosts": overdue}, problems


async def _storage(system: System) -> tuple[dict[str, Any], list[str]]:
    """Files pass through the data folder wherever they are kept, so its free bytes always count."""
    facts = {"ok": True, "driver": system.storage.name, "freeBytes": _free(system.settings.media_dir)}
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            await system.storage.check()
    except NotReady as error:
        return {**facts, "ok": False, "error": error.code}, ["The storage for media cannot be used"]
    except TimeoutError:
        return {**facts, "ok": False, "error": "timeout"}, ["The storage for media does not answer"]
    return facts, []


def _free(folder: Path) -> int:
    """Bytes, in the folder or the nearest one above it that there is (it is made at the first upload)."""
    return shutil.disk_usage(next(place for place in (folder, *folder.absolute().parents) if place.exists())).free
