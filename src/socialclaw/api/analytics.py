"""/v1/analytics: figures of posts, accounts and runs, as the networks tell them."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Response

from socialclaw.analytics import collect, report, windows
from socialclaw.api.answers import ok
from socialclaw.api.deps import Caller, problems
from socialclaw.api.dialect import asked
from socialclaw.api.openapi import ANALYTICS
from socialclaw.api.operation import Operation, needs, paid
from socialclaw.api.runs import run_out
from socialclaw.api.schemas import AnalyticsRefreshRequest, AnalyticsResponse
from socialclaw.publishing import runs

router = APIRouter(route_class=Operation, tags=[ANALYTICS])

Window = Annotated[str | None, asked("window", description="lifetime (the default), 24h, 7d or 30d, up to now")]


@router.get("/v1/analytics/posts/{postId}", response_model=AnalyticsResponse, responses=problems(404, 422), summary="Post analytics")
@needs("read")
async def post_analytics(caller: Caller, postId: str, window: Window = None) -> Response:
    """The latest snapshot of a post (`latest`, null before the first one) and the earlier ones (`history`), newest first."""
    meant = windows.named(window)
    found = await caller.read(report.of_post, postId, meant)
    assert found.post is not None
    history = [report.snapshot_wire(row) for row in found.snapshots]
    post = {"id": found.post.id, "provider": found.post.provider, "account": found.post.account, "status": found.post.status}
    return ok(post=post, **_said(found.latest(meant), meant, "latest"), history=history)


@router.get(
    "/v1/analytics/accounts/{accountId}", response_model=AnalyticsResponse, responses=problems(404, 422), summary="Account analytics"
)
@needs("read")
async def account_analytics(caller: Caller, accountId: str, window: Window = None) -> Response:
    """The latest snapshot of an account (`snapshot`). Accounts are measured once a day, where their network gives figures."""
    meant = windows.named(window)
    found = await caller.read(report.of_account, accountId, meant)
    account = {"id": found.account.id, "handle": found.account.handle, "provider": found.account.provider}
    return ok(account=account, **_said(found.latest(meant), meant, "snapshot"))


@router.get("/v1/analytics/runs/{runId}", response_model=AnalyticsResponse, responses=problems(404, 422), summary="Run analytics")
@needs("read")
async def run_analytics(caller: Caller, runId: str, window: Window = None) -> Response:
    """The sums over a run: `summary.contributingPostCount` of its `summary.totalPosts` posts have figures of this window."""
    meant = windows.named(window)
    view, summary = await caller.read(lambda scope: (runs.view(scope, runId), report.of_run(scope, runId, meant)))
    metrics = summary["metrics"] or None
    return ok(run=run_out(view), window=meant, metricWindow=meant, summary=summary, metrics=metrics, analytics=summary)


@router.post(
    "/v1/analytics/refresh", response_model=AnalyticsResponse, responses=problems(400, 404, 409, 422, 503), summary="Refresh post analytics"
)
@paid
@needs("read", of_people="refresh")
async def refresh_analytics(caller: Caller, body: AnalyticsRefreshRequest) -> Response:
    """Ask the network for a post's figures now, keep them as a new snapshot, and return it."""
    meant = windows.named(body.window)
    row = await collect.refresh(caller.system, caller.workspace_id, body.post_id, meant, test=caller.test)
    return ok(post={"id": row.post_id}, **_said(report.snapshot_wire(row), meant, "snapshot"))


def _said(snapshot: dict[str, Any] | None, window: str, name: str) -> dict[str, Any]:
    """A snapshot under the name that a route's readers know, and under the contract's."""
    metrics = snapshot["metrics"] if snapshot else None
    return {"window": window, "metricWindow": window, name: snapshot, "analytics": snapshot, "metrics": metrics}
