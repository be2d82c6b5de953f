"""Who is signed in, on the wire: what the dashboard asks for first."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from socialclaw.billing import terms
from socialclaw.db.base import iso
from socialclaw.db.people import Identity, User, UserSession
from socialclaw.db.workspaces import Workspace
from socialclaw.people.sessions import Seat, SignedIn
from socialclaw.settings import Settings
from socialclaw.workspaces import tenants

NOBODY: dict[str, Any] = {"authenticated": False, "user": None, "tenant": None, "membership": None}


def card(session: Session, settings: Settings, signed: SignedIn, seat: Seat | None) -> dict[str, Any]:
    """A person, the workspace that they act in, their part in it and whether it needs a plan, and where else they may go."""
    user = session.get_one(User, signed.user_id)
    space = session.get(Workspace, seat.workspace_id) if seat else None
    return {
        "authenticated": True,
        "user": _user(session, user),
        "tenant": tenants.tenant(space) if space else None,
        "membership": _membership(seat) if seat else None,
        "billing": seat is not None and terms.sold(settings, test=seat.test),
        "workspaces": [workspace(one) for one in signed.seats],
        "session": {
            "id": signed.session_id,
            "kind": signed.kind,
            "createdAt": iso(signed.since),
            "expiresAt": iso(signed.expires_at),
            "fresh": signed.fresh,
        },
    }


def workspace(seat: Seat) -> dict[str, Any]:
    """A workspace that somebody may go to."""
    return {
        "id": seat.workspace_id,
        "name": seat.name,
        "slug": seat.slug,
        "mode": "test" if seat.test else "live",
        "twinId": seat.twin_id,
        "role": seat.role,
    } | ({"deletesAt": iso(seat.erase_at)} if seat.erase_at else {})


def device(row: UserSession, current: str) -> dict[str, Any]:
    """A session in the list of somebody's own. `current`: the one that asks."""
    return {
        "id": row.id,
        "kind": row.kind,
        "agent": row.agent,
        "createdAt": iso(row.created_at),
        "seenAt": iso(row.seen_at),
        "expiresAt": iso(row.expires_at),
        "current": row.id == current,
    }


def _user(session: Session, user: User) -> dict[str, Any]:
    linked = session.scalars(select(Identity).where(Identity.user_id == user.id).order_by(Identity.linked_at, Identity.id))
    return {
        "id": user.id,
        "email": user.email,
        "emailVerified": user.email_verified,
        "name": user.name,
        "picture": user.picture,
        "identities": [{"provider": one.issuer, "email": one.email, "linkedAt": iso(one.linked_at)} for one in linked],
        "createdAt": iso(user.created_at),
    }


def _membership(seat: Seat) -> dict[str, Any]:
    return {
        "role": seat.role,
        "billingAdmin": "pay" in seat.rights,
        "joinedAt": iso(seat.joined_at),
        "permissions": sorted(seat.rights),
    }
