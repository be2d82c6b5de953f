"""A LinkedIn to speak to, with a clock to turn, and connected members and Pages."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import httpx2
import pytest

from socialclaw.networks import providers
from socialclaw.networks.linkedin.member import Member
from socialclaw.networks.linkedin.page import Page
from socialclaw.networks.linkedin.sandbox.simulator import LinkedInSandbox
from socialclaw.providers.draft import Account, Draft, Mark, Media
from tests.networks.recorded import RecordedStage
from tests.networks.stage import InMemorySteps

API = "https://api.linkedin.com"
HEADERS = {"linkedin-version": "202609", "x-restli-protocol-version": "2.0.0"}
MEMBER, PAGE = providers()["linkedin"], providers()["linkedin_page"]


class Scene(RecordedStage):
    """A network with everything that passed on it."""

    @property
    def linkedin(self) -> LinkedInSandbox:
        return cast(LinkedInSandbox, self.network)

    @property
    def lines(self) -> list[str]:
        return [self.network.line(request) for request, _ in self.calls]

    def member(self, account: Account) -> Member:
        return Member(self.http, account)

    def page(self, account: Account) -> Page:
        return Page(self.http, account)

    def draft(self, text: str = "Good morning", *files: Media) -> Draft:
        return Draft(text, "", text, files, target_type=self.provider.targets[0].name)

    def mark(self, steps: InMemorySteps, *, post_id: str | None = None) -> Mark:
        since = steps.marked_at or datetime.now(UTC)
        return Mark(since - timedelta(seconds=5), dict(steps.done), post_id)

    async def raw(self, account: Account, method: str, path: str, **kwargs: Any) -> httpx2.Response:
        """Something that the adapter would not send."""
        headers = {"authorization": f"Bearer {account.secrets['access_token']}", **HEADERS, **kwargs.pop("headers", {})}
        headers = {name: value for name, value in headers.items() if value is not None}
        url = path if path.startswith("https:") else f"{API}{path}"
        return await self.http.request(method, url, headers=headers, **kwargs)

    async def refusal(self, account: Account, method: str, path: str, **kwargs: Any) -> tuple[int, str]:
        """Status and code word of a refusal."""
        answer = await self.raw(account, method, path, **kwargs)
        return answer.status_code, answer.json()["code"]

    def sent(self, line: str = "POST /rest/posts") -> Any:
        """The body of the latest call of this line."""
        return json.loads(next(request.content for request, _ in reversed(self.calls) if self.network.line(request) == line))


def post(account: Account, text: str = "Hello", **more: Any) -> dict[str, Any]:
    """The body of a post, as LinkedIn's documentation has it."""
    kind = "person" if account.type == "linkedin_member" else "organization"
    distribution = {"feedDistribution": "MAIN_FEED", "targetEntities": [], "thirdPartyDistributionChannels": []}
    body = {"author": f"urn:li:{kind}:{account.id}", "commentary": text, "visibility": "PUBLIC", "distribution": distribution}
    return {**body, "lifecycleState": "PUBLISHED", "isReshareDisabledByAuthor": False, **more}


@pytest.fixture
def members() -> Scene:
    return Scene(MEMBER)


@pytest.fixture
def pages() -> Scene:
    return Scene(PAGE)


@pytest.fixture
async def ann(members: Scene) -> Account:
    """A member."""
    return await members.connect()


@pytest.fixture
async def company(pages: Scene) -> Account:
    """A Page."""
    return await pages.connect()
