"""The pages of the sandbox itself: what the public would see on each simulated network. Read-only."""

from __future__ import annotations

from functools import cache

from starlette.requests import Request
from starlette.responses import Response

from socialclaw.api import sandbox_pages
from socialclaw.api.errors import MethodNotAllowed, answer
from socialclaw.api.sandbox_visitors import Visitor, stranger, visitor
from socialclaw.networks import providers
from socialclaw.simulation.sandbox import Sandbox
from socialclaw.simulation.simulator import Simulator
from socialclaw.simulation.store import Seen
from socialclaw.simulation.worlds import within

READING = ["GET", "HEAD"]


class Pages:
    """For people with a pass, and for those at home."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox

    async def networks(self, request: Request) -> Response:
        found = self._visitor(request)
        if isinstance(found, Response):
            return found

        def read() -> list[sandbox_pages.Card]:
            with within(found.who):
                return [_card(simulator) for simulator in self.sandbox.networks.values()]

        return _page(sandbox_pages.index(await self.sandbox.apart(read), found.root))

    async def network(self, request: Request) -> Response:
        return await self._feed(request, request.path_params["network"])

    async def account(self, request: Request) -> Response:
        return await self._feed(request, request.path_params["network"], request.path_params["account"])

    def _visitor(self, request: Request) -> Visitor | Response:
        found = visitor(request.scope, self.sandbox, request.path_params)
        if found is None:
            return stranger()
        if request.method not in READING:
            return answer(MethodNotAllowed(f"{request.method} is not allowed here: these pages are only read", allowed=READING))
        return found

    async def _feed(self, request: Request, network: str, account: str | None = None) -> Response:
        found = self._visitor(request)
        if isinstance(found, Response):
            return found
        simulator = self.sandbox.networks.get(network)
        if simulator is None:
            return _page(sandbox_pages.missing(f"There is no simulated network {network[:40]!r}.", found.root), 404)

        def read() -> tuple[list[Seen], dict[str, str]]:
            with within(found.who):
                return _posts(simulator, account)

        posts, names = await self.sandbox.apart(read)
        if account is not None and account not in names:
            return _page(sandbox_pages.missing(f"Nobody called {account[:40]!r} has posted on {label(network)}.", found.root), 404)
        feed = sandbox_pages.Feed(label(network), network, posts, account=account, names=names, origin=self.sandbox.home, root=found.root)
        return _page(sandbox_pages.feed(feed))


def _posts(simulator: Simulator, account: str | None) -> tuple[list[Seen], dict[str, str]]:
    """The latest posts, and what the accounts are called."""
    with simulator.store.lock:
        posts = simulator.shelf.posts(account=account, limit=sandbox_pages.MOST, gone=True)
        return posts, {account: simulator.called(account) for account in simulator.shelf.accounts()}


def _card(simulator: Simulator) -> sandbox_pages.Card:
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


def _page(content: str, status: int = 200) -> Response:
    return Response(content, status, sandbox_pages.HEADERS, "text/html")
