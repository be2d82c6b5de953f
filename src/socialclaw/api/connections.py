"""/v1/connections: handshakes with networks, and how what they led to is doing."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response

from socialclaw.accounts import connect, directory, health
from socialclaw.api.answers import ok
from socialclaw.api.deps import Caller, CallerContext, problems
from socialclaw.api.filters import ProviderFilter, provider_key
from socialclaw.api.operation import Operation, needs, paid
from socialclaw.api.schemas import ConnectionResponse, ConnectionsResponse, ConnectionStartRequest, WorkspaceHealthResponse
from socialclaw.api.waiting import UNCHANGED, Seen, Subject, Wait, Waits

router = APIRouter(route_class=Operation, tags=["Connections and Accounts"])


@router.post(
    "/v1/connections/start",
    status_code=201,
    response_model=ConnectionResponse,
    responses=problems(400, 409, 422, 502, 503),
    summary="Start connection",
)
@paid
@needs("connect")
async def start_connection(caller: Caller, body: ConnectionStartRequest) -> Response:
    """Connect an account.

    With OAuth the answer has an `authorizeUrl` (also as `authorizationUrl`) for a browser, good for 15 minutes; poll the
    connection until it is no longer `pending`. Networks without OAuth take their values in the body, are asked at once, and
    the answer has the accounts. `callbackScheme`: the URL scheme of an app to return to from the browser. `client` `dashboard`: return
    to the dashboard, which tells what came of it.
    """
    values = body.model_dump(by_alias=True)
    found = await connect.start(
        caller.system,
        caller.workspace_id,
        values.pop("provider"),
        values,
        test=caller.test,
        client=values.pop("client"),
        callback_scheme=values.pop("callbackScheme"),
    )
    return ok(201, **_parts(found))


@router.get("/v1/connections", response_model=ConnectionsResponse, responses=problems(), summary="List connections")
@needs("read")
async def list_connections(caller: Caller) -> Response:
    """The workspace's connections, newest first; the latest 500."""
    return ok(connections=await caller.read(directory.connections))


@router.get("/v1/connections/health", response_model=WorkspaceHealthResponse, responses=problems(422), summary="Connections health")
@needs("read")
async def connections_health(caller: Caller, provider: ProviderFilter = None) -> Response:
    """How the access of every connected account is doing.

    `tokenHealth` is ok, expiring, expired, none (nothing that expires) or reconnect_required; `tokenRefreshStatus` is none
    (never refreshed), ok, failing (it goes on trying) or refused (a person must connect again).
    """
    return ok(**await caller.read(health.report, provider=provider_key(provider)))


@router.get(
    "/v1/connections/{connectionId}",
    response_model=ConnectionResponse,
    responses=problems(404, 422) | UNCHANGED,
    summary="Connection status",
)
@needs("read")
async def get_connection(caller: Caller, request: Request, connectionId: str, wait: Wait = 0) -> Response:
    """One handshake: `pending`, `connected`, `failed` (`error` says why), or `disconnected` once its accounts were."""
    waits: Waits = request.app.state.waits

    async def look() -> Seen:
        found = await caller.read(directory.connection, connectionId)
        return Seen(_parts(found), over=found["status"] != "pending")

    return await waits.answer(request, caller, wait, Subject(connectionId, frozenset({"connections", "accounts"})), look)


async def connection_answer(caller: CallerContext, connection_id: str) -> Response:
    """A handshake as it is now."""
    return ok(**_parts(await caller.read(directory.connection, connection_id)))


def _parts(found: dict[str, Any]) -> dict[str, Any]:
    account = {"account": found["account"]} if found["account"] else {}
    return {"connection": found, **account, "accounts": found["accounts"]}
