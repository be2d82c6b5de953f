"""A Discord to speak to, and a connected channel."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import httpx2
import pytest

from socialclaw.networks.discord.adapter import Discord
from socialclaw.networks.discord.sandbox.simulator import DiscordSandbox
from socialclaw.providers.draft import Account
from socialclaw.simulation.sandbox import Sandbox
from socialclaw.simulation.store import Store
from tests.networks.recorded import Recorder
from tests.networks.telegram.conftest import Clock, connected


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def discord(clock: Clock) -> DiscordSandbox:
    return DiscordSandbox(Store(":memory:"), clock=clock)


@pytest.fixture
def recorder(discord: DiscordSandbox) -> Recorder:
    return Recorder(Sandbox([discord]))


@pytest.fixture
async def http(recorder: Recorder) -> AsyncIterator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(transport=recorder) as http:
        yield http


@pytest.fixture
def pasted(discord: DiscordSandbox) -> str:
    """The webhook URL that the user pastes."""
    return discord.credentials("Ada")["webhookUrl"]


@pytest.fixture
def speak(http: httpx2.AsyncClient) -> Callable[[str], Discord]:
    """`speak(url)`: an adapter that is about to connect."""
    return lambda url: Discord(http, Account("", secrets={"webhookUrl": url}))


@pytest.fixture
async def account(speak: Callable[[str], Discord], pasted: str) -> Account:
    (target,) = await speak(pasted).targets()
    return connected(target)


@pytest.fixture
def adapter(http: httpx2.AsyncClient, account: Account) -> Discord:
    return Discord(http, account)
