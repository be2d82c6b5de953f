"""Exports: copies that a worker prepares, puts into storage for a day, and takes away again.

One of a workspace or of a person is under way at a time. A worker that dies leaves it to the next one, who begins it anew.
"""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from socialclaw.backoff import Backoff
from socialclaw.db.base import iso, new_id, real_now
from socialclaw.db.erasure import Export
from socialclaw.erasure.copying import copy_person, copy_workspace
from socialclaw.errors import NotFound
from socialclaw.storage.base import Storage, work_dir
from socialclaw.system import System
from socialclaw.turns import Party

KEPT = timedelta(days=1)
LEASE = timedelta(hours=1)
BACKOFF = Backoff((10, 60, 600), tries=4)
MIME = "application/zip"
FAILED = "It could not be prepared: ask for another one, or see what the operator's log says"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Copy:
    """An export that is ours to work on; `over`: its time has come, and its file goes."""

    id: str
    workspace_id: str | None
    user_id: str | None
    tries: int
    over: bool
    storage: str | None
    object_key: str | None


def ask(session: Session, *, workspace_id: str | None = None, user_id: str | None = None) -> Export:
    """Have a copy prepared; the one that is being prepared, where there is one."""
    whose = Export.workspace_id == workspace_id if workspace_id else Export.user_id == user_id
    under_way = session.scalar(select(Export).where(whose, Export.status == "preparing").with_for_update())
    if under_way is not None:
        return under_way
    row = Export(id=new_id("export"), workspace_id=workspace_id, user_id=user_id, status="preparing", next_at=real_now())
    session.add(row)
    session.flush()
    return row


def listed(session: Session, *, workspace_id: str | None = None, user_id: str | None = None) -> Sequence[Export]:
    """The newest first."""
    whose = Export.workspace_id == workspace_id if workspace_id else Export.user_id == user_id
    return session.scalars(select(Export).where(whose).order_by(Export.created_at.desc(), Export.id)).all()


def wire(system: System, row: Export) -> dict[str, Any]:
    """An export on the wire; `url` is where whoever has it may fetch the file until it is over."""
    ready = row.status == "ready" and row.expires_at is not None
    return {
        "id": row.id,
        "status": row.status,
        "size": row.size,
        "createdAt": iso(row.created_at),
        "expiresAt": iso(row.expires_at) if row.expires_at else None,
        "error": row.error,
        "url": f"{system.settings.base_url}/exports/{_signed(system, row)}" if ready else None,
    }


def _signed(system: System, row: Export) -> str:
    assert row.expires_at is not None
    return system.vault.sign(f"export-{row.id}-{int(row.expires_at.timestamp())}")


async def opened(system: System, token: str) -> tuple[Export, Storage]:
    """The export that a link is for, and where its file is. NotFound `export_not_found` where it is none of ours, or over."""
    value = system.vault.verify(token) or ""
    name, _, ends = value.removeprefix("export-").rpartition("-")
    if value.startswith("export-") and ends.isdecimal() and int(ends) > time.time():
        row = await system.database.read(lambda session: session.get(Export, name))
        if row is not None and row.status == "ready" and (storage := system.storages.get(row.storage or "")):
            return row, storage
    raise NotFound("This link leads to no export: they are kept for a day", code="export_not_found")


def due(session: Session, _now: datetime, most: int) -> list[tuple[str, Party]]:
    query = select(Export).where(Export.next_at <= real_now()).order_by(Export.next_at).limit(max(1, most))
    return [(row.id, Party(row.workspace_id or row.user_id or "", test=False)) for row in session.scalars(query)]


def take(session: Session, _now: datetime, names: Sequence[str]) -> dict[str, Copy]:
    """Of these, what nobody else has taken."""
    now = real_now()
    query = select(Export).where(Export.id.in_(names), Export.next_at <= now).with_for_update(skip_locked=True)
    taken = {}
    for row in session.scalars(query):
        over = row.expires_at is not None and row.expires_at <= now
        row.next_at, row.tries = now + LEASE, row.tries + 1
        taken[row.id] = Copy(row.id, row.workspace_id, row.user_id, row.tries, over, row.storage, row.object_key)
    return taken


async def work(system: System, copy: Copy) -> None:
    """Prepare it; or take it away, if it is over. What goes wrong is tried again some times."""
    if copy.over:
        if copy.object_key and (storage := system.storages.get(copy.storage or "")):
            await storage.delete(copy.object_key)
        await system.database.write(lambda session: session.execute(delete(Export).where(Export.id == copy.id)))
        return
    try:
        await _prepare(system, copy)
    except Exception as error:
        pause = BACKOFF.pause(copy.tries)
        if pause is not None:
            await system.database.write(_change, copy.id, {"next_at": real_now() + timedelta(seconds=pause)})
            raise
        log.exception("export %s could not be prepared, and is left (%s)", copy.id, type(error).__name__)
        over = real_now() + KEPT
        await system.database.write(_change, copy.id, {"status": "failed", "error": FAILED, "expires_at": over, "next_at": over})


async def _prepare(system: System, copy: Copy) -> None:
    draft = work_dir(system.settings) / f"export-{secrets.token_hex(12)}"
    draft.parent.mkdir(parents=True, exist_ok=True)
    key = f"{copy.workspace_id or copy.user_id}/exports/{copy.id}.zip"
    try:
        if copy.workspace_id:
            size = await copy_workspace(system, copy.workspace_id, draft)
        else:
            size = await copy_person(system, copy.user_id or "", draft)
        place = {"storage": system.storage.name, "object_key": key}
        if not await system.database.write(_change, copy.id, place):
            return  # whoever it was of is gone
        await system.storage.put(key, draft, MIME)
    finally:
        with suppress(FileNotFoundError):
            draft.unlink()
    over = real_now() + KEPT
    if not await system.database.write(_change, copy.id, {"status": "ready", "size": size, "expires_at": over, "next_at": over}):
        await system.storage.delete(key)


def _change(session: Session, export_id: str, values: Mapping[str, Any]) -> bool:
    return bool(session.execute(update(Export).where(Export.id == export_id).values(**values)).rowcount)  # type: ignore[attr-defined]
