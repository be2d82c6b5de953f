"""What the tests of several networks play on: a clock to turn, a web to fetch from, and a wire that remembers what passed."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2

from socialclaw.providers.draft import Draft, Mark, Published
from socialclaw.simulation.sandbox import InProcess, Sandbox
from tests.networks.stage import InMemorySteps, NotYet, Stage

Call = tuple[httpx2.Request, httpx2.Response]


class Clock:
    """The network's time; `turn` lets it pass."""

    def __init__(self) -> None:
        self.passed = 0.0

    def __call__(self) -> float:
        return time.time() + self.passed

    def turn(self, seconds: float) -> None:
        self.passed += seconds


class Web:
    """What is to be found at which address; nothing answers elsewhere."""

    def __init__(self) -> None:
        self.pages: dict[str, httpx2.Response] = {}
        self.fetched: list[str] = []

    def __call__(self, url: str) -> httpx2.Response:
        self.fetched.append(url)
        if url not in self.pages:
            raise httpx2.ConnectError("nobody there")
        return self.pages[url]

    def put(self, url: str, content: bytes, mime: str = "image/jpeg", *, status: int = 200) -> str:
        self.pages[url] = httpx2.Response(status, content=content, headers={"content-type": mime})
        return url


class Recorder(InProcess):
    """Reaches the simulators, and remembers what passed."""

    def __init__(self, sandbox: Sandbox) -> None:
        super().__init__(sandbox)
        self.calls: list[Call] = []

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        response = await super().handle_async_request(request)
        self.calls.append((request, response))
        return response


@dataclass
class RecordedStage(Stage):
    """The stage, and everything that passed between the two sides."""

    calls: list[Call] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__post_init__()
        sandbox = Sandbox([self.network])

        async def record(request: httpx2.Request) -> httpx2.Response:
            await request.aread()
            response = sandbox.answer(request)
            self.calls.append((request, response))
            return response

        self.http = httpx2.AsyncClient(transport=httpx2.MockTransport(record))

    @property
    def lines(self) -> list[str]:
        return [f"{request.method} {request.url.path}" for request, _ in self.calls]

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.network.clock(), UTC)


class Followed:
    """An account whose posts are followed until the network has decided. Whoever is one has an adapter, a clock and steps."""

    adapter: Any
    clock: Clock
    steps: InMemorySteps

    async def attempt(self, draft: Draft) -> Published:
        """One worker's go: where the adapter waits, the clock turns."""
        while True:
            try:
                published: Published = await self.adapter.publish(draft, self.steps)
            except NotYet as pause:
                self.clock.turn(pause.seconds)
            else:
                return published

    async def publish(self, draft: Draft) -> Published:
        """Another post, as if it were the first, followed until the network has decided."""
        self.steps = InMemorySteps()
        published = await self.attempt(draft)
        while not published.final:
            self.clock.turn(30)
            [published] = await self.adapter.find(draft, self.mark(post_id=published.id))
        return published

    def mark(self, *, post_id: str | None = None) -> Mark:
        since = self.steps.marked_at or datetime.now(UTC)
        return Mark(since - timedelta(seconds=5), dict(self.steps.done), post_id)
