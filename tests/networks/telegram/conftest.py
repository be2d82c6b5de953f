"""A Telegram to speak to, a web for it to fetch from, and a connected channel."""

from __future__ import annotations

import io
import math
from collections.abc import AsyncIterator, Callable
from types import SimpleNamespace
from typing import Any

import httpx2
import pytest
from PIL import Image

from socialclaw.networks.telegram.adapter import Telegram
from socialclaw.networks.telegram.sandbox.simulator import TelegramSandbox
from socialclaw.providers.draft import Account, Media, Target
from socialclaw.publishing.steps import DurableSteps
from socialclaw.sending import Lease
from socialclaw.simulation.sandbox import Sandbox
from socialclaw.simulation.store import Store
from tests.media import files
from tests.networks.recorded import Recorder, Web

VIDEO = files.playable()


class Clock:
    now = 1_790_000_000.0

    def __call__(self) -> float:
        return self.now


def picture(width: int = 8, height: int = 6, kind: str = "JPEG") -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (width, height), "teal").save(file, kind)
    return file.getvalue()


def media(content: bytes, *, url: str = "", kind: str = "image", mime: str = "image/jpeg", size: int | None = None, **more: Any) -> Media:
    async def read(offset: int, length: int) -> bytes:
        return content[offset : offset + length]

    given = {"filename": "picture.jpg" if kind == "image" else "film.mp4", "read": read, **more}
    return Media("asset_1", kind, mime, len(content) if size is None else size, url, **given)


def steps(memory: dict[str, Any] | None = None) -> DurableSteps:
    """The real steps, keeping what they write in `memory` only."""

    async def write(change: object) -> bool:
        return True

    known = {} if memory is None else memory
    claim: Any = SimpleNamespace(steps=known, post=SimpleNamespace(id="post_1", cancel_requested_at=None), fence=1, lease=Lease(math.inf))
    log: Any = SimpleNamespace(write=write)
    return DurableSteps(claim, log)


def connected(target: Target) -> Account:
    return Account(target.id, target.handle, target.type, target.secrets, target.meta)


@pytest.fixture
def web() -> Web:
    return Web()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def telegram(web: Web, clock: Clock) -> TelegramSandbox:
    return TelegramSandbox(Store(":memory:"), clock=clock, fetch=web)


@pytest.fixture
def recorder(telegram: TelegramSandbox) -> Recorder:
    return Recorder(Sandbox([telegram]))


@pytest.fixture
async def http(recorder: Recorder) -> AsyncIterator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(transport=recorder) as http:
        yield http


@pytest.fixture
def pasted(telegram: TelegramSandbox) -> dict[str, str]:
    """What the user pastes into the form."""
    return telegram.credentials("Ada")


@pytest.fixture
def speak(http: httpx2.AsyncClient) -> Callable[..., Telegram]:
    """`speak(**secrets)`: an adapter that is about to connect."""
    return lambda **secrets: Telegram(http, Account("", secrets=secrets))


@pytest.fixture
async def account(speak: Callable[..., Telegram], pasted: dict[str, str]) -> Account:
    (target,) = await speak(**pasted).targets()
    return connected(target)


@pytest.fixture
def adapter(http: httpx2.AsyncClient, account: Account) -> Telegram:
    return Telegram(http, account)
