"""The storages, each on a place of the test's own: a test that asks for `storage` runs on every kind of it."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import httpx2
import pytest

from socialclaw.settings import Settings
from socialclaw.storage.base import Storage
from socialclaw.storage.parts import Part
from socialclaw.system import System
from tests.conftest import BASE_URL

MIB = 1024 * 1024
Put = Callable[[str, bytes], Awaitable[None]]
Send = Callable[[str, bytes], Awaitable[httpx2.Response]]


@pytest.fixture(params=["local", "s3"])
def kind(request: pytest.FixtureRequest) -> str:
    """Runs a test on each storage."""
    found: str = request.param
    return found


@pytest.fixture
def settings(request: pytest.FixtureRequest, settings: Settings) -> Settings:
    if "kind" not in request.fixturenames or request.getfixturevalue("kind") == "local":
        return settings
    return settings.model_copy(update={"storage": "s3", "s3": request.getfixturevalue("s3")})


@pytest.fixture
def storage(kind: str, system: System) -> Storage:
    assert system.storage.name == kind
    return system.storage


@pytest.fixture
def put(storage: Storage, tmp_path: Path) -> Put:
    """`await put(key, content)`: an object."""

    async def make(key: str, content: bytes) -> None:
        path = tmp_path / secrets.token_hex(8)
        path.write_bytes(content)
        await storage.put(key, path, "image/png")

    return make


@pytest.fixture
async def send(anonymous: httpx2.AsyncClient) -> AsyncIterator[Send]:
    """`await send(url, content)`: a PUT to a signed URL, by whoever has it, to our server or to the bucket."""
    async with httpx2.AsyncClient(trust_env=False) as world:

        async def make(url: str, content: bytes) -> httpx2.Response:
            client = anonymous if url.startswith(BASE_URL) else world
            return await client.put(url, content=content)

        yield make


@pytest.fixture
def part(storage: Storage, send: Send) -> Callable[..., Awaitable[Part]]:
    """`await part(key, upload_id, number, content)`: a part that was sent."""

    async def make(key: str, upload_id: str, number: int, content: bytes) -> Part:
        answer = await send(storage.part_url(key, upload_id, number, size=len(content), seconds=60), content)
        assert answer.status_code == 200, answer.text
        return Part(number, len(content), answer.headers["etag"])

    return make
