"""/v1/assets: media files uploaded, registered and deleted."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping
from typing import Annotated, Any, TypeVar

import msgspec
from fastapi import APIRouter, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError

from socialclaw.api.answers import closed, ok
from socialclaw.api.bodies import json_object
from socialclaw.api.deps import Caller, CallerContext, problems
from socialclaw.api.filters import Offset, one_of
from socialclaw.api.openapi import ASSETS, takes
from socialclaw.api.operation import Operation, large, needs, paid
from socialclaw.api.schemas import (
    AssetImportRequest,
    AssetRegistrationRequest,
    AssetResponse,
    AssetsResponse,
    AssetUploadRequest,
    CropRequest,
    OkResponse,
)
from socialclaw.api.waiting import UNCHANGED, Seen, Subject, Wait, Waits
from socialclaw.db.assets import SHOWN, Asset
from socialclaw.errors import InvalidRequest
from socialclaw.media import assets, cropping, imports, uploads
from socialclaw.media.form_data import OVERHEAD, Form
from socialclaw.media.incoming import too_large
from socialclaw.media.listing import ORDERS, AssetFilter, one, page

router = APIRouter(route_class=Operation, prefix="/v1/assets", tags=[ASSETS])

CHUNK = 256 * 1024
T = TypeVar("T")
Used = Annotated[bool | None, Query(description="Only files that posts show (`true`), or that none shows (`false`).")]
KINDS = ("image", "video", "audio", "other")
FORM = {
    "type": "object",
    "properties": {
        "file": {"type": "string", "contentMediaType": "application/octet-stream", "description": "The file, with its name."},
        "filename": {"type": "string"},
        "mime": {"type": "string"},
        "duration": {"type": "number"},
        "width": {"type": "integer"},
        "height": {"type": "integer"},
        "deleteAfter": {"type": "string", "format": "date-time"},
    },
    "required": ["file"],
}


@router.post(
    "/upload",
    summary="Upload asset",
    status_code=201,
    response_model=AssetResponse,
    responses=problems(400, 409, 413, 422, 503),
    openapi_extra=takes(AssetUploadRequest, AssetImportRequest, media={"multipart/form-data": FORM}),
)
@large
@paid
@needs("media")
async def upload_asset(caller: Caller, request: Request) -> Response:
    """Upload a file: in base64 as JSON, or as a form with a part `file`, which may be far larger; or name a `sourceUrl` to fetch it from.

    What the file is, is read from the file itself. The answer's `publicUrl` is what a schedule names as its media.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "multipart/form-data":
        return _shown(caller, await _from_form(caller, request), status=201)
    content = await request.body()
    if _names_a_source(content):
        return await _from_source(caller, _validated(lambda: AssetImportRequest.model_validate_json(content)))
    return _shown(caller, await _from_json(caller, content), status=201)


@router.post("", summary="Register asset", status_code=201, response_model=AssetResponse, responses=problems(400, 404, 409, 413, 422, 503))
@paid
@needs("media")
async def register_asset(caller: Caller, body: AssetRegistrationRequest) -> Response:
    """Make an asset of an object that is in storage already, under a key that begins with the workspace's id and a slash."""
    if body.status not in (None, "ready"):
        raise InvalidRequest("Only an object that is ready can be registered", code="asset_metadata_invalid", field="status")
    claims = uploads.Claims(body.original_filename or body.object_key.rpartition("/")[2], body.mime)
    asset = await uploads.register(caller.system, caller.workspace_id, body.object_key, claims, size=body.size, test=caller.test)
    return _shown(caller, asset, status=201)


@router.get("", summary="List assets", response_model=AssetsResponse, responses=problems(422))
@needs("read")
async def list_assets(
    caller: Caller,
    kind: Annotated[str | None, Query(description="image, video, audio or other.")] = None,
    status: Annotated[str | None, Query(description="uploading, ready, failed or pending_delete.")] = None,
    mime: Annotated[str | None, Query(description="How the type begins, e.g. video/.")] = None,
    query: Annotated[str | None, Query(description="A part of the filename.")] = None,
    used: Used = None,
    sort: Annotated[str | None, Query(description="created_desc (newest first, the default) or created_asc.")] = None,
    limit: Annotated[int, Query(ge=1, le=500, description="At most so many (default 24).")] = 24,
    offset: Offset = 0,
) -> Response:
    """The workspace's files, those that are still uploading or could not be uploaded among them."""
    state = one_of("status", status, (*SHOWN, *assets.ARRIVING))
    only = AssetFilter(one_of("kind", kind, KINDS), state, mime or None, query or None, used)
    order = one_of("sort", sort, ORDERS) or ORDERS[0]
    base_url = caller.system.settings.base_url
    found, total = await caller.read(page, only, base_url=base_url, order=order, limit=limit, offset=offset)
    return ok(assets=found, total=total, limit=limit, offset=offset)


@router.get("/{assetId}", summary="Read asset", response_model=AssetResponse, responses=problems(404, 422) | UNCHANGED)
@needs("read")
async def get_asset(caller: Caller, request: Request, assetId: str, wait: Wait = 0) -> Response:
    """One file. While it is imported from a URL, `progress` tells how far that is, and `error` why it had to be tried again, or failed."""
    waits: Waits = request.app.state.waits

    async def look() -> Seen:
        found = await caller.read(one, assetId, base_url=caller.system.settings.base_url)
        return Seen({"asset": found}, over=found["status"] != "uploading")

    return await waits.answer(request, caller, wait, Subject(assetId, frozenset({"assets"})), look)


@router.post(
    "/{assetId}/crop",
    summary="Crop a picture",
    status_code=201,
    response_model=AssetResponse,
    responses=problems(400, 404, 409, 413, 422, 503),
)
@paid
@needs("media")
async def crop_asset(caller: Caller, assetId: str, body: CropRequest) -> Response:
    """Make a new file of a part of a picture, in pixels from the upper left corner of the picture as it is shown. The picture stays.

    The part is a JPEG, or a PNG of a PNG, upright and in sRGB, and is said to show what the picture shows. What moves is not cut: that is
    a 409 `asset_not_cuttable`."""
    area = cropping.Area(body.left, body.top, body.width, body.height)
    return _shown(caller, await cropping.crop(caller.system, caller.workspace_id, assetId, area, test=caller.test), status=201)


@router.delete(
    "/{assetId}",
    summary="Delete asset",
    response_model=AssetResponse,
    responses=problems(400, 404, 409, 413, 422),
    openapi_extra=takes(OkResponse, required=False),
)
@needs("media", of_people="discard")
async def delete_asset(caller: Caller, request: Request, assetId: str) -> Response:
    """Delete a file. It is kept for `retentionDays` more (0 to 3650; 7 unless the server is configured otherwise), then deleted for good.

    While a post that is not over needs it, that is a 409 that names the posts.
    """
    body = json_object(await request.body(), "retentionDays", misses={"days": "retentionDays", "retention": "retentionDays"})
    days = assets.check_retention(body.get("retentionDays"), caller.system.settings.asset_retention_days)
    return _shown(caller, await caller.write(assets.delete, assetId, days))


@router.post(
    "/{assetId}/revoke-delivery",
    summary="Revoke delivery token",
    response_model=AssetResponse,
    responses=problems(400, 404, 409, 413, 422),
    openapi_extra=takes(OkResponse, required=False),
)
@needs("media", of_people="discard")
async def revoke_delivery(caller: Caller, assetId: str) -> Response:
    """Give a file a new public URL; the old one, and those of its previews, are 404 from now on.

    While a post that is not over needs the file, that is a 409 that names the posts. Published posts that show the file from here, as on
    Reddit, lose it. A cache that has a copy may keep it.
    """
    return _shown(caller, await caller.write(assets.revoke_delivery, assetId))


def _shown(caller: CallerContext, asset: Asset, *, status: int = 200) -> Response:
    return closed(status, asset=assets.wire(asset, caller.system.settings.base_url))


class _Source(msgspec.Struct):
    """What tells an import from an upload; the rest of the body is passed over."""

    sourceUrl: msgspec.Raw = msgspec.Raw(b"null")
    source_url: msgspec.Raw = msgspec.Raw(b"null")
    contentBase64: msgspec.Raw = msgspec.Raw(b"null")
    content_base64: msgspec.Raw = msgspec.Raw(b"null")


def _names_a_source(content: bytes) -> bool:
    try:
        found = msgspec.json.decode(content, type=_Source)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return False  # which is told where it is read
    given = [bytes(value) != b"null" for value in (found.sourceUrl, found.source_url, found.contentBase64, found.content_base64)]
    if any(given[:2]) and any(given[2:]):
        raise InvalidRequest("Give either sourceUrl or contentBase64, not both", code="asset_content_invalid")
    return any(given[:2])


async def _from_source(caller: CallerContext, body: AssetImportRequest) -> Response:
    claims = uploads.Claims(body.filename or "", body.mime, body.width, body.height, body.duration, body.delete_after)
    asset, arrival = await imports.begin(caller.system, caller.workspace_id, body.source_url, claims, test=caller.test)
    return closed(201, asset=assets.wire(asset, caller.system.settings.base_url, arrival))


async def _from_json(caller: CallerContext, content: bytes) -> Asset:
    body = _validated(lambda: AssetUploadRequest.model_validate_json(content))
    text = body.content_base64
    async with uploads.intake(caller.system) as file:
        for start in range(0, len(text), CHUNK):
            await file.write(_decoded(text[start : start + CHUNK], last=start + CHUNK >= len(text)))
        return await uploads.create(caller.system, caller.workspace_id, await file.finish(), _claims(body), test=caller.test)


def _decoded(text: str, *, last: bool) -> bytes:
    """A piece of a text in base64; only the last one is filled up."""
    try:
        if last or "=" not in text:
            return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        pass
    message = "contentBase64 is not base64 (RFC 4648, section 4, without line breaks)"
    raise InvalidRequest(message, code="asset_content_invalid")


async def _from_form(caller: CallerContext, request: Request) -> Asset:
    most = caller.system.settings.max_asset_bytes
    if int(request.headers.get("content-length", "0")) > most + OVERHEAD:
        raise too_large(most)
    async with uploads.intake(caller.system) as file:
        form = Form(request.headers["content-type"], file)
        await form.read(request.stream())
        return await uploads.create(caller.system, caller.workspace_id, await file.finish(), _claims(_filled_in(form)), test=caller.test)


def _filled_in(form: Form) -> AssetUploadRequest:
    """A form's fields are text: they count as the numbers that they spell."""
    fields: dict[str, Any] = {name: value for name, value in form.fields.items() if value.strip() and name != "contentBase64"}
    for name in ("width", "height", "duration"):
        if name in fields:
            fields[name] = _number(fields[name])
    name = fields.pop("filename", None) or fields.pop("name", None) or form.filename or ""
    mime = fields.get("mime") or fields.get("contentType") or form.mime
    return _validated(lambda: AssetUploadRequest.model_validate({**fields, "filename": name, "mime": mime, "contentBase64": ""}))


def _number(text: str) -> int | float | str:
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def _validated(make: Callable[[], T]) -> T:
    try:
        return make()
    except ValidationError as error:
        listed: list[Mapping[str, Any]] = [{**e, "loc": ("body", *e["loc"])} for e in error.errors(include_url=False, include_input=False)]
        raise RequestValidationError(listed) from error


def _claims(body: AssetUploadRequest) -> uploads.Claims:
    return uploads.Claims(body.filename, body.mime, body.width, body.height, body.duration, body.delete_after)
