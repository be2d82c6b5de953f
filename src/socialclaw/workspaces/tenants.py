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
    name = _free_name(session, name)
    if mode not in MODES:
        raise InvalidRequest(f"Unknown mode {mode!r}; allowed: {', '.join(MODES)}", code="workspace_mode_invalid", allowed=list(MODES))
    row = Workspace(name=name, mode=mode)
    session.add(row)
    session.flush()
    return row


def rename(session: Session, row: Workspace, name: str) -> None:
    """Give a workspace another name, which nobody else has."""
    if name.strip() != row.name:
        row.name = _free_name(session, name)


def _free_name(session: Session, name: str) -> str:
    name = name.strip()
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise InvalidRequest(f"A workspace needs a name of 1 to {LONGEST_NAME} printable characters", code="workspace_name_invalid")
    if session.scalar(select(Workspace).where(Workspace.name == name)) is not None:
        raise Conflict(f"There is a workspace {name!r} already", code="workspace_exists")
    return name


def set_media_policy(session: Session, name: str, policy: str) -> Workspace:
    """What is done, in posts that do not say it, about files that a network does not take as they are."""
    row = by_name(session, name)
    row.media_policy = _policy(policy)
    return row


def _policy(policy: str) -> str:
    if policy not in MEDIA_POLICIES:
        message = f"Unknown media policy {policy!r}; allowed: {', '.join(MEDIA_POLICIES)}"
        raise InvalidRequest(message, code="media_policy_invalid", allowed=list(MEDIA_POLICIES))
    return policy


def set_max_late(session: Session, name: str, minutes: int) -> Workspace:
    """How late its posts may go out, where neither they nor their schedule say."""
    row = by_name(session, name)
    row.max_late_minutes = _minutes(minutes)
    return row


def _minutes(minutes: int) -> int:
    if not 1 <= minutes <= MOST_LATE_MINUTES:
        message = f"Say a number of minutes from 1 to {MOST_LATE_MINUTES:,}, not {minutes:,}"
        raise InvalidRequest(message, code="max_late_minutes_invalid", minimum=1, maximum=MOST_LATE_MINUTES)
    return minutes


def change(scope: Scope, *, name: str | None, media_policy: str | None, max_late_minutes: int | None) -> Workspace:
    """Change what is said of the caller's workspace; what is None stays."""
    row = scope.session.get_one(Workspace, scope.workspace_id)
    if name is not None:
        rename(scope.session, row, name)
    if media_policy is not None:
        row.media_policy = _policy(media_policy)
    if max_late_minutes is not None:
        row.max_late_minutes = _minutes(max_late_minutes)
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
