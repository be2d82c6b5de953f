"""/v1/assets/uploads: large files, sent in parts to URLs that are handed out here; interrupted as often as need be."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response

from socialclaw.api.answers import closed, ok
from socialclaw.api.bodies import json_object
from socialclaw.api.deps import Caller, CallerContext, problems
from socialclaw.api.openapi import ASSETS, takes
from socialclaw.api.operation import Operation, needs, paid, takes_up_to
from socialclaw.api.schemas import (
    AssetResponse,
    MultipartCompleteRequest,
    MultipartInitiateResponse,
    MultipartPartRequest,
    MultipartPartResponse,
    MultipartUploadInitiateRequest,
    OkResponse,
)
from socialclaw.errors import InvalidRequest
from socialclaw.media import multipart_uploads
from socialclaw.media.assets import wire
from socialclaw.media.completion import complete
from socialclaw.media.uploads import Claims
from socialclaw.storage.parts import Part

router = APIRouter(route_class=Operation, prefix="/v1/assets/uploads", tags=[ASSETS])

MOST_LISTED = 2 * 1024 * 1024  # bytes: 10,000 parts with their ETags


@router.post(
    "",
    summary="Begin an upload in parts",
    status_code=201,
    response_model=MultipartInitiateResponse,
    responses=problems(400, 409, 413, 422, 503),
)
@paid
@needs("media")
async def initiate_upload(caller: Caller, body: MultipartUploadInitiateRequest) -> Response:
    """Begin with the name and the size of a file; the answer says how to cut it.

    All parts have `partSize` bytes, but the last, which has what is left. An upload without activity for a day is aborted.
    """
    begun = await multipart_uploads.initiate(
        caller.system, caller.workspace_id, Claims(body.filename, body.mime), body.size, test=caller.test
    )
    return ok(201, **_standing(caller, begun))


@router.get("/{assetId}", summary="Read an upload in parts", response_model=MultipartInitiateResponse, responses=problems(404, 503))
@needs("media")
async def get_upload(caller: Caller, assetId: str) -> Response:
    """How far an upload is: `upload.parts` have arrived, the parts in `upload.missing` have not.

    After an interruption, send those that are missing, and complete with what `parts` lists. Both are empty once the upload is over, and
    the asset's `status` says how.
    """
    upload = await multipart_uploads.standing(caller.system, caller.workspace_id, assetId, test=caller.test)
    arrived = [{"PartNumber": part.number, "ETag": f'"{part.etag}"', "size": part.size} for part in upload.parts]
    return ok(**_standing(caller, upload, parts=arrived, missing=list(upload.missing)))


@router.post(
    "/{assetId}/part",
    summary="Sign the URL of a part",
    response_model=MultipartPartResponse,
    responses=problems(400, 404, 409, 413, 422, 503),
)
@needs("media")
async def sign_upload_part(caller: Caller, assetId: str, body: MultipartPartRequest) -> Response:
    """Where a part is to be PUT, as its bytes and nothing else. The answer to that has an `ETag`, which names the part.

    A part may be sent again: the last one counts. A URL takes a part of the right size only.
    """
    url = await multipart_uploads.part_url(caller.system, caller.workspace_id, assetId, body.upload_id, body.part_number, test=caller.test)
    number, seconds = body.part_number, multipart_uploads.URL_SECONDS
    return closed(assetId=assetId, uploadId=body.upload_id, partNumber=number, url=url, expiresIn=seconds)


@router.post(
    "/{assetId}/complete",
    summary="Complete an upload in parts",
    response_model=AssetResponse,
    responses=problems(400, 404, 413, 422, 503),
)
@takes_up_to(MOST_LISTED)
@needs("media")
async def complete_upload(caller: Caller, assetId: str, body: MultipartCompleteRequest) -> Response:
    """Make the asset, of all parts with their ETags, in any order. The file is inspected now, which may take a while for a large one.

    Where parts are missing or differ, the answer says so, and the upload stays as it was. Repeating it answers with the same asset.
    """
    said = [Part(part.number, 0, part.etag) for part in body.parts]
    facts = {"width": body.width, "height": body.height, "duration": body.duration}
    asset = await complete(caller.system, caller.workspace_id, assetId, body.upload_id, said, test=caller.test, **facts)
    return closed(asset=wire(asset, caller.system.settings.base_url))


@router.post(
    "/{assetId}/abort",
    summary="Abort an upload in parts",
    response_model=OkResponse,
    responses=problems(400, 404, 409, 413, 422, 503),
    openapi_extra=takes(OkResponse, required=False),
)
@needs("media")
async def abort_upload(caller: Caller, request: Request, assetId: str) -> Response:
    """Abort an upload, and delete what has arrived of it. It may be repeated. Give `uploadId` to be sure which one is meant."""
    upload_id = json_object(await request.body(), "uploadId").get("uploadId")
    if upload_id is not None and not isinstance(upload_id, str):
        raise InvalidRequest("uploadId must be text", code="field_type_invalid", path="uploadId")
    await multipart_uploads.abort(caller.system, caller.workspace_id, assetId, upload_id, test=caller.test)
    return ok()


def _standing(caller: CallerContext, upload: multipart_uploads.Upload, **more: Any) -> dict[str, Any]:
    """`MultipartInitiateResponse`."""
    settings = caller.system.settings
    how = {"uploadId": upload.id, "partSize": upload.part_size, "totalParts": upload.count, **more}
    asset = wire(upload.asset, settings.base_url, upload.arrival)
    return {"mode": "multipart", "maxAssetBytes": settings.max_upload_bytes, "asset": asset, "upload": how}
