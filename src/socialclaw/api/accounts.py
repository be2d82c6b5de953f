"""/v1/accounts: the connected accounts, what each can do, and what can be asked of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Body, Query, Response

from socialclaw.accounts import actions, capabilities, directory
from socialclaw.accounts.disconnect import disconnect
from socialclaw.accounts.lookup import provider_of
from socialclaw.api import sparse
from socialclaw.api.answers import ok
from socialclaw.api.deps import Caller, problems
from socialclaw.api.filters import ProviderFilter, one_of, provider_key
from socialclaw.api.operation import Operation, needs, paid, takes_up_to
from socialclaw.api.schemas import (
    AccountsResponse,
    ActionResultResponse,
    CapabilitiesResponse,
    Capability,
    ConnectionResponse,
    DiscoveryActionsResponse,
    PublishSettingsResponse,
)
from socialclaw.api.sparse import Fields
from socialclaw.db.accounts import Account
from socialclaw.db.base import utc_now
from socialclaw.providers.limit_sentences import quotas
from socialclaw.scheduling.preview import preview

router = APIRouter(route_class=Operation, tags=["Connections and Accounts"])

VIEWS = ("full", "brief")
View = Annotated[str | None, Query(description="`brief`: what matters to who writes a post, each once and without what is not limited.")]
MOST_ASKED = 1024 * 1024  # bytes: a post with its texts, for a preview


@router.get("/v1/accounts", response_model=AccountsResponse, responses=problems(422), summary="List connected accounts")
@needs("read")
async def list_accounts(caller: Caller, provider: ProviderFilter = None) -> Response:
    """The connected accounts, oldest first. Schedules name one by its `handle` or `id`."""
    rows = await caller.read(directory.accounts, provider=provider_key(provider))
    return ok(accounts=[directory.account_wire(row) for row in rows])


@router.get("/v1/accounts/capabilities", response_model=CapabilitiesResponse, responses=problems(422), summary="List account capabilities")
@needs("read")
async def list_capabilities(caller: Caller, provider: ProviderFilter = None, view: View = None, fields: Fields = None) -> Response:
    """What each connected account can do: media, text limits, settings, actions, and whether it can be published to now.

    `fields` names members of a capability, such as `fields=accountId,handle,canPublish`."""
    shown = _shown(view, fields)
    rows = await caller.read(directory.accounts, provider=provider_key(provider))
    return ok(capabilities=[shown(row) for row in rows])


@router.get(
    "/v1/accounts/{accountId}/capabilities",
    response_model=CapabilitiesResponse,
    responses=problems(404, 422),
    summary="Get account capabilities",
)
@needs("read")
async def get_capabilities(caller: Caller, accountId: str, view: View = None, fields: Fields = None) -> Response:
    """What one account can do; an array with that one entry."""
    shown = _shown(view, fields)
    return ok(capabilities=[shown(await caller.read(directory.account, accountId))])


@router.get(
    "/v1/accounts/{accountId}/settings", response_model=PublishSettingsResponse, responses=problems(404), summary="Get publish settings"
)
@needs("read")
async def get_settings(caller: Caller, accountId: str) -> Response:
    """The options that a post to this account may set, described so that a form can be drawn from them."""
    return ok(publishSettings=capabilities.settings(await caller.read(directory.account, accountId)))


@router.get(
    "/v1/accounts/{accountId}/actions", response_model=DiscoveryActionsResponse, responses=problems(404), summary="List discovery actions"
)
@needs("read")
async def list_actions(caller: Caller, accountId: str) -> Response:
    """What can be asked of this account, with the input each question takes."""
    row = await caller.read(directory.account, accountId)
    return ok(actions=[actions.action_wire(action, row.provider) for action in actions.actions_of(row)])


@router.post(
    "/v1/accounts/{accountId}/actions/{actionId}",
    response_model=ActionResultResponse,
    responses=problems(400, 404, 409, 422, 502, 503),
    summary="Run discovery action",
)
@takes_up_to(MOST_ASKED)
@paid
@needs("read")
async def run_action(caller: Caller, accountId: str, actionId: str, body: Annotated[dict[str, Any] | None, Body()] = None) -> Response:
    """Ask something of an account. `publish-preview` takes a post and shows what it would become; it publishes nothing. Of people it
    takes a contributor.

    An action that changes something, such as `sync-targets`, needs a key that has `connect` too: its `operation` says so."""
    row, action = await caller.read(actions.found, accountId, actionId)
    caller.require(action.operation)
    if action.id == actions.PREVIEW.id:
        if caller.visitor:
            caller.require("validate")
        return ok(result=await preview(caller.system, caller.workspace_id, row, body or {}, test=caller.test))
    return ok(result=await actions.run(caller.system, caller.workspace_id, accountId, actionId, body or {}, test=caller.test))


@router.delete("/v1/accounts/{accountId}", response_model=ConnectionResponse, responses=problems(404), summary="Disconnect account")
@needs("connect")
async def disconnect_account(caller: Caller, accountId: str) -> Response:
    """Forget an account's access. Posts still to be published to it fail as `account_disconnected`; connecting it again revives it."""
    row, connection = await disconnect(caller.system, caller.workspace_id, accountId, test=caller.test)
    return ok(account=directory.account_wire(row), connection=connection)


def _shown(view: str | None, fields: str | None) -> Callable[[Account], Mapping[str, Any]]:
    brief, names = one_of("view", view, VIEWS) == "brief", sparse.chosen(fields, Capability)

    def shown(row: Account) -> Mapping[str, Any]:
        found = capabilities.capability(row, actions.actions_of(row), utc_now())
        return sparse.thin(capabilities.brief(found, quotas(provider_of(row))) if brief else found, names)

    return shown
