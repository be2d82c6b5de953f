"""Schedules: validate, preview, apply. The body is read by msgspec and judged by `scheduling`; every problem is told at once.

What is done with a large one is done in a thread, step by step: nobody else waits for it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any, TypeVar

from fastapi import APIRouter, Request, Response

from socialclaw.api.answers import ok
from socialclaw.api.bodies import json_value
from socialclaw.api.deps import Caller, CallerContext, problems
from socialclaw.api.idempotency import key_of
from socialclaw.api.operation import Operation, large, needs, paid, repeats_itself
from socialclaw.api.runs import run_out
from socialclaw.api.schemas import RunResponse, ValidateResponse
from socialclaw.db.base import Scope
from socialclaw.errors import InvalidRequest, PlanRequired
from socialclaw.providers.issues import Issue
from socialclaw.publishing import listing, runs
from socialclaw.scheduling import campaign_graph
from socialclaw.scheduling.apply import Applied, Maker, apply, earlier, fingerprint
from socialclaw.scheduling.document import idempotency_key
from socialclaw.scheduling.judge import problem
from socialclaw.scheduling.plan import Plan, wire_issues, wire_plan
from socialclaw.scheduling.planning import planned

router = APIRouter(route_class=Operation, tags=["Publishing Runs and Posts"])

LONG = 4 * 1024  # bytes of a document that takes longer than others should wait for, if its texts mean ill: 2 us a character
UNKNOWN = "field_unknown"
T = TypeVar("T")
Named = Callable[[Iterable[Issue]], Iterable[Issue]]

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
@paid
@needs("validate")
async def validate_schedule(caller: Caller, request: Request) -> Response:
    """Check a schedule without storing anything. The answer to a wrong one lists every problem under `details.issues`.

    Remote media are looked at, for 3 s in all unless the server is configured otherwise: a file that is reached and breaks a limit is a
    problem. What could not be found out, or may go wrong later, is listed under `warnings`: each has `path`, `code` and `message`.
    """
    long, content = await _content(request)
    plan = await plan_of(caller, content, long=long, strict=_strict(request))
    return await apart(long, lambda: ok(tenantId=caller.workspace_id, **wire_plan(plan)))


@router.post(
    "/v1/campaigns/preview",
    response_model=ValidateResponse,
    responses=problems(400, 409, 413, 422),
    openapi_extra=BODY,
    summary="Preview campaign",
)
@large
@repeats_itself
@paid
@needs("validate")
async def preview_campaign(caller: Caller, request: Request) -> Response:
    """The graph of campaigns, targets and steps that a schedule means; stores nothing."""
    long, content = await _content(request)
    plan = await plan_of(caller, content, long=long, strict=_strict(request))

    def answer() -> Response:
        graph = campaign_graph.graph_of_plan(plan)
        return ok(tenantId=caller.workspace_id, **wire_plan(plan), campaign=graph, schedule=campaign_graph.clone(graph, mode=plan.mode))

    return await apart(long, answer)


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
@paid
@needs("draft")
async def apply_schedule(caller: Caller, request: Request) -> Response:
    """Create a run and its posts, all or nothing. The same `idempotencyKey` with the same content answers 200 with the first run;
    the header `Idempotency-Key` is the same key.

    A key without `publish` makes drafts only. `warnings` are those of validate.
    """
    long, content = await _content(request)
    source = "dashboard" if caller.visitor else "api"
    key = await apart(long, _key, request, content)
    return await applied(caller, content, key, long=long, source=source, strict=_strict(request))


async def was_applied(caller: CallerContext, key: str | None, said: object) -> bool:
    """Whether this has been applied with this key before."""
    return key is not None and await caller.read(earlier, key, fingerprint(said)) is not None


async def applied(
    caller: CallerContext,
    content: object,
    key: str | None,
    *,
    long: bool = False,
    source: str = "api",
    said: object = None,
    named: Named | None = None,
    before: Iterable[dict[str, Any]] = (),
    strict: bool = False,
) -> Response:
    """A schedule, applied. `key`: the one by which it is applied once.

    `said`: what it was made of, where that was no schedule; `named`: its issues in the words of that; `before`: warnings that
    there were by then.
    """
    mark = await apart(long, fingerprint, content if said is None else said)
    found, warnings = await caller.read(earlier, key, mark), list[Any]()
    try:
        plan = None if found else replace(await plan_of(caller, content, long=long, named=named, strict=strict), idempotency_key=key)
    except (InvalidRequest, PlanRequired):  # what is in the way may be these very posts, applied with this key since we looked
        plan, found = None, await caller.read(earlier, key, mark)
        if found is None:
            raise
    if plan:
        if plan.mode != "draft":
            caller.require("publish")
        settings = caller.system.settings
        limits: dict[str, Any] = {"max_late": timedelta(minutes=settings.max_late_minutes), "honour_quotas": settings.honour_quotas}
        by, base_url = Maker(source, caller.id), settings.base_url
        found = await caller.write(apply, plan, mark, base_url=base_url, sells=settings, by=by, **limits)
        warnings = [*before, *wire_issues(plan.warnings)]
    assert found is not None
    return await _answer(caller, found, warnings, long=long)


def _strict(request: Request) -> bool:
    """Whether the client prefers that what is not understood is refused (RFC 7240)."""
    return "handling=strict" in request.headers.get("prefer", "").replace(" ", "").lower()


async def _content(request: Request) -> tuple[bool, Any]:
    """What a body holds, and whether it is a long one."""
    body = await request.body()
    long = len(body) > LONG
    return long, await apart(long, json_value, body)


def _key(request: Request, content: object) -> str | None:
    """The key of the header or of the body, which are the same; 422 where they differ."""
    above, within = key_of(request), idempotency_key(content)
    if above and within and above != within:
        message = "The Idempotency-Key header and the body's idempotencyKey differ: give one of them"
        raise InvalidRequest(message, code="idempotency_key_mismatch", path="idempotencyKey")
    return above or within


async def apart(long: bool, do: Callable[..., T], *args: Any) -> T:
    """What this makes of a document, in a thread where it is long."""
    return await asyncio.to_thread(do, *args) if long else do(*args)


async def plan_of(caller: CallerContext, content: object, *, long: bool, named: Named | None = None, strict: bool = False) -> Plan:
    """`strict`: a field that nobody knows is a problem too."""
    plan = await planned(caller.system, caller.workspace_id, content, test=caller.test, long=long)
    if strict:
        unknown = tuple(replace(one, message=one.message.removesuffix("; it is ignored")) for one in plan.warnings if one.code == UNKNOWN)
        plan = replace(plan, issues=(*plan.issues, *unknown))
    if named:
        plan = replace(plan, issues=tuple(named(plan.issues)), warnings=tuple(named(plan.warnings)))
    if plan.issues:
        raise await apart(long, problem, plan)
    return plan


async def _answer(caller: CallerContext, found: Applied, warnings: list[Any], *, long: bool) -> Response:
    def read(scope: Scope) -> tuple[runs.RunView, listing.Rows]:
        view = runs.view(scope, found.run_id)
        return view, listing.of_run(scope, found.run_id, caller.links)

    view, rows = await caller.read(read)
    return await apart(
        long,
        lambda: ok(
            200 if found.duplicate else 201,
            duplicate=found.duplicate,
            mode=view.run.mode,
            sourceModel=view.run.source_model,
            run=run_out(view),
            posts=rows,
            summary=view.summary,
            warnings=warnings,
        ),
    )
