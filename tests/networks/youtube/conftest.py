"""A YouTube to speak to, with a clock to turn, a connected channel, and videos of any size that are never in memory."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest

from socialclaw.networks.youtube.adapter import YouTube
from socialclaw.networks.youtube.sandbox.simulator import YouTubeSandbox
from socialclaw.providers.draft import Account, Draft, Mark, Media, Published
from socialclaw.simulation.sandbox import Sandbox
from socialclaw.simulation.store import Store
from tests.media import files
from tests.networks.recorded import Clock, Recorder
from tests.networks.stage import InMemorySteps

VIDEO = files.playable()
SETTINGS = {"privacyStatus": "public", "notifySubscribers": False, "madeForKids": False}
SCOPE = "https://www.googleapis.com/auth/"


class Wire(Recorder):
    """What passed, and of it what an upload session was told."""

    @property
    def ranges(self) -> list[str]:
        """What the upload session was told and asked, in order."""
        return [request.headers["content-range"] for request, _ in self.calls if request.method == "PUT"]


class Connected:
    """A channel on the simulated YouTube, and all that a test needs around it."""

    def __init__(self, name: str, youtube: YouTubeSandbox, clock: Clock, scopes: tuple[str, ...] | None = None) -> None:
        self.name, self.youtube, self.clock = name, youtube, clock
        self.id: str = youtube.profile(name)["id"]
        self.wire = Wire(Sandbox([youtube]))
        self.http = httpx2.AsyncClient(transport=self.wire)
        self.steps = InMemorySteps(clock=self.clock)
        self.log_in(scopes)

    def log_in(self, scopes: tuple[str, ...] | None = None) -> None:
        given = None if scopes is None else [f"{SCOPE}{scope}" for scope in scopes]
        self.tokens = self.youtube.admit(self.name, scopes=given)
        secrets = {"access_token": self.tokens["access_token"]}
        self.adapter = YouTube(self.http, Account(self.id, f"youtube:channel:{self.id}", "youtube_channel", secrets))

    async def publish(self, draft: Draft) -> Published:
        return await self.adapter.publish(draft, self.steps)

    async def post(self, name: str = "A film", **more: Any) -> str:
        """Another post, as if it were the first; its id."""
        self.steps = InMemorySteps(clock=self.clock)
        return (await self.publish(film(name, **more))).id

    async def confirm(self, draft: Draft, post_id: str) -> Published | None:
        """What the network has of it once it had time to process it."""
        self.clock.turn(60)
        found = await self.adapter.find(draft, Mark(datetime.now(UTC), post_id=post_id))
        return found[0] if found else None

    def mark(self) -> Mark:
        """What is known of the call whose answer was lost."""
        assert self.steps.marked_at is not None
        return Mark(self.steps.marked_at - timedelta(seconds=5), dict(self.steps.done))

    async def call(self, method: str, url: str, **kwargs: Any) -> httpx2.Response:
        """Something that the adapter would not send."""
        headers = {"authorization": f"Bearer {self.tokens['access_token']}", **kwargs.pop("headers", {})}
        url = url if url.startswith("https://") else f"https://youtube.googleapis.com{url}"
        return await self.http.request(method, url, headers=headers, **kwargs)

    @property
    def lines(self) -> list[str]:
        return self.youtube.requests


def media(content: bytes = VIDEO, **more: Any) -> Media:
    async def read(offset: int, length: int) -> bytes:
        return content[offset : offset + length]

    return made(len(content), more.pop("read", read), **more)


def made(size: int, read: Callable[[int, int], Awaitable[bytes]], **more: Any) -> Media:
    given = {"id": "asset_1", "kind": "video", "mime": "video/mp4", "url": "https://cdn.example/film.mp4", **more}
    return Media(size=size, read=read, **given)


def film(name: str = "A film", description: str = "What it is about", **more: Any) -> Draft:
    settings = {**SETTINGS, **more.pop("settings", {})}
    given = {"media": (media(),), "target_type": "youtube_channel", **more}
    text = "\n\n".join(filter(None, (name, description)))
    return Draft(text=text, name=name, description=description, settings=settings, **given)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def youtube(clock: Clock) -> YouTubeSandbox:
    return YouTubeSandbox(Store(":memory:"), clock=clock)


@pytest.fixture
def ada(youtube: YouTubeSandbox, clock: Clock) -> Connected:
    return Connected("ada", youtube, clock)


@pytest.fixture
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> int:
    """Uploads in the smallest pieces that YouTube takes, so that a small file has many."""
    monkeypatch.setattr("socialclaw.networks.youtube.upload.PIECE", 256 * 1024)
    monkeypatch.setattr("socialclaw.networks.youtube.upload.NOTED", 512 * 1024)
    return 256 * 1024
