"""/media/parts: where the parts of a large upload arrive when files are kept in a folder. Needs no key; the URL is signed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from socialclaw.api.deps import MEANINGS, Installation
from socialclaw.api.openapi import ASSETS
from socialclaw.api.operation import Operation
from socialclaw.api.schemas import ErrorResponse
from socialclaw.errors import InvalidRequest, NotReady
from socialclaw.media.incoming import Intake
from socialclaw.storage.base import work_dir
from socialclaw.storage.folder import Folder
from socialclaw.storage.parts import unknown_upload
from socialclaw.system import System

router = APIRouter(route_class=Operation, tags=[ASSETS])

PREFIX = "/media/parts/"
STATUSES = {**MEANINGS, 403: "The URL is not signed, was changed, or is too old", 404: "There is no such upload"}
RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {"description": "The part is kept.", "headers": {"ETag": {"description": "Names the part.", "schema": {"type": "string"}}}},
    **{status: {"model": ErrorResponse, "description": STATUSES[status]} for status in (403, 404, 422, 503)},
}
OCTETS = "application/octet-stream"
BODY = {"required": True, "content": {OCTETS: {"schema": {"type": "string", "contentMediaType": OCTETS}}}}


@router.put(
    PREFIX + "{uploadId}/{partNumber}",
    summary="Send a part of an upload",
    response_class=Response,
    responses=RESPONSES,
    openapi_extra={"requestBody": BODY},
)
async def put_media_part(
    system: Installation,
    request: Request,
    uploadId: str,
    partNumber: str,
    size: Annotated[str, Query(description="Bytes of the part, exactly.")] = "",
    expires: Annotated[str, Query(description="When the URL expires, in seconds since 1970.")] = "",
    signature: Annotated[str, Query(description="Signature over all of these.")] = "",
) -> Response:
    """Send one part, as its bytes, to the URL that the upload's `part` operation answered with.

    The answer's `ETag` names the part when the upload is completed. A part that is sent again replaces the one before. Where files
    are kept in an object storage, such URLs lead there, and not here.
    """
    storage = system.storages[Folder.name]
    if not isinstance(storage, Folder) or not _is_number(partNumber):
        raise unknown_upload()
    await storage.takes(uploadId)
    number, length, until = int(partNumber), *(int(text) if _is_number(text) else -1 for text in (size, expires))
    storage.admit(uploadId, number, size=length, expires=until, signature=signature)
    etag = await _received(system, storage, request, uploadId, number, length)
    return Response(headers={"etag": f'"{etag}"'})


async def _received(system: System, storage: Folder, request: Request, upload_id: str, number: int, size: int) -> str:
    said = request.headers.get("content-length", "")
    if said and said != str(size):
        raise _wrong_size(size, said)
    body = request.stream()
    async with Intake(work_dir(system.settings), most=size) as file:
        try:
            async for chunk in body:
                if file.size + len(chunk) > size:
                    raise _wrong_size(size, "more")
                await file.write(chunk)
        except NotReady:
            await _drain(body, size - file.size)
            raise
        if file.size != size:
            raise _wrong_size(size, str(file.size))
        received = await file.finish()
        await storage.keep(upload_id, number, received.path, received.sha256)
    return received.sha256


async def _drain(body: AsyncIterator[bytes], most: int) -> None:
    """Read on: who is still sending would see a connection that breaks, and not the answer."""
    async for chunk in body:
        most -= len(chunk)
        if most <= 0:
            return


def _wrong_size(size: int, found: str) -> InvalidRequest:
    return InvalidRequest(f"This URL takes a part of {size} bytes, not {found}", code="multipart_part_size_mismatch", size=size)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19
