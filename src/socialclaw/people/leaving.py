"""A person who wants to be deleted: from that moment they are nobody here, and a worker removes what is left of them.

Nobody leaves a workspace without an owner behind.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, func, or_, select
from sqlalchemy.orm import Session

from socialclaw.db.base import new_id, real_now
from socialclaw.db.erasure import Erasure
from socialclaw.db.people import Identity, Membership, Ticket, User, UserSession
from socialclaw.db.workspaces import Workspace
from socialclaw.people import identities
from socialclaw.people.members import LastOwner
from socialclaw.vault import Vault

SOON = timedelta(seconds=5)  # until the rest goes: by then no process remembers their sessions


def leave(session: Session, vault: Vault, user_id: str) -> Erasure:
    """Sign them out everywhere, take what they were by, and note that the rest is to be removed. LastOwner where they are one.

    A workspace that is to be deleted itself keeps nobody.
    """
    user = session.get_one(User, user_id, with_for_update=True)
    known = session.scalar(select(Erasure).where(Erasure.user_id == user_id))
    if known is not None:
        return known
    if spaces := _alone(session, user_id):
        names = ", ".join(f'"{space.name}"' for space in spaces)
        message = f"{names} would have no owner: make somebody else one first, or delete it"
        raise LastOwner(message, workspaces=[{"id": space.id, "name": space.name} for space in spaces])
    rows = identities.listed(session, user_id)
    erasure = Erasure(id=new_id("erasure"), user_id=user_id, due_at=real_now(), next_at=real_now() + SOON)
    erasure.sealed = vault.seal_json(_traces(session, user, rows), bound_to=bound_to(erasure.id))
    session.add(erasure)
    for row in rows:
        identities.give_back(session, vault, row)
    for table in (UserSession, Membership, Identity):
        session.execute(delete(table).where(table.user_id == user_id))
    session.execute(delete(Ticket).where(or_(Ticket.user_id == user_id, Ticket.made_by == user_id)))
    user.name = user.email = user.picture = None
    user.email_verified = False
    return erasure


def everybody(session: Session) -> Sequence[User]:
    """All people of this server who have not left, in the order in which they came."""
    gone = select(Erasure.user_id).where(Erasure.user_id.is_not(None))
    return session.scalars(select(User).where(User.id.not_in(gone)).order_by(User.created_at, User.id)).all()


def bound_to(erasure_id: str) -> str:
    return f"erasures:{erasure_id}:sealed"


def _alone(session: Session, user_id: str) -> Sequence[Workspace]:
    """The workspaces of which they are the only owner, kept as they are for this transaction."""
    owned = select(Membership.workspace_id).where(Membership.user_id == user_id, Membership.role == "owner")
    staying = select(Workspace).where(Workspace.id.in_(owned), Workspace.erase_at.is_(None)).order_by(Workspace.id)
    spaces = session.scalars(staying.with_for_update(key_share=True)).all()
    owners = select(Membership.workspace_id, func.count()).where(Membership.role == "owner")
    counts = dict(
        session.execute(owners.where(Membership.workspace_id.in_([s.id for s in spaces])).group_by(Membership.workspace_id)).all()
    )
    return [space for space in spaces if counts.get(space.id, 0) < 2]


def _traces(session: Session, user: User, rows: Sequence[Identity]) -> dict[str, Any]:
    """What tells of them elsewhere: ids of theirs, their address, and who they are at simulated issuers."""
    sessions = session.scalars(select(UserSession.id).where(UserSession.user_id == user.id))
    address = user.email if user.email_verified else None  # one that is not proven may be somebody else's
    theirs = [Ticket.user_id == user.id, Ticket.made_by == user.id, *([Ticket.email == address] if address else [])]
    tickets = session.scalars(select(Ticket.id).where(or_(*theirs)))
    return {
        "ids": [user.id, *sessions, *tickets, *(row.id for row in rows)],
        "address": address,
        "subjects": [[row.issuer, row.subject] for row in rows],
    }
