"""The processes of a crash campaign: a sandbox that testifies, an API that hands media out, and workers that are killed.

They are forked from a server process that has imported everything once, so that a worker is up in tens of milliseconds.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx2
import uvicorn

from socialclaw import work
from socialclaw.api.sandbox import sandbox_app
from socialclaw.app import build
from socialclaw.cli.connection import ServerConfig
from socialclaw.cli.runtime import THREADS
from socialclaw.db.database import Database
from socialclaw.jobs.queue import Queue
from socialclaw.media import migration
from socialclaw.networks import providers
from socialclaw.outbound import GuardedBackend, guarded_transport
from socialclaw.settings import Settings
from socialclaw.system import System, open_sandbox
from tests.crash.stopping import Aim, stop_when
from tests.internet import Internet, Listener, names_are_public

# Done once in advance, like the imports above: finding the networks, and reading the list of certificate authorities.
providers()
guarded_transport()


def run_sandbox(settings: dict[str, Any], port: int) -> None:
    """Serve the simulators until killed."""
    _serve(sandbox_app(open_sandbox(Settings(**settings)), faults=True), port)


def run_api(settings: dict[str, Any], port: int, boundary: int | None = None, moment: str = "") -> None:
    """Serve the API until killed, without a worker; `boundary` as for a worker."""
    if boundary is not None:
        kill_at(boundary, moment)
    _serve(build(System.open(Settings(**settings))), port)


def _serve(app: Any, port: int) -> None:
    """On as many threads as `socialclaw` itself has: a network that fetches media occupies one while it waits for the API."""
    config = ServerConfig(app, Settings(), host="127.0.0.1", port=port, log_level="critical")

    async def serve() -> None:
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(THREADS))
        await uvicorn.Server(config).serve()

    asyncio.run(serve())


def run_worker(
    settings: dict[str, Any],
    boundary: int | None = None,
    moment: str = "",
    sweep_seconds: float | None = None,
    web: int | None = None,
    aim: Aim | None = None,
) -> None:
    """Work until killed; with `boundary`, by its own hand right before or after that write is committed.

    `aim`: where it stops itself. `web`: the port here to which the URLs of users lead, behind the real guard.
    """
    logging.disable(logging.CRITICAL)
    if sweep_seconds is not None:
        work.SWEEP_SECONDS = sweep_seconds
    if boundary is not None:
        kill_at(boundary, moment)
    if aim is not None:
        stop_when(aim)
    asyncio.run(_work(Settings(**settings), web))


def run_move(settings: dict[str, Any], target: str, boundary: int | None = None, moment: str = "") -> None:
    """Move all media into this storage; `boundary` as for a worker."""
    if boundary is not None:
        kill_at(boundary, moment)
    asyncio.run(_move(Settings(**settings), target))


async def _move(settings: Settings, target: str) -> None:
    system = System.open(settings)
    await migration.move(system, system.storages[target], keep=False, at_once=2, told=lambda *_: None)
    await system.close()


async def _work(settings: Settings, web: int | None) -> None:
    system = System.open(settings)
    if web is not None:
        guarded = guarded_transport(GuardedBackend(Internet(Listener(web)), resolver=names_are_public))
        system.outbound.guarded = httpx2.AsyncClient(transport=guarded, trust_env=False)
    system.queue = queue = await Queue.open(system.database)
    worker = work.Worker(system, queue)
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, lambda: asyncio.ensure_future(worker.stop()))
    with contextlib.suppress(asyncio.CancelledError):
        await worker.run()
    await queue.close()
    await system.close()


def kill_at(boundary: int, moment: str) -> None:
    """Let this process die at its `boundary`-th write: "before" the commit, or "after" it and before anybody hears of it."""
    write = Database.write
    count = 0

    async def counted(self: Database, do: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        nonlocal count
        count += 1
        if count != boundary:
            return await write(self, do, *args, **kwargs)

        def fatal(session: Any, *more: Any, **named: Any) -> Any:
            do(session, *more, **named)
            session.flush()
            os.kill(os.getpid(), signal.SIGKILL)

        if moment == "before":
            return await write(self, fatal, *args, **kwargs)
        await write(self, do, *args, **kwargs)
        os.kill(os.getpid(), signal.SIGKILL)
        return None

    Database.write = counted  # type: ignore[method-assign]
