"""Schedules: validate, preview, apply. The body is read by msgspec and judged by `scheduling`; every problem is told at once.

What is done with a large one is done in a thread, step by step: nobody else waits for it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any, TypeVar

from fastapi import APIRouter, Request, Response

from socialclaw.api.answers import ok
from socialclaw.api.bodies import json_value
from socialclaw.api.deps import Caller, CallerContext, problems
from socialclaw.api.idempotency import key_of
from socialclaw.api.operation import Operation, large, needs, repeats_itself
from socialclaw.api.runs import run_out
from socialclaw.api.schemas import RunResponse, ValidateResponse
from socialclaw.db.base import Scope
from socialclaw.errors import InvalidRequest
from socialclaw.publishing import listing, runs
from socialclaw.scheduling import campaign_graph
from socialclaw.scheduling.apply import Applied, apply, earlier, fingerprint
from socialclaw.scheduling.document import idempotency_key
from socialclaw.scheduling.judge import problem
from socialclaw.scheduling.plan import Plan, wire_issues, wire_plan
from socialclaw.scheduling.planning import planned

router = APIRouter(route_class=Operation, tags=["Publishing Runs and Posts"])

LONG = 32 * 1024  # bytes of a document that takes longer than others should wait for, if its texts mean ill
T = TypeVar("T")

BODY: dict[str, Any] = {
    "requestBody": {"required": True, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/ScheduleEnvelope"}}}}
}


@router.post(
    "/v1/posts/validate",
    response_model=ValidateResponse,
    responses=problems(400, 413, 422),
    openapi_extra=BODY,
    summary="Validate schedule",
)
@large
@repeats_itself
@needs("validate")
async def validate_schedule(caller: Caller, request: Request) -> Response:
    """Check a schedule without storing anything. The answer to a wrong one lists every problem under `details.issues`.

    Remote media are looked at, for 3 s in all unless the server is configured otherwise: a file that is reached and breaks a limit is a
    problem. What could not be found out, or may go wrong later, is listed under `warnings`: each has `path`, `code` and `message`.
    """
    body = await request.body()
    plan = await _plan(caller, body, await _apart(body, json_value, body))
    return await _apart(body, lambda: ok(tenantId=caller.workspace_id, **wire_plan(plan)))


@router.post(
    "/v1/campaigns/preview",
    response_model=ValidateResponse,
    responses=problems(400, 409, 413, 422),
    openapi_extra=BODY,
    summary="Preview campaign",
)
@large
@repeats_itself
@needs("validate")
async def preview_campaign(caller: Caller, request: Request) -> Response:
    """The graph of campaigns, targets and steps that a schedule means; stores nothing."""
    body = await request.body()
    plan = await _plan(caller, body, await _apart(body, json_value, body))

    def answer() -> Response:
        graph = campaign_graph.graph_of_plan(plan)
        return ok(tenantId=caller.workspace_id, **wire_plan(plan), campaign=graph, schedule=campaign_graph.clone(graph, mode=plan.mode))

    return await _apart(body, answer)


@router.post(
    "/v1/posts/apply",
    response_model=RunResponse,
    status_code=201,
    responses=problems(400, 409, 413, 422) | {200: {"model": RunResponse, "description": "The run that was made with this key before"}},
    openapi_extra=BODY,
    summary="Create run",
)
@large
@repeats_itself
@needs("draft")
async def apply_schedule(caller: Caller, request: Request) -> Response:
    """Create a run and its posts, all or nothing. The same `idempotencyKey` with the same content answers 200 with the first run;
    the header `Idempotency-Key` is the same key.

    A key without `publish` makes drafts only. `warnings` are those of validate.
    """
    body = await request.body()
    content = await _apart(body, json_value, body)
    key, mark = await _apart(body, lambda: (_key(request, content), fingerprint(content)))
    applied, warnings = await caller.read(earlier, key, mark), list[Any]()
    if applied is None:
        plan = replace(await _plan(caller, body, content), idempotency_key=key)
        if plan.mode != "draft":
            caller.require("publish")
        settings = caller.system.settings
        late, honoured = timedelta(minutes=settings.max_late_minutes), settings.honour_quotas
        applied = await caller.write(apply, plan, mark, base_url=settings.base_url, max_late=late, honour_quotas=honoured)
        warnings = wire_issues(plan.warnings)
    return await _answer(caller, body, applied, warnings)


def _key(request: Request, content: object) -> str | None:
    """The key of the header or of the body, which are the same; 422 where they differ."""
    above, within = key_of(request), idempotency_key(content)
    if above and within and above != within:
        message = "The Idempotency-Key header and the body's idempotencyKey differ: give one of them"
        raise InvalidRequest(message, code="idempotency_key_mismatch", path="idempotencyKey")
    return above or within


async def _apart(body: bytes, do: Callable[..., T], *args: Any) -> T:
    """What this makes of a document, in a thread where it is long."""
    return do(*args) if len(body) <= LONG else await asyncio.to_thread(do, *args)


async def _plan(caller: CallerContext, body: bytes, content: object) -> Plan:
    plan = await planned(caller.system, caller.workspace_id, content, test=caller.test, long=len(body) > LONG)
    if plan.issues:
        raise await _apart(body, problem, plan)
    return plan


async def _answer(caller: CallerContext, body: bytes, applied: Applied, warnings: list[Any]) -> Response:
    def read(scope: Scope) -> tuple[runs.RunView, listing.Rows]:
        view = runs.view(scope, applied.run_id)
        return view, listing.of_run(scope, applied.run_id, caller.links)

    view, rows = await caller.read(read)
    return await _apart(
        body,
        lambda: ok(
            200 if applied.duplicate else 201,
            duplicate=applied.duplicate,
            mode=view.run.mode,
            sourceModel=view.run.source_model,
            run=run_out(view),
            posts=rows,
            summary=view.summary,
            warnings=warnings,
        ),
    )
