"""API keys: shown, made, rotated, checked."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import StrictInt

from socialclaw.api.dialect import Body, Closed, Inline, Schema, Time, optional
from socialclaw.api.schemas.envelopes import OkResponse
from socialclaw.api.schemas.status import Tenant


class ApiKey(Closed):
    """An API key. `secret` is only there in the answer that made the key; `prefix` tells keys apart afterwards."""

    id: str
    prefix: str | None = None
    label: str | None = None
    kind: str | None = None
    secret: str | None = None
    created_at: Time | None = None
    revoked_at: Time | None = None
    last_used_at: Time | None = None


class KeyCreateRequest(Body):
    """A key to be made. `kind` is `personal` (the default) or `agent`; `operations` are words and presets; `expiresAt`: when it ends."""

    misses: ClassVar = (
        {"name": "label", "title": "label", "type": "kind", "keytype": "kind"}
        | dict.fromkeys(
            ("scope", "scopes", "permission", "permissions", "preset", "presets", "rights", "role", "roles", "allow", "allowed"),
            "operations",
        )
        | dict.fromkeys(("expires", "expiry", "expiration", "expiresin", "until", "validuntil", "ttl", "endsat"), "expiresAt")
    )

    label: str | None = None
    kind: str | None = None
    operations: list[str] | None = None
    expires_at: Time | None = None


class KeyCreateResponse(OkResponse):
    """One key, by both of its names; `secret` is shown once, when it is made. `expiresAt` is null where it does not end by itself.

    `formerSecretUntil`: until when the secret that a rotated key had is still taken.
    """

    key: ApiKey = optional()
    api_key: ApiKey = optional()
    secret: str | None = None
    operations: list[str] = optional()
    expires_at: Time | None = None
    former_secret_until: Time | None = None


class KeyRotateRequest(Inline):
    """For how many seconds the secret that the key has now may still be used."""

    misses: ClassVar = {"grace": "graceSeconds", "seconds": "graceSeconds", "graceperiod": "graceSeconds"}

    grace_seconds: StrictInt | None = None


class KeyValidationResponse(OkResponse):
    """Whose key this is, what it may do, and until when."""

    tenant: Tenant
    api_key: ApiKey
    operations: list[str] = optional()
    expires_at: Time | None = None


class KeyClient(Schema):
    """A program that somebody has let in. `host` vouches for its `name`; where it is empty, nobody does."""

    id: str
    name: str
    host: str


class KeyDetails(Schema):
    """What a key may do, and when it ends: null where it does not by itself. `client`: of a grant, the program that has it."""

    id: str
    operations: list[str]
    expires_at: Time | None
    client: KeyClient | None


class KeyDetailsResponse(OkResponse):
    """Every key of the workspace, newest first."""

    keys: list[KeyDetails]


class KeysResponse(Closed):
    """The workspace's keys, newest first."""

    ok: Literal[True]
    keys: list[ApiKey]
