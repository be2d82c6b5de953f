"""The simulated issuers, reached as our own code reaches them, with a clock to turn and people who sign in at their pages."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping
from html import unescape
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx2
import pytest

from socialclaw.cli.consent import read_form
from socialclaw.issuers.apple.client_secret import SigningKey
from socialclaw.issuers.apple.issuer import APPLE
from socialclaw.issuers.apple.sandbox import developer
from socialclaw.issuers.apple.sandbox.simulator import AppleSandbox
from socialclaw.issuers.authorization import Attempt, SignedIn, authorize_url, finish
from socialclaw.issuers.base import Client, Issuer, Password
from socialclaw.issuers.google import GOOGLE
from socialclaw.issuers.google.sandbox import simulator as google
from socialclaw.issuers.google.sandbox.simulator import GoogleSandbox
from socialclaw.issuers.sandbox import issuing
from socialclaw.issuers.sandbox.issuing import IssuingSimulator
from socialclaw.issuers.signing_keys import SigningKeys
from socialclaw.simulation.sandbox import InProcess, Sandbox
from socialclaw.simulation.store import Store
from tests.issuers.mint import rsa_key
from tests.networks.conftest import serve_simulator  # noqa: F401 (a fixture)
from tests.networks.recorded import Clock

APP = "https://post.example"


class House:
    """One simulated issuer, and us beside it."""

    def __init__(self, issuer: Issuer, simulator: IssuingSimulator, clock: Clock) -> None:
        self.issuer, self.simulator, self.clock = issuer, simulator, clock
        if issuer is GOOGLE:
            self.client = Client(google.CLIENT_ID, Password(google.CLIENT_SECRET), (google.CLIENT_ID,))
        else:
            key = SigningKey(developer.TEAM_ID, developer.KEY_ID, developer.pem(), clock)
            self.client = Client(developer.SERVICES_ID, key, (developer.SERVICES_ID,))
        self.http = httpx2.AsyncClient(transport=InProcess(Sandbox([simulator])))
        self.keys = SigningKeys(issuer, self.http, now=clock)
        self.back = f"{APP}/auth/{issuer.key}/callback"

    def url(self, attempt: Attempt, **changes: str | None) -> str:
        url = httpx2.URL(authorize_url(self.issuer, self.client, redirect_uri=self.back, attempt=attempt))
        params = {**dict(url.params), **changes}
        return str(url.copy_with(params={name: value for name, value in params.items() if value is not None}))

    async def consent(self, url: str, login: str = "ada", **typed: str) -> dict[str, str]:
        """What a person does in a browser; what comes back to us, in the query or in a form."""
        answer = await self.http.post(url, data={"login": login, "decision": "allow", **typed})
        return came_back(answer, self.back)

    async def finish(self, came: Mapping[str, str], attempt: Attempt, *, client: Client | None = None) -> SignedIn:
        return await finish(
            self.http, self.keys, client or self.client, code=came["code"], redirect_uri=self.back, attempt=attempt, now=self.clock()
        )

    async def sign_in(self, login: str = "ada", **typed: str) -> SignedIn:
        attempt = Attempt.fresh()
        return await self.finish(await self.consent(self.url(attempt), login, **typed), attempt)

    async def token(self, **form: Any) -> httpx2.Response:
        return await self.http.post(self.issuer.oauth.token_url, data=form)


def came_back(answer: httpx2.Response, back: str) -> dict[str, str]:
    if "location" in answer.headers:
        location = answer.headers["location"]
        assert location.startswith(f"{back}?")
        return dict(parse_qsl(urlsplit(location).query))
    form = read_form(answer.text)
    assert (answer.status_code, form.method, form.action) == (200, "post", back), answer.text
    return form.values


def problem(answer: httpx2.Response) -> str:
    """What a refusal's page says."""
    found = re.search(r"class=bad[^>]*>([^<]*)<", answer.text)
    return unescape(found[1]) if found else ""


@pytest.fixture(autouse=True)
def keys_made_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """Making a key takes longer than all else here: issuers get some that are there already, one after the other."""
    names = itertools.cycle([f"issuer {number}" for number in range(5)])
    monkeypatch.setattr(issuing, "_new_key", lambda: rsa_key(next(names)))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def google_house(clock: Clock) -> House:
    return House(GOOGLE, GoogleSandbox(Store(":memory:"), clock=clock, app_url=APP), clock)


@pytest.fixture
def apple_house(clock: Clock) -> House:
    return House(APPLE, AppleSandbox(Store(":memory:"), clock=clock, app_url=APP), clock)


@pytest.fixture(params=["google", "apple"])
def house(request: pytest.FixtureRequest) -> House:
    """Each of them."""
    found: House = request.getfixturevalue(f"{request.param}_house")
    return found
