"""Closing a workspace: nothing of it is published from then on, its keys and sessions end, and after a while it is deleted for good.

With a live one goes its twin, the test workspace of the same people; a twin that is closed by itself leaves the live one as it is.
What is being sent at that moment cannot be taken back: it is looked for, and ends as what it came to. Until the day, an owner can keep the
workspace; what was taken back stays so.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from socialclaw.db.accounts import Connection
from socialclaw.db.assets import Arrival
from socialclaw.db.base import Scope, new_id, real_now, utc_now
from socialclaw.db.erasure import Erasure
from socialclaw.db.people import Membership, Ticket, UserSession
from socialclaw.db.posts import Post
from socialclaw.db.workspaces import ApiKey, Workspace, hold
from socialclaw.errors import Conflict, InvalidRequest
from socialclaw.lifecycle.writing import call_off
from socialclaw.publishing import posts
from socialclaw.workspaces import tenants


def close(scope: Scope, named: str, after: timedelta) -> Workspace:
    """Close the workspace, named to show that it is meant, and delete it after so long. Closing it again changes nothing."""
    hold(scope)
    session, space = scope.session, scope.session.get_one(Workspace, scope.workspace_id, populate_existing=True)
    if named.strip() != space.name:
        raise InvalidRequest("Write the workspace's name as it is, to show that you mean this one", code="name_not_confirmed", path="name")
    if space.erase_at is not None:
        return space
    ends = real_now() + after
    _close(scope, space, ends)
    if (twin := _twin_that_follows(session, space)) is not None and twin.erase_at is None:
        other = Scope(session, twin.id, test=True)
        hold(other)
        _close(other, twin, ends)
        scope.hints += other.hints
    return space


def _twin_that_follows(session: Session, space: Workspace) -> Workspace | None:
    """The twin of a live workspace."""
    return tenants.twin(session, space) if space.mode == "live" else None


def _close(scope: Scope, space: Workspace, ends: datetime) -> None:
    session, now = scope.session, utc_now()
    space.erase_at = ends
    session.add(Erasure(id=new_id("erasure"), workspace_id=space.id, due_at=space.erase_at, next_at=space.erase_at))
    session.execute(update(ApiKey).where(ApiKey.workspace_id == space.id, ApiKey.revoked_at.is_(None)).values(revoked_at=now))
    pending = (Connection.workspace_id == space.id, Connection.status == "pending")
    session.execute(update(Connection).where(*pending).values(status="failed", state_digest=None, sealed=None, authorize_url=None))
    session.execute(delete(Ticket).where(Ticket.workspace_id == space.id))
    members = select(Membership.user_id).where(Membership.workspace_id == space.id)
    session.execute(delete(UserSession).where(UserSession.user_id.in_(members)))
    fetched = (Arrival.workspace_id == space.id, Arrival.next_at.is_not(None))
    session.execute(update(Arrival).where(*fetched).values(next_at=None, tries=Arrival.tries + 1))
    session.flush()
    call_off(session, space.id, now)
    for post_id in session.scalars(
        select(Post.id).where(Post.workspace_id == space.id, Post.status == "publishing").order_by(Post.id)
    ).all():
        if scope.one(Post, post_id, lock=True).status == "publishing":
            posts.cancel(scope, post_id)


def keep(scope: Scope) -> Workspace:
    """Do not delete it after all. Conflict `workspace_not_closing`, or `workspace_gone` once that has begun."""
    hold(scope)
    session, space = scope.session, scope.session.get_one(Workspace, scope.workspace_id, populate_existing=True)
    erasure = session.scalar(select(Erasure).where(Erasure.workspace_id == space.id).with_for_update())
    if space.erase_at is None or erasure is None:
        raise Conflict("This workspace is not to be deleted", code="workspace_not_closing")
    if erasure.tries or erasure.due_at <= real_now():
        raise Conflict("It is too late: the workspace is being deleted", code="workspace_gone")
    if (twin := _twin_that_follows(session, space)) is not None and twin.erase_at == space.erase_at:
        session.execute(delete(Erasure).where(Erasure.workspace_id == twin.id))
        twin.erase_at = None
    session.delete(erasure)
    space.erase_at = None
    return space


def at_once(session: Session, workspace_id: str) -> list[Erasure]:
    """Delete a workspace that is closed now, whatever was said; and, of a live one, the twin that was closed with it."""
    space = session.get_one(Workspace, workspace_id)
    twin = _twin_that_follows(session, space)
    going = [space, *([twin] if twin and twin.erase_at == space.erase_at else [])]
    found = []
    for one in going:
        erasure = session.scalars(select(Erasure).where(Erasure.workspace_id == one.id).with_for_update()).one()
        one.erase_at = erasure.due_at = erasure.next_at = min(erasure.due_at, real_now())
        found.append(erasure)
    return found
