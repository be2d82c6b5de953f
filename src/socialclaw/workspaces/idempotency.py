"""Requests that are sent again with the same idempotency key: done once, and answered as the first time."""

from __future__ import annotations

import base64
import zlib
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, update
from sqlalchemy.dialects import postgresql, sqlite

from socialclaw.db.base import Scope, new_id, utc_now
from socialclaw.db.workspaces import Answered
from socialclaw.errors import Conflict, InvalidRequest
from socialclaw.vault import Vault

KEPT = timedelta(hours=24)
LONGEST = 255  # characters


@dataclass(frozen=True, slots=True)
class Turn:
    """Whose turn it is: of the first request with a key, or of one that was answered before (then `status` and `content`)."""

    id: str
    fingerprint: str | None = None
    status: int | None = None
    content: bytes = b""


def checked(key: str) -> str:
    """A key as it may be; 422 otherwise."""
    if not 1 <= len(key) <= LONGEST or not key.isprintable():
        message = f"An idempotency key is text of 1 to {LONGEST} printable characters"
        raise InvalidRequest(message, code="idempotency_key_invalid", maxLength=LONGEST)
    return key


def begin(scope: Scope, vault: Vault, key: str, fingerprint: str | None, made_by: str | None = None) -> Turn:
    """Take the key, or find what was answered to it. Conflict where another request has it, or this one is not over yet.

    `made_by`: the person who asks, where it is one. Keys are kept for a day.
    Of two at once one waits for the other's insertion, so exactly one takes it.
    """
    now = utc_now()
    old = Answered.workspace_id == scope.workspace_id, Answered.created_at < now - KEPT
    scope.session.execute(delete(Answered).where(*old))
    insert = postgresql.insert(Answered) if scope.session.get_bind().dialect.name == "postgresql" else sqlite.insert(Answered)
    values = {
        "id": new_id("req"),
        "workspace_id": scope.workspace_id,
        "key": key,
        "fingerprint": fingerprint,
        "made_by": made_by,
        "created_at": now,
    }
    if made := scope.session.scalar(insert.values(**values).on_conflict_do_nothing().returning(Answered.id)):
        return Turn(made)
    row = scope.session.scalars(scope.all(Answered).where(Answered.key == key)).one_or_none()
    if row is not None and fingerprint is not None:
        same(row.fingerprint, fingerprint)
    if row is None or row.status is None or row.sealed is None:
        message = "A request with this idempotency key is not over, or broke off: look whether it took effect before you use another key"
        raise Conflict(message, code="idempotency_key_in_use")
    packed = base64.b64decode(vault.unseal(row.sealed, bound_to=_bound(row.id)))
    return Turn(row.id, row.fingerprint, row.status, zlib.decompress(packed))


def same(first: str | None, fingerprint: str) -> None:
    """Conflict where a key comes back with another request than it came with."""
    if first is not None and first != fingerprint:
        raise Conflict("This idempotency key was used for another request: use a new key", code="idempotency_key_conflict")


def finish(scope: Scope, vault: Vault, turn: Turn, fingerprint: str, status: int, content: bytes) -> None:
    """Keep the answer. It may hold a secret (a new key's), so it is sealed."""
    sealed = vault.seal(base64.b64encode(zlib.compress(content)).decode(), bound_to=_bound(turn.id))
    values = {"fingerprint": fingerprint, "status": status, "sealed": sealed}
    scope.session.execute(update(Answered).where(Answered.id == turn.id).values(**values))


def give_back(scope: Scope, turn: Turn) -> None:
    """Nothing was done: the key may be used again."""
    scope.session.execute(delete(Answered).where(Answered.id == turn.id))


def _bound(row_id: str) -> str:
    return f"answered_requests:{row_id}:sealed"
