"""One server process: the socket, the event loop, the HTTP server and the worker on it, and an orderly end."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import os
import signal
import socket
import sys
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from socialclaw.api.sandbox import TRANSPORT
from socialclaw.cli.output import Problem, complain
from socialclaw.cli.zerocopy import ZeroCopy
from socialclaw.errors import SocialClawError

THREADS = 32  # a simulator that fetches media from this very server occupies one while another answers
BACKLOG = 2048
LAST_ANSWERS_SECONDS = 5  # for requests under way at the end
log = logging.getLogger(__name__)


class Work(Protocol):
    """A worker: `run` ends some time after `stop`."""

    async def run(self) -> None: ...
    async def stop(self) -> None: ...


class Connection(HttpToolsProtocol):
    """Hands the connection to the application, so that a simulated network can break it off."""

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["extensions"] = {TRANSPORT: self.transport}  # type: ignore[dict-item]


class Server(uvicorn.Server):
    """uvicorn's, with signals left to us: the worker must stop before the server does. `answering` is set once it is up."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.answering = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.answering.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def run(main: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run to the end on uvloop, where there is one."""
    with asyncio.Runner(loop_factory=_loop()) as runner:
        runner.get_loop().set_default_executor(ThreadPoolExecutor(THREADS, thread_name_prefix="io"))
        runner.run(main())


def _loop() -> Callable[[], asyncio.AbstractEventLoop] | None:
    if sys.platform == "win32":
        return None
    import uvloop

    return uvloop.new_event_loop


def listen(host: str, port: int) -> socket.socket:
    """A listening socket, before anything else is begun; whoever comes early waits for the server."""
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    except (socket.gaierror, UnicodeError) as error:
        raise Problem(f"{host!r} is not an address to listen on ({error}): correct --host") from None
    bound = socket.socket(family, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind(address)
        bound.listen(BACKLOG)  # only this fails where two bind at the same moment; who comes early waits
    except OSError as error:
        bound.close()
        raise Problem(f"Cannot listen on {host}:{port} ({error.strerror}): {_advice(error)}") from None
    return bound


def _advice(error: OSError) -> str:
    match error.errno:
        case errno.EADDRINUSE:
            return "something else is using it; stop that, or choose another port with --port"
        case errno.EACCES:
            return "you may not use this port; choose one above 1023 with --port"
    return "correct --host and --port"


async def serve(
    app: Any, bound: socket.socket, *, worker: Work | None = None, started: Callable[[], Awaitable[None]] | None = None
) -> None:
    """Serve until SIGINT or SIGTERM; `worker` runs beside it, `started` once requests are answered.

    At the end the worker stops first, because networks may still be fetching media from this server for what it holds.
    """
    config = uvicorn.Config(ZeroCopy(app), http=Connection, ws="none", loop="none", log_config=None, access_log=False, server_header=False)
    config.backlog, config.timeout_graceful_shutdown = BACKLOG, LAST_ANSWERS_SECONDS
    server = Server(config)
    serving = asyncio.create_task(server.serve(sockets=[bound]))
    telling = asyncio.create_task(_when_started(server, started)) if started else None
    try:
        with stopping() as stop:
            await _until(stop, serving, worker)
    finally:
        if telling:
            telling.cancel()
        server.should_exit = True
        await serving


async def work(worker: Work) -> None:
    """Work until SIGINT or SIGTERM."""
    with stopping() as stop:
        await _until(stop, None, worker)


async def _until(stop: asyncio.Event, serving: asyncio.Task[None] | None, worker: Work | None) -> None:
    """Until told to stop, or until one of them ends by itself; then the worker is let finish. Raises what ended the worker."""
    told = asyncio.create_task(stop.wait())
    working = asyncio.create_task(worker.run()) if worker else None
    try:
        await asyncio.wait([task for task in (told, serving, working) if task], return_when=asyncio.FIRST_COMPLETED)
    finally:
        told.cancel()
        if worker and working:
            await worker.stop()
            await working


async def _when_started(server: Server, started: Callable[[], Awaitable[None]]) -> None:
    await server.answering.wait()
    try:
        await started()
    except SocialClawError as error:
        complain(error.message)
    except Exception:
        log.exception("the introduction was broken off; the server goes on")


@contextlib.contextmanager
def stopping() -> Iterator[asyncio.Event]:
    """An event that SIGINT and SIGTERM set. Asked a second time, the process ends at once: nothing is lost by that either."""
    loop, stop = asyncio.get_running_loop(), asyncio.Event()

    def asked() -> None:
        if stop.is_set():
            os._exit(1)
        stop.set()

    kinds = () if sys.platform == "win32" else (signal.SIGINT, signal.SIGTERM)
    for kind in kinds:
        loop.add_signal_handler(kind, asked)
    try:
        yield stop
    finally:
        for kind in kinds:
            loop.remove_signal_handler(kind)
