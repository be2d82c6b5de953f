"""The commands that run something: up, serve, worker, sandbox, migrate."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from socialclaw.cli import options
from socialclaw.cli.output import print_json, say

if TYPE_CHECKING:
    from socialclaw.settings import Settings
    from socialclaw.system import System

SANDBOX_PORT = 8001


def up(
    host: options.Host = None,
    port: options.Port = None,
    data_dir: options.DataDir = None,
    database_url: options.DatabaseUrl = None,
    worker: options.WithWorker = None,
    tour: options.Tour = None,
    hold: options.Hold = False,
) -> None:
    """Start everything in one process. The first start makes a test workspace, and shows around."""
    settings = options.settings(host=host, port=port, data_dir=data_dir, database_url=database_url, worker=worker)
    _run_server(settings, tour=tour, introduce=True, hold=hold)


def serve(
    host: options.Host = None,
    port: options.Port = None,
    data_dir: options.DataDir = None,
    database_url: options.DatabaseUrl = None,
    worker: options.WithWorker = None,
    hold: options.Hold = False,
) -> None:
    """Serve the API, and publish too unless --no-worker."""
    settings = options.settings(host=host, port=port, data_dir=data_dir, database_url=database_url, worker=worker)
    _run_server(settings, tour=False, introduce=False, hold=hold)


def worker(data_dir: options.DataDir = None, database_url: options.DatabaseUrl = None, hold: options.Hold = False) -> None:
    """Publish, without serving the API. SOCIALCLAW_PUBLIC_BASE_URL must say where the API is."""
    from socialclaw.cli import runtime

    settings = options.settings(data_dir=data_dir, database_url=database_url)
    _log(settings, quiet=False)
    runtime.run(lambda: _work(settings, hold=hold))


def sandbox(
    host: options.Host = None,
    port: Annotated[int | None, typer.Option("--port", min=0, max=65535, help="Port to listen on.", show_default=str(SANDBOX_PORT))] = None,
    data_dir: options.DataDir = None,
    api: Annotated[
        str | None,
        typer.Option("--api", help="The server whose media the simulated networks may fetch.", show_default="http://127.0.0.1:8000"),
    ] = None,
) -> None:
    """Run the simulated networks alone, without a database. SOCIALCLAW_SANDBOX_URL tells the servers where.

    It knows its servers by the secret key in the data folder that it shares with them, or by SOCIALCLAW_SANDBOX_SECRET.
    """
    from socialclaw.cli import http_server, runtime

    settings = options.settings(data_dir=data_dir, public_base_url=api)
    bound = http_server.listen(host or settings.host, SANDBOX_PORT if port is None else port)
    _log(settings, quiet=False)
    runtime.run(lambda: _sandbox(settings, bound))


def migrate(data_dir: options.DataDir = None, database_url: options.DatabaseUrl = None, as_json: options.AsJson = False) -> None:
    """Bring the database up to date with this version."""
    from socialclaw.cli import runtime

    settings = options.settings(data_dir=data_dir, database_url=database_url)
    runtime.run(lambda: _migrate(settings, as_json=as_json))


def _run_server(settings: Settings, *, tour: bool | None, introduce: bool, hold: bool) -> None:
    from socialclaw import __version__

    say(f"SocialClaw {__version__}   data in {settings.data_dir.absolute()}")
    from socialclaw.cli import http_server, runtime  # this and what it brings takes a second or two

    bound = http_server.listen(settings.host, settings.port)
    settings = settings.model_copy(update={"port": bound.getsockname()[1]})
    _log(settings, quiet=introduce)
    runtime.run(lambda: _serve(settings, bound, tour=tour, introduce=introduce, hold=hold))


async def _serve(settings: Settings, bound: socket.socket, *, tour: bool | None, introduce: bool, hold: bool) -> None:
    from socialclaw import app
    from socialclaw.api.well_known import challenge
    from socialclaw.cli import banner, http_server, installation
    from socialclaw.jobs.queue import Queue
    from socialclaw.mcp import http as mcp
    from socialclaw.work import Worker

    if not await installation.await_database(settings):
        say("Stopped.")
        return
    async with installation.opened(settings, here=http_server.address(bound)) as system:
        await installation.tell_hold(system, begin=hold)
        await installation.reach_storage(system)
        # On SQLite the queue is in this process's memory: without a worker here nobody would ever empty it.
        queue = await Queue.open(system.database) if settings.worker or not system.database.is_sqlite else None
        if queue:
            system.queue = queue
        await system.hub.open()
        try:
            worker = Worker(system, queue) if settings.worker and queue else None

            async def started() -> None:
                await (banner.introduce(system, tour=tour) if introduce else _ready(system))
                await installation.warn_of_address(system)

            served = app.build(system)
            mcp.mount(served, settings.base_url, lambda code: challenge(settings, code))
            await http_server.serve(served, bound, settings, worker=worker, started=started, ending=system.hub.close)
        finally:
            if queue:
                await queue.close()
    say("Stopped.")


async def _ready(system: System) -> None:
    say(f"API on {system.settings.base_url}, {'publishing too' if system.settings.worker else 'without a worker'}. Stop with Ctrl-C.")


async def _work(settings: Settings, *, hold: bool) -> None:
    from socialclaw.cli import installation, runtime
    from socialclaw.jobs.queue import Queue
    from socialclaw.work import Worker

    if not await installation.await_database(settings):
        say("Stopped.")
        return
    async with installation.opened(settings) as system:
        await installation.tell_hold(system, begin=hold)
        await installation.reach_storage(system)
        queue = await Queue.open(system.database)
        system.queue = queue
        await system.hub.open()
        worker = Worker(system, queue, lambda worker_id: say(f"Worker {worker_id} is publishing. Stop with Ctrl-C."))
        await installation.warn_of_address(system)
        try:
            await runtime.work(worker)
        finally:
            await queue.close()
    say("Stopped.")


async def _sandbox(settings: Settings, bound: socket.socket) -> None:
    from socialclaw.api.sandbox import sandbox_app
    from socialclaw.cli import http_server
    from socialclaw.cli.installation import make_folder
    from socialclaw.cli.output import Problem
    from socialclaw.system import open_sandbox
    from socialclaw.vault import VaultError

    make_folder(settings.data_dir)
    try:
        networks = open_sandbox(settings, url=settings.sandbox_url)
    except VaultError as error:
        raise Problem(
            "The simulated networks answer only those who know their secret: run this on the data folder of the servers, or set"
            f" SOCIALCLAW_SANDBOX_SECRET to the same value here and there. ({error.message})"
        ) from None
    faults = ipaddress.ip_address(bound.getsockname()[0]).is_loopback

    async def started() -> None:
        await asyncio.to_thread(networks.take_up)
        limits = "" if faults else ". They take no faults, because this is not a loopback address"
        say(f"The simulated networks are on {http_server.address(bound)}/sandbox/{limits}")

    try:
        await http_server.serve(sandbox_app(networks, faults=faults), bound, settings, started=started)
    finally:
        networks.close()
    say("Stopped.")


async def _migrate(settings: Settings, *, as_json: bool) -> None:
    from socialclaw.cli import installation
    from socialclaw.db import schema

    async with installation.database(_with_folder(settings)) as database:
        before = await schema.state(database)
        await schema.upgrade(database)
        after = await schema.state(database)
    if as_json:
        print_json({"before": before, "after": after})
    else:
        say(f"The database was {before}; it is {after}.")


def _with_folder(settings: Settings) -> Settings:
    from socialclaw.cli.installation import make_folder

    make_folder(Path(settings.data_dir))
    return settings


def _log(settings: Settings, *, quiet: bool) -> None:
    """Log lines on standard error; where a person is being shown around, only what is wrong, unless the operator asked for more."""
    from socialclaw.api import logs

    logs.configure("warning" if quiet and "log_level" not in settings.model_fields_set else settings.log_level)


COMMANDS: tuple[Any, ...] = (up, serve, worker, sandbox, migrate)
