"""/v1/keys: the workspace's API keys."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response

from socialclaw.api.answers import ok
from socialclaw.api.deps import Caller, forget_key, problems
from socialclaw.api.openapi import STATUS
from socialclaw.api.operation import Operation, needs, needs_key, repeats_itself
from socialclaw.api.schemas import KeyCreateRequest, KeyCreateResponse, KeyDetailsResponse, KeysResponse, KeyValidationResponse
from socialclaw.db.base import Scope, iso
from socialclaw.db.workspaces import ApiKey
from socialclaw.grants import tokens
from socialclaw.workspaces import keys
from socialclaw.workspaces.tenants import tenant

router = APIRouter(route_class=Operation, prefix="/v1/keys", tags=[STATUS])


def shown(row: ApiKey, secret: str | None = None) -> dict[str, Any]:
    """A key on the wire."""
    return {
        "id": row.id,
        "prefix": row.prefix,
        "label": row.label,
        "kind": row.kind,
        "createdAt": iso(row.created_at),
        "revokedAt": iso(row.revoked_at) if row.revoked_at else None,
        "lastUsedAt": iso(row.last_used_at) if row.last_used_at else None,
        **({"secret": secret} if secret else {}),
    }


def beside(row: ApiKey) -> dict[str, Any]:
    """What is said beside a key, since what the contract has of one is closed: what it may do, and until when."""
    return {"operations": row.operations.split(), "expiresAt": iso(row.expires_at) if row.expires_at else None}


@router.post("/validate", summary="Validate API key", response_model=KeyValidationResponse, responses=problems())
@repeats_itself
@needs_key("read")
async def validate_key(caller: Caller) -> Response:
    """Check the key that this is sent with, and show which workspace it belongs to, what it may do there (`operations`), and until when
    (`expiresAt`, null where it does not end by itself)."""
    workspace, row = await caller.read(keys.owner, caller.key_id or "")
    return ok(tenant=tenant(workspace), apiKey=shown(row), **beside(row))


@router.get("/validate", summary="Validate API key (GET)", response_model=KeyValidationResponse, responses=problems())
@needs_key("read")
async def get_key_validation(caller: Caller) -> Response:
    """The same as POST, for clients that use GET."""
    return await validate_key(caller)


@router.get("", summary="List API keys", response_model=KeysResponse, responses=problems())
@needs("keys")
async def list_keys(caller: Caller) -> Response:
    """Every key of the workspace, newest first, revoked ones too. Secrets are not shown again. What each may do, and until when, is at
    `GET /v1/keys/details`."""
    return ok(keys=[shown(row) for row in await caller.read(keys.listed)])


@router.get("/details", summary="List what API keys may do", response_model=KeyDetailsResponse, responses=problems())
@needs("keys")
async def list_key_details(caller: Caller) -> Response:
    """The keys of `GET /v1/keys` in the same order, each with what it may do and when it ends, which that list has no room for; of
    one of kind `oauth` also which program somebody has allowed that (`client`)."""

    def found(scope: Scope) -> list[dict[str, Any]]:
        theirs = tokens.clients_of(scope)
        return [{"id": row.id, **beside(row), "client": theirs.get(row.id)} for row in keys.listed(scope)]

    return ok(keys=await caller.read(found))


@router.post("", summary="Create an API key", status_code=201, response_model=KeyCreateResponse, responses=problems(400, 409, 413, 422))
@needs("keys")
async def create_key(caller: Caller, body: KeyCreateRequest) -> Response:
    """Make another key for this workspace. Its `secret` is in this answer only: keep it.

    `operations` is what it may do: some of read, validate, rehearse, media, draft, publish, cancel, delete, connect, webhooks, approve and
    keys, or presets of them: reader, drafter, agent, admin. Where it is left out, a personal key gets all and one of kind agent the preset
    of that name, as far as the key that makes it has them; asked for by name, more than that is a 403. A key of kind agent never has
    approve or keys. `expiresAt` is when it ends by itself, within ten years. Where it is left out, it ends when the key that makes it
    does; that makes none that outlives it. A workspace has a maximum number of keys in use; at the maximum, the answer is a 409. A person
    must have signed in within the last 15 minutes, because the secret is shown."""
    caller.require_fresh()
    vault, within = caller.system.vault, caller.system.settings
    kind = body.kind or "personal"
    row, secret = await caller.write(
        keys.create,
        vault,
        body.label,
        kind,
        operations=body.operations,
        expires_at=body.expires_at,
        by=caller.operations,
        by_key=caller.key_id,
        within=within,
    )
    key = shown(row, secret)
    return ok(201, key=key, apiKey=key, secret=secret, **beside(row))


@router.get("/{keyId}", summary="Read an API key", response_model=KeyCreateResponse, responses=problems(404))
@needs("keys")
async def get_key(caller: Caller, keyId: str) -> Response:
    """One key, with what it may do and when it ends, which the list has no room for. Its secret is not shown again."""
    row = await caller.read(keys.one, keyId)
    return ok(key=shown(row), apiKey=shown(row), **beside(row))


@router.delete("/{keyId}", summary="Revoke an API key", response_model=KeyCreateResponse, responses=problems(404))
@needs("keys")
async def revoke_key(caller: Caller, request: Request, keyId: str) -> Response:
    """Revoke a key for good; it may be the one that this is sent with. Other processes follow within seconds."""
    row = await caller.write(keys.revoke, keyId)
    forget_key(request, row.id)
    return ok(key=shown(row), apiKey=shown(row), **beside(row))
