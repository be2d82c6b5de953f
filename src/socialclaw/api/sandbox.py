"""The simulated networks over HTTP: for browsers, and for other processes.

`/sandbox/hosts/<host>/<path>` is a simulated host, `/sandbox/` is what the public would see there. A fault that is no answer
breaks the TCP connection off where the server lets us, and is named in a header otherwise (see `providers/sandbox.py`).
None of this is part of the API, so none of it is in the OpenAPI document.
"""

from __future__ import annotations

import asyncio
import socket
import struct
from functools import cache

import httpx2
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from socialclaw.api import sandbox_control, sandbox_pages
from socialclaw.networks import providers
from socialclaw.providers.sandbox import FAULT_HEADER, LOST, PREFIX, Sandbox
from socialclaw.providers.simulator import Simulator
from socialclaw.providers.store import Seen

TRANSPORT = "socialclaw.transport"  # the ASGI extension under which a server hands out its connection
NO_ANSWER = 599
# RFC 9110 section 7.6.1: these belong to one connection, not to the message. `host` and `content-length` are written anew.
HOP_BY_HOP = frozenset(
    b"connection keep-alive proxy-authenticate proxy-authorization proxy-connection te trailer transfer-encoding upgrade".split()
)
OURS = frozenset({b"host", b"content-length"})
NO_SCRIPTS = "script-src 'none'; object-src 'none'; base-uri 'none'"


def routes(sandbox: Sandbox) -> list[BaseRoute]:
    """What a process that hosts the simulators serves."""
    pages = Pages(sandbox)
    return [
        Route(f"{PREFIX}{{host}}/{{path:path}}", Hosts(sandbox), include_in_schema=False),
        Route(f"{PREFIX}{{host}}", Hosts(sandbox), include_in_schema=False),
        Route("/sandbox/", pages.networks, include_in_schema=False),
        Route("/sandbox", _with_slash, include_in_schema=False),
        Route("/sandbox/{network}/", pages.network, include_in_schema=False),
        Route("/sandbox/{network}", _with_slash, include_in_schema=False),
        Route("/sandbox/{network}/{account:path}/", pages.account, include_in_schema=False),
        Route("/sandbox/{network}/{account:path}", _with_slash, include_in_schema=False),
    ]


def sandbox_app(sandbox: Sandbox, *, faults: bool = False) -> Starlette:
    """The sandbox on its own, for `socialclaw sandbox`. `faults`: let callers arm faults; only for a loopback address."""
    return Starlette(routes=[*sandbox_control.routes(sandbox, faults=faults), *routes(sandbox)])


class Hosts:
    """The simulated hosts, as an ASGI application: it must be able not to answer at all."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            request = await _as_meant(scope, receive)
            answer = await asyncio.to_thread(self.sandbox.answer, request)
        except httpx2.TransportError as error:
            kind = next((kind for kind, lost in LOST.items() if isinstance(error, lost)), "reset")
            if kind == "reset" and await _break_off(scope, receive):
                return
            await Response(str(error), NO_ANSWER, {FAULT_HEADER: kind}, "text/plain")(scope, receive, send)
            return
        except (httpx2.InvalidURL, UnicodeError) as error:
            await Response(f"This is no URL: {error}", 400, media_type="text/plain")(scope, receive, send)
            return
        await self._response(answer, request, scope)(scope, receive, send)

    def _response(self, answer: httpx2.Response, request: httpx2.Request, scope: Scope) -> Response:
        response = Response(answer.content, answer.status_code)
        kept = [(k.lower(), v) for k, v in answer.headers.raw if k.lower() not in HOP_BY_HOP and k.lower() != b"content-length"]
        own = [(k, v) for k, v in response.raw_headers if k == b"content-length"]
        if answer.has_redirect_location and (
            target := self._routed(request.url.join(answer.headers["location"]), scope.get("root_path", ""))
        ):
            kept = [*((k, v) for k, v in kept if k != b"location"), (b"location", target.encode())]
        if answer.headers.get("content-type", "").startswith("text/html") and "content-security-policy" not in answer.headers:
            kept.append((b"content-security-policy", NO_SCRIPTS.encode()))  # these pages share their origin with ours
        response.raw_headers = [*kept, *own]
        return response

    def _routed(self, url: httpx2.URL, root: str) -> str | None:
        """A simulated host's URL as a path of this server; None for any other one."""
        if url.host not in self.sandbox.hosts:
            return None
        return f"{root}{PREFIX}{url.host}{url.raw_path.decode()}" + (f"#{url.fragment}" if url.fragment else "")


class Pages:
    """What the public would see. Read-only."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox

    async def networks(self, request: Request) -> Response:
        def read() -> list[sandbox_pages.Card]:
            return [self._card(simulator) for simulator in self.sandbox.networks.values()]

        return _page(sandbox_pages.index(await asyncio.to_thread(read)))

    async def network(self, request: Request) -> Response:
        return await self._feed(request, request.path_params["network"])

    async def account(self, request: Request) -> Response:
        return await self._feed(request, request.path_params["network"], request.path_params["account"])

    async def _feed(self, request: Request, network: str, account: str | None = None) -> Response:
        simulator = self.sandbox.networks.get(network)
        if simulator is None:
            return _page(sandbox_pages.missing(f"There is no simulated network {network!r}."), 404)
        posts, names = await asyncio.to_thread(self._posts, simulator, account)
        if account is not None and account not in names:
            return _page(sandbox_pages.missing(f"Nobody called {account!r} has posted on {label(network)}."), 404)
        origin = f"{request.url.scheme}://{request.url.netloc}"
        feed = sandbox_pages.Feed(label(network), network, posts, account=account, names=names, origin=origin)
        return _page(sandbox_pages.feed(feed))

    def _posts(self, simulator: Simulator, account: str | None) -> tuple[list[Seen], dict[str, str]]:
        """The latest posts, and what the accounts are called."""
        with simulator.store.lock:
            posts = simulator.shelf.posts(account=account, limit=sandbox_pages.MOST, gone=True)
            return posts, {account: simulator.called(account) for account in simulator.shelf.accounts()}

    def _card(self, simulator: Simulator) -> sandbox_pages.Card:
        with simulator.store.lock:
            latest = simulator.shelf.posts(limit=1)
            accounts = simulator.shelf.accounts()
        return sandbox_pages.Card(simulator.network, label(simulator.network), len(accounts), latest[0] if latest else None)


@cache
def labels() -> dict[str, str]:
    """What people call each network."""
    return {provider.network: provider.simulator.label or provider.label for provider in providers().values()}


def label(network: str) -> str:
    return labels().get(network, network)


async def _as_meant(scope: Scope, receive: Receive) -> httpx2.Request:
    """The request as the host would have got it: the path and query as they were written, the host's own name."""
    raw: bytes = scope["raw_path"]
    host, slash, path = raw[raw.index(PREFIX.encode()) + len(PREFIX) :].partition(b"/")
    query = scope["query_string"]
    target = (slash + path or b"/") + (b"?" + query if query else b"")
    headers = [(k, v) for k, v in scope["headers"] if k not in HOP_BY_HOP and k not in OURS]
    body = await Request(scope, receive).body()
    length = [(k, v) for k, v in scope["headers"] if k == b"content-length"]
    url = httpx2.URL(scheme="https", host=host.decode(), raw_path=target)
    return httpx2.Request(scope["method"], url, headers=[(b"host", host), *headers, *length], content=body)


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


async def _with_slash(request: Request) -> Response:
    return RedirectResponse(request.url.replace(path=f"{request.url.path}/"), 308)


def _page(content: str, status: int = 200) -> Response:
    return Response(content, status, sandbox_pages.HEADERS, "text/html")
