"""The connected accounts of a workspace, and the handshakes that led to them: found, and as the wire has them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from socialclaw.accounts.health import tokens
from socialclaw.db.accounts import Account, Connection
from socialclaw.db.base import Scope, iso, utc_now
from socialclaw.errors import NotFound

MOST_CONNECTIONS = 500


def accounts(scope: Scope, *, provider: str | None = None) -> Sequence[Account]:
    """All connected accounts, oldest first. `provider` is a key."""
    query = scope.all(Account).where(Account.status != "disconnected").order_by(Account.created_at, Account.id)
    return scope.session.scalars(query.where(Account.provider == provider) if provider else query).all()


def account(scope: Scope, account_id: str, *, lock: bool = False) -> Account:
    """One account; a disconnected one is not found."""
    row = scope.one(Account, account_id, lock=lock)
    if row.status == "disconnected":
        raise NotFound(f"The account {account_id!r} was disconnected", code="account_not_found")
    return row


def connections(scope: Scope) -> list[dict[str, Any]]:
    """The latest handshakes as the wire has them, newest first; at most MOST_CONNECTIONS."""
    query = scope.all(Connection).order_by(Connection.created_at.desc(), Connection.id.desc()).limit(MOST_CONNECTIONS)
    rows = scope.session.scalars(query).all()
    known = {a.id: a for a in accounts(scope)}
    return [connection_wire(row, [known[i] for i in row.account_ids if i in known]) for row in rows]


def connection(scope: Scope, connection_id: str) -> dict[str, Any]:
    """One handshake as the wire has it, with the accounts it led to."""
    row = scope.one(Connection, connection_id)
    return connection_wire(row, accounts_of(scope, row))


def accounts_of(scope: Scope, row: Connection) -> list[Account]:
    found = scope.session.scalars(scope.all(Account).where(Account.id.in_(row.account_ids), Account.status != "disconnected"))
    return sorted(found, key=lambda a: list(row.account_ids).index(a.id))


def account_wire(row: Account, now: datetime | None = None) -> dict[str, Any]:
    """An account on the wire: who it is and how its access is doing, no secrets."""
    return {
        "id": row.id,
        "provider": row.provider,
        "handle": row.handle,
        "displayName": row.display_name,
        "accountType": row.account_type,
        "externalId": row.external_id,
        "status": row.status,
        **tokens(row, now or utc_now()),
        "scopeCount": len(row.scopes),
        "connectionId": row.connection_id,
        "meta": row.meta,
        "createdAt": iso(row.created_at),
        "updatedAt": iso(row.updated_at),
    }


def connection_wire(row: Connection, reached: Sequence[Account]) -> dict[str, Any]:
    """A handshake on the wire.

    `status` is pending, connected or failed; also disconnected, once every account it led to was. One that nobody finished in
    time counts as failed. `authorizeUrl` and `authorizationUrl` are the same, null where there is nothing to consent to (any more).
    """
    now = utc_now()
    late = row.status == "pending" and row.expires_at is not None and row.expires_at <= now
    status = "failed" if late else "disconnected" if row.status == "connected" and not reached else row.status
    shown = [account_wire(a, now) for a in reached]
    url = None if late else row.authorize_url
    return {
        "id": row.id,
        "provider": row.provider,
        "status": status,
        "authorizeUrl": url,
        "authorizationUrl": url,
        "account": shown[0] if shown else None,
        "accounts": shown,
        "error": "Nobody finished this connection in time: start another one" if late else row.error,
        "errorCode": "connection_expired" if late else row.error_code,
        "client": row.client,
        "createdAt": iso(row.created_at),
        "expiresAt": iso(row.expires_at) if row.expires_at else None,
        "finishedAt": iso(row.finished_at) if row.finished_at else None,
    }
