"""Files that take long to open, and servers that never answer, hold up nobody but the workspace that came with them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from fastapi import FastAPI

from socialclaw.media import decoder_process, remote_probe
from socialclaw.media.remote_probe import glimpses
from socialclaw.system import System
from tests.conftest import Member, client, member
from tests.internet import Served, Web
from tests.media import files

BOUND_SECONDS = 60
PICTURE = files.picture(size=(30, 20))


class Decoders:
    """In the place of processes: those for a file called `heavy` compute until the test ends."""

    def __init__(self) -> None:
        self.ended = asyncio.Event()
        self.heavy = self.light = 0
        self.changed = asyncio.Condition()

    async def answer(self, job: str, _: float) -> tuple[int, bytes]:
        async with self.changed:
            heavy = Path(json.loads(job)["source"]).name == "heavy"
            self.heavy += heavy
            self.light += not heavy
            self.changed.notify_all()
        if heavy:
            await self.ended.wait()
        return 0, b'{"facts": {"kind": "image"}}'

    async def until_heavy(self, many: int) -> None:
        async with asyncio.timeout(BOUND_SECONDS), self.changed:
            await self.changed.wait_for(lambda: self.heavy >= many)


@pytest.fixture
def decoders(monkeypatch: pytest.MonkeyPatch) -> Iterator[Decoders]:
    decoders = Decoders()
    monkeypatch.setattr(decoder_process, "_answer", decoders.answer)
    yield decoders
    decoders.ended.set()


@asynccontextmanager
async def meanwhile(*calls: object) -> AsyncIterator[None]:
    tasks = [asyncio.ensure_future(call) for call in calls]  # type: ignore[call-overload]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def opening(system: System, workspace: Member, name: str, seconds: int) -> object:
    return decoder_process.run(system, workspace.id, "probe", Path(name), "image/png", cpu_seconds=seconds)


@pytest.mark.parametrize("seconds", [decoder_process.CPU_SECONDS, 1800], ids=["looked into", "films written anew"])
@pytest.mark.parametrize("mode", ["live", "test"])
async def test_files_that_take_long_to_open_keep_no_other_workspace_waiting(
    system: System, decoders: Decoders, seconds: int, mode: str
) -> None:
    hog, real = await member(system, "Hog", mode), await member(system, "Live", "live")
    async with meanwhile(*(opening(system, hog, "heavy", seconds) for _ in range(20))):
        await decoders.until_heavy(1)
        async with asyncio.timeout(BOUND_SECONDS):
            await opening(system, real, "light", seconds)  # type: ignore[misc]
    assert decoders.light == 1
    assert decoders.heavy < 4


async def test_films_that_are_written_anew_keep_no_upload_waiting(system: System, app: FastAPI, decoders: Decoders) -> None:
    """Each may take half an hour, whoever they are of."""
    hogs = [await member(system, f"Hog {n}", "live") for n in range(4)]
    real = await member(system, "Live", "live")
    async with meanwhile(*(opening(system, hog, "heavy", 1800) for hog in hogs for _ in range(4))), client(app, real.secret) as api:
        await decoders.until_heavy(2)
        async with asyncio.timeout(BOUND_SECONDS):
            answer = await api.post("/v1/assets/upload", files={"file": ("a.png", PICTURE, "image/png")})
        assert answer.status_code == 201, answer.text


async def test_servers_that_never_answer_keep_no_other_workspaces_files_from_being_looked_at(
    system: System, web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(system, "settings", system.settings.model_copy(update={"remote_look_seconds": BOUND_SECONDS}))
    hog, real = await member(system, "Hog", "live"), await member(system, "Live", "live")
    web.files |= {"/a.png": Served(PICTURE), "/slow.png": Served(slow=True)}
    schedules = [[f"http://host{n}-{m}.example/slow.png" for n in range(remote_probe.AT_ONCE)] for m in range(8)]
    async with meanwhile(*(glimpses(system, hog.id, urls) for urls in schedules)):
        async with asyncio.timeout(BOUND_SECONDS):
            while web.at_once < remote_probe.AT_ONCE_OF_ONE:  # noqa: ASYNC110  the fake internet tells nobody
                await asyncio.sleep(0.01)
            found = await glimpses(system, real.id, ["http://cdn.example/a.png"])
        assert found["http://cdn.example/a.png"].error is None
    web.closed.set()
