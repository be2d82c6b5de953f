"""What each table holds of workspaces and of people: which rows are a workspace's, what becomes of a person's, what no copy shows.

Every table of the database is a row here; a test counts them. The order is that in which rows can go: what refers to others first.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, delete, inspect, or_, select, tuple_, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from socialclaw.db.accounts import Account, Connection
from socialclaw.db.alerts import ToldAlert
from socialclaw.db.allowances import Allowance
from socialclaw.db.analytics import Snapshot
from socialclaw.db.app_store import AppAccount
from socialclaw.db.assets import Arrival, Asset
from socialclaw.db.base import Base
from socialclaw.db.billing import BillingEvent, Subscription
from socialclaw.db.checkouts import Checkout
from socialclaw.db.erasure import Callback, DeletionRequest, Erasure, Export, Revocation
from socialclaw.db.events import Event, EventCounter
from socialclaw.db.grants import DeviceCode, Grant, GrantToken, OAuthClient
from socialclaw.db.holds import Hold
from socialclaw.db.mail import Mail, SupportRequest
from socialclaw.db.people import AuditLine, Identity, Membership, Ticket, User, UserSession
from socialclaw.db.planning import ComposerDraft, PreviewLink, Repeat, Timetable
from socialclaw.db.posts import Attempt, Lane, Post, Run, Step
from socialclaw.db.webhooks import Delivery, Endpoint
from socialclaw.db.workspaces import Answered, ApiKey, Worker, Workspace

OF_THEMSELVES = ("session", "ticket", "identity", "draft")  # of what these are, what somebody did to it tells of themselves
BATCH = 500  # rows of one transaction: everybody else who writes waits that long


@dataclass(frozen=True, slots=True)
class Leaver:
    """A person who leaves: `ids` are theirs and those of what they had; `address`, if they have proven one."""

    id: str
    ids: tuple[str, ...]
    address: str | None


Mine = Callable[[str], ColumnElement[bool]]
Scrub = Callable[[Session, Leaver], int]


@dataclass(frozen=True, slots=True)
class Holding:
    """`of_workspace(id)`, `of_person(id)`: the rows that are theirs, for a copy; `scrub` takes a person out of some rows, and says of how
    many: none are left where it says 0. `hidden`: columns that no copy shows. `private`: what nobody else in the workspace sees, nor its
    owner in a copy."""

    table: type[Base]
    of_workspace: Mine | None = None
    of_person: Mine | None = None
    scrub: Scrub | None = None
    hidden: frozenset[str] = field(default_factory=frozenset)
    private: bool = False


def key(table: type[Base]) -> tuple[InstrumentedAttribute[Any], ...]:
    return tuple(getattr(table, table.__mapper__.get_property_by_column(column).key) for column in inspect(table).primary_key)


def take_away(session: Session, holding: Holding, workspace_id: str) -> int:
    """Delete some rows of a workspace; how many."""
    assert holding.of_workspace is not None
    columns = key(holding.table)
    found = session.execute(select(*columns).where(holding.of_workspace(workspace_id)).limit(BATCH)).all()
    if found:
        session.execute(delete(holding.table).where(tuple_(*columns).in_([tuple(row) for row in found])))
    return len(found)


def _owned(table: Any) -> Mine:
    return lambda workspace_id: table.workspace_id == workspace_id


def _of_posts(table: Any) -> Mine:
    return lambda workspace_id: table.post_id.in_(select(Post.id).where(Post.workspace_id == workspace_id))


def _personal(table: Any) -> Mine:
    return lambda user_id: table.user_id == user_id


def _without(column: InstrumentedAttribute[Any]) -> Scrub:
    """The row stays, and says no more who it was."""

    def scrub(session: Session, who: Leaver) -> int:
        return _change(session, column.class_, column == who.id, {column.key: None})

    return scrub


def _audit(session: Session, who: Leaver) -> int:
    """What they did in a workspace is still known to have been done; what they did for themselves goes."""
    theirs = or_(AuditLine.user_id == who.id, AuditLine.subject.in_(who.ids))
    for_themselves = select(AuditLine.id).where(AuditLine.user_id == who.id, AuditLine.workspace_id.is_(None))
    if own := list(session.scalars(for_themselves.limit(BATCH))):
        session.execute(delete(AuditLine).where(AuditLine.id.in_(own)))
        return len(own)
    of_old = or_(*(AuditLine.subject.startswith(f"{kind}_", autoescape=True) for kind in OF_THEMSELVES))
    about = AuditLine.subject.in_(who.ids) | ((AuditLine.user_id == who.id) & of_old)
    return _change(session, AuditLine, about, {"subject": None, "details": {}}) or _change(
        session, AuditLine, theirs, {"user_id": None, "details": {}}
    )


def _tickets(session: Session, who: Leaver) -> int:
    return _go(session, Ticket, _tickets_of(who))


def _tickets_of(who: Leaver) -> ColumnElement[bool]:
    return or_(Ticket.user_id == who.id, Ticket.made_by == who.id, Ticket.email == who.address if who.address else Ticket.id.is_(None))


def _asked(session: Session, who: Leaver) -> int:
    """Also what they asked without being signed in, where they named the address that they have proven."""
    theirs = or_(SupportRequest.user_id == who.id, SupportRequest.email == who.address if who.address else SupportRequest.id.is_(None))
    return _go(session, SupportRequest, theirs)


def _mails(workspace_id: str) -> ColumnElement[bool]:
    tickets, asked = select(Ticket.id), select(SupportRequest.id)
    return or_(
        Mail.ticket_id.in_(tickets.where(Ticket.workspace_id == workspace_id)),
        Mail.request_id.in_(asked.where(SupportRequest.workspace_id == workspace_id)),
        Mail.workspace_id == workspace_id,
    )


def _mails_of(session: Session, who: Leaver) -> int:
    """What is about their tickets, which would go with those; and what is to them."""
    return _go(session, Mail, or_(Mail.ticket_id.in_(select(Ticket.id).where(_tickets_of(who))), Mail.user_id == who.id))


def _answers(session: Session, who: Leaver) -> int:
    return _go(session, Answered, Answered.made_by == who.id)


def _acted(session: Session, who: Leaver) -> int:
    """What they did is still known to have been done."""
    theirs = list(session.scalars(select(Event.n).where(Event.actor == who.id).limit(BATCH)))
    if theirs:
        session.execute(update(Event).where(Event.n.in_(theirs)).values(actor=None))
    return len(theirs)


def _bought(session: Session, who: Leaver) -> int:
    """What the workspace has stays; that it was they who bought it is known no more."""
    return _change(session, Checkout, Checkout.user_id == who.id, {"user_id": None, "email": None})


def _goes(table: Any) -> Scrub:
    return lambda session, who: _go(session, table, table.user_id == who.id)


def _change(session: Session, table: Any, which: ColumnElement[bool], values: dict[str, Any]) -> int:
    ids = list(session.scalars(select(table.id).where(which).limit(BATCH)))
    if ids:
        session.execute(update(table).where(table.id.in_(ids)).values(**values).execution_options(synchronize_session=False))
    return len(ids)


def _go(session: Session, table: Any, which: ColumnElement[bool]) -> int:
    columns = key(table)
    found = session.execute(select(*columns).where(which).limit(BATCH)).all()
    if found:
        session.execute(delete(table).where(tuple_(*columns).in_([tuple(row) for row in found])))
    return len(found)


def _lanes(workspace_id: str) -> ColumnElement[bool]:
    return Lane.account_id.in_(select(Account.id).where(Account.workspace_id == workspace_id))


SEALED = frozenset({"sealed"})

HOLDINGS: Sequence[Holding] = (
    Holding(Step, _of_posts(Step), hidden=frozenset({"result"})),
    Holding(Attempt, _of_posts(Attempt)),
    Holding(Lane, _lanes, hidden=frozenset({"worker_id"})),
    Holding(Snapshot, _owned(Snapshot)),
    Holding(Post, _owned(Post), lambda user_id: Post.edited_by == user_id, _without(Post.edited_by), frozenset({"network_key"})),
    Holding(
        PreviewLink,
        _owned(PreviewLink),
        lambda user_id: PreviewLink.made_by == user_id,
        _without(PreviewLink.made_by),
        frozenset({"digest"}),
    ),
    Holding(Run, _owned(Run), lambda user_id: Run.made_by == user_id, _without(Run.made_by)),
    Holding(Arrival, _owned(Arrival), hidden=frozenset({"upload_id", "source_url"})),
    Holding(Asset, _owned(Asset), hidden=frozenset({"delivery_token"})),
    Holding(Account, _owned(Account), hidden=SEALED),
    Holding(Connection, _owned(Connection), hidden=SEALED | {"state_digest", "authorize_url"}),
    Holding(GrantToken, _owned(GrantToken), hidden=frozenset({"access_digest", "refresh_digest"})),
    Holding(Grant, _owned(Grant), _personal(Grant), _goes(Grant)),
    Holding(DeviceCode, _owned(DeviceCode), _personal(DeviceCode), _goes(DeviceCode), frozenset({"digest", "user_digest"})),
    Holding(ApiKey, _owned(ApiKey), hidden=SEALED | {"digest", "former_digest"}),
    Holding(Answered, _owned(Answered), scrub=_answers, hidden=SEALED),
    Holding(Export, _owned(Export), _personal(Export), _goes(Export), frozenset({"object_key"})),
    Holding(Mail, _mails, scrub=_mails_of, hidden=SEALED),
    Holding(ToldAlert, _owned(ToldAlert)),
    Holding(SupportRequest, _owned(SupportRequest), _personal(SupportRequest), _asked),
    Holding(Ticket, _owned(Ticket), _personal(Ticket), _tickets, SEALED | {"digest"}),
    Holding(AuditLine, _owned(AuditLine), _personal(AuditLine), _audit),
    Holding(ComposerDraft, _owned(ComposerDraft), _personal(ComposerDraft), _goes(ComposerDraft), private=True),
    Holding(Timetable, _owned(Timetable)),
    Holding(AppAccount, _owned(AppAccount)),
    Holding(Subscription, _owned(Subscription), hidden=frozenset({"ask", "seen_at", "next_at"})),
    Holding(BillingEvent, _owned(BillingEvent), hidden=SEALED),
    Holding(Checkout, _owned(Checkout), _personal(Checkout), _bought, SEALED | {"external_id", "returned_at", "next_at"}),
    Holding(Repeat, _owned(Repeat), lambda user_id: Repeat.made_by == user_id, _without(Repeat.made_by)),
    Holding(Delivery, _owned(Delivery)),
    Holding(Endpoint, _owned(Endpoint), hidden=SEALED | {"lane_of"}),
    Holding(Event, _owned(Event), lambda user_id: Event.actor == user_id, _acted),
    Holding(EventCounter, _owned(EventCounter)),
    Holding(Membership, _owned(Membership), _personal(Membership), _goes(Membership)),
    Holding(UserSession, None, _personal(UserSession), _goes(UserSession), frozenset({"digest"})),
    Holding(Identity, None, _personal(Identity), _goes(Identity), SEALED),
    Holding(Workspace, lambda workspace_id: Workspace.id == workspace_id),
    Holding(User, None, lambda user_id: User.id == user_id),
    # Nothing in these is anybody's: an erasure and a request name whom they are of until they are gone, the others nobody.
    Holding(Erasure),
    Holding(Revocation),
    Holding(Callback),
    Holding(DeletionRequest),
    Holding(Allowance),
    Holding(OAuthClient),
    Holding(Hold),
    Holding(Worker),
)
