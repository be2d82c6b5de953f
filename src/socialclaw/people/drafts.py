"""The composer's drafts: what somebody is writing, kept so that no closed window loses it. Theirs alone, also within a workspace.

They are no posts: nothing is judged, and nobody else sees them. Whoever saves says which revision they have read, so that of two windows
neither overwrites the other, and a window that was left open does not bring back what has been sent from another one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from socialclaw.db.base import Scope, iso, real_now
from socialclaw.db.people import User
from socialclaw.db.planning import ComposerDraft
from socialclaw.errors import Conflict, NotFound

MOST = 100  # of one person in a workspace
LONGEST_TEXT = 140  # characters of it in a list
_ID = re.compile(r"draft_[A-Za-z0-9_-]{8,64}", re.ASCII)


def listed(scope: Scope, user_id: str) -> Sequence[dict[str, Any]]:
    """Somebody's drafts on the wire without their content, the last saved first."""
    columns = (ComposerDraft.id, ComposerDraft.revision, ComposerDraft.text, ComposerDraft.created_at, ComposerDraft.updated_at)
    query = select(*columns).where(*_theirs(scope, user_id)).order_by(ComposerDraft.updated_at.desc(), ComposerDraft.id)
    return [_card(*row) for row in scope.session.execute(query)]


def one(scope: Scope, user_id: str, draft_id: str) -> dict[str, Any]:
    """A draft on the wire. NotFound `draft_not_found`."""
    row = _found(scope, user_id, draft_id)
    if row is None:
        raise _missing(draft_id)
    return wire(row)


def save(scope: Scope, user_id: str, draft_id: str, content: dict[str, Any], if_revision: int | None) -> ComposerDraft:
    """Keep a draft as it is now; Conflict `draft_changed` where it is not at the revision that is said. 0: only if there is none yet."""
    if not _ID.fullmatch(draft_id):
        raise _missing(draft_id, "; the id of a new one is draft_ and 8 to 64 letters, digits, hyphens or underscores")
    scope.session.execute(select(User.id).where(User.id == user_id).with_for_update(key_share=True))  # two windows at once
    row = _found(scope, user_id, draft_id)
    there = row.revision if row else 0
    if if_revision not in (None, there):
        gone = "it was sent or deleted" if row is None else "it was saved in another window"
        raise Conflict(f"This draft is not what you have read: {gone}", code="draft_changed", revision=there)
    if row is None:
        _refuse_more(scope.session, scope.workspace_id, user_id)
        row = ComposerDraft(workspace_id=scope.workspace_id, user_id=user_id, id=draft_id, revision=0)
        scope.session.add(row)
    said = content.get("text")
    row.content, row.text = content, said[:LONGEST_TEXT] if isinstance(said, str) else ""
    row.revision, row.updated_at = there + 1, real_now()
    scope.session.flush()
    return row


def discard(scope: Scope, user_id: str, draft_id: str) -> dict[str, Any]:
    """Do away with a draft, whatever its revision; what it was. NotFound `draft_not_found`."""
    row = _found(scope, user_id, draft_id)
    if row is None:
        raise _missing(draft_id)
    scope.session.delete(row)
    return wire(row)


def wire(row: ComposerDraft) -> dict[str, Any]:
    """A draft on the wire."""
    return {**_card(row.id, row.revision, row.text, row.created_at, row.updated_at), "content": row.content}


def _card(draft_id: str, revision: int, text: str, created_at: Any, updated_at: Any) -> dict[str, Any]:
    return {"id": draft_id, "revision": revision, "text": text, "createdAt": iso(created_at), "updatedAt": iso(updated_at)}


def _theirs(scope: Scope, user_id: str) -> tuple[Any, ...]:
    return ComposerDraft.workspace_id == scope.workspace_id, ComposerDraft.user_id == user_id


def _found(scope: Scope, user_id: str, draft_id: str) -> ComposerDraft | None:
    return scope.session.scalar(select(ComposerDraft).where(*_theirs(scope, user_id), ComposerDraft.id == draft_id))


def _missing(draft_id: str, more: str = "") -> NotFound:
    return NotFound(f"There is no draft {draft_id[:100]!r} of yours in this workspace{more}", code="draft_not_found")


def _refuse_more(session: Session, workspace_id: str, user_id: str) -> None:
    count = select(func.count()).where(ComposerDraft.workspace_id == workspace_id, ComposerDraft.user_id == user_id)
    if (session.scalar(count) or 0) >= MOST:
        raise Conflict(f"You have {MOST} drafts here already: send or delete some", code="drafts_too_many", most=MOST)
