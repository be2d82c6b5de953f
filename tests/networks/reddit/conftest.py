"""A Reddit to speak to, with a clock to turn, and connected users."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast
from urllib.parse import parse_qsl

import httpx2
import pytest

from socialclaw.networks import providers
from socialclaw.networks.reddit.adapter import USER_AGENT, Reddit
from socialclaw.networks.reddit.sandbox.simulator import RedditSandbox
from socialclaw.providers.draft import Account, Draft, Mark
from tests.networks.recorded import RecordedStage
from tests.networks.stage import InMemorySteps

API = "https://oauth.reddit.com"
PROVIDER = providers()["reddit"]


class Scene(RecordedStage):
    """A network with everything that passed on it."""

    @property
    def reddit(self) -> RedditSandbox:
        return cast(RedditSandbox, self.network)

    def of(self, account: Account) -> Reddit:
        return cast(Reddit, self.adapter(account))

    def draft(self, *files: Any, name: str = "Soup", description: str = "", **settings: Any) -> Draft:
        """A post as it reaches the adapter; text unless files are given."""
        text = "\n\n".join(filter(None, (name, description)))
        settled = self.settled("reddit_user", **{"subreddit": "CasualTalk", **settings})
        return Draft(text, name, description, tuple(files), settled, target_type="reddit_user")

    async def submit(self, account: Account, draft: Draft) -> str:
        """The id of a post that Reddit has accepted, before anybody has looked at what became of it."""
        return (await self.attempt(account, draft, InMemorySteps())).id

    async def lose(self, account: Account, draft: Draft, *, kind: str = "timeout_after") -> Mark:
        """A post whose answer was lost."""
        steps = InMemorySteps()
        self.network.fail(kind)
        with pytest.raises(Exception, match=r"answer|read"):
            await self.attempt(account, draft, steps)
        assert steps.marked_at is not None
        return Mark(steps.marked_at.replace(microsecond=0), dict(steps.done))

    async def raw(self, account: Account, method: str, path: str, **kwargs: Any) -> httpx2.Response:
        """Something that the adapter would not send."""
        given = {"authorization": f"bearer {account.secrets['access_token']}", "user-agent": USER_AGENT, **kwargs.pop("headers", {})}
        url = path if path.startswith("https:") else f"{API}{path}"
        return await self.http.request(method, url, headers=given, **kwargs)


def sent(scene: Scene) -> Mapping[str, str]:
    """The form of the latest submission."""
    request = next(request for request, _ in reversed(scene.calls) if request.url.path == "/api/submit")
    return dict(parse_qsl(request.content.decode(), keep_blank_values=True))


@pytest.fixture
def scene() -> Scene:
    return Scene(PROVIDER)


@pytest.fixture
async def ann(scene: Scene) -> Account:
    return await scene.connect()
