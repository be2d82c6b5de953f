"""/media: files by their public URL, for networks and browsers. Needs no key; the token in the URL is what opens it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from socialclaw.api.deps import Installation
from socialclaw.api.errors import answer
from socialclaw.api.file_response import Source, sent
from socialclaw.api.openapi import ASSETS
from socialclaw.api.operation import Operation
from socialclaw.db.assets import Asset
from socialclaw.errors import InvalidRequest, SocialClawError
from socialclaw.media import assets, delivery
from socialclaw.media.jpeg import as_jpeg
from socialclaw.media.naming import safe_name
from socialclaw.media.previews import MIMES, preview
from socialclaw.storage.base import Gone
from socialclaw.system import System

router = APIRouter(route_class=Operation, tags=[ASSETS])

PATH = "/media/{assetId}/{deliveryToken}/{filename}"
PREVIEW = "/media/{assetId}/{deliveryToken}/previews/{filename}"
LINK = 900  # seconds that a link into the object storage is good for
REUSED = 300  # seconds for which whoever was led there may go there again without asking
BINARY = {"application/octet-stream": {"schema": {"type": "string", "contentMediaType": "application/octet-stream"}}}
RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {"description": "The file, in its own type.", "content": BINARY},
    206: {"description": "The bytes that `Range` asked for.", "content": BINARY},
    304: {"description": "Not changed since the client's copy."},
    404: {"description": "No such file: unknown, not under this token and name, or deleted."},
    416: {"description": "The range begins after the end of the file."},
    422: {"description": "The file cannot be delivered in this format."},
    503: {"description": "Unavailable right now"},
}
ELSEWHERE: dict[int | str, dict[str, Any]] = {307: {"description": "The file is at `Location`, for some minutes."}}


@router.get(PATH, summary="Fetch media asset", response_class=Response, responses={**RESPONSES, **ELSEWHERE})
async def fetch_media(
    system: Installation,
    request: Request,
    assetId: str,
    deliveryToken: str,
    filename: str,
    format: Annotated[str | None, Query(description="`jpeg`: a PNG, WebP, GIF, HEIC or AVIF picture converted to JPEG.")] = None,
) -> Response:
    """A file of the workspace that handed it out. Takes `Range`, `If-Range`, `If-None-Match` and `If-Modified-Since`."""
    try:
        return await _deliver(system, request, (assetId, deliveryToken, filename), format)
    except SocialClawError as error:
        return _guarded(answer(error))


@router.head(PATH, summary="Headers of a media asset", response_class=Response, responses=RESPONSES, name="head_media")
async def head_media(
    system: Installation, request: Request, assetId: str, deliveryToken: str, filename: str, format: str | None = None
) -> Response:
    """What GET would answer, without the file."""
    return await fetch_media(system, request, assetId, deliveryToken, filename, format)


@router.get(PREVIEW, summary="Fetch media asset preview", response_class=Response, responses=RESPONSES)
async def fetch_media_preview(system: Installation, request: Request, assetId: str, deliveryToken: str, filename: str) -> Response:
    """A small picture of a file: `small.webp`, `medium.webp`, `large.webp`, and of a video `poster.jpg`; or a file as a network took it."""
    try:
        asset = await system.database.read(assets.deliverable, assetId, deliveryToken, None)
        path = await preview(system, asset, filename)
        size = (await asyncio.to_thread(path.stat)).st_size
        stem, _, extension = filename.rpartition(".")
        name = f"{safe_name(asset.filename, asset.mime).rpartition('.')[0]}-{filename}"
        made_at = asset.created_at.astimezone(UTC)
        variant = delivery.Variant(MIMES[f".{extension}"], size, f"{asset.sha256}-{stem}", made_at, name)
        return await _sent(request, variant, lambda start, length: asyncio.to_thread(path.open, "rb"))
    except SocialClawError as error:
        return _guarded(answer(error))


@router.head(PREVIEW, summary="Headers of a media asset preview", response_class=Response, responses=RESPONSES, name="head_media_preview")
async def head_media_preview(system: Installation, request: Request, assetId: str, deliveryToken: str, filename: str) -> Response:
    """What GET would answer, without the file."""
    return await fetch_media_preview(system, request, assetId, deliveryToken, filename)


async def _deliver(system: System, request: Request, named: tuple[str, str, str], wanted: str | None) -> Response:
    if wanted not in (None, "", "jpeg", "jpg"):
        raise InvalidRequest("format can only be jpeg", code="media_format_unsupported", allowed=["jpeg"])
    asset = await system.database.read(assets.deliverable, *named)
    if await system.storage_of(asset).size(asset.object_key) != asset.size:
        raise Gone("There is no such file", code="media_not_found")
    converted = await as_jpeg(system, asset) if wanted and asset.mime != "image/jpeg" else None
    variant = await _variant(asset, converted)
    if not converted and (elsewhere := _elsewhere(system, request, asset, variant)):
        return elsewhere
    return await _sent(request, variant, lambda start, length: _source(system, asset, converted, start, length))


async def _sent(request: Request, variant: delivery.Variant, opened: Callable[[int, int], Awaitable[Source]]) -> Response:
    """What is asked for of a file: all of it, a part, its headers, or that it has not changed."""
    headers = delivery.headers(variant)
    if delivery.not_modified(request.headers, variant):
        kept = ("etag", "last-modified", "cache-control", *delivery.GUARDS)
        return Response(status_code=304, headers={name: headers[name] for name in kept})
    if request.method == "HEAD":
        return Response(headers={**headers, "content-length": str(variant.size)})
    try:
        part = delivery.wanted_range(request.headers, variant)
    except delivery.NotSatisfiable:
        unsatisfied = SocialClawError("The range begins after the end of the file", code="range_not_satisfiable", status=416)
        refused = answer(unsatisfied)
        refused.headers["content-range"] = f"bytes */{variant.size}"
        return _guarded(refused)
    start, end = part or (0, variant.size)
    headers["content-length"] = str(end - start)
    if part:
        headers["content-range"] = f"bytes {start}-{end - 1}/{variant.size}"
    return await sent(await opened(start, end - start), start, end - start, 206 if part else 200, headers)


def _elsewhere(system: System, request: Request, asset: Asset, variant: delivery.Variant) -> Response | None:
    """The way to the object storage, where the settings want it so. What that can be told of our headers, it is told."""
    if request.method != "GET" or delivery.not_modified(request.headers, variant):
        return None
    told = delivery.headers(variant)
    mime, disposition = told["content-type"], told["content-disposition"]
    link = system.storage_of(asset).link(asset.object_key, mime=mime, disposition=disposition, seconds=LINK)
    headers = {"location": link or "", "cache-control": f"public, max-age={REUSED}", **delivery.GUARDS}
    return Response(status_code=307, headers=headers) if link else None


async def _variant(asset: Asset, converted: Path | None) -> delivery.Variant:
    made_at = asset.created_at.astimezone(UTC)
    if converted:
        size = (await asyncio.to_thread(converted.stat)).st_size
        name = safe_name(asset.filename, asset.mime).rpartition(".")[0]
        return delivery.Variant("image/jpeg", size, f"{asset.sha256}-jpeg", made_at, f"{name}.jpg")
    return delivery.Variant(asset.mime, asset.size, asset.sha256, made_at, asset.filename)


async def _source(system: System, asset: Asset, converted: Path | None, start: int, length: int) -> Source:
    if converted:
        return await asyncio.to_thread(converted.open, "rb")
    storage = system.storage_of(asset)
    return await storage.open(asset.object_key) or storage.read(asset.object_key, start, length)


def _guarded(response: Response) -> Response:
    response.headers.update(delivery.GUARDS)
    return response
