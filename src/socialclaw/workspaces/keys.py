"""API keys: made, listed, revoked, and found again at every request.

What a key may do is in `operations.py`.
A secret is `sc_live_` or `sc_test_` and 24 random bytes. It is found by its digest and kept sealed beside it, so that the
dashboard can show it; its first twelve characters tell keys apart.
"""

from __future__ import annotations

import asyncio
import hmac
import logging
import secrets
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from socialclaw.db.base import Scope, new_id, utc_now
from socialclaw.db.database import Database
from socialclaw.db.trouble import DatabaseTrouble
from socialclaw.db.workspaces import ApiKey, Workspace
from socialclaw.errors import InvalidRequest
from socialclaw.settings import Settings
from socialclaw.turns import Party
from socialclaw.vault import Vault, digest
from socialclaw.workspaces import limits
from socialclaw.workspaces.operations import OPERATIONS, granted

KINDS = ("personal", "agent")
LONGEST_LABEL = 200  # characters
PREFIX = 12
CACHE_SECONDS = 5.0  # for so long a key revoked by another process may still be taken
USE_SECONDS = 60.0  # how exact `last_used_at` is
MOST_CACHED = 10_000
MOST_REVOKED = 200  # keys of a workspace that are remembered after their end

log = logging.getLogger(__name__)


def create(
    scope: Scope,
    vault: Vault,
    label: str | None = None,
    kind: str = "personal",
    *,
    operations: Sequence[str] | None = None,
    by: Collection[str] = tuple(OPERATIONS),
    within: Settings | None = None,
) -> tuple[ApiKey, str]:
    """A new key and its secret. `within` these settings there are only so many: Conflict `workspace_limit_reached`.

    `operations`: words and presets, else those that are usual for its kind; `by`: the operations of the key that makes it.
    """
    if kind not in KINDS:
        raise InvalidRequest(f"Unknown kind {kind[:40]!r}; allowed: {', '.join(KINDS)}", code="key_kind_invalid", allowed=list(KINDS))
    if label is not None and len(label) > LONGEST_LABEL:
        raise InvalidRequest(f"A label has at most {LONGEST_LABEL} characters", code="key_label_too_long", maxLength=LONGEST_LABEL)
    words = granted(kind, operations, by)
    if within:
        limits.check(scope, within, limits.API_KEYS)
    _forget_revoked(scope)
    secret = f"sc_{'test' if scope.test else 'live'}_{secrets.token_urlsafe(24)}"
    row = ApiKey(id=new_id("key"), label=label, kind=kind, operations=" ".join(words), prefix=secret[:PREFIX], digest=digest(secret))
    row.sealed = vault.seal(secret, bound_to=f"api_keys:{row.id}:secret")
    scope.add(row)
    scope.session.flush()
    return row, secret


def _forget_revoked(scope: Scope) -> None:
    """Of those that are out of use the last ones are kept: who creates and revokes in turn fills no table."""
    revoked = scope.all(ApiKey).where(ApiKey.revoked_at.is_not(None)).with_only_columns(ApiKey.id)
    older = list(scope.session.scalars(revoked.order_by(ApiKey.revoked_at.desc(), ApiKey.id.desc()).offset(MOST_REVOKED)))
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
    row.revoked_at = row.revoked_at or utc_now()
    return row


def owner(scope: Scope, key_id: str) -> tuple[Workspace, ApiKey]:
    """The workspace and the key by which it is spoken for."""
    return scope.session.get_one(Workspace, scope.workspace_id), scope.one(ApiKey, key_id)


@dataclass(frozen=True, slots=True)
class Found:
    """Whose key it is, and what it may do. `test`: a test workspace."""

    key_id: str
    workspace_id: str
    test: bool
    operations: frozenset[str]

    @property
    def party(self) -> Party:
        """Whose turn a request with this key takes."""
        return Party(self.workspace_id, self.test)


class Keyring:
    """Finds keys by their secret, remembers them for some seconds, and notes when they were used (off the request's path)."""

    def __init__(self, database: Database, *, seconds: float = CACHE_SECONDS) -> None:
        self._database = database
        self._seconds = seconds
        self._known: dict[str, tuple[float, Found]] = {}
        self._used: dict[str, float] = {}
        self._notes: set[asyncio.Task[None]] = set()

    async def find(self, secret: str) -> Found | None:
        """The key behind a secret, or None where there is none or it is revoked."""
        name, now = digest(secret), time.monotonic()
        entry = self._known.get(name)
        if entry is None or entry[0] <= now:
            found = await self._database.read(_look_up, name)
            if found is None:
                self._known.pop(name, None)
                return None
            if len(self._known) >= MOST_CACHED:
                self._known.clear()
            entry = self._known[name] = (now + self._seconds, found)
        self._note(entry[1].key_id, now)
        return entry[1]

    def forget(self, key_id: str) -> None:
        """A key was revoked: it is refused from now on."""
        self._known = {name: entry for name, entry in self._known.items() if entry[1].key_id != key_id}

    def _note(self, key_id: str, now: float) -> None:
        last = self._used.get(key_id)
        if last is not None and now - last < USE_SECONDS:
            return
        self._used[key_id] = now
        task = asyncio.create_task(self._write(key_id))
        self._notes.add(task)
        task.add_done_callback(self._notes.discard)

    async def _write(self, key_id: str) -> None:
        try:
            await self._database.write(_touch, key_id)
        except DatabaseTrouble:
            self._used.pop(key_id, None)  # told once for all; the next use is noted
        except Exception:
            log.exception("the last use of an API key could not be noted")

    async def close(self) -> None:
        """Wait for the notes that are being written."""
        await asyncio.gather(*self._notes)


def _look_up(session: Session, name: str) -> Found | None:
    columns = (ApiKey.id, ApiKey.workspace_id, Workspace.mode, ApiKey.digest, ApiKey.operations)
    query = select(*columns).join(Workspace, Workspace.id == ApiKey.workspace_id)
    row = session.execute(query.where(ApiKey.digest == name, ApiKey.revoked_at.is_(None))).one_or_none()
    if row is None or not hmac.compare_digest(row.digest, name):
        return None
    return Found(row.id, row.workspace_id, row.mode == "test", frozenset(row.operations.split()))


def _touch(session: Session, key_id: str) -> None:
    """One of several processes is enough."""
    now = utc_now()
    stale = or_(ApiKey.last_used_at.is_(None), ApiKey.last_used_at < now - timedelta(seconds=USE_SECONDS))
    session.execute(update(ApiKey).where(ApiKey.id == key_id, stale).values(last_used_at=now))
