"""An X to speak to, with a clock to turn, and a connected account."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest

from socialclaw.networks.x.adapter import X
from socialclaw.networks.x.sandbox.simulator import XSandbox
from socialclaw.providers.draft import Account, Draft, Media
from socialclaw.simulation.sandbox import Sandbox
from socialclaw.simulation.store import Store
from tests.media import files
from tests.networks.recorded import Clock, Recorder
from tests.networks.stage import InMemorySteps, NotYet

IMAGE = files.picture("PNG")
VIDEO = files.playable()


class Connected:
    """An account on the simulated X, and all that a test needs around it."""

    def __init__(self, name: str, x: XSandbox, clock: Clock, scopes: tuple[str, ...] | None = None) -> None:
        self.x = x
        self.clock = clock
        self.tokens = x.admit(name, scopes=scopes)
        self.id: str = x.profile(name)["id"]
        self.wire = Recorder(Sandbox([x]))
        self.http = httpx2.AsyncClient(transport=self.wire)
        self.adapter = X(self.http, Account(self.id, f"x:@{name}", "x_user", {"access_token": self.tokens["access_token"]}))
        self.steps = InMemorySteps(clock=self.clock)

    async def publish(self, draft: Draft) -> str:
        """Publish to the end: where the adapter waits, the clock turns."""
        while True:
            try:
                return (await self.adapter.publish(draft, self.steps)).id
            except NotYet as pause:
                self.clock.turn(pause.seconds)

    async def post(self, text: str = "", **more: Any) -> str:
        """Another post, as if it were the first."""
        self.steps = InMemorySteps(clock=self.clock)
        return await self.publish(Draft(text=text, **more))

    async def call(self, method: str, path: str, **kwargs: Any) -> httpx2.Response:
        """Something that the adapter would not send."""
        headers = {"authorization": f"Bearer {self.tokens['access_token']}", **kwargs.pop("headers", {})}
        return await self.http.request(method, f"https://api.x.com{path}", headers=headers, **kwargs)

    @property
    def lines(self) -> list[str]:
        return [f"{request.method} {request.url.path}" for request, _ in self.wire.calls]


def media(content: bytes = IMAGE, kind: str = "image", mime: str | None = None, **more: Any) -> Media:
    reads: list[tuple[int, int]] = more.pop("reads", [])

    async def read(offset: int, length: int) -> bytes:
        reads.append((offset, length))
        return content[offset : offset + length]

    mime = mime or {"image": "image/png", "video": "video/mp4"}[kind]
    return Media("asset_1", kind, mime, len(content), "https://cdn.example/file", read=read, **more)


def draft(text: str = "", **more: Any) -> Draft:
    return Draft(text=text, **more)


def now_of(clock: Clock) -> datetime:
    return datetime.fromtimestamp(clock(), UTC)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def x(clock: Clock) -> XSandbox:
    return XSandbox(Store(":memory:"), clock=clock)


@pytest.fixture
def ada(x: XSandbox, clock: Clock) -> Connected:
    return Connected("ada", x, clock)


def body(response: httpx2.Response) -> Mapping[str, Any]:
    found: Mapping[str, Any] = response.json()
    return found
