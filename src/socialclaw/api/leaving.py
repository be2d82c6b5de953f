"""Leaving: identities that one has no more, copies of everything, and deletion of a workspace or of oneself."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from fastapi import APIRouter, Request, Response

from socialclaw.api import cookies
from socialclaw.api.answers import ok
from socialclaw.api.deps import Caller, Installation, Person, problems
from socialclaw.api.file_response import sent
from socialclaw.api.openapi import DASHBOARD
from socialclaw.api.operation import Operation, repeats_itself, signed_in
from socialclaw.api.schemas import (
    ClosingResponse,
    ErrorResponse,
    ExportResponse,
    ExportsResponse,
    IdentitiesResponse,
    OkResponse,
    WorkspaceResponse,
)
from socialclaw.api.schemas.people import CloseRequest
from socialclaw.db.base import Scope, iso
from socialclaw.db.erasure import Export
from socialclaw.erasure import closing, exports
from socialclaw.media import delivery
from socialclaw.people import identities, leaving
from socialclaw.people.sessions import require_fresh
from socialclaw.system import System
from socialclaw.workspaces import tenants

router = APIRouter(route_class=Operation, tags=[DASHBOARD])
FILE: dict[int | str, dict[str, Any]] = {200: {"description": "The file.", "content": {"application/zip": {}}}}
GONE: dict[int | str, dict[str, Any]] = {
    status: {"model": ErrorResponse, "description": "No such export, or no longer"} for status in (404, 503)
}


@router.get("/v1/dashboard/identities", summary="List identities", response_model=IdentitiesResponse, responses=problems())
@signed_in()
async def list_identities(system: Installation, person: Person) -> Response:
    """What you can sign in with. `GET /auth/google/start?link=true` and its like add another one."""
    rows = await system.database.read(identities.listed, person.user_id)
    return ok(identities=[identities.wire(row, last=len(rows) == 1) for row in rows])


@router.delete(
    "/v1/dashboard/identities/{identityId}", summary="Unlink an identity", response_model=OkResponse, responses=problems(404, 409)
)
@signed_in()
async def unlink_identity(system: Installation, request: Request, person: Person, identityId: str) -> Response:
    """Sign in with this one no more: what you granted there is given back, and you are signed out everywhere. One of them always stays.

    It takes a sign-in of the last 15 minutes."""
    require_fresh(person)
    await system.database.write(identities.unlink, system.vault, person.user_id, identityId)
    return _out(system, request)


@router.post("/v1/dashboard/workspace/export", summary="Export the workspace", response_model=ExportResponse, responses=problems())
@repeats_itself
@signed_in("own")
async def export_workspace(caller: Caller) -> Response:
    """Have a copy of everything of the workspace prepared: a zip file with JSON lines of each table, and the files. No secret is in it."""
    row = await caller.write(_ask_for_workspace)
    return ok(export=exports.wire(caller.system, row))


@router.get("/v1/dashboard/workspace/exports", summary="List exports", response_model=ExportsResponse, responses=problems())
@signed_in("own")
async def list_exports(caller: Caller) -> Response:
    """The copies of the workspace that are being prepared or ready; each is kept for a day."""
    rows = await caller.read(_of_workspace)
    return ok(exports=[exports.wire(caller.system, row) for row in rows])


@router.post(
    "/v1/dashboard/workspace/delete",
    summary="Delete the workspace",
    response_model=ClosingResponse,
    responses=problems(400, 413, 422),
)
@repeats_itself
@signed_in("own")
async def delete_workspace(caller: Caller, request: Request, body: CloseRequest) -> Response:
    """Delete the workspace for good, some days from now; until then an owner can keep it. What was to be published is taken back at once,
    keys are revoked for good, and its people signed out. With a live workspace its test twin goes (`twinId`), and is kept with it. `name`
    is the workspace's name, to show that it is meant.

    It takes a sign-in of the last 15 minutes."""
    caller.require_fresh()
    after = timedelta(days=caller.system.settings.erase_after_days)
    row = await caller.write(closing.close, body.name, after)
    gone_with = row.twin_id if row.mode == "live" else None
    request.app.state.keyring.forget_all()
    request.app.state.granted.forget_all()
    assert row.erase_at is not None
    return _out(caller.system, request, deletesAt=iso(row.erase_at), twinId=gone_with)


@router.post("/v1/dashboard/workspace/keep", summary="Keep the workspace", response_model=WorkspaceResponse, responses=problems(409))
@repeats_itself
@signed_in("own")
async def keep_workspace(caller: Caller, request: Request) -> Response:
    """Do not delete it after all. Posts that were taken back and keys that were revoked stay so."""
    row = await caller.write(closing.keep)
    request.app.state.sessions.forget_all()
    return ok(tenant=tenants.tenant(row))


@router.post("/v1/dashboard/me/export", summary="Export oneself", response_model=ExportResponse, responses=problems())
@repeats_itself
@signed_in()
async def export_me(system: Installation, person: Person) -> Response:
    """Have a copy of everything prepared that is known of you beside what you did in workspaces."""
    row = await system.database.write(exports.ask, user_id=person.user_id)
    return ok(export=exports.wire(system, row))


@router.get("/v1/dashboard/me/exports", summary="List exports of oneself", response_model=ExportsResponse, responses=problems())
@signed_in()
async def list_exports_of_me(system: Installation, person: Person) -> Response:
    """The copies of what is known of you; each is kept for a day."""
    rows = await system.database.read(exports.listed, user_id=person.user_id)
    return ok(exports=[exports.wire(system, row) for row in rows])


@router.delete("/v1/dashboard/me", summary="Delete oneself", response_model=OkResponse, responses=problems(409))
@signed_in()
async def delete_me(system: Installation, request: Request, person: Person) -> Response:
    """Be deleted, at once and for good. What you did in workspaces stays there, by nobody. The last owner of a workspace cannot go.

    It takes a sign-in of the last 15 minutes."""
    require_fresh(person)
    await system.database.write(leaving.leave, system.vault, person.user_id)
    return _out(system, request)


@router.get("/exports/{token}", summary="Fetch an export", response_class=Response, responses=FILE | GONE)
async def fetch_export(system: Installation, token: str) -> Response:
    """The file behind the `url` of an export. Whoever has that may fetch it, until the export is over."""
    row, storage = await exports.opened(system, token)
    key, size = row.object_key or "", row.size or 0
    headers = {
        "content-type": exports.MIME,
        "content-length": str(size),
        "content-disposition": delivery.disposition("attachment", f"socialclaw-{row.id}.zip"),
        "cache-control": "no-store",
        "referrer-policy": "no-referrer",
        **delivery.GUARDS,
    }
    return await sent(await storage.open(key) or storage.read(key), 0, size, 200, headers)


def _ask_for_workspace(scope: Scope) -> Export:
    return exports.ask(scope.session, workspace_id=scope.workspace_id)


def _of_workspace(scope: Scope) -> list[Export]:
    return [*exports.listed(scope.session, workspace_id=scope.workspace_id)]


def _out(system: System, request: Request, **parts: Any) -> Response:
    """The answer to whoever is signed out everywhere by what they did."""
    request.app.state.sessions.forget_all()
    response = ok(**parts)
    cookies.drop(response, system.settings)
    return response
