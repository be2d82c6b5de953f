"""Tickets: everything that is good for one time and a while. Whoever redeems one first has it; looking at one never spends it.

A ticket's secret is 32 random bytes in a link. We keep its digest, so that nobody can take one from the database.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from socialclaw.db.base import new_id, real_now
from socialclaw.db.people import Ticket
from socialclaw.errors import NotFound
from socialclaw.vault import digest

LOCAL, INVITE = "local", "invite"
# A sign-in under way at an issuer; what goes back to an app by its scheme; what was used up elsewhere, and is kept so as to be known again.
ATTEMPT, CODE, USED = "attempt", "code", "used"
MAIL = "mail"  # a link in a mail, which shows whose mailbox it is
GRANT = "grant"  # the code that a program of somebody else's redeems for a token: see `grants/codes.py`
LIVES = {
    LOCAL: timedelta(minutes=10),
    INVITE: timedelta(days=7),
    ATTEMPT: timedelta(minutes=10),
    CODE: timedelta(minutes=1),
    MAIL: timedelta(minutes=15),
    GRANT: timedelta(minutes=1),
}
SECRET = re.compile(r"[A-Za-z0-9_-]{43}")
KEPT = timedelta(days=1)  # after its end, so that who comes late is told why


@dataclass(frozen=True, slots=True)
class Facts:
    """What a ticket holds: see `Ticket`."""

    user_id: str | None = None
    workspace_id: str | None = None
    role: str | None = None
    email: str | None = None
    made_by: str | None = None


class TicketInvalid(NotFound):
    """No ticket of ours, or one that is spent or too old."""

    code = "ticket_invalid"


def issue(session: Session, purpose: str, facts: Facts | None = None) -> tuple[Ticket, str]:
    """A new ticket and its secret; those that have long ended are forgotten on the way."""
    now, secret, held = real_now(), secrets.token_urlsafe(32), facts or Facts()
    session.execute(delete(Ticket).where(Ticket.expires_at < now - KEPT))
    row = Ticket(
        id=new_id("ticket"),
        digest=digest(secret),
        purpose=purpose,
        user_id=held.user_id,
        workspace_id=held.workspace_id,
        role=held.role,
        email=held.email,
        made_by=held.made_by,
        created_at=now,
        expires_at=now + LIVES[purpose],
    )
    session.add(row)
    session.flush()
    return row, secret


def renew(row: Ticket) -> str:
    """Make a ticket good anew, by another secret, which is returned; the one before opens nothing any more."""
    secret, now = secrets.token_urlsafe(32), real_now()
    row.digest, row.created_at, row.expires_at = digest(secret), now, now + LIVES[row.purpose]
    return secret


def look(session: Session, secret: str, purposes: Collection[str]) -> Ticket:
    """The ticket, which stays good. TicketInvalid where there is none that could be redeemed now."""
    found = select(Ticket).where(Ticket.digest == digest(secret), Ticket.purpose.in_(purposes)) if SECRET.fullmatch(secret) else None
    row = None if found is None else session.scalar(found)
    if row is None:
        raise TicketInvalid("This link is not one of ours, or it was withdrawn: ask for a new one")
    if row.used_at is not None:
        raise TicketInvalid("This link was used already, and is good for one time: ask for a new one")
    if row.expires_at <= real_now():
        raise TicketInvalid("This link is too old: ask for a new one")
    return row


def redeem(session: Session, secret: str, purposes: Collection[str]) -> Ticket:
    """The ticket, spent. Of all who ask for it at once, one has it; the others get TicketInvalid."""
    look(session, secret, purposes)  # says why not
    spend(session, digest(secret), purposes)
    return session.scalars(select(Ticket).where(Ticket.digest == digest(secret)).execution_options(populate_existing=True)).one()


def spend(session: Session, name: str, purposes: Collection[str]) -> None:
    """The same of a ticket that has been found, by its digest."""
    now = real_now()
    good = (Ticket.digest == name, Ticket.purpose.in_(purposes), Ticket.used_at.is_(None), Ticket.expires_at > now)
    if not session.execute(update(Ticket).where(*good).values(used_at=now)).rowcount:  # type: ignore[attr-defined]
        raise TicketInvalid("This link was used already, and is good for one time: ask for a new one")
