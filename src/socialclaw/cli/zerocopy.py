"""Files that the kernel sends by itself: ASGI's Zero Copy Send, which uvicorn does not have, for whoever runs on its connections.

https://asgi.readthedocs.io/en/latest/extensions.html#zero-copy-send. The bytes go from the file to the socket and never through
Python; sendfile is called in a thread, because it waits for the disk. A test pins what is used of uvicorn's inside.
"""

from __future__ import annotations

import asyncio
import errno
import os
from collections.abc import Callable
from typing import Any, BinaryIO

from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from socialclaw.api.file_response import ZERO_COPY
from socialclaw.storage.base import chunks_of

AT_ONCE = 8 * 1024 * 1024  # bytes that one call may send; the socket's buffer takes less
STALLED_SECONDS = 120.0  # after which whoever takes nothing is let go
NOT_HERE = (errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP)  # a file system whose files sendfile cannot read


class ZeroCopy:
    """ASGI middleware, the outermost. It announces the extension where the connection below it is uvicorn's and not encrypted."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        cycle = getattr(send, "__self__", None)
        if scope["type"] != "http" or not isinstance(cycle, RequestResponseCycle) or not able(cycle):
            return await self.app(scope, receive, send)
        scope.setdefault("extensions", {})[ZERO_COPY] = {}

        async def sending(message: Message) -> None:
            await (_copy(cycle, message) if message["type"] == ZERO_COPY else send(message))

        return await self.app(scope, receive, sending)


def able(cycle: RequestResponseCycle) -> bool:
    return hasattr(os, "sendfile") and cycle.transport.get_extra_info("sslcontext") is None


async def _copy(cycle: RequestResponseCycle, message: Message) -> None:
    """Carries out one `http.response.zerocopysend`; all that was sent before it has left first."""
    file, at, left = message["file"], message["offset"], message["count"]
    await _left(cycle)
    out = os.dup(cycle.transport.get_extra_info("socket").fileno()) if not cycle.disconnected else -1
    try:
        while left and not cycle.disconnected:
            sent = await _sent(cycle, out, file, at, min(left, AT_ONCE))
            if not sent:
                break
            at, left, cycle.expected_content_length = at + sent, left - sent, cycle.expected_content_length - sent
    except OSError as error:
        if error.errno not in NOT_HERE:
            raise
        async for chunk in chunks_of(os.fdopen(os.dup(file.fileno()), "rb"), at, left):
            await cycle.send({"type": "http.response.body", "body": chunk, "more_body": True})
    finally:
        if out >= 0:
            os.close(out)
    await cycle.send({"type": "http.response.body", "body": b"", "more_body": message.get("more_body", False)})


async def _sent(cycle: RequestResponseCycle, out: int, file: BinaryIO, at: int, size: int) -> int:
    """Bytes that were sent; 0 where the file ends early, or nobody takes any."""
    while True:
        try:
            return await _in_thread(os.sendfile, out, file.fileno(), at, size)
        except BlockingIOError:
            try:
                async with asyncio.timeout(STALLED_SECONDS):
                    await _writable(out)
            except TimeoutError:
                cycle.transport.abort()
                return 0
        except ConnectionError:
            return 0


async def _in_thread(do: Callable[..., int], *args: Any) -> int:
    """Not left before the thread is done with the descriptors: a closed one may be somebody else's in the next moment."""
    running = asyncio.get_running_loop().run_in_executor(None, do, *args)
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        await asyncio.wait([running])
        raise


async def _writable(out: int) -> None:
    loop = asyncio.get_running_loop()
    writable = asyncio.Event()
    loop.add_writer(out, writable.set)
    try:
        await writable.wait()
    finally:
        loop.remove_writer(out)


async def _left(cycle: RequestResponseCycle) -> None:
    """Until the transport holds nothing back."""
    transport = cycle.transport
    if transport.is_closing():
        return
    transport.set_write_buffer_limits(0)
    while transport.get_write_buffer_size() and not cycle.disconnected:
        await (cycle.flow.drain() if cycle.flow.write_paused else asyncio.sleep(0))
    if not transport.is_closing():
        transport.set_write_buffer_limits()
