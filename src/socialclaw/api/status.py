"""Whether the service works, and how a workspace is doing: health, usage, jobs."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Response

from socialclaw.accounts import health as accounts
from socialclaw.api.answers import ok
from socialclaw.api.deps import Caller, Installation, problems
from socialclaw.api.dialect import asked
from socialclaw.api.filters import AccountFilter, Limit, ProviderFilter, provider_key
from socialclaw.api.openapi import STATUS
from socialclaw.api.operation import Operation, needs
from socialclaw.api.schemas import ErrorResponse, HealthResponse, JobsResponse, UsageResponse, WorkspaceHealthResponse
from socialclaw.db.base import Scope
from socialclaw.errors import NotReady
from socialclaw.publishing import job_view
from socialclaw.publishing.posts import PostFilter
from socialclaw.workspaces import readiness, tenants, usage

router = APIRouter(route_class=Operation, tags=[STATUS])
NOT_READY = {
    503: {"model": ErrorResponse, "description": "It does not work now; `details` holds the same facts, and `details.problems` says why"}
}


@router.get("/health", summary="Service health", response_model=HealthResponse, responses=NOT_READY)  # type: ignore[arg-type]
async def health(system: Installation) -> Response:
    """Whether the database answers, storage takes files, and a worker publishes what is due. Needs no key.

    Not ready (503) also when posts have been due for over a minute and nobody works on them.
    """
    found = await readiness.look(system)
    if found.problems:
        raise NotReady("; ".join(found.problems), problems=list(found.problems), **found.facts)
    return ok(**found.facts)


@router.get("/v1/me/usage", summary="Workspace usage", response_model=UsageResponse, responses=problems())
@needs("read")
async def get_usage(caller: Caller) -> Response:
    """What the workspace has used in this calendar month (UTC), and what its plan allows (null: no limit).

    `limits` are those of this server: how much of each there may be at a time, and how much there is."""
    return ok(usage=await caller.read(usage.report, caller.system.settings))


def _workspace(scope: Scope) -> dict[str, Any]:
    connections = accounts.counts(scope)
    return {
        "tenant": tenants.card(scope),
        "connections": connections,
        **job_view.counts(scope),
        "storage": usage.storage(scope),
        "connectedAccounts": connections["connectedAccounts"],
        "failingAccounts": connections["failingAccounts"],
    }


@router.get("/v1/workspace/health", summary="Workspace health", response_model=WorkspaceHealthResponse, responses=problems())
@needs("read")
async def get_workspace_health(caller: Caller) -> Response:
    """How the workspace's accounts, runs, posts and jobs are doing, as numbers."""
    return ok(health=await caller.read(_workspace))


@router.get("/v1/jobs", summary="List jobs", response_model=JobsResponse, responses=problems(422))
@needs("read")
async def list_jobs(
    caller: Caller,
    status: Annotated[str | None, asked("status", description="A job's state or a post's status")] = None,
    provider: ProviderFilter = None,
    account: AccountFilter = None,
    run_id: Annotated[str | None, asked("runId", "run_id", description="A run's id")] = None,
    limit: Limit = 100,
) -> Response:
    """One job for each post, by publish time: what is to happen next (`nextAction`), and what is in the way (`jobState`).

    `jobState` is draft, ready, blocked, stalled, failed or done. `nextAction` is none, publish_run, publish, retry, wait_parent,
    release, reconnect, reconcile or confirm.
    """
    only = PostFilter(run_id=run_id or None, account=account or None, provider=provider_key(provider))
    found, total = await caller.read(job_view.page, only, status=status, limit=limit)
    return ok(jobs=found, total=total, limit=limit)
