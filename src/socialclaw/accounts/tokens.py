"""The secrets of an account at rest: sealed to its row, how long they last, and kept out of what we say.

An OAuth account keeps `access_token` and, where the network gives one, `refresh_token`; a Form account keeps the pasted
values under their field names.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from socialclaw.db.accounts import Account
from socialclaw.providers import draft
from socialclaw.vault import Vault

ACCESS, REFRESH = "access_token", "refresh_token"
SOON = timedelta(seconds=60)  # a token this close to its end is not used for a publish that may take a while
LEAST_MARGIN = timedelta(minutes=10)
MARGIN = 0.2  # of its life
SHORTEST_SECRET = 12  # a shorter piece would black out ordinary words
HIDDEN = "[hidden]"


@dataclass(frozen=True, slots=True)
class Grant:
    """What a handshake brought. `expires_in` is in seconds, None where the secrets do not expire."""

    secrets: Mapping[str, str] = field(default_factory=dict)
    scopes: tuple[str, ...] = ()
    expires_in: float | None = None

    @classmethod
    def of(cls, tokens: draft.Tokens) -> Grant:
        secrets = {ACCESS: tokens.access, **({REFRESH: tokens.refresh} if tokens.refresh else {})}
        return cls(secrets, tokens.scopes, tokens.expires_in)


def bind(row: Account, vault: Vault, grant: Grant, now: datetime) -> None:
    """Put a grant into a row: secrets sealed, expiry and next refresh written, earlier failures forgotten."""
    row.sealed = seal(vault, row.id, grant.secrets)
    row.token_expires_at = None if grant.expires_in is None else now + timedelta(seconds=grant.expires_in)
    row.refresh_at = refresh_moment(row.token_expires_at, now) if REFRESH in grant.secrets else None
    row.refresh_failures, row.refresh_failure_code, row.ended_at = 0, None, None


def refresh_moment(expires_at: datetime | None, now: datetime) -> datetime | None:
    """When to refresh ahead of the end: a fifth of the life before it, at least ten minutes (never in the past)."""
    if expires_at is None:
        return None
    return max(now, expires_at - max(LEAST_MARGIN, (expires_at - now) * MARGIN))


def seal(vault: Vault, account_id: str, secrets: Mapping[str, str]) -> str:
    return vault.seal_json(dict(secrets), bound_to=f"accounts:{account_id}:secrets")


def unseal(vault: Vault, row: Account) -> dict[str, str]:
    if row.sealed is None:
        return {}
    opened: dict[str, str] = vault.unseal_json(row.sealed, bound_to=f"accounts:{row.id}:secrets")
    return opened


def unlock(vault: Vault, row: Account) -> draft.Account:
    """The account as an adapter sees it, secrets in clear."""
    return draft.Account(row.external_id, row.handle, row.account_type, unseal(vault, row), row.meta, tuple(row.scopes or ()))


def scrub(said: Any, secrets: Iterable[str]) -> Any:
    """The same text, or JSON value, with every secret, and every long part of one, blacked out."""
    pieces = {piece for secret in secrets for piece in (secret, quote(secret, safe=""), *re.split(r"[/:?&=@\s]+", secret))}
    hidden = sorted((p for p in pieces if len(p) >= SHORTEST_SECRET), key=len, reverse=True)
    return _blacked(said, hidden)


def _blacked(said: Any, hidden: list[str]) -> Any:
    match said:
        case str():
            for piece in hidden:
                said = said.replace(piece, HIDDEN)
            return said
        case Mapping():
            return {key: _blacked(value, hidden) for key, value in said.items()}
        case list() | tuple():
            return [_blacked(value, hidden) for value in said]
    return said
