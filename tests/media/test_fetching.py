"""Imports of a workspace whose sources drip or never answer keep no other workspace's imports waiting, and end by name."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI

from socialclaw.errors import Unavailable
from socialclaw.jobs.duties import DutyLoop
from socialclaw.media import importer, imports
from socialclaw.media.pace import paced
from socialclaw.storage.base import now
from socialclaw.system import System
from tests.conftest import Member, client
from tests.duties import duty
from tests.internet import Served, Web
from tests.media import files

BOUND_SECONDS = 60
PICTURE = files.picture(size=(30, 20))


async def order(api: httpx2.AsyncClient, path: str) -> str:
    answer = await api.post("/v1/assets/upload", json={"sourceUrl": f"http://cdn.example{path}"})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["asset"]["id"])


async def told(api: httpx2.AsyncClient, asset_id: str) -> dict[str, Any]:
    return dict((await api.get(f"/v1/assets/{asset_id}")).json()["asset"])


@asynccontextmanager
async def working(system: System) -> AsyncIterator[DutyLoop[Any]]:
    loop = duty(system, "import a file")
    try:
        yield loop
    finally:
        loop.stop()
        await loop.stopped()


@pytest.mark.usefixtures("both_databases")
async def test_sources_that_never_answer_keep_no_other_workspace_waiting(
    system: System, app: FastAPI, api: httpx2.AsyncClient, other_workspace: Member, web: Web
) -> None:
    web.files |= {"/a.png": Served(PICTURE, "image/png"), **{f"/slow{n}": Served(slow=True) for n in range(20)}}
    for n in range(20):
        await order(api, f"/slow{n}")
    async with client(app, other_workspace.secret) as theirs, working(system) as loop:
        await loop.look()
        await web.asked_for.wait()
        wanted = await order(theirs, "/a.png")
        async with asyncio.timeout(BOUND_SECONDS):
            while (await told(theirs, wanted))["status"] != "ready":
                await loop.look()
                await asyncio.sleep(0.05)
    web.closed.set()


@pytest.mark.usefixtures("both_databases")
async def test_a_source_that_is_too_slow_is_put_off_by_name(system: System, api: httpx2.AsyncClient, web: Web) -> None:
    system.settings = system.settings.model_copy(update={"import_slow_seconds": 0.2})
    web.files["/slow"] = Served(slow=True)
    asset_id = await order(api, "/slow")
    [job] = await system.database.write(imports.take, most=1)
    async with asyncio.timeout(BOUND_SECONDS):
        await importer.work(system, job)
    found = await told(api, asset_id)
    assert (found["status"], found["error"]["code"]) == ("uploading", "media_too_slow")
    assert await system.database.read(imports.due, now(), 5) == []  # it is not its turn again yet
    web.closed.set()


async def test_what_drips_is_ended_and_what_flows_is_not() -> None:
    got = 0

    async def receive(bytes_at_a_time: int, times: int) -> None:
        nonlocal got
        async with paced(lambda: got, least=1000, window=0.1):
            for _ in range(times):
                await asyncio.sleep(0.01)
                got += bytes_at_a_time

    await receive(1000, 40)
    with pytest.raises(Unavailable, match="less than 1,000 bytes a second") as slow:
        await receive(1, 10_000)
    assert slow.value.code == "media_too_slow"
    with pytest.raises(TimeoutError):  # somebody else's
        async with asyncio.timeout(0.01):
            await receive(1000, 10_000)


@pytest.mark.usefixtures("both_databases")
async def test_due_imports_come_in_turns_of_workspaces(
    system: System, app: FastAPI, api: httpx2.AsyncClient, other_workspace: Member, workspace: Member
) -> None:
    for n in range(30):
        await order(api, f"/{n}")
    async with client(app, other_workspace.secret) as theirs:
        await order(theirs, "/one")
    found = [party.workspace_id for _, party in await system.database.read(imports.due, now(), 4)]
    assert found[:2] == [workspace.id, other_workspace.id]
    assert len(found) == 5
