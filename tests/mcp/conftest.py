"""The app with the tools for agents mounted in it, as it is served; and a server of its own for other makers' clients."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import pytest
from fastapi import FastAPI

from socialclaw.app import build
from socialclaw.mcp.http import mount
from socialclaw.system import System
from tests.cli.processes import started
from tests.conftest import BASE_URL


@pytest.fixture
async def app(system: System) -> AsyncIterator[FastAPI]:
    app = build(system)
    mount(app, BASE_URL)
    async with app.router.lifespan_context(app):
        yield app


@dataclass(frozen=True)
class Server:
    base: str
    key: str

    @property
    def url(self) -> str:
        return f"{self.base}/mcp?toolsets=all"


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of its own, with an account on each simulated network."""
    folder = tmp_path_factory.mktemp("mcp") / "data"
    with started("up", "--port", "0", "--no-tour", "--data-dir", folder, SOCIALCLAW_RATE_LIMIT_PER_MINUTE="100000") as up:
        base = up.until(r"Base URL +(http://127\.0\.0\.1:\d+)$")[1]
        key = up.until(r"(sc_test_[\w-]{32})$")[1]
        up.until(r"^Running")
        yield Server(base, key)
