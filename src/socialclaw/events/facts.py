"""What events tell of rows, as `kinds.py` describes it. No text of a post is among it: whoever may read that asks for the post."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from socialclaw.db.accounts import Account
from socialclaw.db.assets import Asset
from socialclaw.db.base import iso
from socialclaw.db.posts import Post
from socialclaw.db.workspaces import ApiKey
from socialclaw.events.record import Happened, record

LONGEST_ERROR = 500  # characters
NOTHING_TOLD = "{}"  # any more


def of_post(type: str, post: Post, new: Mapping[str, Any]) -> Happened:
    """Something happened to a post, by which these columns of it are `new`."""

    def is_now(column: str) -> Any:
        return new[column] if column in new else getattr(post, column)

    error = is_now("error")
    told = {
        "id": post.id,
        "runId": post.run_id,
        "accountId": post.account_id,
        "account": post.account,
        "provider": post.provider,
        "status": is_now("status"),
        "publishAtUtc": iso(is_now("publish_at")),
        "publishedAt": _time(is_now("published_at")),
        "nextAttemptAt": _time(is_now("next_at")),
        "blockedBy": is_now("blocked_by"),
        "providerPostId": is_now("provider_post_id"),
        "providerUrl": is_now("provider_url"),
        "providerStatus": is_now("provider_status"),
        "reconciliationStatus": is_now("reconciliation_status"),
        "errorCode": is_now("error_code"),
        "error": error[:LONGEST_ERROR] if error else None,
        "attemptCount": is_now("attempt_count"),
    }
    return Happened(post.workspace_id, type, {"post": post.id, "run": post.run_id, "account": post.account_id}, {"post": told})


def _time(at: datetime | None) -> str | None:
    return iso(at) if at is not None else None


def of_run(workspace_id: str, type: str, run_id: str, *, status: str, mode: str, counts: Mapping[str, int]) -> Happened:
    """`counts`: of its posts, by status."""
    ends = {status: counts.get(status, 0) for status in ("published", "failed", "canceled")}
    told = {"id": run_id, "status": status, "mode": mode, "totalPosts": sum(counts.values()), **ends}
    return Happened(workspace_id, type, {"run": run_id}, {"run": told})


def account_changed(session: Session, type: str, row: Account) -> None:
    told = {
        "id": row.id,
        "provider": row.provider,
        "handle": row.handle,
        "displayName": row.display_name,
        "accountType": row.account_type,
        "status": type.partition(".")[2],
    }
    record(session, row.workspace_id, type, {"account": row.id}, {"account": told})


def asset_changed(session: Session, type: str, row: Asset, *, code: str | None = None, error: str | None = None) -> None:
    told = {
        "id": row.id,
        "originalFilename": row.filename,
        "mime": row.mime,
        "size": row.size,
        "status": type.partition(".")[2],
        "errorCode": code,
        "error": error[:LONGEST_ERROR] if error else None,
    }
    record(session, row.workspace_id, type, {"asset": row.id}, {"asset": told})


def key_changed(session: Session, workspace_id: str, type: str, row: ApiKey) -> None:
    told = {"id": row.id, "label": row.label, "kind": row.kind, "prefix": row.prefix, "operations": row.operations}
    record(session, workspace_id, type, {"key": row.id}, {"key": told})


def quota_reached(account: Account, until: datetime, code: str | None) -> Happened:
    told = {"account": account.handle, "provider": account.provider, "until": iso(until), "code": code}
    return Happened(account.workspace_id, "quota.reached", {"account": account.id}, {"quota": told})
