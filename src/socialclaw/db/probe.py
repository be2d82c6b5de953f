"""A write of no consequence that needs room: whether a database that was in trouble takes them again."""

from __future__ import annotations

import secrets

from sqlalchemy import delete
from sqlalchemy.orm import Session

from socialclaw.db.base import utc_now
from socialclaw.db.database import Database
from socialclaw.db.workspaces import Worker

BYTES = 64 * 1024


async def probe(database: Database) -> None:
    """Raises DatabaseTrouble where it does not."""
    name = f"probe:{secrets.token_hex(6)}"
    await database.write(_put, name)
    await database.write(lambda session: session.execute(delete(Worker).where(Worker.id == name)))
    database.availability.proven()


def _put(session: Session, name: str) -> None:
    now = utc_now()
    session.add(Worker(id=name, started_at=now, seen_at=now, stopped_at=now, trouble="-" * BYTES))
