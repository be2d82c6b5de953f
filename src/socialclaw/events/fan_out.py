"""Who is to be sent an event: a delivery for each endpoint that wants it, written in the transaction that numbers the event."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Table, insert, select
from sqlalchemy.orm import Session

from socialclaw.db.base import new_id, utc_now
from socialclaw.db.webhooks import Delivery, Endpoint
from socialclaw.db.workspaces import Workspace
from socialclaw.events.feed import expanded

_TABLE: Table = Delivery.__table__  # type: ignore[assignment]


class Numbered(NamedTuple):
    """An event that has just been given its number."""

    workspace_id: str
    id: str
    seq: int
    type: str
    account_id: str | None
    thing_id: str | None


class Wants(NamedTuple):
    """What an endpoint wants. `clock_at`: where its workspace's time stands, if it does."""

    id: str
    types: frozenset[str]
    accounts: frozenset[str]
    clock_at: datetime | None

    def takes(self, event: Numbered) -> bool:
        if event.type not in self.types or event.thing_id == self.id:  # it is not told of itself
            return False
        return not self.accounts or event.account_id in self.accounts


def fan_out(session: Session, events: Sequence[Numbered]) -> set[str]:
    """The endpoints that have something to be sent now."""
    wanting = _wanting(session, {event.workspace_id for event in events})
    now = utc_now()
    rows = [row(event, each, now) for event in events for each in wanting.get(event.workspace_id, ()) if each.takes(event)]
    if rows:
        session.connection().execute(insert(_TABLE), rows)
    return {each["endpoint_id"] for each in rows}


def row(event: Numbered, to: Wants, now: datetime) -> dict[str, Any]:
    at = to.clock_at or now
    own = {"id": new_id("dlv"), "workspace_id": event.workspace_id, "created_at": at, "endpoint_id": to.id, "next_at": at}
    return own | {"event_id": event.id, "seq": event.seq, "type": event.type, "status": "pending", "tries": 0, "log": []}


def _wanting(session: Session, spaces: Iterable[str]) -> dict[str, list[Wants]]:
    columns = (Endpoint.id, Endpoint.workspace_id, Endpoint.types, Endpoint.accounts, Workspace.clock_at)
    query = select(*columns).join(Workspace, Workspace.id == Endpoint.workspace_id)
    found: dict[str, list[Wants]] = {}
    for each in session.execute(query.where(Endpoint.workspace_id.in_(spaces), Endpoint.status != "disabled")):
        wants = Wants(each.id, types_of(each.types), frozenset(each.accounts), each.clock_at)
        found.setdefault(each.workspace_id, []).append(wants)
    return found


def types_of(words: Iterable[str]) -> frozenset[str]:
    return frozenset(name for word in words for name in expanded(word))
