"""`/mcp`: streamable HTTP without sessions, in the app that serves the API. The SDK is imported when somebody first asks.

Each request brings its key. What a tool calls goes to the app itself, so that rights, rate limits and log lines are those of the API.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx2
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from socialclaw.client import ClientError
from socialclaw.errors import Forbidden
from socialclaw.mcp.entry import Asking
from socialclaw.mcp.reach import Api
from socialclaw.mcp.table import asked

if TYPE_CHECKING:
    from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

PATH = "/mcp"
STATE = "mcp"  # in the state of a request: what is to be told instead of the protocol's answer
MOST = "most_body_bytes"  # see `api/guard.py`: as much as the settings allow
INSIDE = "http://localhost"  # the app as it knows itself: below no path that a proxy may have put before it
SMALL = 64 * 1024  # bytes that are read of somebody whose key is not known yet
HERE = ("127.0.0.1", "localhost", "[::1]")


Challenge = Callable[[str | None], str]
"""The `WWW-Authenticate` of a 401, by the code of what was wrong with a key that came."""


def _bearer(code: str | None) -> str:
    return 'Bearer realm="socialclaw"' + (', error="invalid_token"' if code else "")


def mount(app: Starlette, base_url: str, challenge: Challenge = _bearer) -> None:
    """Serve the protocol beside what this app serves. `base_url`: how the world reaches it; `challenge`: what a 401 says of getting in."""
    endpoint = Endpoint(app, base_url, challenge)
    within = app.router.lifespan_context

    @asynccontextmanager
    async def lifespan(served: Any) -> AsyncIterator[Any]:
        async with within(served) as state:
            try:
                yield state
            finally:
                await endpoint.close()

    app.router.lifespan_context = lifespan
    app.router.routes.insert(0, Route(PATH, endpoint, methods=["POST"], include_in_schema=False))


class Endpoint:
    """The ASGI application at `/mcp`."""

    def __init__(self, app: ASGIApp, base_url: str, challenge: Challenge) -> None:
        self._app, self._base_url, self._challenge = app, base_url, challenge
        self._manager: StreamableHTTPSessionManager | None = None
        self._running: asyncio.Task[None] | None = None
        self._begun = asyncio.Lock()
        self._over = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        check_where_from(request, self._base_url)
        asked(request.query_params, request.headers)  # what is chosen wrongly is told before anything else
        with_key = request.headers.get("authorization", "").lower().startswith("bearer ")
        if (not with_key or not _is_small(request)) and (unknown := await self._unknown(request)):
            await self._refuse(unknown, send)
            return
        scope.setdefault("state", {})[MOST] = sys.maxsize
        manager = self._manager or await self._begin()
        await manager.handle_request(scope, receive, self._told_instead(scope, send))

    async def _unknown(self, request: Request) -> ClientError | None:
        """What the API says where it does not know the key: then nothing large is read."""
        try:
            await self._client(request).call("GET", "/v1/keys/validate")
        except ClientError as error:
            if error.status != 401:
                raise
            return error
        return None

    async def _refuse(self, error: ClientError, send: Send) -> None:
        """A key that the API does not know is 401 for the whole request, as clients expect that renew theirs."""
        told = {"ok": False, "code": error.code, "message": error.message, "details": error.details}
        challenge = self._challenge(None if error.code == "auth_missing" else error.code)
        headers = [(b"content-type", b"application/json"), (b"www-authenticate", challenge.encode("latin-1"))]
        await send({"type": "http.response.start", "status": 401, "headers": headers})
        await send({"type": "http.response.body", "body": json.dumps(told).encode()})

    def _told_instead(self, scope: Scope, send: Send) -> Send:
        """The way of the protocol's answer, in whose place a 401 goes out where a call has come to one."""
        refused = False

        async def sent(message: Message) -> None:
            nonlocal refused
            error: ClientError | None = scope["state"].get(STATE)
            if message["type"] == "http.response.start" and error is not None:
                refused = True
                await self._refuse(error, send)
            elif not refused:
                await send(message)

        return sent

    async def _begin(self) -> StreamableHTTPSessionManager:
        async with self._begun:
            if self._manager is None:
                self._manager = await asyncio.to_thread(self._made)
                started = asyncio.Event()
                self._running = asyncio.create_task(self._keep(self._manager, started))
                await started.wait()
        return self._manager

    def _made(self) -> StreamableHTTPSessionManager:
        from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

        from socialclaw.mcp.server import build

        server = build(self._visit, local=False)
        return StreamableHTTPSessionManager(server, json_response=True, stateless=True, max_request_body_size=sys.maxsize)

    async def _keep(self, manager: StreamableHTTPSessionManager, started: asyncio.Event) -> None:
        async with manager.run():
            started.set()
            await self._over.wait()

    async def close(self) -> None:
        self._over.set()
        if self._running:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._running, 5)

    async def _visit(self, context: Any) -> Any:
        from socialclaw.mcp.server import Visit

        request: Request = context.request

        def unauthorized(error: ClientError) -> None:
            request.scope["state"][STATE] = error

        return Visit(Asking(self._client(request)), asked(request.query_params, request.headers), unauthorized)

    def _client(self, request: Request) -> Api:
        """The API in this process, called by who sent this request, from where they sent it."""
        came = request.client
        transport = httpx2.ASGITransport(app=self._app, client=(came.host, came.port) if came else ("127.0.0.1", 0))
        headers = {"x-request-id": request.scope["state"].get("request_id", "")}
        key = request.headers.get("authorization", "").partition(" ")[2].strip()
        return Api(INSIDE, key, transport=transport, headers=headers)


def _is_small(request: Request) -> bool:
    length = request.headers.get("content-length", "")
    return length.isdigit() and int(length) <= SMALL


def check_where_from(request: Request, base_url: str) -> None:
    """That a page of another site, or a name that somebody has bent to this address, does not speak to a server on a person's machine."""
    own = urlsplit(base_url)
    host = request.headers.get("host", "")
    if host != own.netloc and _name(host) not in HERE and _name(host) != _name(own.netloc):
        message = f"This server is not called {host[:100]!r}: use {base_url}{PATH}, or set SOCIALCLAW_PUBLIC_BASE_URL"
        raise Forbidden(message, code="host_unknown", status=421)
    origin = request.headers.get("origin")
    if origin and origin != f"{own.scheme}://{own.netloc}" and _name(urlsplit(origin).netloc) not in HERE:
        raise Forbidden("This was sent by a page of another site", code="cross_site_request")


def _name(host: str) -> str:
    """A host without its port."""
    return host if host.endswith("]") else host.rpartition(":")[0] if host.rpartition(":")[2].isdigit() and ":" in host else host
