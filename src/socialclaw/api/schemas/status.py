"""Health, keys, usage, jobs."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import StrictInt

from socialclaw.api.dialect import Body, Closed, Object, OpenObject, Schema, Time, Uri, optional
from socialclaw.api.schemas.envelopes import OkResponse


class Tenant(Schema):
    """A workspace. `mode` is `live`, or `test` where every network is the sandbox."""

    id: str
    name: str | None = None
    plan: str | None = None
    subscription_status: str | None = None
    entitlements: Object | None = None


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


class HealthResponse(OkResponse):
    """The service is able to work. Where it is not, the answer is a 503 with code `not_ready` and the same facts as details.

    `maxAssetBytes`: the largest file of a base64 upload; `maxFormAssetBytes`: of a form upload.
    """

    service: str
    now: Time
    db: OpenObject = optional()
    asset_storage: OpenObject = optional()
    max_asset_bytes: StrictInt = optional()
    public_base_url: Uri = optional()


class KeyCreateRequest(Body):
    """A key to be made. `kind` is `personal` (the default) or `agent`; `operations` are words and presets."""

    misses: ClassVar = {"name": "label", "title": "label", "type": "kind", "keytype": "kind"} | dict.fromkeys(
        ("scope", "scopes", "permission", "permissions", "preset", "presets", "rights", "role", "roles", "allow", "allowed"), "operations"
    )

    label: str | None = None
    kind: str | None = None
    operations: list[str] | None = None


class KeyCreateResponse(OkResponse):
    """One key, by both of its names; `secret` is shown once, when it is made."""

    key: ApiKey = optional()
    api_key: ApiKey = optional()
    secret: str | None = None
    operations: list[str] = optional()


class KeyValidationResponse(OkResponse):
    """Whose key this is, and what it may do."""

    tenant: Tenant
    api_key: ApiKey
    operations: list[str] = optional()


class KeysResponse(Closed):
    """The workspace's keys, newest first."""

    ok: Literal[True]
    keys: list[ApiKey]


class UsageResponse(OkResponse):
    """What the workspace has used in this calendar month (UTC)."""

    usage: OpenObject


class WorkspaceHealthResponse(OkResponse):
    """How a workspace, or its connections, are doing."""

    health: OpenObject


class JobsResponse(OkResponse):
    """One job for each post: what is to happen next, and what is in the way."""

    jobs: list[OpenObject] = optional()
    total: StrictInt = optional()
