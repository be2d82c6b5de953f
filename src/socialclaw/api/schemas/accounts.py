"""Connections, and the accounts they lead to."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import StrictBool, StrictInt

from socialclaw.api.dialect import Body, Closed, Object, OpenObject, ProviderName, Schema, Time, known_as, optional
from socialclaw.api.schemas.envelopes import OkResponse


class ConnectedAccount(Schema):
    """A destination we may publish to. Schedules name it by `handle` or `id`."""

    id: str
    provider: ProviderName
    handle: str
    display_name: str | None = None
    account_type: str | None = None
    external_id: str | None = None
    status: str | None = None
    publishable: StrictBool = optional()
    token_health: str = optional()
    token_refresh_status: str = optional()
    token_refresh_failure_code: str | None = None
    expires_at: Time | None = None
    scope_count: StrictInt = optional()
    connection_id: str | None = None
    meta: OpenObject = optional()
    created_at: Time | None = None
    updated_at: Time | None = None


class Connection(Schema):
    """A handshake with a network: `pending` until the user has consented, then `connected` or `failed`.

    `authorizationUrl` is `authorizeUrl`, and `account` is the first of `accounts`.
    """

    id: str
    provider: ProviderName
    status: str | None = None
    authorize_url: str | None = None
    authorization_url: str | None = None
    account: ConnectedAccount | None = None
    accounts: list[ConnectedAccount] = optional()
    error: str | None = None
    error_code: str | None = None
    client: str | None = None
    created_at: Time | None = None
    expires_at: Time | None = None
    finished_at: Time | None = None


class ConnectionStartRequest(Body):
    """Which network to connect, with what a network without OAuth needs."""

    misses: ClassVar = {"network": "provider", "platform": "provider", "token": "botToken", "chat": "chatId", "channel": "chatId"} | {
        "webhook": "webhookUrl",
        "url": "webhookUrl",
    }

    provider: ProviderName
    bot_token: str | None = known_as("botToken", "bot_token")
    chat_id: str | None = known_as("chatId", "chat_id")
    webhook_url: str | None = known_as("webhookUrl", "webhook_url")
    client: str | None = None
    callback_scheme: str | None = known_as("callbackScheme", "callback_scheme")


class ConnectionResponse(OkResponse):
    """A connection, and the accounts it led to; `account` is the first of them."""

    connection: Connection = optional()
    account: ConnectedAccount = optional()
    accounts: list[ConnectedAccount] = optional()


class ConnectionsResponse(Closed):
    """The workspace's connections, newest first."""

    ok: Literal[True]
    connections: list[Connection]


class AccountsResponse(Closed):
    """The workspace's accounts."""

    ok: Literal[True]
    accounts: list[ConnectedAccount]


class ActionField(Schema):
    """A field of an action's input."""

    id: str
    type: str
    required: StrictBool
    description: str


class ActionInput(Schema):
    """The fields of an action's input, for those that read no JSON Schema."""

    fields: list[ActionField]


class DiscoveryAction(Schema):
    """Something that can be asked of an account, with the input it takes. `operation`: what the key needs for it, in addition to `read`."""

    id: str
    label: str
    description: str | None = None
    provider: ProviderName | None = None
    operation: str = optional()
    input_schema: Object | None = None
    input: ActionInput = optional()


class DiscoveryActionsResponse(Closed):
    """What can be asked of one account."""

    ok: Literal[True]
    actions: list[DiscoveryAction]


class ActionResultResponse(OkResponse):
    """What the account answered."""

    result: OpenObject


class Notice(Schema):
    """What keeps posts to a network waiting and is no account's fault: the developer app's credit there is used up."""

    code: str
    provider: ProviderName
    posts: StrictInt
    message: str
