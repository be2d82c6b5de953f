"""The subscriptions of workspaces as they are kept: read, written, bound to a workspace; and the news of them, each stored once.

A workspace without any subscription has `self_hosted` by the installation's own grant: so it is with everything that was there before
somebody began to sell plans, with what the operator makes, and with a test workspace that has bought nothing in the sandbox.
"""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from socialclaw.billing import plans
from socialclaw.billing.subscriptions import ENDED, GRANT, Row, Standing, effective
from socialclaw.db.base import new_id, utc_now
from socialclaw.db.billing import BillingEvent, Subscription
from socialclaw.db.workspaces import Workspace

COLUMNS = tuple(field.name for field in fields(Row))
OWN = Row(GRANT, "", plans.SELF_HOSTED.id, "active", None, ENDED)  # what every workspace has that has no subscription
OURS = Standing(OWN.plan, OWN.status, None, OWN)


def row_of(kept: Subscription) -> Row:
    return Row(**{name: getattr(kept, name) for name in COLUMNS})


def rows(session: Session, workspace_id: str) -> list[Row]:
    """The subscriptions of a workspace."""
    found = session.scalars(select(Subscription).where(Subscription.workspace_id == workspace_id).order_by(Subscription.id))
    return [row_of(kept) for kept in found]


def standing_of(found: list[Row], now: datetime) -> Standing:
    """What the rows of a workspace come to; OURS where it has none. Of which it is only known that there is one decides nothing."""
    told = [row for row in found if row.plan or row.at != ENDED]
    return effective(told, now) if told else OURS


def standing(session: Session, workspace_id: str, now: datetime | None = None) -> Standing:
    return standing_of(rows(session, workspace_id), now or utc_now())


def find(session: Session, source: str, realm: str, external_id: str, *, lock: bool = False) -> Subscription | None:
    """A subscription by what it is called at its source."""
    one = (Subscription.source == source, Subscription.realm == realm, Subscription.external_id == external_id)
    query = select(Subscription).where(*one)
    return session.scalar(query.with_for_update() if lock else query)


def put(session: Session, row: Row, workspace_id: str | None, **more: Any) -> Subscription:
    """Write a subscription, which is this workspace's from now on (None: whose it was stays), and what its plan comes to by it.

    `more`: other columns, `seen_at` and `next_at`. Two that write the same for the first time: the second waits, and finds it.
    """
    kept = find(session, row.source, row.realm, row.external_id, lock=True) or first(session, row, workspace_id)
    for name in COLUMNS:
        setattr(kept, name, getattr(row, name))
    for name, value in more.items():
        setattr(kept, name, value)
    former, kept.workspace_id = kept.workspace_id, workspace_id or kept.workspace_id
    session.flush()
    for each in sorted({former, kept.workspace_id} - {None}, key=str):
        remember(session, str(each))
    return kept


def first(session: Session, row: Row, workspace_id: str | None) -> Subscription:
    """The subscription of this row, kept for this transaction: as it is there, or else as the row has it, and this workspace's."""
    insert = postgresql.insert(Subscription) if session.get_bind().dialect.name == "postgresql" else sqlite.insert(Subscription)
    values = {name: getattr(row, name) for name in COLUMNS} | {"id": new_id("subscription"), "created_at": utc_now()}
    session.execute(insert.values(workspace_id=workspace_id, **values).on_conflict_do_nothing())
    kept = find(session, row.source, row.realm, row.external_id, lock=True)
    assert kept is not None
    return kept


def remember(session: Session, workspace_id: str) -> None:
    """Keep with the workspace what its subscriptions come to now: for lists alone, since time changes it without a write."""
    if row := session.get(Workspace, workspace_id):
        now = standing(session, workspace_id)
        row.plan, row.subscription_status = now.plan or plans.SELF_HOSTED.id, now.status


def forget(session: Session, workspace_id: str) -> int:
    """Of a test workspace: all that it has bought in the sandbox; how many subscriptions that were."""
    mine = (Subscription.workspace_id == workspace_id, Subscription.realm == "test")
    gone: int = session.execute(delete(Subscription).where(*mine)).rowcount  # type: ignore[attr-defined]
    remember(session, workspace_id)
    return gone


def once(session: Session, source: str, realm: str, external_id: str, kind: str, **more: Any) -> BillingEvent | None:
    """Store a piece of news; None where it is there already."""
    insert = postgresql.insert(BillingEvent) if session.get_bind().dialect.name == "postgresql" else sqlite.insert(BillingEvent)
    values = {"id": new_id("event"), "source": source, "realm": realm, "external_id": external_id, "kind": kind, **more}
    made = session.scalar(insert.values(created_at=utc_now(), **values).on_conflict_do_nothing().returning(BillingEvent.id))
    return session.get(BillingEvent, made) if made else None
