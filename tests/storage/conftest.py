"""The storages, each on a place of the test's own: a test that asks for `storage` runs on every kind of it."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx2
import pytest
from tests.conftest import BASE_URL

from socialclaw.storage.base import Storage
from socialclaw.storage.parts import Part
from socialclaw.system import System

MIB = 1024 * 1024
Put = Callable[[str, bytes], Awaitable[None]]
Send = Callable[[str, bytes], Awaitable[httpx2.Response]]


@pytest.fixture(params=["local"])
def storage(request: pytest.FixtureRequest, system: System) -> Storage:
    return system.storages[request.param]


@pytest.fixture
def put(storage: Storage, tmp_path: Path) -> Put:
    """`await put(key, content)`: an object."""

    async def make(key: str, content: bytes) -> None:
        path = tmp_path / secrets.token_hex(8)
        path.write_bytes(content)
        await storage.put(key, path, "image/png")

    return make


@pytest.fixture
def send(anonymous: httpx2.AsyncClient) -> Send:
    """`await send(url, content)`: a PUT to a signed URL, by whoever has it."""

    async def make(url: str, content: bytes) -> httpx2.Response:
        assert url.startswith(BASE_URL)
        return await anonymous.put(url, content=content)

    return make


@pytest.fixture
def part(storage: Storage, send: Send) -> Callable[..., Awaitable[Part]]:
    """`await part(key, upload_id, number, content)`: a part that was sent."""

    async def make(key: str, upload_id: str, number: int, content: bytes) -> Part:
        answer = await send(storage.part_url(key, upload_id, number, size=len(content), seconds=60), content)
        assert answer.status_code == 200, answer.text
        return Part(number, len(content), answer.headers["etag"])

    return make
