"""A Snapchat to speak to, with a clock to turn, and connected profiles."""

from __future__ import annotations

import json
from typing import Any

import httpx2
import pytest

from socialclaw.networks import providers
from socialclaw.networks.snapchat.adapter import Snapchat
from socialclaw.networks.snapchat.sandbox.simulator import SnapchatSandbox
from socialclaw.providers.draft import Account, Draft, Media
from socialclaw.providers.options import settle
from socialclaw.simulation.sandbox import Sandbox
from socialclaw.simulation.store import Store
from tests.media import files
from tests.networks.recorded import Clock, Followed, Recorder
from tests.networks.stage import InMemorySteps

PROVIDER = providers()["snapchat"]
VIDEO = files.playable(grain=0)
API = "https://businessapi.snapchat.com"


class Connected(Followed):
    """A profile on the simulated Snapchat, and all that a test needs around it."""

    def __init__(self, name: str, snapchat: SnapchatSandbox, clock: Clock) -> None:
        self.snapchat = snapchat
        self.clock = clock
        self.id: str = snapchat.profile(name)["id"]
        self.profile = f"/v1/public_profiles/{self.id}"
        self.steps = InMemorySteps()
        self.wire = Recorder(Sandbox([snapchat]))
        self.http = httpx2.AsyncClient(transport=self.wire)
        self.name = name
        self.log_in()

    def log_in(self) -> None:
        """With a fresh token."""
        self.token: str = self.snapchat.admit(self.name)["access_token"]
        secrets, meta = {"access_token": self.token}, {"username": self.name}
        self.adapter = Snapchat(self.http, Account(self.id, f"snapchat:@{self.name}", "snapchat_public_profile", secrets, meta))

    async def call(self, path: str, body: Any = None, *, method: str = "POST", **kwargs: Any) -> httpx2.Response:
        """Something that the adapter would not send. A path without a slash is below the profile's."""
        url = API + (path if path.startswith("/") else f"{self.profile}/{path}")
        headers = {"authorization": f"Bearer {self.token}", **kwargs.pop("headers", {})}
        return await self.http.request(method, url, json=body, headers=headers, **kwargs)

    async def refusal(self, path: str, body: Any = None, **kwargs: Any) -> tuple[int, str, str]:
        """Status, error code and words of a refusal."""
        response = await self.call(path, body, **kwargs)
        told = response.json()
        assert told["request_status"] == "ERROR"
        return response.status_code, told.get("error_code", ""), told["debug_message"]

    @property
    def lines(self) -> list[str]:
        """The calls, without the profile in their path."""
        return [f"{request.method} {request.url.path.replace(self.profile, '')}" for request, _ in self.wire.calls]

    def sent(self, path: str) -> Any:
        """The body of the latest POST whose path ends so."""
        return json.loads(next(q.content for q, _ in reversed(self.wire.calls) if q.method == "POST" and q.url.path.endswith(path)))


def media(content: bytes = VIDEO, **more: Any) -> Media:
    reads: list[tuple[int, int]] = more.pop("reads", [])

    async def read(offset: int, length: int) -> bytes:
        reads.append((offset, length))
        return content[offset : offset + length]

    given = {"url": "https://cdn.example/film.mp4", "filename": "film.mp4", "read": read, "mime": "video/mp4", "size": len(content), **more}
    return Media("asset_1", "video", **given)


def draft(text: str = "", *files: Media, name: str = "", mode: str = "spotlight", **settings: Any) -> Draft:
    """As the engine makes it: the settings completed."""
    effective, wrong = settle({"snapchatPublishMode": mode, **settings}, PROVIDER.targets[0].settings, prefix="snapchat")
    assert wrong == []
    whole = "\n\n".join(filter(None, (name, text)))
    return Draft(whole, name, text, files or (media(),), effective, target_type="snapchat_public_profile")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def snapchat(clock: Clock) -> SnapchatSandbox:
    return SnapchatSandbox(Store(":memory:"), clock=clock)


@pytest.fixture
def ada(snapchat: SnapchatSandbox, clock: Clock) -> Connected:
    return Connected("ada", snapchat, clock)
