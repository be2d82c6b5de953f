"""Connections, and the accounts they lead to."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import StrictBool

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
    created_at: Time | None = None
    updated_at: Time | None = None


class Connection(Schema):
    """A handshake with a network: `pending` until the user has consented, then `connected` or `failed`."""

    id: str
    provider: ProviderName
    status: str | None = None
    authorize_url: str | None = None
    account: ConnectedAccount | None = None
    error: str | None = None
    created_at: Time | None = None


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
    """A connection, and the account it led to."""

    connection: Connection = optional()
    account: ConnectedAccount = optional()


class ConnectionsResponse(Closed):
    """The workspace's connections, newest first."""

    ok: Literal[True]
    connections: list[Connection]


class AccountsResponse(Closed):
    """The workspace's accounts."""

    ok: Literal[True]
    accounts: list[ConnectedAccount]


class Capability(Schema):
    """What may be published to an account."""

    provider: ProviderName = optional()
    account_id: str | None = None
    can_publish: StrictBool = optional()
    media: Object | None = None
    settings: list[Object] | None = None


class CapabilitiesResponse(Closed):
    """What may be published to each account."""

    ok: Literal[True]
    capabilities: list[Capability]


class PublishSettings(Schema):
    """The options of a post to an account, described so that a form can be drawn from them."""

    supported: StrictBool = optional()
    target: Object | None = None
    fields: list[Object] = optional()
    discovery: Object | None = None


class PublishSettingsResponse(Closed):
    """The options of a post to one account."""

    ok: Literal[True]
    publish_settings: PublishSettings


class DiscoveryAction(Schema):
    """Something that can be asked of an account, with the input it takes."""

    id: str
    label: str
    description: str | None = None
    provider: ProviderName | None = None
    input_schema: Object | None = None


class DiscoveryActionsResponse(Closed):
    """What can be asked of one account."""

    ok: Literal[True]
    actions: list[DiscoveryAction]


class ActionResultResponse(OkResponse):
    """What the account answered."""

    result: OpenObject
