"""Audit lines: what people did, in the order in which they did it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from socialclaw.db.base import Scope, iso
from socialclaw.db.erasure import Erasure
from socialclaw.db.people import AuditLine, User
from socialclaw.db.workspaces import Workspace

MOST = 500  # lines of one page


def note(
    session: Session,
    user_id: str | None,
    action: str,
    subject: str | None = None,
    *,
    workspace_id: str | None = None,
    details: dict[str, Any] | None = None,
) -> None:
    """Write down that somebody did this, in the transaction in which it is done."""
    session.add(AuditLine(workspace_id=workspace_id, user_id=user_id, action=action, subject=subject, details=details or {}))


def note_after(session: Session, user_id: str, action: str, subject: str | None, *, workspace_id: str | None) -> None:
    """The same after it was done, of those who are still there: it may have been that they are no more."""
    if workspace_id is not None and session.get(Workspace, workspace_id) is None:
        return
    leaving = session.scalar(select(Erasure.id).where(Erasure.user_id == user_id)) is not None
    if not leaving and session.get(User, user_id) is not None:
        note(session, user_id, action, subject, workspace_id=workspace_id)
    elif workspace_id is not None:
        note(session, None, action, None, workspace_id=workspace_id)


def listed(scope: Scope, *, limit: int, offset: int) -> list[dict[str, Any]]:
    """What people did in a workspace, the latest first, on the wire."""
    query = select(AuditLine, User).outerjoin(User, User.id == AuditLine.user_id).where(AuditLine.workspace_id == scope.workspace_id)
    ordered = query.order_by(AuditLine.created_at.desc(), AuditLine.id.desc()).limit(min(limit, MOST)).offset(offset)
    found: Sequence[Any] = scope.session.execute(ordered).all()
    return [
        {
            "id": line.id,
            "at": iso(line.created_at),
            "action": line.action,
            "subject": line.subject,
            "by": {"id": user.id, "name": user.name, "email": user.email} if user else None,
            "details": line.details,
        }
        for line, user in found
    ]
