"""Meta's products on a stage each, and a way to say to the simulated Graph API what the adapters would not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import httpx2
import pytest

from socialclaw.networks import providers
from socialclaw.networks.meta.sandbox.simulator import MetaSandbox
from socialclaw.providers.draft import Account, Draft, Media
from socialclaw.simulation.worlds import Caller
from tests.networks.stage import Stage

GRAPH = "https://graph.facebook.com/v25.0"
INSTAGRAM = "https://graph.instagram.com/v25.0"


class Play(Stage):
    """A stage with one account connected. `said` are the requests that went out."""

    account: Account
    said: list[httpx2.Request]

    def __post_init__(self) -> None:
        super().__post_init__()
        self.said = []
        begin = self.meta.begin

        def listen(request: httpx2.Request, who: Caller) -> httpx2.Response:
            self.said.append(request)
            return begin(request, who)

        self.meta.begin = listen  # type: ignore[method-assign]

    @property
    def meta(self) -> MetaSandbox:
        return cast(MetaSandbox, self.network)

    def draft(self, text: str = "", *media: Media, **settings: Any) -> Draft:
        settled = self.settled(self.account.type, **settings)
        return Draft(text=text, description=text, media=media, settings=settled, target_type=self.account.type)

    async def say(
        self, method: str, path: str, *, base: str = GRAPH, token: str | None = None, files: Any = None, **fields: Any
    ) -> httpx2.Response:
        """A call as the account (or with another token)."""
        headers = {"authorization": f"Bearer {token or self.account.secrets['access_token']}"}
        sent: dict[str, Any] = {"data": fields, "files": files} if method == "POST" else {"params": fields}
        return await self.http.request(method, f"{base}/{path}", headers=headers, **sent)

    def paths(self, method: str) -> list[str]:
        return [request.url.path.removeprefix("/v25.0/") for request in self.said if request.method == method]


def error(response: httpx2.Response) -> tuple[int, int]:
    """Code and subcode of a refusal."""
    assert not response.is_success, response.text
    body: Mapping[str, Any] = response.json()["error"]
    return int(body["code"]), int(body.get("error_subcode", 0))


async def play(key: str, *, kind: str = "") -> Play:
    stage = Play(providers()[key])
    stage.account = await stage.connect()
    if kind:
        adapter = stage.provider.adapter(stage.http, Account(id="", secrets=await stage.secrets("ann")))
        [target] = [t for t in await adapter.targets() if t.type == kind]  # type: ignore[attr-defined]
        secrets = target.secrets or await stage.secrets("ann")
        stage.account = Account(target.id, target.handle, target.type, secrets, target.meta)
    stage.said.clear()
    return stage


@pytest.fixture
async def page() -> Play:
    return await play("facebook")


@pytest.fixture
async def linked() -> Play:
    """An Instagram account through Facebook Login."""
    return await play("instagram_business")


@pytest.fixture
async def alone() -> Play:
    """An Instagram account through Instagram Login."""
    return await play("instagram")


@pytest.fixture
async def person() -> Play:
    """The person behind a Page."""
    return await play("facebook", kind="facebook_user")


@pytest.fixture
async def legacy() -> Play:
    """The Instagram account of an older workspace."""
    return await play("meta", kind="instagram_business")
