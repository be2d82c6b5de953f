"""The simulated networks over HTTP: for our own processes, and for people with a browser.

`/sandbox/hosts/<host>/<path>` is a simulated host for our own code, which shows the installation's secret. People look at what the public
would see under `/sandbox/at/<pass>/`, where the pass names a workspace; whoever sits at a machine that serves nobody else needs none.
Everybody else finds nothing here. None of this is part of the API, so none of it is in the OpenAPI document.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route, request_response
from starlette.types import ASGIApp, Receive, Scope, Send

from socialclaw.api import sandbox_control
from socialclaw.api.sandbox_feeds import Pages
from socialclaw.api.sandbox_hosts import Hosts, VisitedHosts
from socialclaw.api.sandbox_visitors import stranger
from socialclaw.simulation.sandbox import AT, PREFIX, Sandbox

Opened = Callable[[], Awaitable[bool]]
ROOT = "/sandbox/"  # below which all of it is


async def _always() -> bool:
    return True


class Gate:
    """An ASGI application that is there only while `opened` says so."""

    def __init__(self, app: ASGIApp, opened: Opened) -> None:
        self.app, self.opened = app, opened

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await (self.app if await self.opened() else stranger())(scope, receive, send)


def routes(sandbox: Sandbox, opened: Opened = _always) -> list[BaseRoute]:
    """What a process that hosts the simulators serves, while they are `opened`."""
    pages, hosts, visited = Pages(sandbox), Hosts(sandbox), VisitedHosts(sandbox)
    slash = request_response(partial(_with_slash, sandbox.root))
    shown = f"{AT}{{shown}}/"
    found: list[tuple[str, ASGIApp]] = [
        (f"{PREFIX}{{host}}/{{path:path}}", hosts),
        (f"{PREFIX}{{host}}", hosts),
        (f"{shown}hosts/{{host}}/{{path:path}}", visited),
        (f"{shown}hosts/{{host}}", visited),
    ]
    for root in (shown, ROOT):
        found += [
            (root, request_response(pages.networks)),
            (root.rstrip("/"), slash),
            (f"{root}{{network}}/", request_response(pages.network)),
            (f"{root}{{network}}", slash),
            (f"{root}{{network}}/{{account:path}}/", request_response(pages.account)),
            (f"{root}{{network}}/{{account:path}}", slash),
        ]
    return [Route(path, Gate(app, opened), include_in_schema=False) for path, app in found]


def sandbox_app(sandbox: Sandbox, *, faults: bool = False) -> Starlette:
    """The sandbox on its own, for `socialclaw sandbox`. `faults`: let callers arm faults; only for a loopback address."""
    return Starlette(routes=[*sandbox_control.routes(sandbox, faults=faults), *routes(sandbox)])


async def _with_slash(root: str, request: Request) -> Response:
    """To the same path with its last slash, whatever the caller takes our name to be."""
    return RedirectResponse(f"{root}{request.scope['raw_path'].decode()}/", 308)
