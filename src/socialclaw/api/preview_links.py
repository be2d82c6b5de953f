"""/v1/runs/{runId}/preview-links, and /preview: a run to be looked at by whoever has a link, without signing in."""

from __future__ import annotations

import asyncio
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from socialclaw.api import preview_pages
from socialclaw.api.answers import ok
from socialclaw.api.deps import Caller, Installation, problems
from socialclaw.api.openapi import POSTS
from socialclaw.api.operation import Operation, needs
from socialclaw.api.pages import page
from socialclaw.api.schemas import ErrorResponse, PreviewLinkResponse, PreviewLinksResponse
from socialclaw.api.schemas.preview_links import PreviewLinkRequest
from socialclaw.api.sign_in import for_people, here
from socialclaw.errors import NotFound
from socialclaw.media import delivery, previews
from socialclaw.publishing import preview_links

router = APIRouter(route_class=Operation, tags=[POSTS])

PATH = "/preview"
SIZE = "medium.webp"
GONE: dict[int | str, dict[str, Any]] = {
    404: {"model": ErrorResponse, "description": "No link of ours, or one that is over", "content": {"text/html": {}}},
    503: {"model": ErrorResponse, "description": "Unavailable right now"},
}
PICTURE: dict[int | str, dict[str, Any]] = {
    200: {"description": "The picture.", "content": {"image/webp": {"schema": {"type": "string", "format": "binary"}}}}
}


@router.post(
    "/v1/runs/{runId}/preview-links",
    summary="Share a preview",
    status_code=201,
    response_model=PreviewLinkResponse,
    responses=problems(400, 404, 409, 413, 422),
)
@needs("publish")
async def create_preview_link(caller: Caller, runId: str, body: PreviewLinkRequest | None = None) -> Response:
    """Make a link by which whoever has it sees the run, as it is then, and can change nothing: for `days` (7; at most 90). `url` is in this
    answer and in no other. The page has the posts with their texts, times, accounts and pictures; no settings, errors, ids or keys."""
    row, secret = await caller.write(preview_links.make, runId, body.days if body else None, caller.id)
    return ok(201, link=preview_links.wire(row), url=f"{caller.system.settings.base_url}{PATH}/{secret}")


@router.get("/v1/runs/{runId}/preview-links", summary="List shared previews", response_model=PreviewLinksResponse, responses=problems(404))
@needs("read")
async def list_preview_links(caller: Caller, runId: str) -> Response:
    """The links that open this run now, the newest first; not their URLs."""
    return ok(links=[preview_links.wire(row) for row in await caller.read(preview_links.listed, runId)])


@router.delete(
    "/v1/runs/{runId}/preview-links/{linkId}", summary="Take a preview back", response_model=PreviewLinkResponse, responses=problems(404)
)
@needs("publish")
async def revoke_preview_link(caller: Caller, runId: str, linkId: str) -> Response:
    """Have a link open nothing any more, from now on."""
    return ok(link=preview_links.wire(await caller.write(preview_links.take_back, runId, linkId)))


@router.get(f"{PATH}/{{token}}", summary="Look at a preview", response_class=HTMLResponse, responses=GONE)
async def show_preview(system: Installation, request: Request, token: str) -> Response:
    """The page of a run behind a link: for people, without scripts, and not for search engines."""
    try:
        shown = await system.database.read(preview_links.look, token)
    except NotFound as error:
        request.app.state.rates.refuse(request)
        if not for_people(request):
            raise
        return page("Nothing to see here", [error.message], status=404, close=False)
    text = preview_pages.page(shown, here(system.settings, f"{PATH}/{token}/pictures"), here(system.settings, "/docs/icon.svg"))
    return HTMLResponse(text, headers=preview_pages.HEADERS)


@router.get(f"{PATH}/{{token}}/pictures/{{assetId}}", summary="A picture of a preview", response_class=Response, responses=GONE | PICTURE)
async def show_preview_picture(system: Installation, request: Request, token: str, assetId: str) -> Response:
    """A small picture of a file that a post of the run shows."""
    try:
        asset = await system.database.read(preview_links.picture, token, assetId)
    except NotFound:
        request.app.state.rates.refuse(request)
        raise
    path = await previews.preview(system, asset, SIZE)
    content = await asyncio.to_thread(path.read_bytes)
    own = {name: preview_pages.HEADERS[name] for name in ("cache-control", "referrer-policy", "x-robots-tag")}
    return Response(content, media_type="image/webp", headers={**delivery.GUARDS, **own, "cross-origin-resource-policy": "same-origin"})
