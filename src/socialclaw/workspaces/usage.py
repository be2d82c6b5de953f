"""What a workspace has used: in this calendar month (UTC), and in all."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from socialclaw.db.accounts import Account
from socialclaw.db.analytics import Snapshot
from socialclaw.db.assets import SHOWN, Asset
from socialclaw.db.base import Scope, iso, utc_now
from socialclaw.db.posts import Post
from socialclaw.db.workspaces import Workspace
from socialclaw.settings import Settings
from socialclaw.workspaces import limits
from socialclaw.workspaces.tenants import entitlements


def period(now: datetime) -> tuple[datetime, datetime]:
    """The first instant of the month that holds `now`, and the first of the next."""
    start = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return start, start.replace(year=start.year + start.month // 12, month=start.month % 12 + 1)


def report(scope: Scope, settings: Settings) -> dict[str, Any]:
    """Posts created in the period (drafts too), accounts that are not disconnected, assets with their bytes, and limits."""
    start, end = period(utc_now())
    kept = storage(scope)
    return {
        "periodStart": iso(start),
        "periodEnd": iso(end),
        "postsThisPeriod": scope.count(scope.all(Post).where(Post.created_at >= start, Post.created_at < end)),
        "connectedAccounts": scope.count(scope.all(Account).where(Account.status != "disconnected")),
        "assets": kept["assets"],
        "storageBytes": kept["bytes"],
        "limits": limits.report(scope, settings),
        "entitlements": entitlements(scope.session.get_one(Workspace, scope.workspace_id)),
    }


def storage(scope: Scope) -> dict[str, Any]:
    """What is kept for the workspace: assets that can be had, the bytes of their objects (one that several name counts once)."""
    snapshots = select(func.count()).select_from(Snapshot).where(Snapshot.workspace_id == scope.workspace_id)
    objects = (
        select(func.count().label("assets"), func.max(Asset.size).label("size"))
        .where(Asset.workspace_id == scope.workspace_id, Asset.status.in_(SHOWN))
        .group_by(Asset.storage, Asset.object_key)
        .subquery()
    )
    totals = select(func.coalesce(func.sum(objects.c.assets), 0), func.coalesce(func.sum(objects.c.size), 0))
    assets, size = scope.session.execute(totals).one()
    return {"assets": int(assets), "bytes": int(size), "analyticsSnapshots": scope.session.scalar(snapshots) or 0}
