"""Ways in that need nothing but a link of ours: the operator's own, printed on the server, and an invitation to a workspace.

Whoever opens one sees what it opens; only redeeming it signs somebody in. A session is begun anew each time, so that none that somebody
else has put into a browser becomes theirs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from socialclaw.db.base import Scope, iso, real_now
from socialclaw.db.mail import Mail
from socialclaw.db.people import Identity, Membership, Ticket, User
from socialclaw.db.workspaces import Workspace
from socialclaw.errors import Conflict, Forbidden, InvalidRequest, NotFound
from socialclaw.mail import outbox
from socialclaw.mail_settings import mailbox
from socialclaw.people import audit, members, sessions, tickets
from socialclaw.people.roles import RoleRequired, at_least, known
from socialclaw.settings import Settings
from socialclaw.workspaces import tenants

LOCAL_ISSUER, OPERATOR = "local", "operator"
PURPOSES = (tickets.LOCAL, tickets.INVITE)
MOST_INVITES = 100  # open ones of a workspace
LONGEST_NAME = 100  # characters


@dataclass(frozen=True, slots=True)
class Entered:
    """Somebody who has just signed in. `secret`: what the cookie holds."""

    session_id: str
    user_id: str
    workspace_id: str | None
    secret: str
    seconds: int  # the cookie's life


@dataclass(frozen=True, slots=True)
class Opening:
    """What a ticket opens, for whoever looks at it. `new`: it makes a new person of whoever is not signed in.

    `addressed`: it is for whoever has proven an address.
    """

    purpose: str
    workspace: str | None
    role: str | None
    new: bool
    addressed: bool


def local_link(session: Session, workspace: str | None = None, person: str | None = None) -> str:
    """The secret of a link that signs in the operator, or the person with this id or proven address."""
    space = tenants.by_name(session, workspace) if workspace else None
    user = one_person(session, person) if person else None
    if space and user and session.get(Membership, (user.id, space.id)) is None:
        raise InvalidRequest(f"{person} is no member of {space.name!r}", code="member_not_found")
    held = tickets.Facts(user_id=user.id if user else None, workspace_id=space.id if space else None)
    return tickets.issue(session, tickets.LOCAL, held)[1]


def look(session: Session, secret: str) -> Opening:
    """What would happen, without it happening."""
    row = tickets.look(session, secret, PURPOSES)
    space = session.get(Workspace, row.workspace_id) if row.workspace_id else None
    addressed = row.email is not None
    return Opening(row.purpose, space.name if space else None, row.role, row.purpose == tickets.INVITE and not addressed, addressed)


def enter(
    session: Session,
    settings: Settings,
    secret: str,
    *,
    signed: sessions.SignedIn | None = None,
    name: str | None = None,
    agent: str | None = None,
) -> Entered:
    """Redeem a link: whoever comes with it is signed in anew. `signed`: who was so before; `name`: what a new person is called."""
    ticket = tickets.redeem(session, secret, PURPOSES)
    if ticket.purpose == tickets.LOCAL:
        user, workspace_id = _at_home(session, ticket)
    else:
        user, workspace_id = _invited(session, ticket, signed, name)
    before = signed.session_id if signed else None
    row, cookie = sessions.begin(session, settings.sign_in, user.id, workspace_id=workspace_id, agent=agent, instead=before)
    audit.note(session, user.id, f"sign_in_{ticket.purpose}", row.id, workspace_id=workspace_id)
    return Entered(row.id, user.id, workspace_id, cookie, int(settings.sign_in.life("web").total_seconds()))


def invite(scope: Scope, role: str, email: str | None, *, by: str, inviter: str) -> tuple[Ticket, str]:
    """A link by which somebody becomes a member. Nobody invites to more than they have themselves (`by`: their role)."""
    _may_invite(by, known(role))
    email = None if email is None else address(email)
    if len(invites(scope)) >= MOST_INVITES:
        raise Conflict(f"A workspace has at most {MOST_INVITES} open invitations: withdraw some", code="workspace_limit_reached")
    held = tickets.Facts(workspace_id=scope.workspace_id, role=role, email=email, made_by=inviter)
    return tickets.issue(scope.session, tickets.INVITE, held)


def renew(scope: Scope, ticket_id: str, *, by: str, inviter: str) -> tuple[Ticket, str]:
    """Another link for an open invitation, good for as long as a new one; the one before opens nothing any more, nor is it mailed."""
    row = _open(scope, ticket_id)
    _may_invite(by, row.role or "viewer")
    row.made_by = inviter
    outbox.drop(scope.session, Mail.ticket_id == row.id)
    return row, tickets.renew(row)


def _may_invite(by: str, role: str) -> None:
    if not at_least(by, role):
        raise RoleRequired(f"As {by} you cannot invite to the role {role}", role=role, own=by, needs="members")


def address(text: str) -> str:
    """A mail address as somebody has typed it, as it is compared and mailed to."""
    found = mailbox(text)
    if found is None:
        raise InvalidRequest("This is no e-mail address", code="email_invalid", path="email")
    return found


def invites(scope: Scope) -> Sequence[Ticket]:
    """The invitations that are still open, the newest first."""
    mine = (Ticket.workspace_id == scope.workspace_id, Ticket.purpose == tickets.INVITE, Ticket.used_at.is_(None))
    found = scope.session.scalars(select(Ticket).where(*mine).order_by(Ticket.created_at.desc(), Ticket.id))
    return [row for row in found if row.expires_at > real_now()]


def withdraw(scope: Scope, ticket_id: str) -> Ticket:
    """Take an invitation back: its link opens nothing any more."""
    row = _open(scope, ticket_id)
    scope.session.delete(row)
    return row


def _open(scope: Scope, ticket_id: str) -> Ticket:
    row = next((row for row in invites(scope) if row.id == ticket_id), None)
    if row is None:
        raise NotFound(f"There is no open invitation {ticket_id!r} in this workspace", code="invite_not_found")
    return row


def invite_wire(row: Ticket) -> dict[str, Any]:
    """An invitation on the wire, without what it could be accepted with."""
    times = {"createdAt": iso(row.created_at), "expiresAt": iso(row.expires_at)}
    return {"id": row.id, "role": row.role, "email": row.email, "invitedBy": row.made_by, **times}


def one_person(session: Session, named: str) -> User:
    """The one with this id, or who has proven this address."""
    proven = select(User).where(User.email == named, User.email_verified)
    found = session.scalars(select(User).where(User.id == named)).all() or session.scalars(proven.limit(2)).all()
    if len(found) != 1:
        raise NotFound(f"There is no one person with the id or the proven address {named!r}", code="person_not_found")
    return found[0]


def _at_home(session: Session, ticket: Ticket) -> tuple[User, str | None]:
    """The operator, who owns what has no owner yet, and the workspace that the link names; or the person that it names."""
    if ticket.user_id:
        return session.get_one(User, ticket.user_id), ticket.workspace_id
    session.execute(select(Workspace.id).with_for_update(key_share=True))  # two first sign-ins at once make one operator
    known_as = select(User).join(Identity, Identity.user_id == User.id)
    user = session.scalar(known_as.where(Identity.issuer == LOCAL_ISSUER, Identity.subject == OPERATOR))
    if user is None:
        user = User(name="Operator")
        session.add(user)
        session.flush()
        session.add(Identity(user_id=user.id, issuer=LOCAL_ISSUER, subject=OPERATOR))
    owned = select(Membership.workspace_id).where(Membership.role == "owner")
    without = session.scalars(select(Workspace).where(Workspace.id.not_in(owned) | (Workspace.id == ticket.workspace_id))).all()
    for space in without:
        members.join(session, user, space, "owner")
    return user, ticket.workspace_id


def _invited(session: Session, ticket: Ticket, signed: sessions.SignedIn | None, name: str | None) -> tuple[User, str | None]:
    """Who is signed in becomes a member; whoever is not becomes a new person, unless the invitation is for one with an address."""
    space = session.get_one(Workspace, ticket.workspace_id)
    user = session.get_one(User, signed.user_id) if signed else None
    if ticket.email and not (user and user.email_verified and (user.email or "").lower() == ticket.email.lower()):
        message = "This invitation is for somebody else's address: sign in as who has proven that it is theirs, then open the link again"
        raise Forbidden(message, code="invite_not_yours")
    if user is None:
        called = (name or "").strip()
        if not called or len(called) > LONGEST_NAME or not called.isprintable():
            message = f"Say what you are called, in at most {LONGEST_NAME} printable characters"
            raise InvalidRequest(message, code="person_name_invalid", path="name")
        user = User(name=called)
        session.add(user)
        session.flush()
    members.join(session, user, space, ticket.role or "viewer")
    return user, space.id
