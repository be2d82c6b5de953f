"""Connections that we write to ourselves: so that the last look before an irreversible call is right before the kernel takes it.

An event loop takes bytes and writes them when it comes to it: in its next turn, or when the other side has read enough. Each of these
writes may come after a pause that nobody saw. So bytes go to the socket here, and whoever sends waits until all are written.
"""

from __future__ import annotations

import asyncio
import os
import select
import socket
import ssl
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import anyio
import anyio.abc
import httpcore2

from socialclaw.sending import look, sending

DIRECT = hasattr(select, "poll")  # Windows has not, and an event loop there knows no sockets but its own

# How long the kernel tries to deliver what was written, where the other side is silent. Less than any settle time: after it, what
# was not delivered never will be. Linux alone can be told.
DELIVERY_SECONDS = 60
SOCKET_OPTIONS: list[httpcore2.SOCKET_OPTION] = (
    [(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, DELIVERY_SECONDS * 1000)] if hasattr(socket, "TCP_USER_TIMEOUT") else []
)


class Socket(anyio.abc.ByteStream):
    """A connection beneath TLS and HTTP. `fenced`: irreversible calls go over it."""

    def __init__(self, inner: anyio.abc.ByteStream, raw: socket.socket, *, fenced: bool) -> None:
        self._inner = inner
        self._look: Callable[[], None] = look if fenced else _nothing
        self._room: asyncio.Future[None] | None = None
        if DIRECT:
            # A descriptor of our own: the event loop's is closed by it at any time, and its number is soon another file's.
            self.own = socket.socket(fileno=os.dup(raw.fileno()))
            self.own.setblocking(False)

    @property
    def extra_attributes(self) -> Mapping[Any, Callable[[], Any]]:
        return self._inner.extra_attributes

    async def receive(self, max_bytes: int = 65536) -> bytes:
        return await self._inner.receive(max_bytes)

    async def send(self, item: bytes) -> None:
        if not DIRECT:
            self._look()
            await self._inner.send(item)
            return
        left = memoryview(item)
        while left:
            left = left[self._some(left) :]
            if left:
                await self._until_there_is_room()

    def _some(self, left: memoryview) -> int:
        """Give the kernel what it takes now; how much that was."""
        try:
            self._look()
            return self.own.send(left)  # nothing may come between these two
        except BlockingIOError:
            return 0
        except OSError as error:
            raise anyio.BrokenResourceError from error

    async def _until_there_is_room(self) -> None:
        loop = asyncio.get_running_loop()
        room = self._room = loop.create_future()
        loop.add_writer(self.own.fileno(), self._made_room)
        try:
            await room
        finally:
            self._made_room()

    def _made_room(self) -> None:
        room, self._room = self._room, None
        if room is not None:
            asyncio.get_running_loop().remove_writer(self.own.fileno())
            if not room.done():
                room.set_result(None)

    async def send_eof(self) -> None:
        await self._inner.send_eof()

    async def aclose(self) -> None:
        if DIRECT:
            self._made_room()
            self.own.close()
        await self._inner.aclose()


def _nothing() -> None:
    pass


class Stream(httpcore2.AsyncNetworkStream):
    """A connection that is cheap to ask whether its other side has hung up: a pool asks every idle one before each request."""

    def __init__(self, inner: httpcore2.AsyncNetworkStream, beneath: Socket) -> None:
        self.inner, self.beneath = inner, beneath
        self.read, self.write, self.aclose = inner.read, inner.write, inner.aclose  # type: ignore[method-assign]
        self._watch = select.poll()
        self._watch.register(beneath.own, select.POLLIN)

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.AsyncNetworkStream:
        with sending(None):
            return Stream(await self.inner.start_tls(ssl_context, server_hostname, timeout), self.beneath)

    def get_extra_info(self, info: str) -> Any:
        return bool(self._watch.poll(0)) if info == "is_readable" else self.inner.get_extra_info(info)


class Backend(httpcore2.AnyIOBackend):
    """Connects. `fenced`: irreversible calls go over what it connects. Sets a private attribute of httpcore2's: pinned by a test."""

    def __init__(self, *, fenced: bool = True) -> None:
        self.fenced = fenced

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        stream: Any = await super().connect_tcp(host, port, timeout, local_address, socket_options)
        beneath = stream._stream = Socket(stream._stream, stream.get_extra_info("socket"), fenced=self.fenced)
        return Stream(stream, beneath) if DIRECT else stream
