"""How the connected accounts are doing.

`tokenHealth` is one of
    ok                   the access works for now
    expiring             it ends soon: within ten minutes where it refreshes itself, within seven days where a person must connect again
    expired              it has ended, and has not been refreshed
    none                 there is nothing that could expire
    reconnect_required   the network refused it: a person must connect again
`tokenRefreshStatus` is one of
    none      never refreshed since it was connected
    ok        the last refresh succeeded
    failing   the last refresh did not get through (`tokenRefreshFailureCode` says why); it goes on trying
    refused   the network refused to refresh
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func

from socialclaw.accounts.lookup import provider_of, target_of
from socialclaw.accounts.tokens import LEAST_MARGIN
from socialclaw.db.accounts import Account
from socialclaw.db.base import Scope, iso, utc_now
from socialclaw.db.posts import Post
from socialclaw.db.workspaces import Workspace
from socialclaw.errors import Unpaid
from socialclaw.networks import providers

TOKEN_HEALTH = ("ok", "expiring", "expired", "none", "reconnect_required")
REFRESH_STATUS = ("none", "ok", "failing", "refused")
NOTICE = timedelta(days=7)


def token_health(row: Account, now: datetime) -> str:
    if row.status == "reconnect_required":
        return "reconnect_required"
    if row.token_expires_at is None:
        return "none"
    if row.token_expires_at <= now:
        return "expired"
    margin = NOTICE if row.refresh_at is None else LEAST_MARGIN
    return "expiring" if row.token_expires_at - now <= margin else "ok"


def is_publishable(row: Account, now: datetime) -> bool:
    """Whether a post to it would be tried now: it can refresh itself, or has not expired, and is a place to publish to."""
    expired = row.token_expires_at is not None and row.token_expires_at <= now and row.refresh_at is None
    return row.status == "connected" and target_of(row).publishes and not expired


def tokens(row: Account, now: datetime) -> dict[str, Any]:
    """What is said of an account's access wherever the account is shown."""
    return {
        "publishable": is_publishable(row, now),
        "tokenHealth": token_health(row, now),
        "tokenRefreshStatus": row.refresh_status,
        "tokenRefreshFailureCode": row.refresh_failure_code,
        "expiresAt": iso(row.token_expires_at) if row.token_expires_at else None,
    }


def report(scope: Scope, *, provider: str | None = None) -> dict[str, Any]:
    """The parts of GET /v1/connections/health. `provider` is a key."""
    now = utc_now()
    rows = _connected(scope, provider)
    workspace = scope.session.get_one(Workspace, scope.workspace_id)
    summary = _summary(rows, now)
    return {
        "tenant": {"id": workspace.id, "name": workspace.name},
        "summary": summary,
        "connections": [_line(row, now) for row in rows],
        "notices": _notices(scope, provider),
        "health": {**summary, "connectedAccounts": len(rows), "failingAccounts": sum(map(_is_failing, rows))},
    }


def counts(scope: Scope) -> dict[str, Any]:
    """The part of a workspace's health that is about its accounts."""
    now = utc_now()
    rows = _connected(scope, None)
    return {
        "total": len(rows),
        "publishable": sum(is_publishable(row, now) for row in rows),
        "revoked": sum(row.status == "reconnect_required" for row in rows),
        "tokenRefreshStatus": dict(Counter(row.refresh_status for row in rows)),
        "connectedAccounts": len(rows),
        "failingAccounts": sum(map(_is_failing, rows)),
    }


def _connected(scope: Scope, provider: str | None) -> Sequence[Account]:
    query = scope.all(Account).where(Account.status != "disconnected").order_by(Account.created_at, Account.id)
    return scope.session.scalars(query.where(Account.provider == provider) if provider else query).all()


def _is_failing(row: Account) -> bool:
    return row.status == "reconnect_required" or row.refresh_status in ("failing", "refused")


def _notices(scope: Scope, provider: str | None) -> list[dict[str, Any]]:
    """What keeps posts waiting that no account can help: a developer app whose credit is used up."""
    known = {p.key: p for p in providers().values() if provider in (None, p.key)}
    codes = [Unpaid.code, *(code for p in known.values() for code in p.credit_codes)]
    waiting = scope.all(Post).where(Post.status == "retry_pending", Post.error_code.in_(codes), Post.provider.in_(known))
    query = waiting.with_only_columns(Post.provider, Post.error_code, func.count(), func.max(Post.error)).group_by(
        Post.provider, Post.error_code
    )
    return [
        {"code": code, "provider": key, "posts": count, "message": f"{known[key].label}: {why}. Posts that wait for it: {count}"}
        for key, code, count, why in scope.session.execute(query.order_by(Post.provider, Post.error_code))
    ]


def _summary(rows: Sequence[Account], now: datetime) -> dict[str, Any]:
    return {
        "total": len(rows),
        "publishable": sum(is_publishable(row, now) for row in rows),
        "byProvider": dict(Counter(row.provider for row in rows)),
        "tokenHealth": dict(Counter(token_health(row, now) for row in rows)),
        "tokenRefreshStatus": dict(Counter(row.refresh_status for row in rows)),
    }


def _line(row: Account, now: datetime) -> dict[str, Any]:
    return {
        "id": row.id,
        "provider": row.provider,
        "handle": row.handle,
        "displayName": row.display_name,
        "accountType": row.account_type,
        "status": row.status,
        **tokens(row, now),
        "supportedInteractionTypes": list(provider_of(row).rules.interactions) if target_of(row).publishes else [],
    }
