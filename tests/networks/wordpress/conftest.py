"""A WordPress.com to speak to, with a clock to turn, and connected sites."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import httpx2
import pytest

from socialclaw.errors import Uncertain
from socialclaw.networks import providers
from socialclaw.networks.wordpress.adapter import WordPress
from socialclaw.networks.wordpress.sandbox.simulator import WordPressSandbox
from socialclaw.providers.draft import Account, Draft, Mark, Media, Published
from socialclaw.simulation.sandbox import Sandbox
from tests.networks.stage import InMemorySteps, Stage

API = "https://public-api.wordpress.com/rest"
PROVIDER = providers()["wordpress"]
Answer = Callable[[httpx2.Request], httpx2.Response | None]


@dataclass
class Scene(Stage):
    """The stage, and everything that passed between the two sides. `instead` may answer in the network's place."""

    calls: list[tuple[httpx2.Request, httpx2.Response]] = field(default_factory=list)
    asked: list[httpx2.Request] = field(default_factory=list)  # also what got no answer
    instead: Answer = lambda request: None

    def __post_init__(self) -> None:
        super().__post_init__()
        sandbox = Sandbox([self.network])

        async def record(request: httpx2.Request) -> httpx2.Response:
            await request.aread()
            self.asked.append(request)
            response = self.instead(request) or sandbox.answer(request)
            self.calls.append((request, response))
            return response

        self.http = httpx2.AsyncClient(transport=httpx2.MockTransport(record))

    @property
    def wordpress(self) -> WordPressSandbox:
        return cast(WordPressSandbox, self.network)

    @property
    def lines(self) -> list[str]:
        """The calls, without what differs between sites."""
        return [f"{request.method} {request.url.path.partition('/sites/')[2].partition('/')[2]}" for request, _ in self.calls]

    def of(self, account: Account) -> WordPress:
        return cast(WordPress, self.adapter(account))

    def draft(self, *files: Media, name: str = "", description: str = "", **settings: Any) -> Draft:
        """A post as it reaches the adapter."""
        text = "\n\n".join(filter(None, (name, description)))
        return Draft(text, name, description, files, self.settled("wordpress_site", **settings), target_type="wordpress_site")

    async def accounts(self, name: str = "ann") -> dict[str, Account]:
        """Everything that connecting brings, by handle."""
        secrets = await self.secrets(name)
        found = await WordPress(self.http, Account("", secrets=secrets)).targets()
        return {target.handle: Account(target.id, target.handle, target.type, secrets, dict(target.meta)) for target in found}

    async def lose(self, account: Account, draft: Draft, *, kind: str = "timeout_after") -> Mark:
        """A post whose answer was lost."""
        steps = InMemorySteps()
        self.network.fail(kind)
        with pytest.raises(Uncertain):
            await self.publish(account, draft, steps)
        assert steps.marked_at is not None
        return Mark(steps.marked_at - timedelta(seconds=5), dict(steps.done))

    async def raw(self, account: Account, method: str, path: str, **kwargs: Any) -> httpx2.Response:
        """Something that the adapter would not send."""
        headers = {"authorization": f"Bearer {account.secrets['access_token']}", **kwargs.pop("headers", {})}
        return await self.http.request(method, f"{API}{path}", headers=headers, **kwargs)


def sent(scene: Scene) -> dict[str, Any]:
    """The body of the latest post."""
    request = next(request for request in reversed(scene.asked) if request.url.path.endswith("/posts/new"))
    found: dict[str, Any] = json.loads(request.content)
    return found


def ids(published: Any) -> list[str]:
    return [post.id for post in published if isinstance(post, Published)]


def now_mark(**more: Any) -> Mark:
    return Mark(datetime.now(UTC) - timedelta(seconds=5), **more)


@pytest.fixture
def scene() -> Scene:
    return Scene(PROVIDER)


@pytest.fixture
async def site(scene: Scene) -> Account:
    return await scene.connect()


@pytest.fixture
async def voice(scene: Scene) -> Account:
    """A site for which the user may write, but not publish."""
    return (await scene.accounts())["wordpress:site:900000001"]
