"""The dashboard's files, under /dashboard: one page for all of its addresses, and what that page loads. The page is for who is signed in.

They are what `web/build.py` has made. Where it has not, everything else works, and the page says how to make it.
"""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

import socialclaw
from socialclaw.api.deps import Installation
from socialclaw.api.errors import RouteNotFound
from socialclaw.api.operation import Operation
from socialclaw.api.packing import chosen
from socialclaw.api.pages import Form, page
from socialclaw.api.sign_in import HOME, here, mail_form, signed, to_issuers
from socialclaw.people import card
from socialclaw.people.sessions import SignedIn
from socialclaw.system import System

router = APIRouter(route_class=Operation, include_in_schema=False)

FOLDER = Path(socialclaw.__file__).parent / "_web"
NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*")  # of a file: no way leads out of its folder
KINDS = {
    ".js": "text/javascript",
    ".css": "text/css",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
    ".md": "text/plain",
}
PACKED = {"br": ".br", "gzip": ".gz"}
# Nothing inline, nothing from elsewhere but files out of the bucket, and no text that a script could put in as HTML.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:{bucket}; media-src 'self' blob:{bucket}; "
    "font-src 'self'; connect-src 'self'{bucket}; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
HEADERS = {
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "x-content-type-options": "nosniff",
}
FOR_EVER = "public, max-age=31536000, immutable"  # a file with its digest in its name never changes
ASK_AGAIN = "no-cache"


@router.get("/")
async def front(system: Installation) -> Response:
    """Whoever comes to the server without a path looks for the dashboard."""
    return RedirectResponse(here(system.settings, HOME), status_code=307)


@router.get(f"{HOME}/assets/{{name}}")
async def asset(system: Installation, request: Request, name: str) -> Response:
    """A file with its digest in its name; packed, where that was done and the browser likes it."""
    return await _file(system, request, f"assets/{name}", FOR_EVER)


@router.get("/pricing")
async def pricing(system: Installation) -> Response:
    """Where plans are compared: in the dashboard, which asks whoever is not signed in to sign in first."""
    return RedirectResponse(here(system.settings, f"{HOME}/billing"), status_code=303)


@router.get(HOME)
@router.get(f"{HOME}/{{path:path}}")
async def dashboard(system: Installation, request: Request, path: str = "") -> Response:
    """The page, whichever of its addresses is asked for. Without a session, the ways in; without a workspace or a page, the ways out."""
    if "." in path.rpartition("/")[2]:
        return await _file(system, request, path, ASK_AGAIN)
    who = await signed(request)
    if who is None:
        return _ways_in(system, request)
    content = await asyncio.to_thread(_read, "index.html") if who.seats else None
    if content is None:
        return await _without(system, request, who)
    text = content.decode().replace('"./', f'"{here(system.settings, HOME)}/')
    return Response(text, media_type="text/html", headers={**_headers(system), "cache-control": ASK_AGAIN})


def _ways_in(system: System, request: Request) -> Response:
    forms = [mail_form(system.settings, "Send me a link")] if system.settings.smtp.ready else []
    lines = ["Whoever runs the server: run `socialclaw sign-in` there, and open the link that it prints."]
    return page("Nobody is signed in", lines, forms=forms, on=to_issuers(request), close=False)


async def _without(system: System, request: Request, who: SignedIn) -> Response:
    """Who is signed in, and the way out; what there is where there is no dashboard, or no workspace for it to show."""
    found = await system.database.read(card.card, system.settings, who, who.seat())
    lines = [f"{one['name']}: {one['role']}" for one in found["workspaces"]] or ["You are a member of no workspace."]
    if who.seats:
        lines.append("The dashboard is not built here: run `make web-build` where SocialClaw's source is, then load this page again.")
    forms = [
        Form(here(system.settings, f"/auth/{path}"), said)
        for path, said in (("sign-out", "Sign out"), ("sign-out-everywhere", "Sign out everywhere"))
    ]
    known = {one["provider"] for one in found["user"]["identities"]}
    on = to_issuers(request, but=known, link="true") if who.fresh else []
    return page(found["user"]["name"] or found["user"]["email"] or "Signed in", lines, forms=forms, on=on)


def _headers(system: System) -> dict[str, str]:
    """`HEADERS` and the policy: parts of uploads are sent to the bucket, where files are kept in one, and pictures may come from there."""
    s3 = system.settings.s3
    return {**HEADERS, "content-security-policy": POLICY.format(bucket="" if s3.missing else f" {s3.origin}")}


async def _file(system: System, request: Request, path: str, caching: str) -> Response:
    kind = KINDS.get(Path(path).suffix)
    if kind is None or not NAME.fullmatch(path.removeprefix("assets/")):
        raise RouteNotFound("There is nothing at this path")
    headers = {**_headers(system), "cache-control": caching, "vary": "Accept-Encoding"}
    coding = chosen(request.scope["headers"])
    if coding and (packed := await asyncio.to_thread(_read, path + PACKED[coding])) is not None:
        return Response(packed, media_type=kind, headers={**headers, "content-encoding": coding})
    content = await asyncio.to_thread(_read, path)
    if content is None:
        raise RouteNotFound("There is nothing at this path; if this is a part of the dashboard, load its page again: it was built anew")
    return Response(content, media_type=kind, headers=headers)


def _read(path: str) -> bytes | None:
    try:
        return (FOLDER / path).read_bytes()
    except OSError:
        return None
