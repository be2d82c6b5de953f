"""Deliveries: listed with what came of them, sent again one by one or all since a time, and made for tests."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Table, and_, insert, or_, select
from sqlalchemy.orm import Session

from socialclaw.db import cursors
from socialclaw.db.base import Hint, Scope, iso, new_id, utc_now
from socialclaw.db.events import Event
from socialclaw.db.webhooks import Delivery, Endpoint
from socialclaw.errors import Conflict, NotFound
from socialclaw.events.fan_out import Numbered, Wants, row, types_of
from socialclaw.events.kinds import KINDS
from socialclaw.events.wire import COLUMNS, told
from socialclaw.webhooks import endpoints

STATUSES = ("pending", "retrying", "delivered", "exhausted", "abandoned")
KIND = "deliver"  # of hints
MOST_REPLAYED = 10_000  # of one call
_TABLE: Table = Delivery.__table__  # type: ignore[assignment]


def page(scope: Scope, endpoint_id: str, status: str | None, before: str | None, limit: int) -> tuple[list[Delivery], str | None]:
    """The newest first, and the cursor of what comes after them."""
    endpoints.find(scope, endpoint_id)
    query = scope.all(Delivery).where(Delivery.endpoint_id == endpoint_id)
    if status is not None:
        query = query.where(Delivery.status == status)
    if before is not None:
        at, last = cursors.read(before)
        query = query.where(or_(Delivery.created_at < at, and_(Delivery.created_at == at, Delivery.id < last)))
    rows = list(scope.session.scalars(query.order_by(Delivery.created_at.desc(), Delivery.id.desc()).limit(limit + 1)))
    shown = rows[:limit]
    return shown, cursors.write(shown[-1].created_at, shown[-1].id) if len(rows) > limit else None


def find(scope: Scope, delivery_id: str, *, lock: bool = False) -> Delivery:
    query = scope.all(Delivery).where(Delivery.id == delivery_id)
    found = scope.session.scalar(query.with_for_update() if lock else query)
    if found is None:
        raise NotFound(f"There is no delivery {delivery_id[:60]!r} in this workspace", code="delivery_not_found")
    return found


def whole(scope: Scope, delivery_id: str, links: str | None) -> tuple[Delivery, Endpoint, str | None]:
    """A delivery, its endpoint, and what is sent; None of an event that is no longer kept."""
    found = find(scope, delivery_id)
    return found, endpoints.find(scope, found.endpoint_id), _body(scope.session, found, links)


def _body(session: Session, found: Delivery, links: str | None) -> str | None:
    if found.body is not None:
        return found.body
    event = session.execute(select(*COLUMNS).where(Event.workspace_id == found.workspace_id, Event.seq == found.seq)).one_or_none()
    return told(event, links).decode() if event is not None else None


def retry(scope: Scope, delivery_id: str) -> Delivery:
    """Send it now, whatever came of it before; with all tries before it."""
    found = find(scope, delivery_id, lock=True)
    _enabled(endpoints.find(scope, found.endpoint_id))
    if _body(scope.session, found, None) is None:
        raise Conflict("The event of this delivery is no longer kept", code="event_gone")
    found.status, found.tries, found.next_at = "pending", 0, utc_now()
    _hint(scope, found.endpoint_id)
    return found


def replay(
    scope: Scope, endpoint_id: str, *, since: datetime, until: datetime | None, types: Sequence[str], only_failed: bool
) -> tuple[int, bool]:
    """Send again what happened since then, each with the id that it had; how many, and whether there is more of it.

    `only_failed`: only what was given up, or abandoned when the endpoint was disabled.
    """
    to = endpoints.find(scope, endpoint_id, lock=True)
    _enabled(to)
    query = select(Event.workspace_id, Event.id, Event.seq, Event.type, Event.account_id, Event.thing_id)
    query = query.where(Event.workspace_id == scope.workspace_id, Event.seq.is_not(None), Event.at >= since)
    if until is not None:
        query = query.where(Event.at < until)
    if only_failed:
        failed = (Delivery.workspace_id == scope.workspace_id, Delivery.endpoint_id == endpoint_id, Delivery.seq == Event.seq)
        taken = select(Delivery.id).where(*failed, Delivery.status.not_in(("exhausted", "abandoned")))
        query = query.where(select(Delivery.id).where(*failed).exists(), ~taken.exists())
    wants = Wants(to.id, types_of(types or to.types), frozenset(to.accounts), None)
    query = query.where(Event.type.in_(wants.types)).order_by(Event.seq).limit(MOST_REPLAYED + 1)
    events = [
        Numbered(each.workspace_id, each.id, each.seq or 0, each.type, each.account_id, each.thing_id)
        for each in scope.session.execute(query)
    ]
    found = [event for event in events if wants.takes(event)]
    now = utc_now()
    if rows := [row(event, wants, now) for event in found[:MOST_REPLAYED]]:
        scope.session.connection().execute(insert(_TABLE), rows)
        _hint(scope, endpoint_id)
    return len(rows), len(found) > MOST_REPLAYED


def sample(scope: Scope, endpoint_id: str, type: str) -> Delivery:
    """Send a sample of this type."""
    to = endpoints.find(scope, endpoint_id)
    _enabled(to)
    now = utc_now()
    said = {"id": new_id("evt_test"), "seq": 0, "timestamp": iso(now), "workspace": scope.workspace_id}
    body = msgspec.json.encode(KINDS[type].event() | said).decode()
    made = Delivery(id=new_id("dlv"), endpoint_id=to.id, event_id=said["id"], seq=0, type=type, body=body, created_at=now)
    made.status, made.tries, made.next_at, made.log = "pending", 0, now, []
    scope.add(made)
    scope.session.flush()
    _hint(scope, endpoint_id)
    return made


def _enabled(to: Endpoint) -> None:
    if to.status == "disabled":
        raise Conflict("This endpoint is disabled: enable it first", code="webhook_disabled", because=to.disabled_because)


def _hint(scope: Scope, endpoint_id: str) -> None:
    scope.hints.append(Hint(KIND, endpoint_id, utc_now()))


def wire(found: Delivery) -> dict[str, Any]:
    return {
        "id": found.id,
        "webhookId": found.endpoint_id,
        "eventId": found.event_id,
        "seq": found.seq or None,
        "type": found.type,
        "status": found.status,
        "tries": found.tries,
        "nextTryAt": iso(found.next_at) if found.next_at else None,
        "lastTryAt": iso(found.last_at) if found.last_at else None,
        "lastStatus": found.last_status,
        "lastMilliseconds": found.last_ms,
        "lastError": found.last_error,
        "createdAt": iso(found.created_at),
    }
