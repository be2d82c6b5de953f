"""The HTTP server of a process: the socket it listens on, uvicorn on the process's event loop, and an orderly end."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import socket
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import uvicorn

from socialclaw.cli.connection import Connection, ServerConfig
from socialclaw.cli.output import Problem, complain
from socialclaw.cli.runtime import Work, stopping, until
from socialclaw.cli.zerocopy import ZeroCopy
from socialclaw.errors import SocialClawError
from socialclaw.settings import Settings, url_of

BACKLOG = 2048
TICK_SECONDS = 1.0  # uvicorn's ten looks a second are half of what an idle server wakes up for
LAST_ANSWERS_SECONDS = 5  # for requests under way at the end
log = logging.getLogger(__name__)


class Server(uvicorn.Server):
    """uvicorn's, with signals left to us: the worker must stop before the server does. `answering` is set once it is up."""

    def __init__(self, config: ServerConfig) -> None:
        super().__init__(config)
        self.answering, self._ending = asyncio.Event(), asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    def end(self) -> None:
        """From any thread."""
        self.should_exit = True
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._ending.set)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        self._loop = asyncio.get_running_loop()
        await super().startup(sockets)
        self.answering.set()

    async def main_loop(self) -> None:
        while not await self.on_tick(0):
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._ending.wait(), TICK_SECONDS)

    async def on_tick(self, counter: int) -> bool:
        now = asyncio.get_running_loop().time()
        for connection in list(self.server_state.connections):
            if isinstance(connection, Connection):
                connection.look(now)
        return await super().on_tick(counter)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


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


def address(bound: socket.socket) -> str:
    """How this machine reaches what listens there, whatever the world calls it."""
    host, port = bound.getsockname()[:2]
    return url_of(host, port)


def _advice(error: OSError) -> str:
    match error.errno:
        case errno.EADDRINUSE:
            return "something else is using it; stop that, or choose another port with --port"
        case errno.EACCES:
            return "you may not use this port; choose one above 1023 with --port"
    return "correct --host and --port"


async def serve(
    app: Any,
    bound: socket.socket,
    settings: Settings,
    *,
    worker: Work | None = None,
    started: Callable[[], Awaitable[None]] | None = None,
    ending: Callable[[], None] = lambda: None,
) -> None:
    """Serve until SIGINT or SIGTERM; `worker` runs beside it, `started` once requests are answered.

    `ending` is called when no more are: it ends the answers that have no end of their own, which would be waited for.

    At the end the worker stops first, because networks may still be fetching media from this server for what it holds.
    """
    config = ServerConfig(ZeroCopy(app), settings, ws="none", loop="none", log_config=None, access_log=False, server_header=False)
    config.backlog, config.timeout_graceful_shutdown = BACKLOG, LAST_ANSWERS_SECONDS
    config.proxy_headers, config.forwarded_allow_ips = bool(settings.proxies), [*settings.proxies]
    server = Server(config)
    serving = asyncio.create_task(server.serve(sockets=[bound]))
    telling = asyncio.create_task(_when_started(server, started)) if started else None
    try:
        with stopping() as stop:
            await until(stop, serving, worker)
    finally:
        if telling:
            telling.cancel()
        ending()
        server.end()
        await serving


async def _when_started(server: Server, started: Callable[[], Awaitable[None]]) -> None:
    await server.answering.wait()
    try:
        await started()
    except SocialClawError as error:
        complain(error.message)
    except Exception:
        log.exception("the introduction failed; the server keeps running")
