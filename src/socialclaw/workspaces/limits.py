"""What a workspace may have at a time: keys, open connections, files on their way, bytes. Counted in the transaction that adds to it.

That transaction holds the workspace's row (`hold`), so of two requests that would both fit alone, one waits and is then refused.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, or_, select

from socialclaw.db.accounts import Connection
from socialclaw.db.assets import SHOWN, Arrival, Asset
from socialclaw.db.base import Scope, utc_now
from socialclaw.db.workspaces import ApiKey, hold, in_use
from socialclaw.errors import Conflict
from socialclaw.settings import Settings


@dataclass(frozen=True, slots=True)
class Limit:
    """One thing of which a workspace has only so much: its name on the wire, the setting that says how much, and how much there is."""

    name: str
    setting: str
    noun: str
    remedy: str
    used: Callable[[Scope], int]

    def allowed(self, settings: Settings) -> int:
        return int(getattr(settings, self.setting))


def check(scope: Scope, settings: Settings, limit: Limit, *, adding: int = 1) -> None:
    """Hold the workspace's row; Conflict `workspace_limit_reached` where so much more would be too much."""
    hold(scope)
    used, allowed = limit.used(scope), limit.allowed(settings)
    if used + adding > allowed:
        message = f"A workspace may have {allowed:,} {limit.noun}, and this one has {used:,}: {limit.remedy}"
        raise Conflict(message, code="workspace_limit_reached", limit=limit.name, allowed=allowed, used=used, setting=limit.setting)


def report(scope: Scope, settings: Settings) -> dict[str, Any]:
    """Each limit on the wire: how much there is, and how much there may be."""
    return {limit.name: {"used": limit.used(scope), "allowed": limit.allowed(settings)} for limit in LIMITS}


def _keys(scope: Scope) -> int:
    return scope.count(scope.all(ApiKey).where(in_use()))


def _connections(scope: Scope) -> int:
    return scope.count(scope.all(Connection).where(Connection.status == "pending", Connection.expires_at > utc_now()))


def _arriving(scope: Scope) -> Select[Any]:
    return (
        select(Arrival.id).join(Asset, Asset.id == Arrival.id).where(Asset.workspace_id == scope.workspace_id, Asset.status == "uploading")
    )


def _uploads(scope: Scope) -> int:
    return scope.count(_arriving(scope).where(Arrival.upload_id.is_not(None)))


def _imports(scope: Scope) -> int:
    return scope.count(_arriving(scope).where(Arrival.source_url.is_not(None)))


def _bytes(scope: Scope) -> int:
    """Of every object that is kept (one that several assets name counts once), and of what open uploads have announced."""
    kept = or_(Asset.status.in_(SHOWN), Asset.status.in_(("uploading", "storing")))
    objects = select(func.max(Asset.size).label("size")).where(Asset.workspace_id == scope.workspace_id, kept)
    each = objects.group_by(Asset.storage, Asset.object_key).subquery()
    return int(scope.session.scalar(select(func.coalesce(func.sum(each.c.size), 0))) or 0)


API_KEYS = Limit("apiKeys", "max_api_keys", "API keys in use", "revoke one that is not needed any more", _keys)
OPEN_CONNECTIONS = Limit(
    "openConnections",
    "max_open_connections",
    "connections that wait for their user",
    "finish one that was started, or wait 15 minutes until it expires",
    _connections,
)
OPEN_UPLOADS = Limit("openUploads", "max_open_uploads", "uploads in parts open", "complete or abort one", _uploads)
PENDING_IMPORTS = Limit(
    "pendingImports", "max_pending_imports", "imports under way", "wait until one has arrived, or delete its asset", _imports
)
STORED_BYTES = Limit(
    "storedBytes",
    "max_stored_bytes",
    "bytes of files, with what open uploads have announced",
    "delete assets (with retentionDays 0, so that they go at once), or abort an upload",
    _bytes,
)
LIMITS = (API_KEYS, OPEN_CONNECTIONS, OPEN_UPLOADS, PENDING_IMPORTS, STORED_BYTES)
