"""Workspaces: made, found, listed, shown (as `tenant`, which is their name on the wire)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from socialclaw.db.base import Scope, iso
from socialclaw.db.workspaces import Workspace
from socialclaw.errors import Conflict, InvalidRequest, NotFound

MODES = ("live", "test")
MEDIA_POLICIES = ("strict", "fit")
MOST_LATE_MINUTES = 365 * 24 * 60
LONGEST_NAME = 100  # characters


def create(session: Session, name: str, mode: str = "live") -> Workspace:
    """A new workspace; in mode `test` its networks are the sandbox. Conflict `workspace_exists` where the name is taken."""
    name = name.strip()
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise InvalidRequest(f"A workspace needs a name of 1 to {LONGEST_NAME} printable characters", code="workspace_name_invalid")
    if mode not in MODES:
        raise InvalidRequest(f"Unknown mode {mode!r}; allowed: {', '.join(MODES)}", code="workspace_mode_invalid", allowed=list(MODES))
    if session.scalar(select(Workspace).where(Workspace.name == name)) is not None:
        raise Conflict(f"There is a workspace {name!r} already", code="workspace_exists")
    row = Workspace(name=name, mode=mode)
    session.add(row)
    session.flush()
    return row


def set_media_policy(session: Session, name: str, policy: str) -> Workspace:
    """What is done, in posts that do not say it, about files that a network does not take as they are."""
    if policy not in MEDIA_POLICIES:
        message = f"Unknown media policy {policy!r}; allowed: {', '.join(MEDIA_POLICIES)}"
        raise InvalidRequest(message, code="media_policy_invalid", allowed=list(MEDIA_POLICIES))
    row = by_name(session, name)
    row.media_policy = policy
    return row


def set_max_late(session: Session, name: str, minutes: int) -> Workspace:
    """How late its posts may go out, where neither they nor their schedule say."""
    if not 1 <= minutes <= MOST_LATE_MINUTES:
        message = f"Say a number of minutes from 1 to {MOST_LATE_MINUTES:,}, not {minutes:,}"
        raise InvalidRequest(message, code="max_late_minutes_invalid", minimum=1, maximum=MOST_LATE_MINUTES)
    row = by_name(session, name)
    row.max_late_minutes = minutes
    return row


def by_name(session: Session, name: str) -> Workspace:
    """The workspace, or NotFound `workspace_not_found`."""
    row = session.scalar(select(Workspace).where(Workspace.name == name.strip()))
    if row is None:
        raise NotFound(
            f"There is no workspace {name!r}: `socialclaw workspaces list` names those that there are", code="workspace_not_found"
        )
    return row


def any_live(session: Session) -> bool:
    """Whether there is a live workspace."""
    return session.scalar(select(Workspace.id).where(Workspace.mode == "live").limit(1)) is not None


def only_test(session: Session) -> str | None:
    """The id of the test workspace, if there is just one."""
    found = session.scalars(select(Workspace.id).where(Workspace.mode == "test").limit(2)).all()
    return found[0] if len(found) == 1 else None


def listed(session: Session) -> Sequence[Workspace]:
    """Every workspace, oldest first."""
    return session.scalars(select(Workspace).order_by(Workspace.created_at, Workspace.id)).all()


def entitlements(row: Workspace) -> dict[str, Any]:
    """What the plan allows; null is no limit."""
    return {"plan": row.plan, "postsPerMonth": None, "connectedAccounts": None, "storageBytes": None}


def tenant(row: Workspace) -> dict[str, Any]:
    """A workspace on the wire."""
    return {
        "id": row.id,
        "name": row.name,
        "mode": row.mode,
        "mediaPolicy": row.media_policy,
        "plan": row.plan,
        "subscriptionStatus": row.subscription_status,
        "entitlements": entitlements(row),
        "createdAt": iso(row.created_at),
    }


def card(scope: Scope) -> dict[str, Any]:
    """The caller's workspace on the wire."""
    return tenant(scope.session.get_one(Workspace, scope.workspace_id))
