"""What a worker does for those who leave, or have a network ask for it: find what is due, make it its own for a while, do it, clear up.

The last thing of all is SQLite's write-ahead log, which holds old pages until it is brought into the file.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from socialclaw.backoff import Backoff
from socialclaw.db.base import real_now
from socialclaw.db.erasure import Erasure
from socialclaw.erasure import deletions, people, workspaces
from socialclaw.people.leaving import bound_to
from socialclaw.system import System
from socialclaw.turns import Party

LEASE = timedelta(minutes=10)  # of one who works on an erasure, and then is taken to be dead
SOON = timedelta(seconds=2)  # until it is looked again whether what is under way has ended
BACKOFF = Backoff((5, 30, 120), most=3600)
MOST_DUE = 20


@dataclass(frozen=True, slots=True)
class Leaving:
    """An erasure that is ours to work on."""

    id: str
    workspace_id: str | None
    user_id: str | None
    deletion_id: str | None
    sealed: str | None
    tries: int


def due(session: Session, _now: datetime, most: int) -> list[tuple[str, Party]]:
    """Erasures whose time has come, by the real clock."""
    query = select(Erasure.id).where(Erasure.next_at <= real_now()).order_by(Erasure.next_at).limit(min(most, MOST_DUE))
    return [(erasure_id, Party("", test=False)) for erasure_id in session.scalars(query)]


def take(session: Session, _now: datetime, names: Sequence[str]) -> dict[str, Leaving]:
    """Of these, what nobody else has taken."""
    now = real_now()
    query = select(Erasure).where(Erasure.id.in_(names), Erasure.next_at <= now).order_by(Erasure.id).with_for_update(skip_locked=True)
    taken: dict[str, Leaving] = {}
    for row in session.scalars(query):
        row.next_at, row.tries = now + LEASE, row.tries + 1
        taken[row.id] = Leaving(row.id, row.workspace_id, row.user_id, row.deletion_id, row.sealed, row.tries)
    return taken


async def at_once(system: System, erasure_id: str) -> bool:
    """Do it here and now, whoever else might; whether it is done."""
    await system.database.write(_later, erasure_id, timedelta(0))
    taken = await system.database.write(take, real_now(), [erasure_id])
    return erasure_id in taken and await work(system, taken[erasure_id])


async def work(system: System, leaving: Leaving) -> bool:
    """Do it to the end; False where it has to wait for something. What goes wrong is tried again, later and later."""
    try:
        done = await _erased(system, leaving)
    except Exception:
        await system.database.write(_later, leaving.id, timedelta(seconds=BACKOFF.pause(leaving.tries) or 0))
        raise
    if not (done and await _settled(system)):
        await system.database.write(_later, leaving.id, SOON)
        return False
    await system.database.write(lambda session: session.execute(delete(Erasure).where(Erasure.id == leaving.id)))
    await _settled(system)
    return True


async def _erased(system: System, leaving: Leaving) -> bool:
    if leaving.workspace_id:
        return await workspaces.erase(system, leaving.workspace_id)
    if leaving.deletion_id:
        return await deletions.erase(system, leaving.deletion_id)
    if leaving.user_id:
        traces: dict[str, Any] = system.vault.unseal_json(leaving.sealed or "", bound_to=bound_to(leaving.id))
        return await people.erase(system, leaving.user_id, traces)
    return True


async def _settled(system: System) -> bool:
    """Whether nothing of what was deleted is left in SQLite's log. That of the simulated networks goes when it is next full."""
    return await system.database.settle()


def _later(session: Session, erasure_id: str, pause: timedelta) -> None:
    session.execute(update(Erasure).where(Erasure.id == erasure_id).values(next_at=real_now() + pause))
