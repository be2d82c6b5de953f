"""The simulated hosts over HTTP. A fault that is no answer breaks the TCP connection off where the server lets us, and is named in a
header otherwise (see `simulation/sandbox.py`)."""

from __future__ import annotations

import asyncio
import socket
import struct

import httpx2
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from socialclaw.api import sandbox_pages
from socialclaw.api.sandbox_visitors import Visitor, ours, same_origin, stranger, visitor
from socialclaw.simulation.sandbox import FAULT_HEADER, LOST, SMALL, Sandbox
from socialclaw.simulation.simulator import NotForPeople
from socialclaw.simulation.worlds import Caller

TRANSPORT = "socialclaw.transport"  # the ASGI extension under which a server hands out its connection
NO_ANSWER = 599
HOSTS = b"/hosts/"
LARGEST_FORM = 64 * 1024  # of a person
# RFC 9110 section 7.6.1: these belong to one connection, not to the message. `host` and `content-length` are written anew.
HOP_BY_HOP = frozenset(
    b"connection keep-alive proxy-authenticate proxy-authorization proxy-connection te trailer transfer-encoding upgrade".split()
)
OURS = frozenset({b"host", b"content-length"})
A_PERSONS = frozenset({b"accept", b"accept-language", b"content-type", b"user-agent"})
NO_SCRIPTS = "script-src 'none'; object-src 'none'; base-uri 'none'"


class Hosts:
    """The simulated hosts, as an ASGI application: it must be able not to answer at all."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        who = ours(scope, self.sandbox.door)
        try:
            response = await (self._visited(scope, receive) if who is None else self._answered(who, scope, receive))
        except httpx2.TransportError as error:
            await _lost(error, scope, receive, send)
        except ClientDisconnect:
            return  # and the request took no effect
        else:
            await response(scope, receive, send)

    async def _answered(self, who: Caller, scope: Scope, receive: Receive) -> Response:
        """The network's answer to our own code."""
        try:
            request = _as_meant(scope, {name for name, _ in scope["headers"] if not name.startswith(b"x-sandbox-")})
        except (httpx2.InvalidURL, UnicodeError):
            return stranger()
        return self._response(await self._answer(request, who, scope, receive), request, scope)

    async def _answer(self, request: httpx2.Request, who: Caller, scope: Scope, receive: Receive) -> httpx2.Response:
        simulator = self.sandbox.simulator(request)
        length = dict(scope["headers"]).get(b"content-length", b"")
        wanted = int(length) if length.isdigit() and len(length) < 16 else simulator.most_body
        async with self.sandbox.room.held(wanted if wanted > SMALL else 0):
            content = await _body(scope, receive, simulator.most_body)
            if content is None:
                return simulator.too_large()
            return await self.sandbox.respond(_with(request, content, length), who, wait=lambda seconds: _still_there(receive, seconds))

    async def _visited(self, scope: Scope, receive: Receive) -> Response:
        """What a person is shown, who looks at pages and sends one form."""
        found = visitor(scope, self.sandbox, scope.get("path_params", {}))
        if found is None or scope["method"] not in ("GET", "HEAD", "POST"):
            return stranger()
        content = b""
        if scope["method"] == "POST":
            if why := self._refusal(found, scope):
                return _words(why, 403, found.root)
            form = await _body(scope, receive, LARGEST_FORM)
            if form is None:
                return _words("This form is too large.", 413, found.root)
            content = form
        try:
            asked = _as_meant(scope, A_PERSONS)
            request = _with(asked, content, str(len(content)).encode() if content else b"")
            simulator = self.sandbox.simulator(request)
            answer = await self.sandbox.apart(lambda: simulator.visit(request, found.who))
        except (NotForPeople, httpx2.TransportError, httpx2.InvalidURL, UnicodeError):
            return stranger()
        return self._response(answer, request, scope)

    def _refusal(self, found: Visitor, scope: Scope) -> str:
        """Why this person may not send a form; empty if it may."""
        if not found.consents:
            return "This link can no longer be used to give access. Start the connection again."
        return "" if same_origin(scope, self.sandbox.url) else "This form was not sent from its own page."

    def _response(self, answer: httpx2.Response, request: httpx2.Request, scope: Scope) -> Response:
        response = Response(answer.content, answer.status_code)
        kept = [(k.lower(), v) for k, v in answer.headers.raw if k.lower() not in HOP_BY_HOP and k.lower() != b"content-length"]
        own = [(k, v) for k, v in response.raw_headers if k == b"content-length"]
        if answer.has_redirect_location and (target := self._routed(request.url.join(answer.headers["location"]), scope)):
            kept = [*((k, v) for k, v in kept if k != b"location"), (b"location", target)]
        if answer.headers.get("content-type", "").startswith("text/html") and "content-security-policy" not in answer.headers:
            kept.append((b"content-security-policy", NO_SCRIPTS.encode()))  # these pages share their origin with ours
        response.raw_headers = [*kept, *own]
        return response

    def _routed(self, url: httpx2.URL, scope: Scope) -> bytes | None:
        """A simulated host's URL as a path that leads here, by the way that was come; None for any other one."""
        if url.host not in self.sandbox.hosts:
            return None
        way, hosts, _ = scope["raw_path"].partition(HOSTS)
        fragment = f"#{url.fragment}" if url.fragment else ""
        found: bytes = self.sandbox.root.encode() + way + hosts + url.host.encode() + url.raw_path + fragment.encode()
        return found


class VisitedHosts(Hosts):
    """The same under a pass, where the secret opens nothing: what is there is for people."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await (await self._visited(scope, receive))(scope, receive, send)


def _as_meant(scope: Scope, kept: set[bytes] | frozenset[bytes]) -> httpx2.Request:
    """The request as the host would have got it, its body left out: path and query as they were written, the host's own name."""
    raw: bytes = scope["raw_path"]
    host, slash, path = raw.partition(HOSTS)[2].partition(b"/")
    query = scope["query_string"]
    target = (slash + path or b"/") + (b"?" + query if query else b"")
    headers = [(k, v) for k, v in scope["headers"] if k in kept and k not in HOP_BY_HOP and k not in OURS]
    url = httpx2.URL(scheme="https", host=host.decode(), raw_path=target)
    return httpx2.Request(scope["method"], url, headers=[(b"host", host), *headers])


def _with(request: httpx2.Request, content: bytes, length: bytes) -> httpx2.Request:
    """The request with its body. `length`: the header, where there is one."""
    headers = [(k, v) for k, v in request.headers.raw if k.lower() != b"content-length"]
    said = [(b"content-length", length)] if length else []
    return httpx2.Request(request.method, request.url, headers=[*headers, *said], content=content)


async def _body(scope: Scope, receive: Receive, most: int) -> bytes | None:
    """The body, or None once it is larger than `most`; what it says of its size is looked at first."""
    length: bytes = dict(scope["headers"]).get(b"content-length", b"")
    if length.isdigit() and (len(length) > 15 or int(length) > most):
        return None
    parts, size = [], 0
    async for part in Request(scope, receive).stream():
        size += len(part)
        if size > most:
            return None
        parts.append(part)
    return b"".join(parts)


async def _still_there(receive: Receive, seconds: float) -> None:
    """Wait so long; raises ClientDisconnect if the caller hangs up meanwhile."""
    try:
        async with asyncio.timeout(seconds):
            while (await receive())["type"] != "http.disconnect":
                pass
    except TimeoutError:
        return
    raise ClientDisconnect


async def _lost(error: httpx2.TransportError, scope: Scope, receive: Receive, send: Send) -> None:
    kind = next((kind for kind, lost in LOST.items() if isinstance(error, lost)), "reset")
    if kind == "reset" and await _break_off(scope, receive):
        return
    await Response(str(error), NO_ANSWER, {FAULT_HEADER: kind}, "text/plain")(scope, receive, send)


async def _break_off(scope: Scope, receive: Receive) -> bool:
    """Reset the connection, if the server lets us have it; True once it is gone."""
    transport = (scope.get("extensions") or {}).get(TRANSPORT)
    if transport is None:
        return False
    # Without lingering, closing sends a reset instead of an orderly end (SO_LINGER, socket(7)).
    transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()
    while (await receive())["type"] != "http.disconnect":
        pass
    return True


def _words(text: str, status: int, root: str) -> Response:
    return Response(sandbox_pages.missing(text, root), status, sandbox_pages.HEADERS, "text/html")
