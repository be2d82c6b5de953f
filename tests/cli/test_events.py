"""Live hints between real processes: a server, a worker beside it, and readers of the stream, on both databases."""

from __future__ import annotations

import asyncio
import json
import re
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest

from socialclaw.accounts.tokens import seal
from socialclaw.cli.http_server import listen
from socialclaw.db.base import Scope, iso
from socialclaw.settings import Settings
from socialclaw.system import System
from tests.api import rows
from tests.cli.processes import Running, run, started

READERS = 200
HANDLE = "telegram:-1001"
LONG = 60.0

pytestmark = [pytest.mark.xdist_group("events"), pytest.mark.usefixtures("both_databases")]


@dataclass(frozen=True)
class Place:
    """An installation: what its processes are given, its workspace's key, and the port of its server."""

    given: dict[str, str]
    key: str
    workspace: str
    settings: Settings
    port: int

    @property
    def headers(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.key}"}

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @contextmanager
    def server(self) -> Iterator[Running]:
        with started("serve", "--no-worker", "--port", str(self.port), **self.given) as server:
            server.until("^API on")
            yield server

    @contextmanager
    def worker(self) -> Iterator[Running]:
        with started("worker", **self.given) as worker:
            worker.until("is publishing")
            yield worker


@pytest.fixture
def place(tmp_path: Path, database_url: str) -> Place:
    folder = tmp_path / "data"
    folder.mkdir()
    url = database_url.replace(str(tmp_path), str(folder))
    given = {"SOCIALCLAW_DATA_DIR": str(folder), "SOCIALCLAW_DATABASE_URL": url, "SOCIALCLAW_MAX_STREAMS_PER_CALLER": str(READERS)}
    assert run("migrate", **given).returncode == 0
    made = run("workspaces", "create", "Ours", "--mode", "test", "--json", **given)
    key = re.search(r"sc_test_[\w-]+", run("keys", "create", "--workspace", "Ours", **given).stdout)
    assert made.returncode == 0, made.stderr
    assert key
    workspace = re.search(r"tenant_\w+", made.stdout)
    assert workspace
    with listen("127.0.0.1", 0) as free:
        port = free.getsockname()[1]
    return Place(given, key[0], workspace[0], Settings(data_dir=folder, database_url=url), port)


@pytest.fixture
async def elsewhere(place: Place) -> AsyncIterator[System]:
    """The installation as this process has it: another one than the server's."""
    system = System.open(place.settings)
    await system.hub.open()
    yield system
    await system.close()


@asynccontextmanager
async def reading(http: httpx2.AsyncClient, place: Place) -> AsyncIterator[AsyncIterator[Any]]:
    """What the changes say, one after another, to the end of the stream."""
    async with http.stream("GET", f"{place.base}/v1/dashboard/events", headers=place.headers) as answer:
        assert answer.status_code == 200, await answer.aread()
        yield changes(answer)


async def changes(answer: httpx2.Response) -> AsyncIterator[Any]:
    async for line in answer.aiter_lines():
        if line.startswith("data: "):
            yield json.loads(line.removeprefix("data: "))


@pytest.fixture
async def http() -> AsyncIterator[httpx2.AsyncClient]:
    limits = httpx2.Limits(max_connections=None)
    async with httpx2.AsyncClient(trust_env=False, timeout=LONG, limits=limits) as http:
        yield http


async def having_an_account(system: System, place: Place) -> None:
    def make(scope: Scope) -> None:
        account = rows.account(scope, "acme", provider="telegram", handle=HANDLE, account_type="telegram_channel", external_id="-1001")
        account.sealed = seal(system.vault, account.id, {"botToken": "1:nobody-knows-it"})

    await system.write(place.workspace, make, test=True)


async def applied(http: httpx2.AsyncClient, place: Place) -> str:
    """A post that is due in a second; its run."""
    post = {"account": HANDLE, "description": "Hello", "publish_at": iso(datetime.now(UTC) + timedelta(seconds=1))}
    answer = await http.post(f"{place.base}/v1/posts/apply", json={"posts": [post]}, headers=place.headers)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["run"]["id"])


async def worked_on(http: httpx2.AsyncClient, place: Place, run_id: str, told: AsyncIterator[Any]) -> None:
    """Look at the post whenever a change of posts is told, and at no other time, until a worker has tried it."""
    async with asyncio.timeout(LONG):
        async for change in told:
            assert change == {"all": True} or set(change["kinds"]) <= {"posts", "runs", "accounts"}
            answer = await http.get(f"{place.base}/v1/runs/{run_id}/status", headers=place.headers)
            if answer.json()["posts"][0]["attempts"]:
                return
    raise AssertionError("the stream ended before it told what the worker did")


async def test_what_a_worker_in_another_process_does_is_told(place: Place, elsewhere: System, http: httpx2.AsyncClient) -> None:
    await having_an_account(elsewhere, place)
    with place.server(), place.worker():
        async with reading(http, place) as told:
            assert await anext(told) == {"all": True}
            await worked_on(http, place, await applied(http, place), told)


async def test_readers_recover_from_the_death_of_a_worker_and_of_the_server(
    place: Place, elsewhere: System, http: httpx2.AsyncClient
) -> None:
    await having_an_account(elsewhere, place)
    with place.server() as server:
        async with reading(http, place) as told:
            assert await anext(told) == {"all": True}
            with place.worker() as worker:
                worker.process.send_signal(signal.SIGKILL)
                worker.process.wait()
            with place.worker():
                await worked_on(http, place, await applied(http, place), told)
            server.process.send_signal(signal.SIGKILL)
            with pytest.raises(httpx2.TransportError):
                async for _ in told:
                    pass
    with place.server():
        async with reading(http, place) as again:
            assert await anext(again) == {"all": True}, "whoever comes back is told to load everything"
            await elsewhere.write(place.workspace, rows.asset, test=True)
            async with asyncio.timeout(LONG):
                assert await anext(again) == {"kinds": ["assets"]}
        assert len(pipes(place)) <= 1, "the killed server's has been removed"


def pipes(place: Place) -> list[Path]:
    return [*place.settings.data_dir.glob("*-listening/*")]


async def test_two_hundred_readers_are_told_at_once(place: Place, elsewhere: System, http: httpx2.AsyncClient) -> None:
    with place.server():
        async with AsyncExitStack() as stack:
            readers = [await stack.enter_async_context(reading(http, place)) for _ in range(READERS)]
            async with asyncio.timeout(LONG):
                assert await asyncio.gather(*map(anext, readers)) == [{"all": True}] * READERS
                await elsewhere.write(place.workspace, rows.asset, test=True)
                assert await asyncio.gather(*map(anext, readers)) == [{"kinds": ["assets"]}] * READERS


async def test_open_streams_end_in_order_and_hold_up_no_stop(place: Place, http: httpx2.AsyncClient) -> None:
    with place.server() as server:
        async with reading(http, place) as told:
            assert await anext(told) == {"all": True}
            server.process.send_signal(signal.SIGTERM)
            async with asyncio.timeout(LONG):
                assert [change async for change in told] == [], "the stream has an end, and is not broken off"
        server.until("^Stopped")
        assert await asyncio.to_thread(server.process.wait, LONG) == 0
    assert "timeout graceful shutdown exceeded" not in server.output
    assert not pipes(place)
