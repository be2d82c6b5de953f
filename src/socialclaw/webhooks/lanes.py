"""Sending what is due, endpoint by endpoint: whoever has an endpoint's lane sends to it, and nobody else meanwhile.

What a delivery's row says is the truth: it is due until it is noted what came of a try. Who is killed in between leaves it due, and it is
sent again with the same id.
"""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.orm import Session, aliased

from socialclaw.db.base import utc_now
from socialclaw.db.events import Event
from socialclaw.db.webhooks import Delivery, Endpoint
from socialclaw.db.workspaces import Workspace
from socialclaw.events.wire import COLUMNS, told
from socialclaw.turns import Party

LEASE = timedelta(seconds=30)
AT_ONCE = 8  # deliveries on their way to one endpoint
BATCH = 64
MOST_ENDPOINTS = 1000  # looked at


@dataclass(frozen=True, slots=True)
class Lane:
    """An endpoint that is ours to send to."""

    endpoint_id: str
    workspace_id: str
    test: bool
    owner: str


@dataclass(frozen=True, slots=True)
class Job:
    """A delivery to be tried. `tries`: those before this one; `body` None: its event is no longer kept."""

    id: str
    event_id: str
    tries: int
    body: bytes | None
    log: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Batch:
    """What is sent next, where to, and with what it is signed."""

    url: str
    sealed: str
    at_once: int
    jobs: Sequence[Job]


def due(session: Session, now: datetime, most: int) -> list[tuple[str, Party]]:
    """Endpoints with something to be sent that nobody sends to; none whose workspace's time stands."""
    free = (Endpoint.status != "disabled", or_(Endpoint.lane_until.is_(None), Endpoint.lane_until <= now), _sendable(now))
    query = select(Endpoint.id, Endpoint.workspace_id, Workspace.mode).join(Workspace, Workspace.id == Endpoint.workspace_id)
    rows = session.execute(query.where(*free, Workspace.clock_at.is_(None), Workspace.erase_at.is_(None)).limit(MOST_ENDPOINTS))
    return [(row.id, Party(row.workspace_id, row.mode == "test")) for row in rows]


def due_at(session: Session, workspace_id: str, now: datetime) -> list[str]:
    """The same of one workspace, at its time."""
    query = select(Endpoint.id).where(Endpoint.workspace_id == workspace_id, Endpoint.status != "disabled", _sendable(now))
    return list(session.scalars(query.order_by(Endpoint.id)))


def _sendable(now: datetime) -> ColumnElement[bool]:
    """Something is due; where the order counts, only if what is to go before it does not wait for its next try."""
    later = aliased(Delivery)
    is_due = select(Delivery.id).where(Delivery.endpoint_id == Endpoint.id, Delivery.next_at <= now).exists()
    waits = select(later.id).where(later.endpoint_id == Endpoint.id, later.next_at > now).exists()
    return is_due & (Endpoint.ordered.is_(False) | ~waits)


def take(session: Session, now: datetime, names: Sequence[str]) -> dict[str, Lane]:
    """Of these, those that nobody else has taken."""
    free = (Endpoint.id.in_(names), or_(Endpoint.lane_until.is_(None), Endpoint.lane_until <= now))
    query = select(Endpoint, Workspace.mode).join(Workspace, Workspace.id == Endpoint.workspace_id).where(*free)
    owner = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(3)}"
    lanes = {}
    for row, mode in session.execute(query.order_by(Endpoint.id).with_for_update(skip_locked=True, of=Endpoint)).all():
        _mark(session, row.id, now + LEASE, owner)
        lanes[row.id] = Lane(row.id, row.workspace_id, mode == "test", owner)
    return lanes


def renew(session: Session, lane: Lane) -> bool:
    """Whether it is still ours, and for how long from now."""
    mine = (Endpoint.id == lane.endpoint_id, Endpoint.lane_of == lane.owner)
    found = update(Endpoint).where(*mine).values(lane_until=utc_now() + LEASE, updated_at=Endpoint.updated_at)
    return bool(session.execute(found.execution_options(synchronize_session=False)).rowcount)  # type: ignore[attr-defined]


def leave(session: Session, lane: Lane) -> None:
    mine = (Endpoint.id == lane.endpoint_id, Endpoint.lane_of == lane.owner)
    free = update(Endpoint).where(*mine).values(lane_until=None, lane_of=None, updated_at=Endpoint.updated_at)
    session.execute(free.execution_options(synchronize_session=False))


def _mark(session: Session, endpoint_id: str, until: datetime, owner: str) -> None:
    taken = update(Endpoint).where(Endpoint.id == endpoint_id).values(lane_until=until, lane_of=owner, updated_at=Endpoint.updated_at)
    session.execute(taken.execution_options(synchronize_session=False))


def batch(session: Session, lane: Lane, links: str | None) -> Batch | None:
    """What is to be sent next; None where nothing is, or the lane is not ours any more."""
    mine = (Endpoint.id == lane.endpoint_id, Endpoint.lane_of == lane.owner, Endpoint.status != "disabled")
    to = session.scalar(select(Endpoint).where(*mine))
    if to is None:
        return None
    now, waiting = utc_now(), select(Delivery).where(Delivery.endpoint_id == to.id, Delivery.next_at.is_not(None))
    if to.ordered:
        head = session.scalars(waiting.order_by(Delivery.seq, Delivery.created_at, Delivery.id).limit(1)).all()
        rows = [row for row in head if row.next_at and row.next_at <= now]
    else:
        rows = list(session.scalars(waiting.where(Delivery.next_at <= now).order_by(Delivery.next_at, Delivery.seq).limit(BATCH)))
    if not rows:
        return None
    bodies = _bodies(session, lane.workspace_id, [row.seq for row in rows if row.body is None], links)
    jobs = [Job(row.id, row.event_id, row.tries, row.body.encode() if row.body else bodies.get(row.seq), tuple(row.log)) for row in rows]
    return Batch(to.url, to.sealed, 1 if to.ordered else AT_ONCE, jobs)


def _bodies(session: Session, workspace_id: str, numbers: Sequence[int], links: str | None) -> dict[int, bytes]:
    events = session.execute(select(*COLUMNS).where(Event.workspace_id == workspace_id, Event.seq.in_(numbers)))
    return {event.seq: told(event, links) for event in events}
