"""/v1/dashboard: what the API does for keys, for people who are signed in. Thin: each of these is another operation, by a session alone."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from socialclaw.api import accounts, assets, connections, keys, posts, uploads
from socialclaw.api.answers import ok
from socialclaw.api.deps import Caller, forget_key, problems
from socialclaw.api.dialect import asked
from socialclaw.api.filters import AccountFilter, LabelFilter, Limit, Offset, ProviderFilter, Words, one_of
from socialclaw.api.openapi import DASHBOARD, takes
from socialclaw.api.operation import Operation, large, paid, repeats_itself, signed_in, takes_up_to
from socialclaw.api.schemas import (
    AccountsResponse,
    AssetImportRequest,
    AssetResponse,
    AssetsResponse,
    AssetUploadRequest,
    ConnectionResponse,
    ConnectionStartRequest,
    KeyCreateRequest,
    KeyCreateResponse,
    KeysResponse,
    MultipartCompleteRequest,
    MultipartInitiateResponse,
    MultipartPartRequest,
    MultipartPartResponse,
    MultipartUploadInitiateRequest,
    OkResponse,
    PostResponse,
    PostsResponse,
    PublishSettingsResponse,
)
from socialclaw.api.schemas.keys import KeyRotateRequest
from socialclaw.db.base import Scope, iso
from socialclaw.media import listing
from socialclaw.people import audit
from socialclaw.workspaces import keys as made

router = APIRouter(route_class=Operation, prefix="/v1/dashboard", tags=[DASHBOARD])


@router.get("/accounts", summary="Dashboard accounts", response_model=AccountsResponse, responses=problems(422))
@signed_in("read")
async def dashboard_accounts(caller: Caller, provider: ProviderFilter = None) -> Response:
    """`GET /v1/accounts`: the connected accounts, oldest first."""
    return await accounts.list_accounts(caller, provider)


@router.delete("/accounts/{accountId}", summary="Disconnect dashboard account", response_model=ConnectionResponse, responses=problems(404))
@signed_in("connect")
async def dashboard_disconnect_account(caller: Caller, accountId: str) -> Response:
    """`DELETE /v1/accounts/{accountId}`: forget an account's access."""
    return await accounts.disconnect_account(caller, accountId)


@router.get(
    "/accounts/{accountId}/publish-settings",
    summary="Dashboard publish settings",
    response_model=PublishSettingsResponse,
    responses=problems(404),
)
@signed_in("read")
async def dashboard_publish_settings(caller: Caller, accountId: str) -> Response:
    """`GET /v1/accounts/{accountId}/settings`: the options that a post to this account may set."""
    return await accounts.get_settings(caller, accountId)


@router.post(
    "/connections/start",
    summary="Start dashboard connection",
    status_code=201,
    response_model=ConnectionResponse,
    responses=problems(400, 409, 413, 422, 502, 503),
)
@paid
@signed_in("connect")
async def dashboard_start_connection(caller: Caller, body: ConnectionStartRequest) -> Response:
    """`POST /v1/connections/start`: connect an account."""
    return await connections.start_connection(caller, body)


@router.get("/connections/{connectionId}", summary="Dashboard connection", response_model=ConnectionResponse, responses=problems(404))
@signed_in("read")
async def dashboard_connection(caller: Caller, connectionId: str) -> Response:
    """`GET /v1/connections/{connectionId}`: one handshake, and what it led to."""
    return await connections.connection_answer(caller, connectionId)


@router.get("/posts", summary="Dashboard posts", response_model=PostsResponse, responses=problems(422))
@signed_in("read")
async def dashboard_posts(
    caller: Caller,
    request: Request,
    status: Annotated[str | None, asked("status", description="A post's status.")] = None,
    provider: ProviderFilter = None,
    account: AccountFilter = None,
    since: Annotated[str | None, asked("from", description="Published then or later.")] = None,
    until: Annotated[str | None, asked("to", description="Published then or earlier.")] = None,
    q: Words = None,
    label: LabelFilter = None,
    view: posts.View = None,
    limit: Limit = 100,
    offset: Offset = 0,
) -> Response:
    """`GET /v1/posts`: the workspace's posts in order of publish time and id."""
    only = {"status": status, "account": account, "provider": provider, "since": since, "until": until, "q": q, "label": label}
    return await posts.list_posts(caller, request, **only, view=view, limit=limit, offset=offset)


@router.post(
    "/posts/{postId}/reconcile", summary="Reconcile dashboard post", response_model=PostResponse, responses=problems(404, 409, 502)
)
@signed_in("publish")
async def dashboard_reconcile_post(caller: Caller, postId: str) -> Response:
    """`POST /v1/posts/{postId}/reconcile`: compare the post with what its network has now."""
    return await posts.reconcile_post(caller, postId)


@router.get("/assets", summary="Dashboard assets", response_model=AssetsResponse, responses=problems(422))
@signed_in("read")
async def dashboard_assets(
    caller: Caller,
    q: Annotated[str | None, Query(description="A part of the filename.")] = None,
    kind: Annotated[str | None, Query(description="image, video, audio or other.")] = None,
    used: assets.Used = None,
    sort: Annotated[str | None, Query(description="created_desc (newest first, the default) or created_asc.")] = None,
    limit: Annotated[int, Query(ge=1, le=500, description="At most so many (default 24).")] = 24,
    offset: Offset = 0,
) -> Response:
    """`GET /v1/assets`: the workspace's files, newest first, each with how many posts show it (`uses`)."""
    only = listing.AssetFilter(one_of("kind", kind, assets.KINDS), query=q or None, used=used)
    order = one_of("sort", sort, listing.ORDERS) or listing.ORDERS[0]
    base_url = caller.system.settings.base_url

    def found(scope: Scope) -> tuple[list[dict[str, Any]], int]:
        rows, total = listing.page(scope, only, base_url=base_url, order=order, limit=limit, offset=offset)
        return listing.with_uses(scope, rows), total

    rows, total = await caller.read(found)
    return ok(assets=rows, total=total, limit=limit, offset=offset)


@router.delete(
    "/assets/{assetId}",
    summary="Delete dashboard asset",
    response_model=AssetResponse,
    responses=problems(400, 404, 409, 413, 422),
    openapi_extra=takes(OkResponse, required=False),
)
@signed_in("discard")
async def dashboard_delete_asset(caller: Caller, request: Request, assetId: str) -> Response:
    """`DELETE /v1/assets/{assetId}`: take a file away, for good after `retentionDays`."""
    return await assets.delete_asset(caller, request, assetId)


@router.post(
    "/assets/upload",
    summary="Upload dashboard asset",
    status_code=201,
    response_model=AssetResponse,
    responses=problems(400, 409, 413, 422, 503),
    openapi_extra=takes(AssetUploadRequest, AssetImportRequest, media={"multipart/form-data": assets.FORM}),
)
@large
@paid
@signed_in("media")
async def dashboard_upload_asset(caller: Caller, request: Request) -> Response:
    """`POST /v1/assets/upload`: hand in a file, in base64, as a form, or by a URL to fetch it from."""
    return await assets.upload_asset(caller, request)


@router.post(
    "/assets/upload/initiate",
    summary="Begin a dashboard upload in parts",
    status_code=201,
    response_model=MultipartInitiateResponse,
    responses=problems(400, 409, 413, 422, 503),
)
@paid
@signed_in("media")
async def dashboard_initiate_upload(caller: Caller, body: MultipartUploadInitiateRequest) -> Response:
    """`POST /v1/assets/uploads`: begin with the name and the size of a file; the answer says how to cut it."""
    return await uploads.initiate_upload(caller, body)


@router.post(
    "/assets/upload/{assetId}/part",
    summary="Sign the URL of a part of a dashboard upload",
    response_model=MultipartPartResponse,
    responses=problems(400, 404, 409, 413, 422, 503),
)
@signed_in("media")
async def dashboard_sign_upload_part(caller: Caller, assetId: str, body: MultipartPartRequest) -> Response:
    """`POST /v1/assets/uploads/{assetId}/part`: where a part is to be PUT."""
    return await uploads.sign_upload_part(caller, assetId, body)


@router.post(
    "/assets/upload/{assetId}/complete",
    summary="Complete a dashboard upload in parts",
    response_model=AssetResponse,
    responses=problems(400, 404, 413, 422, 503),
)
@takes_up_to(uploads.MOST_LISTED)
@signed_in("media")
async def dashboard_complete_upload(caller: Caller, assetId: str, body: MultipartCompleteRequest) -> Response:
    """`POST /v1/assets/uploads/{assetId}/complete`: make the asset of all parts."""
    return await uploads.complete_upload(caller, assetId, body)


@router.post(
    "/assets/upload/{assetId}/abort",
    summary="Abort a dashboard upload in parts",
    response_model=OkResponse,
    responses=problems(400, 404, 409, 413, 422, 503),
    openapi_extra=takes(OkResponse, required=False),
)
@signed_in("media")
async def dashboard_abort_upload(caller: Caller, request: Request, assetId: str) -> Response:
    """`POST /v1/assets/uploads/{assetId}/abort`: give an upload up."""
    return await uploads.abort_upload(caller, request, assetId)


@router.get("/keys", summary="Dashboard API keys", response_model=KeysResponse, responses=problems())
@signed_in("keys")
async def dashboard_keys(caller: Caller) -> Response:
    """The workspace's keys, newest first, each with its `secret` where you have signed in within the last 15 minutes; that is written down.

    Later the secrets are null: sign in again to see them. A key that is revoked has none to show."""
    rows, vault = await caller.read(made.listed), caller.system.vault
    signed = caller.visitor.signed if caller.visitor else None
    shown = [row for row in rows if signed and signed.fresh and row.revoked_at is None and row.sealed]
    if signed and shown:
        keys_shown = {"keys": [row.id for row in shown]}
        where = caller.workspace_id
        await caller.system.database.write(audit.note, signed.user_id, "show_key_secrets", workspace_id=where, details=keys_shown)
    secrets = {row.id: made.secret_of(vault, row) for row in shown}
    return ok(keys=[{**keys.shown(row), "secret": secrets.get(row.id)} for row in rows])


@router.post(
    "/keys", summary="Create a dashboard API key", status_code=201, response_model=KeyCreateResponse, responses=problems(400, 409, 413, 422)
)
@signed_in("keys")
async def dashboard_create_key(caller: Caller, body: KeyCreateRequest) -> Response:
    """`POST /v1/keys`: make a key, and show its secret. It takes a sign-in of the last 15 minutes."""
    return await keys.create_key(caller, body)


@router.delete("/keys/{keyId}", summary="Revoke a dashboard API key", response_model=KeyCreateResponse, responses=problems(404))
@signed_in("keys")
async def dashboard_revoke_key(caller: Caller, request: Request, keyId: str) -> Response:
    """`DELETE /v1/keys/{keyId}`: take a key out of use for good."""
    return await keys.revoke_key(caller, request, keyId)


@router.post(
    "/keys/{keyId}/rotate",
    summary="Rotate a dashboard API key",
    response_model=KeyCreateResponse,
    responses=problems(400, 404, 409, 413, 422),
)
@repeats_itself
@signed_in("keys")
async def dashboard_rotate_key(caller: Caller, request: Request, keyId: str, body: KeyRotateRequest | None = None) -> Response:
    """Give a key another secret, which this answer shows. The old one opens nothing any more, in other processes within seconds; with
    `graceSeconds` it does so for that long, a week at most, so that programs can be given the new one meanwhile.

    Its id, label and operations stay. It takes a sign-in of the last 15 minutes."""
    caller.require_fresh()
    row, secret = await caller.write(made.rotate, caller.system.vault, keyId, (body and body.grace_seconds) or 0)
    forget_key(request, row.id)
    key = keys.shown(row, secret)
    until = iso(row.former_until) if row.former_until else None
    return ok(key=key, apiKey=key, secret=secret, **keys.beside(row), formerSecretUntil=until)
