"""Tokens of a grant: a short one that opens, a long one that gets the next pair.

A refresh token is redeemed once, and honoured for half an hour after that: two processes of one client that renew at once, and a client
that lost the answer, both go on. Whoever comes with it later has somebody else's, or somebody else has theirs: the grant ends.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from operator import attrgetter

from sqlalchemy import and_, delete, select
from sqlalchemy.orm import Session

from socialclaw.db.base import Scope, iso, real_now
from socialclaw.db.database import Database
from socialclaw.db.grants import Grant, GrantToken
from socialclaw.db.people import Membership
from socialclaw.db.workspaces import ApiKey, Workspace, in_use
from socialclaw.errors import Unauthenticated
from socialclaw.grants import clients
from socialclaw.grants.consent import Allowed, room
from socialclaw.grants.refusals import OAuthError
from socialclaw.people import audit
from socialclaw.people.roles import rights
from socialclaw.settings import Settings
from socialclaw.vault import digest
from socialclaw.workspaces import keys
from socialclaw.workspaces.found_secrets import FoundSecrets
from socialclaw.workspaces.keys import Found

ACCESS, RENEWAL = "sca_", "scr_"
ACCESS_LIFE, REFRESH_LIFE = timedelta(hours=24), timedelta(days=90)
OVERLAP = timedelta(minutes=30)
MOST_PAIRS = 500  # of a grant, that are remembered
CACHE_SECONDS = 1.0  # for so long a token may still be taken that ended in another process
KIND = "oauth"


@dataclass(frozen=True, slots=True)
class Issued:
    """A new pair, in clear this once."""

    key_id: str
    workspace_id: str
    access: str
    refresh: str
    seconds: int
    operations: tuple[str, ...]


class TokenExpired(Unauthenticated):
    """The access token has come to its end; its refresh token gets another."""

    code = "access_token_expired"


@dataclass(frozen=True, slots=True)
class Granted(Found):
    """Whose grant a token is of."""

    def check(self) -> Granted:
        if self.expires_at is not None and self.expired:
            at = iso(self.expires_at)
            raise TokenExpired(f"This access token ended at {at}: get another with the refresh token, or connect again", expiredAt=at)
        return self


class Grants(FoundSecrets[Granted]):
    """Finds grants by their access tokens, as keys are found. `forget(key_id)` of one that was revoked."""

    def __init__(self, database: Database, resources: Collection[str], *, seconds: float = CACHE_SECONDS) -> None:
        look_up = partial(_look_up, resources=frozenset(resources))
        super().__init__(database, look_up, keys.touch, attrgetter("key_id"), seconds=seconds)


def _look_up(session: Session, name: str, *, resources: frozenset[str]) -> Granted | None:
    """Never wider than what the person who granted it has there now; nothing where they are no member, or for another server."""
    part = and_(Membership.user_id == Grant.user_id, Membership.workspace_id == Grant.workspace_id)
    query = (
        select(GrantToken.access_until, Grant, ApiKey, Workspace.mode, Membership)
        .join(Grant, Grant.id == GrantToken.grant_id)
        .join(ApiKey, ApiKey.id == Grant.id)
        .join(Workspace, Workspace.id == Grant.workspace_id)
        .outerjoin(Membership, part)
    )
    open_ = query.where(GrantToken.access_digest == name, ApiKey.revoked_at.is_(None), Workspace.erase_at.is_(None))
    found = session.execute(open_).one_or_none()
    if found is None or found[1].resource not in resources:
        return None
    until, grant, key, mode, member = found
    may = frozenset(key.operations.split())
    if grant.user_id is not None:
        if member is None:
            return None
        may &= rights(member.role, billing_admin=member.billing_admin)
    ends = until if key.expires_at is None else min(until, key.expires_at)
    return Granted(key.id, key.workspace_id, mode == "test", may, ends)


def begin(session: Session, settings: Settings, allowed: Allowed) -> Issued:
    """A new grant of what was allowed, and its first pair. Conflict where the workspace has no place for it any more."""
    space = session.get_one(Workspace, allowed.workspace_id)
    scope = Scope(session, space.id, test=space.mode == "test")
    room(scope, settings)
    key = keys.without_secret(scope, allowed.client_name, KIND, ACCESS, operations=allowed.operations, expires_at=allowed.expires_at)
    grant = Grant(
        id=key.id,
        user_id=allowed.user_id,
        client_id=allowed.client_id,
        client_name=allowed.client_name,
        client_host=allowed.client_host,
        resource=allowed.resource,
    )
    scope.add(grant)
    session.flush()
    details = {"client": allowed.client_name, "host": allowed.client_host, "operations": list(allowed.operations)}
    if allowed.user_id:
        audit.note(session, allowed.user_id, "grant_access", key.id, workspace_id=space.id, details=details)
    clients.note_use(session, allowed.client_id)
    return _pair(session, grant, key)


def renew(session: Session, client_id: str, token: str, resource: str | None) -> Issued | OAuthError:
    """The next pair. What is refused is answered and not raised: that a grant has ended must be kept."""
    row = session.scalar(select(GrantToken).where(GrantToken.refresh_digest == digest(token)).with_for_update())
    grant = session.get(Grant, row.grant_id) if row else None
    if row is None or grant is None or grant.client_id != client_id:
        return OAuthError("This refresh token is unknown, or of another client: connect again")
    key, now = session.get_one(ApiKey, grant.id), real_now()
    if key.revoked_at is not None or row.refresh_until <= now or (key.expires_at is not None and key.expires_at <= now):
        return OAuthError("This grant has ended, or was revoked: connect again")
    if row.used_at is not None and now - row.used_at > OVERLAP:
        keys.revoke(Scope(session, grant.workspace_id), grant.id)
        return OAuthError("This refresh token was used before, so somebody may have a copy of it: the grant has ended, connect again")
    if resource is not None and resource != grant.resource:
        return OAuthError(f"This grant is for {grant.resource}", code="invalid_target")
    row.used_at = row.used_at or now
    clients.note_use(session, client_id)
    return _pair(session, grant, key)


def end(session: Session, client_id: str, token: str) -> str | None:
    """A client gives a token back (RFC 7009): with its refresh token the grant ends, with an access token that one. The key's id."""
    name = digest(token)
    row = session.scalar(select(GrantToken).where((GrantToken.refresh_digest == name) | (GrantToken.access_digest == name)))
    grant = session.get(Grant, row.grant_id) if row else None
    if row is None or grant is None or grant.client_id != client_id:
        return None
    if row.refresh_digest == name:
        keys.revoke(Scope(session, grant.workspace_id), grant.id)
    else:
        row.access_until = min(row.access_until, real_now())
    return grant.id


def _pair(session: Session, grant: Grant, key: ApiKey) -> Issued:
    access, refresh, now = ACCESS + secrets.token_urlsafe(32), RENEWAL + secrets.token_urlsafe(32), real_now()
    ends = key.expires_at or now + REFRESH_LIFE
    row = GrantToken(
        grant_id=grant.id,
        workspace_id=grant.workspace_id,
        created_at=now,
        access_digest=digest(access),
        access_until=min(now + ACCESS_LIFE, ends),
        refresh_digest=digest(refresh),
        refresh_until=min(now + REFRESH_LIFE, ends),
    )
    session.add(row)
    session.flush()
    _forget_old(session, grant.id)
    seconds = int((row.access_until - now).total_seconds())
    return Issued(key.id, key.workspace_id, access, refresh, seconds, tuple(key.operations.split()))


def _forget_old(session: Session, grant_id: str) -> None:
    """Of a grant the last pairs are kept: a client that renews in a loop fills no table."""
    newest = select(GrantToken.id).where(GrantToken.grant_id == grant_id).order_by(GrantToken.created_at.desc(), GrantToken.id.desc())
    if older := list(session.scalars(newest.offset(MOST_PAIRS))):
        session.execute(delete(GrantToken).where(GrantToken.id.in_(older)))


def forget_ended(session: Session, most: int) -> int:
    """Pairs that are over; how many."""
    now = real_now()
    found = session.scalars(select(GrantToken.id).where(GrantToken.refresh_until < now).limit(most)).all()
    session.execute(delete(GrantToken).where(GrantToken.id.in_(found)))
    return len(found)


def end_unused(session: Session, most: int) -> int:
    """Grants without a token that could be renewed: of clients that stayed away, and of people who are gone. How many were revoked."""
    living = select(GrantToken.grant_id).where(GrantToken.refresh_until > real_now())
    unused = select(ApiKey).where(ApiKey.kind == KIND, in_use(), ApiKey.id.not_in(living)).limit(most)
    found = session.scalars(unused).all()
    for row in found:
        keys.revoke(Scope(session, row.workspace_id), row.id)
    return len(found)


def clients_of(scope: Scope) -> dict[str, dict[str, str]]:
    """Whose each key of kind `oauth` is, by the keys' ids."""
    rows: list[Grant] = list(scope.session.scalars(scope.all(Grant)))
    return {row.id: {"name": row.client_name, "host": row.client_host, "id": row.client_id} for row in rows}
