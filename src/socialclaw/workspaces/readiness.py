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
from socialclaw.db.base import iso, real_now, utc_now
from socialclaw.db.database import MOST_DRIFT, drift
from socialclaw.db.holds import held
from socialclaw.db.posts import Post
from socialclaw.db.probe import probe
from socialclaw.db.trouble import DatabaseTrouble
from socialclaw.db.workspaces import Worker
from socialclaw.errors import NotReady
from socialclaw.jobs import scan
from socialclaw.mail import outbox
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
    now = utc_now()
    database: dict[str, Any] = {"ok": True, "kind": "sqlite" if system.database.is_sqlite else "postgresql"}
    worker: dict[str, Any] = {"lastHeartbeat": None, "alive": None, "overduePosts": None, "heldSince": None}
    mail = {"ok": True, "configured": system.settings.smtp.ready, "waiting": 0, "waitingSince": None}
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            told, worker, problems, ahead = await system.database.read(_told, now)
            mail |= told
            if abs(ahead) > MOST_DRIFT:
                problems.append(f"This machine's clock is {ahead:+.1f} s from the database's")
            if problems or system.database.availability.trouble:  # before anybody else is blamed
                await probe(system.database)
    except Exception as error:
        code, message = (
            (error.code, error.message) if isinstance(error, DatabaseTrouble) else (type(error).__name__, DatabaseTrouble().message)
        )
        database |= {"ok": False, "error": code}
        problems = [message]  # that nobody publishes follows from it
    storage, trouble = await _storage(system)
    problems += trouble
    facts = {
        "service": "socialclaw-api",
        "version": __version__,
        "now": iso(now),
        "db": database,
        "assetStorage": storage,
        "worker": worker,
        "mail": mail,
        "maxAssetBytes": system.settings.max_base64_bytes,  # what clients compare a file with before they send it as base64
        "maxFormAssetBytes": system.settings.max_asset_bytes,
        "publicBaseUrl": system.settings.base_url,
    }
    return Readiness(tuple(problems), facts)


def _told(session: Session, now: datetime) -> tuple[dict[str, Any], dict[str, Any], list[str], float]:
    """All that the database says, on one connection: of mail, of workers and what is in their way, and by how much its clock differs."""
    return _mail(session), *_worker(session, now), drift(session)


def _worker(session: Session, now: datetime) -> tuple[dict[str, Any], list[str]]:
    """Work that has waited for a minute is trouble; so is work that has waited for longer than its workers have been silent for."""
    there = select(Worker).where(Worker.stopped_at.is_(None)).order_by(Worker.seen_at.desc())
    rows = session.scalars(there.limit(100)).all()
    awake = [row for row in rows if abs(now - row.seen_at) <= SILENCE]  # not one of a time when the clock was ahead
    facts: dict[str, Any] = {"lastHeartbeat": iso(rows[0].seen_at) if rows else None, "alive": bool(awake)}
    facts["overduePosts"] = overdue = scan.stuck(session, now)
    since = held(session)
    facts["heldSince"] = iso(since) if since else None
    problems = []
    if troubles := [row.trouble for row in awake if row.trouble]:
        facts["trouble"] = troubles[0]
    if troubles and len(troubles) == len(awake):
        problems.append(f"Nothing is published. {troubles[0]}")
    elif overdue:
        problems.append(f"{overdue} {'post has' if overdue == 1 else 'posts have'} been due for over a minute, and nobody publishes them")
    elif not awake and since is None and session.scalar(select(Post.id).where(Post.next_at <= now - SILENCE).limit(1)) is not None:
        problems.append("Posts are due, and no worker is alive")
    return facts, problems


def _mail(session: Session) -> dict[str, Any]:
    """Mail that does not go out is told, and no reason to take the server out of service: posts are published without."""
    found = outbox.report(session, real_now())
    return {
        "ok": not found.stuck(real_now()),
        "waiting": found.waiting,
        "waitingSince": iso(found.since) if found.since else None,
    }


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
