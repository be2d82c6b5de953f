"""What is known of figures: the latest snapshot of a post or an account, and a run's posts added up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from socialclaw.analytics.collect import UNSUPPORTED
from socialclaw.db.accounts import Account
from socialclaw.db.analytics import Snapshot
from socialclaw.db.base import Scope, iso
from socialclaw.db.posts import Post, Run
from socialclaw.networks import providers
from socialclaw.providers.base import METRICS, Measures, MeasuresAccount

MOST_HISTORY = 100


@dataclass(frozen=True, slots=True)
class Figures:
    """Snapshots of one post or account, newest first, and whether its network gives any."""

    account: Account
    snapshots: Sequence[Snapshot]
    post: Post | None = None

    def latest(self, window: str) -> dict[str, Any] | None:
        """The newest snapshot on the wire; where the network gives none, one that says so; None where none was collected."""
        if self.snapshots:
            return snapshot_wire(self.snapshots[0])
        provider = providers()[self.account.provider]
        if provider.can(MeasuresAccount if self.post is None else Measures):
            return None
        message = UNSUPPORTED.format(label=provider.label, what="posts" if self.post else "accounts")
        blank = Snapshot(id=None, account_id=self.account.id, window=window, status="unsupported", metrics={}, message=message)
        blank.post_id = self.post.id if self.post else None
        return snapshot_wire(blank)


def of_post(scope: Scope, post_id: str, window: str) -> Figures:
    post = scope.one(Post, post_id)
    query = scope.all(Snapshot).where(Snapshot.post_id == post.id, Snapshot.window == window)
    return Figures(scope.one(Account, post.account_id), _newest(scope, query), post)


def of_account(scope: Scope, account_id: str, window: str) -> Figures:
    account = scope.one(Account, account_id)
    query = scope.all(Snapshot).where(Snapshot.account_id == account.id, Snapshot.post_id.is_(None), Snapshot.window == window)
    return Figures(account, _newest(scope, query))


def _newest(scope: Scope, query: Any) -> list[Snapshot]:
    return list(scope.session.scalars(query.order_by(Snapshot.collected_at.desc(), Snapshot.id.desc()).limit(MOST_HISTORY)))


def of_run(scope: Scope, run_id: str, window: str) -> dict[str, Any]:
    """The sums over the posts of a run that have figures of this window; each counts with its newest snapshot."""
    run = scope.one(Run, run_id)
    newest = (
        select(Snapshot.post_id, func.max(Snapshot.collected_at).label("at"))
        .join(Post, Post.id == Snapshot.post_id)
        .where(Post.run_id == run.id, Snapshot.window == window, Snapshot.status == "ok", Snapshot.workspace_id == scope.workspace_id)
        .group_by(Snapshot.post_id)
        .subquery()
    )
    same = (Snapshot.post_id == newest.c.post_id) & (Snapshot.collected_at == newest.c.at)
    query = select(Snapshot.post_id, Snapshot.metrics).join(newest, same).where(Snapshot.window == window, Snapshot.status == "ok")
    latest: dict[str, Any] = {post_id: metrics for post_id, metrics in scope.session.execute(query)}
    sums = Counter[str]()
    for metrics in latest.values():
        sums.update({name: int(count) for name, count in metrics.items()})
    total = scope.session.scalar(select(func.count()).select_from(Post).where(Post.run_id == run.id)) or 0
    return {"contributingPostCount": len(latest), "totalPosts": total, "metrics": spread(sums) if latest else {}}


def spread(metrics: Any) -> dict[str, int | None]:
    """Every metric name in its order, null where the network does not tell; what else it tells (followers) after them."""
    return {name: metrics.get(name) for name in METRICS} | {name: value for name, value in metrics.items() if name not in METRICS}


def snapshot_wire(row: Snapshot) -> dict[str, Any]:
    """A snapshot on the wire. `supported` is false where the network gives no figures at all."""
    return {
        "id": row.id,
        "postId": row.post_id,
        "accountId": row.account_id,
        "status": row.status,
        "supported": row.status != "unsupported",
        "metricWindow": row.window,
        "window": row.window,
        "collectedAt": iso(row.collected_at) if row.collected_at else None,
        "metrics": spread(row.metrics) if row.status == "ok" else None,
        "message": row.message,
    }
