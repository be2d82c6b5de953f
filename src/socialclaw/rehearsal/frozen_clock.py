"""Stopping a workspace's time, and letting it run again. What is stopped is written in the rows: the workspace's and its accounts'."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, ScalarSelect, bindparam, delete, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from socialclaw.db.accounts import Account
from socialclaw.db.base import real_now, utc_now
from socialclaw.db.billing import Subscription
from socialclaw.db.checkouts import Checkout
from socialclaw.db.planning import Repeat
from socialclaw.db.posts import Lane, Post
from socialclaw.db.webhooks import Delivery, Endpoint
from socialclaw.db.workspaces import Workspace
from socialclaw.errors import Conflict

WORKER = "rehearsal:"  # what the ids of those begin with that work where time stands


def stop(session: Session, workspace_id: str) -> datetime:
    """Stop the workspace's time where it is now. Conflict `clock_stopped` where it stands already."""
    workspace = session.get_one(Workspace, workspace_id, with_for_update=True)
    if workspace.clock_at is not None:
        raise Conflict("The clock stands already: advance it, or resume it first", code="clock_stopped")
    workspace.clock_at = utc_now()
    session.execute(update(Account).where(Account.workspace_id == workspace_id).values(clocked=True))
    return workspace.clock_at


def move(session: Session, workspace_id: str, at: datetime) -> None:
    """Put a standing time somewhere later. Conflict `clock_running` where it was let go meanwhile."""
    workspace = session.get_one(Workspace, workspace_id, with_for_update=True)
    if workspace.clock_at is None:
        raise Conflict("The clock was resumed meanwhile", code="clock_running")
    workspace.clock_at = at


def go_on(session: Session, workspace_id: str) -> None:
    """Back to the real time. What a rehearsal that died was holding is free again."""
    session.get_one(Workspace, workspace_id, with_for_update=True).clock_at = None
    accounts = select(Account.id).where(Account.workspace_id == workspace_id)
    session.execute(delete(Lane).where(Lane.account_id.in_(accounts), Lane.worker_id.startswith(WORKER)))
    session.execute(update(Account).where(Account.workspace_id == workspace_id).values(clocked=False))
    session.execute(update(Endpoint).where(Endpoint.workspace_id == workspace_id).values(lane_until=None, lane_of=None))
    for table in (Subscription, Checkout, Delivery):  # what was to be read in times that will be long in coming is read now
        session.execute(update(table).where(table.workspace_id == workspace_id, table.next_at.is_not(None)).values(next_at=real_now()))


@dataclass(frozen=True, slots=True)
class Due:
    """What is due at an instant: accounts with posts, in their order; accounts whose token is to be renewed; what is repeated;
    subscriptions to be read, and checkouts at which something may have been bought; whether events are to be sent, and figures."""

    at: datetime
    accounts: Sequence[str]
    refreshes: Sequence[str]
    repeats: Sequence[str]
    subscriptions: Sequence[str]
    checkouts: Sequence[str]
    deliveries: bool
    measures: bool


def next_due(session: Session, workspace_id: str, earliest: datetime, until: datetime) -> Due | None:
    """What is due next, up to `until`; None where nothing is. What was due before `earliest` is taken for due then.

    Tokens are renewed together, at the end of the day on which it is time: one that is used before is renewed for that, and hourly
    instants of tokens that nobody uses would be most of them all.
    """
    next_post, next_refresh, *others = session.execute(_NEXT, {"workspace": workspace_id}).one()
    instants = (next_post, next_refresh and _end_of_day(next_refresh), *others)
    first = min((at for at in instants if at is not None and at <= until), default=None)
    if first is None:
        return None
    at = min(until, max(earliest, first))
    post, refresh, repeat, read, bought, sent, *collections = (instant is not None and instant <= at for instant in instants)
    return Due(
        at,
        due_accounts(session, workspace_id, at) if post else (),
        due_refreshes(session, workspace_id, at) if refresh else (),
        due_repeats(session, workspace_id, at) if repeat else (),
        _due(session, Subscription, workspace_id, at) if read else (),
        _due(session, Checkout, workspace_id, at) if bought else (),
        sent,
        any(collections),
    )


def _end_of_day(at: datetime) -> datetime:
    return at.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)


def _first(column: InstrumentedAttribute[datetime | None], *where: ColumnElement[bool]) -> ScalarSelect[datetime | None]:
    mine = column.class_.workspace_id == bindparam("workspace")
    return select(column).where(mine, column.is_not(None), *where).order_by(column).limit(1).scalar_subquery()


_NEXT = select(
    _first(Post.next_at),
    _first(Account.refresh_at, Account.status == "connected"),
    _first(Repeat.next_at),
    _first(Subscription.next_at),
    _first(Checkout.next_at),
    _first(Delivery.next_at),
    _first(Post.collect_at),
    _first(Account.collect_at),
)


def due_accounts(session: Session, workspace_id: str, now: datetime) -> list[str]:
    """Accounts with a due post, in the order in which their posts are due."""
    due = (Post.workspace_id == workspace_id, Post.next_at.is_not(None), Post.next_at <= now)
    rows = session.execute(select(Post.account_id).where(*due).order_by(Post.next_at, Post.position, Post.id))
    return list(dict.fromkeys(account for (account,) in rows))


def due_refreshes(session: Session, workspace_id: str, now: datetime) -> list[str]:
    due = (Account.refresh_at.is_not(None), Account.refresh_at <= now, Account.status == "connected")
    return list(session.scalars(select(Account.id).where(Account.workspace_id == workspace_id, *due).order_by(Account.refresh_at)))


def due_repeats(session: Session, workspace_id: str, now: datetime) -> list[str]:
    return _due(session, Repeat, workspace_id, now)


def _due(session: Session, table: type[Repeat | Subscription | Checkout], workspace_id: str, now: datetime) -> list[str]:
    due = (table.next_at.is_not(None), table.next_at <= now)
    return list(session.scalars(select(table.id).where(table.workspace_id == workspace_id, *due).order_by(table.next_at, table.id)))
