"""Sessions: somebody signed in on one device. Begun, found again at every request that brings the cookie, listed, ended.

A session's secret is 32 random bytes in a cookie; we keep the digest. It ends when it is not used for a while, at a fixed time whatever
happens, or when somebody ends it. Only the first minutes after signing in count as fresh, for what must not be done by whoever finds a
browser open.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from operator import attrgetter

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from socialclaw.db.base import new_id, real_now
from socialclaw.db.database import Database
from socialclaw.db.people import Membership, User, UserSession
from socialclaw.db.workspaces import Workspace
from socialclaw.errors import Forbidden, NotFound
from socialclaw.people.roles import rights
from socialclaw.settings import Settings
from socialclaw.sign_in_settings import SignInSettings
from socialclaw.vault import digest
from socialclaw.workspaces.found_secrets import USE_SECONDS, FoundSecrets

KINDS = ("web", "mobile")
FRESH = timedelta(minutes=15)
CACHE_SECONDS = 1.0  # for so long a session that ended in another process may still be taken
LONGEST_AGENT = 300  # characters


@dataclass(frozen=True, slots=True)
class Seat:
    """A person's place in one workspace, and what it lets them do there."""

    workspace_id: str
    name: str
    slug: str
    test: bool
    twin_id: str | None
    role: str
    billing_admin: bool
    joined_at: datetime
    erase_at: datetime | None = None  # it is to be deleted then

    def is_called(self, asked: str) -> bool:
        """Whether this is the workspace with that id, or slug."""
        return asked in (self.workspace_id, self.slug)

    @property
    def rights(self) -> frozenset[str]:
        return rights(self.role, billing_admin=self.billing_admin)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who is behind a session, and where they may go. `last`: the workspace that was used last."""

    session_id: str
    user_id: str
    kind: str
    since: datetime
    expires_at: datetime
    last: str | None
    seats: tuple[Seat, ...]

    @property
    def fresh(self) -> bool:
        """Whether they have just signed in."""
        return real_now() - self.since <= FRESH

    def seat(self, asked: str | None = None) -> Seat | None:
        """The place in the workspace that is asked for, by id or slug; else in the last used one, or the first; None: there is none."""
        if asked is not None:
            return next((seat for seat in self.seats if seat.is_called(asked)), None)
        return next((seat for seat in self.seats if seat.workspace_id == self.last), self.seats[0] if self.seats else None)


class SignInAgain(Forbidden):
    """It takes a sign-in of the last minutes."""

    code = "sign_in_again"


def require_fresh(signed: SignedIn) -> None:
    """SignInAgain where too much time has passed since they signed in."""
    if not signed.fresh:
        minutes = int(FRESH.total_seconds() // 60)
        raise SignInAgain(f"This needs a sign-in of the last {minutes} minutes: sign in again, then repeat it", minutes=minutes)


def begin(
    session: Session,
    limits: SignInSettings,
    user_id: str,
    *,
    kind: str = "web",
    workspace_id: str | None = None,
    agent: str | None = None,
    instead: str | None = None,
) -> tuple[UserSession, str]:
    """A new session and its secret. `instead`: the session that the same browser had, which ends.

    Those of anybody that are past their end are forgotten on the way.
    """
    now, secret = real_now(), secrets.token_urlsafe(32)
    session.execute(delete(UserSession).where((UserSession.expires_at < now) | (UserSession.id == instead)))
    row = UserSession(
        id=new_id("session"),
        digest=digest(secret),
        user_id=user_id,
        kind=kind,
        workspace_id=workspace_id,
        agent=agent[:LONGEST_AGENT] if agent else None,
        created_at=now,
        seen_at=now,
        expires_at=now + limits.life(kind),
    )
    session.add(row)
    session.flush()
    return row, secret


def listed(session: Session, limits: SignInSettings, user_id: str) -> Sequence[UserSession]:
    """Somebody's sessions that are still good, the last used first."""
    rows = session.scalars(select(UserSession).where(UserSession.user_id == user_id).order_by(UserSession.seen_at.desc(), UserSession.id))
    now = real_now()
    return [row for row in rows if _good(row, limits, now)]


def end(session: Session, user_id: str, session_id: str) -> None:
    """Sign somebody out on one device. NotFound where it is not theirs."""
    done = session.execute(delete(UserSession).where(UserSession.id == session_id, UserSession.user_id == user_id))
    if not done.rowcount:  # type: ignore[attr-defined]
        raise NotFound(f"There is no session {session_id!r} of yours", code="session_not_found")


def end_all(session: Session, user_id: str) -> int:
    """Sign somebody out everywhere; how many sessions that were."""
    count: int = session.execute(delete(UserSession).where(UserSession.user_id == user_id)).rowcount  # type: ignore[attr-defined]
    return count


def use(session: Session, session_id: str, workspace_id: str) -> None:
    """From now on this workspace is the one that is meant where none is named."""
    session.execute(update(UserSession).where(UserSession.id == session_id).values(workspace_id=workspace_id))


class Sessions(FoundSecrets[SignedIn]):
    """Finds sessions by the secret of their cookie. `forget(session_id)` of one that was ended, `forget_all` where roles have changed."""

    def __init__(self, database: Database, settings: Settings, *, seconds: float = CACHE_SECONDS) -> None:
        super().__init__(database, partial(_look_up, limits=settings.sign_in), _touch, attrgetter("session_id"), seconds=seconds)


def _good(row: UserSession, limits: SignInSettings, now: datetime) -> bool:
    return row.expires_at > now and row.seen_at + limits.idle(row.kind) > now


def _look_up(session: Session, name: str, *, limits: SignInSettings) -> SignedIn | None:
    found = session.execute(
        select(UserSession, User.realm).join(User, User.id == UserSession.user_id).where(UserSession.digest == name)
    ).one_or_none()
    if found is None or not _good(found[0], limits, real_now()):
        return None
    row, realm = found
    space = (Workspace.id, Workspace.name, Workspace.slug, Workspace.mode, Workspace.twin_id, Workspace.erase_at)
    part = (Membership.role, Membership.billing_admin, Membership.joined_at)
    query = select(*space, *part).join(Membership, Membership.workspace_id == Workspace.id).where(Membership.user_id == row.user_id)
    # Who is known by a simulated identity provider alone comes into no live workspace, whatever a row says.
    seats = [
        Seat(one.id, one.name, one.slug, one.mode == "test", one.twin_id, one.role, one.billing_admin, one.joined_at, one.erase_at)
        for one in session.execute(query.order_by(Membership.joined_at, Workspace.id))
        if realm == "live" or one.mode == "test"
    ]
    return SignedIn(row.id, row.user_id, row.kind, row.created_at, row.expires_at, row.workspace_id, tuple(seats))


def _touch(session: Session, session_id: str) -> None:
    """One of several processes is enough."""
    now = real_now()
    stale = UserSession.seen_at < now - timedelta(seconds=USE_SECONDS)
    session.execute(update(UserSession).where(UserSession.id == session_id, stale).values(seen_at=now))
