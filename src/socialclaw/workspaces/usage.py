"""What a workspace has used: in this calendar month (UTC), and in all."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from socialclaw.billing import counting, plans, terms
from socialclaw.db.analytics import Snapshot
from socialclaw.db.assets import SHOWN, Asset
from socialclaw.db.base import Scope, iso, utc_now
from socialclaw.settings import Settings
from socialclaw.workspaces import limits
from socialclaw.workspaces.tenants import entitlements


def report(scope: Scope, settings: Settings) -> dict[str, Any]:
    """Posts that count in the period, accounts that can be published to, assets with their bytes, and limits: null is none."""
    start, end = counting.period(utc_now())
    kept, paid = storage(scope), terms.of(scope, settings)
    plan = paid.plan if paid else plans.SELF_HOSTED
    return {
        "periodStart": iso(start),
        "periodEnd": iso(end),
        "postsThisPeriod": counting.posts_used(scope, start),
        "postsLimit": plan.posts_per_month,
        "connectedAccounts": counting.accounts_used(scope),
        "connectedAccountsLimit": plan.connected_accounts,
        "assets": kept["assets"],
        "storageBytes": kept["bytes"],
        "limits": limits.report(scope, settings),
        "entitlements": entitlements(plan.id),
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
