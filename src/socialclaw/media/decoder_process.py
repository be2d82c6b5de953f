"""Runs the program that opens files (`media/decoder`): one process for one file, with limits, without our environment.

A process for each file costs a tenth of a second and keeps nothing: no file can touch what comes after it, and the server itself
never loads a decoder. There are few at a time, shared between workspaces; those that work for minutes have a line of their own, and leave
the processor to the others.
"""

from __future__ import annotations

import asyncio
import json
import secrets
import shutil
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from socialclaw.db.assets import Asset
from socialclaw.errors import InvalidRequest, NotReady
from socialclaw.jobs.parties import party_of
from socialclaw.settings import Settings
from socialclaw.storage.base import trouble, work_dir
from socialclaw.system import System
from socialclaw.turns import Places

AT_ONCE = 2  # of one workspace
LONG_AT_ONCE = 1  # of those that may take longer than usual
CPU_SECONDS = 40  # as usual
PATIENCE = 3  # seconds of waiting for each of computing
LONGEST_ANSWER = 64 * 1024

_places: WeakKeyDictionary[asyncio.AbstractEventLoop, tuple[Places, Places]] = WeakKeyDictionary()


async def run(
    system: System, workspace_id: str, do: str, source: Path, mime: str, *, cpu_seconds: int = CPU_SECONDS, **more: Any
) -> dict[str, Any]:
    """What the program found out. InvalidRequest, with the program's code, where it refuses the file.

    `media_too_costly`: it took more memory or time than a file may; `media_damaged`: the decoder itself fell over.
    """
    long = cpu_seconds > CPU_SECONDS
    job = {"do": do, "source": str(source), "mime": mime, "cpu_seconds": cpu_seconds, "yields": long, **more}
    usual, patient = _places.setdefault(asyncio.get_running_loop(), (Places(AT_ONCE), Places(LONG_AT_ONCE)))
    async with (patient if long else usual).of(await party_of(system.database, workspace_id)):
        code, said = await _answer(json.dumps(job), cpu_seconds * PATIENCE)
    if code is None or code == -signal.SIGXCPU or code == -signal.SIGKILL:
        raise InvalidRequest("Opening the file takes more time or memory than is allowed", code="media_too_costly", mime=mime)
    try:
        answer = json.loads(said)
        found: dict[str, Any] | None = answer.get("facts")
    except ValueError:
        message = "The file cannot be read: the program that opens it failed"
        raise InvalidRequest(message, code="media_damaged", mime=mime) from None
    if found is None:
        raise InvalidRequest(answer["message"], code=answer["refused"], mime=mime, **answer["details"])
    return found


async def _answer(job: str, seconds: float) -> tuple[int | None, bytes]:
    """How the program ended, None where it had to be ended, and what it said."""
    try:
        child = await asyncio.create_subprocess_exec(
            sys.executable,
            "-I",
            "-m",
            "socialclaw.media.decoder",
            job,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env={"MALLOC_ARENA_MAX": "2"},
        )
    except OSError as error:
        raise NotReady(f"No process can be started to open the file: {error.strerror}", code="media_unavailable") from error
    assert child.stdout is not None
    try:
        async with asyncio.timeout(seconds):
            said = await child.stdout.read(LONGEST_ANSWER)
            return await child.wait(), said
    except TimeoutError:
        return None, b""
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()


@asynccontextmanager
async def work_folder(settings: Settings) -> AsyncIterator[Path]:
    """A folder of its own for one job; gone, with all that is in it, when the block ends. NotReady where the disk does not take it."""
    folder = work_dir(settings) / f"job-{secrets.token_hex(12)}"
    try:
        await asyncio.to_thread(folder.mkdir, parents=True)
        yield folder
    except OSError as error:  # of the block too: it writes into the folder, and from there into the cache
        raise trouble(error) from error
    finally:
        await asyncio.to_thread(_remove, folder)


def _remove(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)  # what cannot be removed now, the sweep finds


async def copied(system: System, asset: Asset, folder: Path) -> Path:
    """The asset's file, copied from storage into a work folder."""
    path = folder / "source"
    with path.open("xb") as file:
        async for chunk in system.storage_of(asset).read(asset.object_key):
            await asyncio.to_thread(file.write, chunk)
    return path
