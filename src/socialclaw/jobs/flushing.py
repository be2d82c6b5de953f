"""PgQueuer's buffers look ten times a second whether there is something to write; ours wait until there is.

What comes is written as late as before, so that as much is written together. PgQueuer has no setting for it.
"""

from __future__ import annotations

import asyncio
from typing import Any

from pgqueuer.core.buffers import TimedOverflowBuffer


async def periodic_flush(buffer: TimedOverflowBuffer[Any]) -> None:
    ended = asyncio.create_task(buffer.shutdown.wait())
    try:
        while not ended.done():
            coming = asyncio.create_task(buffer.events.get())
            await asyncio.wait((ended, coming), return_when=asyncio.FIRST_COMPLETED)
            if not coming.done():
                coming.cancel()
                return
            buffer.events.put_nowait(coming.result())
            await asyncio.wait((ended,), timeout=buffer.timeout.total_seconds())
            await buffer.flush()
    finally:
        ended.cancel()


def install() -> None:
    """For every queue of this process."""
    TimedOverflowBuffer.periodic_flush = periodic_flush  # type: ignore[method-assign, assignment]
