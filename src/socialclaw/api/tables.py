"""/v1/import and /v1/export: posts as CSV, as spreadsheets have it. A file is judged whole before anything of it is stored."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse

from socialclaw.api import schedules
from socialclaw.api.answers import ok
from socialclaw.api.deps import Caller, CallerContext, problems
from socialclaw.api.dialect import asked
from socialclaw.api.filters import AccountFilter, LabelFilter, ProviderFilter, Words, instant, one_of, provider_key
from socialclaw.api.idempotency import key_of
from socialclaw.api.openapi import POSTS
from socialclaw.api.operation import Operation, large, needs, paid, reads_text, repeats_itself
from socialclaw.api.schemas import RunResponse, ValidateResponse
from socialclaw.errors import InvalidRequest
from socialclaw.publishing import posts, posts_as_rows
from socialclaw.scheduling import spreadsheet
from socialclaw.scheduling.judge import refusal
from socialclaw.scheduling.plan import MODES, wire_issues, wire_plan
from socialclaw.scheduling.spreadsheet import Table
from socialclaw.workspaces import reckoning

router = APIRouter(route_class=Operation, tags=[POSTS])

CSV = "text/csv"
BODY: dict[str, Any] = {"requestBody": {"required": True, "content": {CSV: {"schema": {"type": "string"}}}}}
FILE: dict[int | str, dict[str, Any]] = {200: {"content": {CSV: {"schema": {"type": "string"}}}, "description": "The posts, a row each"}}
BOM = "\ufeff"  # by which spreadsheets know UTF-8
Mode = Annotated[str | None, Query(description="`draft`: nothing is published by itself; else `scheduled`.")]
Zone = Annotated[str | None, Query(description="The time zone of times without an offset; without it, the workspace's.")]


@router.post(
    "/v1/import/posts/validate",
    summary="Validate a table of posts",
    response_model=ValidateResponse,
    responses=problems(400, 413, 422),
    openapi_extra=BODY,
)
@large
@reads_text
@repeats_itself
@paid
@needs("validate")
async def validate_table(caller: Caller, request: Request, mode: Mode = None, timezone: Zone = None) -> Response:
    """Judge a CSV file as `POST /v1/import/posts` does, and store nothing. Every problem is told by its line and column."""
    table, document, long = await _read(caller, request, mode, timezone)
    plan = await schedules.plan_of(caller, document, long=long, named=table.placed)
    warnings = [*wire_issues(table.warnings), *wire_issues(plan.warnings)]
    return await schedules.apart(long, lambda: ok(tenantId=caller.workspace_id, **wire_plan(plan) | {"warnings": warnings}))


@router.post(
    "/v1/import/posts",
    summary="Import a table of posts",
    status_code=201,
    response_model=RunResponse,
    responses=problems(400, 409, 413, 422) | {200: {"model": RunResponse, "description": "The run that was made with this key before"}},
    openapi_extra=BODY,
)
@large
@reads_text
@repeats_itself
@paid
@needs("draft")
async def import_table(caller: Caller, request: Request, mode: Mode = None, timezone: Zone = None) -> Response:
    """Make a run of a CSV file (UTF-8; commas, semicolons or tabs), all or nothing. The first line names the columns: `account`, and of a
    post's other fields those that you need: `text`, `title`, `publish_at`, `timezone`, `media_link` (several with spaces between), `labels`
    (with commas), `first_comment`, `settings` (JSON), `media_policy`, `latest_at`. Each further line is a post.

    What is wrong is told by line and column, all at once, as `details.issues`; each has `line`, `column` and `columnName` in its details.
    The header `Idempotency-Key` makes it safe to send again.
    """
    table, document, long = await _read(caller, request, mode, timezone)
    return await schedules.applied(
        caller, document, key_of(request), long=long, source="csv", named=table.placed, before=wire_issues(table.warnings)
    )


@router.get(
    "/v1/export/posts",
    summary="Export posts as a table",
    response_class=Response,
    responses=problems(422) | FILE,
)
@needs("read")
async def export_table(
    caller: Caller,
    run_id: Annotated[str | None, asked("runId", "run_id", description="A run's id.")] = None,
    status: Annotated[str | None, asked("status", description="A post's status.")] = None,
    account: AccountFilter = None,
    provider: ProviderFilter = None,
    since: Annotated[str | None, asked("from", description="Published then or later.")] = None,
    until: Annotated[str | None, asked("to", description="Published then or earlier.")] = None,
    q: Words = None,
    label: LabelFilter = None,
) -> Response:
    """The workspace's posts as a CSV file in UTF-8, in order of publish time: what they say, in the columns of an import, and what became
    of them. What a spreadsheet would take for a formula has an apostrophe before it, which an import takes away again."""
    only = posts.PostFilter(
        run_id=run_id or None,
        status=posts.check_status(status),
        account=account or None,
        provider=provider_key(provider),
        since=instant(since, "from"),
        until=instant(until, "to"),
        label=posts.label_of(label),
        pattern=posts.pattern_of(q),
    )
    headers = {"content-disposition": 'attachment; filename="posts.csv"', "x-content-type-options": "nosniff", "cache-control": "no-store"}
    first = await caller.read(posts_as_rows.page, only, None)
    return StreamingResponse(_written(caller, only, first), media_type=f"{CSV}; charset=utf-8", headers=headers)


async def _written(caller: CallerContext, only: posts.PostFilter, first: tuple[Any, Any]) -> AsyncIterator[str]:
    yield BOM + spreadsheet.row(posts_as_rows.COLUMNS)
    rows, after = first
    while rows:
        yield "".join(map(spreadsheet.row, rows))
        rows, after = await caller.read(posts_as_rows.page, only, after) if after else ([], None)


async def _read(caller: CallerContext, request: Request, mode: str | None, timezone: str | None) -> tuple[Table, dict[str, Any], bool]:
    """The table, the schedule that it is, and whether it is a long one. InvalidRequest for what can be known to be wrong by now."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != CSV:
        raise InvalidRequest(f"Send a CSV file, and say so: Content-Type: {CSV}", code="csv_expected", contentType=kind[:100])
    word = one_of("mode", mode, MODES) or MODES[0]
    zone = reckoning.zone_name(timezone) if timezone else await caller.read(reckoning.zone_of)
    content = await request.body()
    long = len(content) > schedules.LONG
    table = await schedules.apart(long, spreadsheet.read, content)
    if table.issues:
        raise refusal(table.issues)
    return table, {"timezone": zone, "mode": word, "posts": table.posts}, long
