"""A floor of speed for what is fetched from somebody's server: a source that drips holds a connection, a file and a place for nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from socialclaw.errors import Unavailable


@asynccontextmanager
async def paced(got: Callable[[], int], *, least: float, window: float) -> AsyncIterator[None]:
    """The block may go on while `got()` grows by `least` bytes a second, looked at every `window` seconds.

    Raises Unavailable `media_too_slow`.
    """
    try:
        async with asyncio.timeout(None) as limit:
            watching = asyncio.create_task(_watch(got, least * window, window, limit))
            try:
                yield
            finally:
                watching.cancel()
    except TimeoutError as error:
        if not limit.expired():
            raise
        message = f"The source sends less than {least:,} bytes a second"
        raise Unavailable(message, sent=False, code="media_too_slow", leastBytesPerSecond=least) from error


async def _watch(got: Callable[[], int], enough: float, window: float, limit: asyncio.Timeout) -> None:
    before = got()
    while True:
        await asyncio.sleep(window)
        now = got()
        if now - before < enough:
            limit.reschedule(asyncio.get_running_loop().time())
            return
        before = now
