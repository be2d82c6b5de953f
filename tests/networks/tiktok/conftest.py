"""A TikTok to speak to, with a clock to turn and a web to fetch from, and connected accounts."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any

import httpx2
import pytest
from PIL import Image

from socialclaw.networks import providers
from socialclaw.networks.tiktok.adapter import TikTok
from socialclaw.networks.tiktok.sandbox.simulator import TikTokSandbox
from socialclaw.providers.draft import Account, Draft, Media
from socialclaw.providers.options import settle
from socialclaw.simulation.sandbox import Sandbox
from socialclaw.simulation.store import Store
from tests.media import files
from tests.networks.recorded import Clock, Followed, Recorder, Web
from tests.networks.stage import InMemorySteps

PROVIDER = providers()["tiktok"]
VIDEO = files.playable()


class Connected(Followed):
    """An account on the simulated TikTok, and all that a test needs around it."""

    def __init__(self, name: str, tiktok: TikTokSandbox, clock: Clock, scopes: tuple[str, ...] | None = None) -> None:
        self.tiktok = tiktok
        self.clock = clock
        self.name = name
        self.id: str = tiktok.profile(name)["id"]
        self.steps = InMemorySteps()
        self.wire = Recorder(Sandbox([tiktok]))
        self.http = httpx2.AsyncClient(transport=self.wire)
        self.log_in(scopes)

    def log_in(self, scopes: tuple[str, ...] | None = None) -> None:
        """With fresh tokens."""
        self.tokens = self.tiktok.admit(self.name, scopes=scopes)
        secrets = {"access_token": self.tokens["access_token"]}
        self.adapter = TikTok(self.http, Account(self.id, f"tiktok:@{self.name}", "tiktok_user", secrets))

    async def call(self, path: str, body: Any = None, *, method: str = "POST", **kwargs: Any) -> httpx2.Response:
        """Something that the adapter would not send."""
        token = {"authorization": f"Bearer {self.tokens['access_token']}", "content-type": "application/json; charset=UTF-8"}
        headers = {**token, **kwargs.pop("headers", {})}
        content = None if body is None else json.dumps(body).encode()
        url = path if path.startswith("https:") else f"https://open.tiktokapis.com{path}"
        return await self.http.request(method, url, content=content, headers=headers, **kwargs)

    async def refusal(self, path: str, body: Any = None, **kwargs: Any) -> tuple[int, str]:
        """Status and code of a refusal."""
        response = await self.call(path, body, **kwargs)
        return response.status_code, response.json()["error"]["code"]

    @property
    def lines(self) -> list[str]:
        return [f"{request.method} {request.url.path}" for request, _ in self.wire.calls]

    def sent(self, path: str) -> Any:
        """The body of the latest call of this path."""
        return json.loads(next(request.content for request, _ in reversed(self.wire.calls) if request.url.path == path))


def picture(width: int = 64, height: int = 48, kind: str = "JPEG", *, colour: int = 0) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (width, height), (colour % 256, 91, 200)).save(file, kind)
    return file.getvalue()


def media(content: bytes = VIDEO, kind: str = "video", mime: str = "video/mp4", **more: Any) -> Media:
    reads: list[tuple[int, int]] = more.pop("reads", [])

    async def read(offset: int, length: int) -> bytes:
        reads.append((offset, length))
        return content[offset : offset + length]

    given = {"url": "https://cdn.example/film.mp4", "filename": "film.mp4", "read": read, **more}
    return Media("asset_1", kind, mime, len(content), **given)


def draft(text: str = "", *files: Media, name: str = "", **settings: Any) -> Draft:
    """As the engine makes it: the settings completed. A video unless files are given."""
    effective, wrong = settle({"privacyLevel": "PUBLIC_TO_EVERYONE", **settings}, PROVIDER.targets[0].settings, prefix="tiktok")
    assert wrong == []
    whole = "\n\n".join(filter(None, (name, text)))
    return Draft(whole, name, text, files or (media(),), effective, target_type="tiktok_user")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def web() -> Web:
    return Web()


@pytest.fixture
def tiktok(clock: Clock, web: Web) -> TikTokSandbox:
    return TikTokSandbox(Store(":memory:"), clock=clock, fetch=web)


@pytest.fixture
def ada(tiktok: TikTokSandbox, clock: Clock) -> Connected:
    return Connected("ada", tiktok, clock)


@pytest.fixture
def photos(web: Web) -> Callable[[int], tuple[Media, ...]]:
    """`photos(3)`: JPEGs unlike each other, where TikTok can fetch them."""

    def make(count: int) -> tuple[Media, ...]:
        found = []
        for number in range(count):
            content = picture(colour=number * 7)
            url = web.put(f"https://cdn.example/{number}.jpg", content)
            found.append(media(content, "image", "image/jpeg", url=url, filename=f"{number}.jpg"))
        return tuple(found)

    return make
