"""/v1/connections: handshakes with networks, and how what they led to is doing."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Response

from socialclaw.accounts import connect, directory, health
from socialclaw.api.answers import ok
from socialclaw.api.deps import Caller, problems
from socialclaw.api.filters import ProviderFilter, provider_key
from socialclaw.api.operation import Operation, needs, paid
from socialclaw.api.schemas import ConnectionResponse, ConnectionsResponse, ConnectionStartRequest, WorkspaceHealthResponse

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
    return _connection(found, 201)


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


@router.get("/v1/connections/{connectionId}", response_model=ConnectionResponse, responses=problems(404), summary="Connection status")
@needs("read")
async def get_connection(caller: Caller, connectionId: str) -> Response:
    """One handshake: `pending`, `connected`, `failed` (`error` says why), or `disconnected` once its accounts were."""
    return _connection(await caller.read(directory.connection, connectionId))


def _connection(found: dict[str, Any], status: int = 200) -> Response:
    account = {"account": found["account"]} if found["account"] else {}
    return ok(status, connection=found, **account, accounts=found["accounts"])
