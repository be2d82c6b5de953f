"""API keys: made, listed, revoked, and found again at every request.

What a key may do is in `operations.py`. Until when it may do that is real time: no rehearsal makes a key live longer.
A secret is `sc_live_` or `sc_test_` and 24 random bytes. It is found by its digest and kept sealed beside it, so that the
dashboard can show it; its first twelve characters tell keys apart.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import attrgetter

from sqlalchemy import and_, delete, func, or_, select, update
from sqlalchemy.orm import Session

from socialclaw.db.base import Scope, iso, new_id, real_now, utc_now
from socialclaw.db.database import Database
from socialclaw.db.workspaces import ApiKey, Workspace, in_use
from socialclaw.errors import Conflict, Forbidden, InvalidRequest, Unauthenticated
from socialclaw.events.facts import key_changed
from socialclaw.settings import Settings
from socialclaw.turns import Party
from socialclaw.vault import Vault, digest
from socialclaw.workspaces import limits
from socialclaw.workspaces.found_secrets import USE_SECONDS, FoundSecrets
from socialclaw.workspaces.operations import OPERATIONS, granted

KINDS = ("personal", "agent")
LONGEST_LABEL = 200  # characters
LONGEST_GRACE = 7 * 24 * 3600  # seconds in which a rotated key's former secret may still be taken
PREFIX = 12
CACHE_SECONDS = 5.0  # for so long a key revoked by another process may still be taken
MOST_ENDED = 200  # keys of a workspace that are remembered after their end
LONGEST_LIFE = timedelta(days=3650)
SOON = timedelta(days=14)  # before its end, in which a key is named as one that is about to end


class KeyExpired(Unauthenticated):
    """The key has come to the end that it was made with."""

    code = "api_key_expired"


def create(
    scope: Scope,
    vault: Vault,
    label: str | None = None,
    kind: str = "personal",
    *,
    operations: Sequence[str] | None = None,
    expires_at: datetime | None = None,
    by: Collection[str] = tuple(OPERATIONS),
    by_key: str | None = None,
    within: Settings | None = None,
) -> tuple[ApiKey, str]:
    """A new key and its secret. `within` these settings there are only so many: Conflict `workspace_limit_reached`.

    `operations`: words and presets, else those that are usual for its kind; `by`: those of whoever makes it. `expires_at`: when it ends,
    else when the key `by_key` does that makes it.
    """
    if kind not in KINDS:
        raise InvalidRequest(f"Unknown kind {kind[:40]!r}; allowed: {', '.join(KINDS)}", code="key_kind_invalid", allowed=list(KINDS))
    if label is not None and len(label) > LONGEST_LABEL:
        raise InvalidRequest(f"A label has at most {LONGEST_LABEL} characters", code="key_label_too_long", maxLength=LONGEST_LABEL)
    words = granted(kind, operations, by)
    ends = ending(expires_at, scope.one(ApiKey, by_key).expires_at if by_key else None)
    if within:
        limits.check(scope, within, limits.API_KEYS)
    forget_ended(scope)
    row = ApiKey(id=new_id("key"), label=label, kind=kind, operations=" ".join(words), expires_at=ends)
    secret = _renew(row, vault, test=scope.test)
    scope.add(row)
    scope.session.flush()
    key_changed(scope.session, scope.workspace_id, "key.created", row)
    return row, secret


def without_secret(scope: Scope, label: str, kind: str, prefix: str, *, operations: Collection[str], expires_at: datetime | None) -> ApiKey:
    """A key that nothing opens by itself: what does is somebody else's business (see `grants/tokens.py`)."""
    forget_ended(scope)
    row = ApiKey(id=new_id("key"), label=label, kind=kind, operations=" ".join(operations), prefix=prefix, expires_at=expires_at)
    scope.add(row)
    scope.session.flush()
    key_changed(scope.session, scope.workspace_id, "key.created", row)
    return row


def ending(asked: datetime | None, own: datetime | None) -> datetime | None:
    """When a new key ends: when it is asked to, and never after the one that makes it (`own`)."""
    if asked is None:
        return own
    if asked.tzinfo is None or not real_now() < asked <= real_now() + LONGEST_LIFE:
        message = f"expiresAt is when the key ends: a time from now on, with its zone, within {LONGEST_LIFE.days:,} days"
        raise InvalidRequest(message, code="key_expiry_invalid", path="expiresAt", most=iso(real_now() + LONGEST_LIFE))
    if own is not None and asked > own:
        message = f"A key makes none that outlives it: this one ends at {iso(own)}"
        raise Forbidden(message, code="key_expiry_too_late", expiresAt=iso(own))
    return asked


def ending_soon(session: Session) -> Sequence[ApiKey]:
    """Those in use, of whatever workspace, that are about to end; the next one first."""
    soon = ApiKey.expires_at <= real_now() + SOON
    return session.scalars(select(ApiKey).where(in_use(), soon).order_by(ApiKey.expires_at, ApiKey.id)).all()


def forget_ended(scope: Scope) -> None:
    """Of those that are out of use the last ones are kept: who creates and revokes in turn fills no table."""
    ended = func.coalesce(ApiKey.revoked_at, ApiKey.expires_at).desc()
    out_of_use = scope.all(ApiKey).where(~in_use()).with_only_columns(ApiKey.id)
    older = list(scope.session.scalars(out_of_use.order_by(ended, ApiKey.id.desc()).offset(MOST_ENDED)))
    if older:
        scope.session.execute(delete(ApiKey).where(ApiKey.workspace_id == scope.workspace_id, ApiKey.id.in_(older)))


def listed(scope: Scope) -> Sequence[ApiKey]:
    """Every key of the workspace, the last revoked ones too; newest first."""
    return scope.session.scalars(scope.all(ApiKey).order_by(ApiKey.created_at.desc(), ApiKey.id.desc())).all()


def one(scope: Scope, key_id: str) -> ApiKey:
    """A key of the workspace, revoked or not."""
    return scope.one(ApiKey, key_id)


def revoke(scope: Scope, key_id: str) -> ApiKey:
    """Take a key out of use, for good. Revoking again changes nothing. The process's Keyring must `forget` it."""
    row = scope.one(ApiKey, key_id, lock=True)
    if row.revoked_at is None:
        row.revoked_at = utc_now()
        key_changed(scope.session, scope.workspace_id, "key.revoked", row)
    row.former_digest = row.former_until = None
    return row


def rotate(scope: Scope, vault: Vault, key_id: str, grace: int = 0) -> tuple[ApiKey, str]:
    """Give a key another secret; the one that it had opens nothing after so many seconds, and any before that nothing at once.

    The process's Keyring must `forget` it.
    """
    if not 0 <= grace <= LONGEST_GRACE:
        message = f"graceSeconds is from 0 to {LONGEST_GRACE:,}: so long the secret that the key has now may still be used"
        raise InvalidRequest(message, code="grace_seconds_invalid", path="graceSeconds", minimum=0, maximum=LONGEST_GRACE)
    row = scope.one(ApiKey, key_id, lock=True)
    if row.revoked_at is not None:
        raise Conflict("This key is revoked, for good: make another one", code="key_revoked")
    if row.sealed is None:
        raise Conflict("This is a grant, whose client renews its tokens by itself: to end it, revoke it", code="key_is_grant")
    if row.expires_at is not None and row.expires_at <= real_now():
        raise Conflict(f"This key ended at {iso(row.expires_at)}: make another one", code="key_expired", expiredAt=iso(row.expires_at))
    row.former_digest, row.former_until = (row.digest, real_now() + timedelta(seconds=grace)) if grace else (None, None)
    return row, _renew(row, vault, test=scope.test)


def secret_of(vault: Vault, row: ApiKey) -> str | None:
    """What the key is sent as; None of a grant, whose tokens nobody sees again."""
    return vault.unseal(row.sealed, bound_to=_place(row)) if row.sealed else None


def _renew(row: ApiKey, vault: Vault, *, test: bool) -> str:
    secret = f"sc_{'test' if test else 'live'}_{secrets.token_urlsafe(24)}"
    row.prefix, row.digest, row.sealed = secret[:PREFIX], digest(secret), vault.seal(secret, bound_to=_place(row))
    return secret


def _place(row: ApiKey) -> str:
    return f"api_keys:{row.id}:secret"


def owner(scope: Scope, key_id: str) -> tuple[Workspace, ApiKey]:
    """The workspace and the key by which it is spoken for."""
    return scope.session.get_one(Workspace, scope.workspace_id), scope.one(ApiKey, key_id)


@dataclass(frozen=True, slots=True)
class Found:
    """Whose key it is, and what it may do until when. `test`: a test workspace."""

    key_id: str
    workspace_id: str
    test: bool
    operations: frozenset[str]
    expires_at: datetime | None = None

    @property
    def expired(self) -> bool:
        """Whether it has come to its end."""
        return self.expires_at is not None and self.expires_at <= real_now()

    def check(self) -> Found:
        """Itself, or KeyExpired."""
        if self.expires_at is not None and self.expired:
            at = iso(self.expires_at)
            message = f"This API key ended at {at}: make another one, or ask whoever gave it to you"
            raise KeyExpired(message, expiredAt=at, keyId=self.key_id)
        return self

    @property
    def party(self) -> Party:
        """Whose turn a request with this key takes."""
        return Party(self.workspace_id, self.test)

    @property
    def spends(self) -> tuple[str, str]:
        """Whose minutes it takes requests from: its own, and those that all of the workspace share."""
        return self.key_id, self.workspace_id


class Keyring(FoundSecrets[Found]):
    """Finds keys by their secret. `forget(key_id)` of one that was revoked."""

    def __init__(self, database: Database, *, seconds: float = CACHE_SECONDS) -> None:
        super().__init__(database, _look_up, touch, attrgetter("key_id"), seconds=seconds)


def _look_up(session: Session, name: str) -> Found | None:
    """Also one that has ended by itself: whoever comes with it is told so."""
    columns = (ApiKey.id, ApiKey.workspace_id, Workspace.mode, ApiKey.digest, ApiKey.former_digest, ApiKey.operations, ApiKey.expires_at)
    query = select(*columns).join(Workspace, Workspace.id == ApiKey.workspace_id)
    former = and_(ApiKey.former_digest == name, ApiKey.former_until > real_now())
    open_ = query.where(or_(ApiKey.digest == name, former), ApiKey.revoked_at.is_(None), Workspace.erase_at.is_(None))
    row = session.execute(open_).one_or_none()
    if row is None or not any(one and hmac.compare_digest(one, name) for one in (row.digest, row.former_digest)):
        return None
    return Found(row.id, row.workspace_id, row.mode == "test", frozenset(row.operations.split()), row.expires_at)


def touch(session: Session, key_id: str) -> None:
    """A use is noted. One of several processes is enough."""
    now = utc_now()
    stale = or_(ApiKey.last_used_at.is_(None), ApiKey.last_used_at < now - timedelta(seconds=USE_SECONDS))
    session.execute(update(ApiKey).where(ApiKey.id == key_id, stale, in_use()).values(last_used_at=now))
