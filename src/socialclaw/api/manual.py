"""/docs and /llms.txt: the documentation of this version, for everybody who can reach the server. Nothing of it comes from elsewhere."""

from __future__ import annotations

import asyncio
import hashlib
from typing import Any

from fastapi import APIRouter, Request, Response

from socialclaw.api.deps import Installation
from socialclaw.api.errors import RouteNotFound
from socialclaw.api.operation import Operation
from socialclaw.api.pages import Way, page
from socialclaw.api.sign_in import for_people
from socialclaw.manual.book import FIRST, INDEX, STATIC, Book

router = APIRouter(route_class=Operation, include_in_schema=False)

KINDS = {"docs.css": "text/css", "docs.js": "text/javascript", "icon.svg": "image/svg+xml"}
# Nothing inline, nothing from elsewhere, and no text that a script could put in as HTML.
HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
    ),
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "cache-control": "no-cache",
}


@router.get("/docs")
@router.get("/docs/{path:path}")
async def manual(request: Request, path: str = "") -> Response:
    """A page by its name; with `.md`, as it was written."""
    book: Book = request.app.state.book
    found = await asyncio.to_thread(_found, book, path.strip("/") or FIRST)
    if found is None and for_people(request):
        on = [Way(book.home, "What there is")]
        return page("No such page", ["The documentation has no page of this name."], status=404, on=on, close=False)
    if found is None:
        raise RouteNotFound("The documentation has no such page: /docs lists them")
    return _answer(request, *found)


@router.get("/llms.txt")
async def for_models(system: Installation, request: Request) -> Response:
    """The contents for programs that read text."""
    book: Book = request.app.state.book
    text = await asyncio.to_thread(book.for_models, system.settings.base_url)
    return _answer(request, text.encode(), "text/plain")


def _found(book: Book, name: str) -> tuple[bytes, str] | None:
    if name in KINDS:
        return (STATIC / name).read_bytes(), KINDS[name]
    if name == INDEX:
        return book.index(), "application/json"
    if name.endswith(".md"):
        source = book.source(name.removesuffix(".md"))
        return (source.encode(), "text/plain") if source is not None else None
    if picture := book.picture(name):
        return picture
    written = book.page(name)
    return (written, "text/html") if written is not None else None


def _answer(request: Request, content: bytes, kind: str) -> Response:
    tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    headers: dict[str, Any] = {**HEADERS, "etag": tag}
    if request.headers.get("if-none-match", "").removeprefix("W/") == tag:
        return Response(status_code=304, headers=headers)
    return Response(content, media_type=kind, headers=headers)
