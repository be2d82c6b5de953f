"""A Pinterest to speak to, with a clock to turn, and connected boards."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, cast

import httpx2
import pytest

from socialclaw.networks import providers
from socialclaw.networks.pinterest.adapter import Pinterest
from socialclaw.networks.pinterest.sandbox.simulator import PinterestSandbox
from socialclaw.providers.draft import Account, Draft, Mark, Published
from tests.networks.recorded import RecordedStage
from tests.networks.stage import InMemorySteps

API = "https://api.pinterest.com/v5"
PROVIDER = providers()["pinterest"]


class Scene(RecordedStage):
    """A network with everything that passed on it."""

    @property
    def pinterest(self) -> PinterestSandbox:
        return cast(PinterestSandbox, self.network)

    def of(self, account: Account) -> Pinterest:
        return cast(Pinterest, self.adapter(account))

    def draft(self, *files: Any, name: str = "", description: str = "", **settings: Any) -> Draft:
        """A post as it reaches the adapter; with one image unless files are given."""
        text = "\n\n".join(filter(None, (name, description)))
        media = files or (self.media("image", 0),)
        settled = self.settled("pinterest_board", **settings)
        return Draft(text, name, description, tuple(media), settled, target_type="pinterest_board")

    async def identity(self, name: str = "ann") -> Account:
        """The user behind the boards, as an account."""
        secrets = await self.secrets(name)
        found = await Pinterest(self.http, Account("", secrets=secrets)).targets()
        user = next(target for target in found if target.type == "pinterest_user")
        return Account(user.id, user.handle, user.type, secrets, dict(user.meta))

    async def lose(self, account: Account, draft: Draft, *, kind: str = "timeout_after") -> Mark:
        """A post whose answer was lost."""
        steps = InMemorySteps()
        self.network.fail(kind)
        with pytest.raises(Exception, match=r"answer|read"):
            await self.publish(account, draft, steps)
        assert steps.marked_at is not None
        return Mark(steps.marked_at.replace(microsecond=0), dict(steps.done))

    async def raw(self, account: Account, method: str, path: str, **kwargs: Any) -> httpx2.Response:
        """Something that the adapter would not send."""
        headers = {"authorization": f"Bearer {account.secrets['access_token']}", **kwargs.pop("headers", {})}
        url = path if path.startswith("https:") else f"{API}{path}"
        return await self.http.request(method, url, headers=headers, **kwargs)


def sent(scene: Scene) -> Mapping[str, Any]:
    """The body of the latest Pin."""
    request = next(request for request, _ in reversed(scene.calls) if (request.method, request.url.path) == ("POST", "/v5/pins"))

    found: Mapping[str, Any] = json.loads(request.content)
    return found


def ids(published: Any) -> list[str]:
    return [post.id for post in published if isinstance(post, Published)]


def without(draft: Draft, *names: str) -> Draft:
    return replace(draft, settings={name: value for name, value in draft.settings.items() if name not in names})


@pytest.fixture
def scene() -> Scene:
    return Scene(PROVIDER)


@pytest.fixture
async def board(scene: Scene) -> Account:
    return await scene.connect()
