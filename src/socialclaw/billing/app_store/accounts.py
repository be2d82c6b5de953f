"""The token by which the App Store knows a workspace. It is no secret, but it says where a purchase goes: so no client ever chooses it."""

from __future__ import annotations

import uuid

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from socialclaw.db.app_store import AppAccount
from socialclaw.db.base import Scope
from socialclaw.db.workspaces import Workspace


def token_of(scope: Scope) -> str:
    """The workspace's own: made when it is first asked for, and the same ever after."""
    session = scope.session
    if found := session.get(AppAccount, scope.workspace_id):
        return found.token
    insert = postgresql.insert(AppAccount) if session.get_bind().dialect.name == "postgresql" else sqlite.insert(AppAccount)
    session.execute(insert.values(workspace_id=scope.workspace_id, token=str(uuid.uuid4())).on_conflict_do_nothing())
    return session.scalars(select(AppAccount.token).where(AppAccount.workspace_id == scope.workspace_id)).one()


def named_by(session: Session, token: str | None, *, test: bool) -> Workspace | None:
    """The workspace that a token names; of this realm."""
    if not token:
        return None
    found = session.scalar(select(Workspace).join(AppAccount, AppAccount.workspace_id == Workspace.id).where(AppAccount.token == token))
    return found if found is not None and (found.mode == "test") == test else None
