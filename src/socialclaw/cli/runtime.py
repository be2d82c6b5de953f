"""One process of ours: its event loop, the signals that end it, and the worker on it. Without the HTTP server, which not all have."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import gc
import os
import signal
import sys
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol

M_MMAP_THRESHOLD, LARGE_BLOCK = -3, 512 * 1024  # of mallopt(3); bytes
THREADS = 32  # a simulator that fetches media from this very server occupies one while another answers


class Work(Protocol):
    """A worker: `run` ends some time after `stop`."""

    async def run(self) -> None: ...
    async def stop(self) -> None: ...


# Seconds after which a thread that computes gives the interpreter to whoever waits for it; Python's own are fifty times that. A request
# waits for it at each of its steps: while one large body is looked at in a thread, all others would be held up for tens of milliseconds.
SWITCH_SECONDS = 0.0001
MIDDLE_COLLECTIONS = 100  # of garbage, before one of everything


def run(main: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run to the end on uvloop, where there is one."""
    sys.setswitchinterval(SWITCH_SECONDS)
    _give_memory_back()
    with asyncio.Runner(loop_factory=_loop()) as runner:
        runner.get_loop().set_default_executor(ThreadPoolExecutor(THREADS, thread_name_prefix="io"))
        runner.run(main())


def _loop() -> Callable[[], asyncio.AbstractEventLoop] | None:
    if sys.platform == "win32":
        return None
    import uvloop

    return uvloop.new_event_loop


async def work(worker: Work) -> None:
    """Work until SIGINT or SIGTERM."""
    with stopping() as stop:
        await until(stop, None, worker)


async def until(stop: asyncio.Event, serving: asyncio.Task[None] | None, worker: Work | None) -> None:
    """Until told to stop, or until one of them ends by itself; then the worker is let finish. Raises what ended the worker."""
    _keep_for_good()
    told = asyncio.create_task(stop.wait())
    working = asyncio.create_task(worker.run()) if worker else None
    try:
        await asyncio.wait([task for task in (told, serving, working) if task], return_when=asyncio.FIRST_COMPLETED)
    finally:
        told.cancel()
        if worker and working:
            await worker.stop()
            await working


def _give_memory_back() -> None:
    """Large blocks go back to the system when they are freed. glibc by itself keeps them for later once a few have come and gone."""
    with contextlib.suppress(OSError, AttributeError):  # another C library
        ctypes.CDLL(None).mallopt(M_MMAP_THRESHOLD, LARGE_BLOCK)


def _keep_for_good() -> None:
    """What is there at the start stays to the end: the garbage collector need not go through it, for which everybody would wait 0.15 s.

    What is old by then it goes through a tenth as often as it would by itself: that takes 20 to 80 ms, in which nothing else is done.
    """
    gc.collect()
    gc.freeze()
    young, middle, _ = gc.get_threshold()
    gc.set_threshold(young, middle, MIDDLE_COLLECTIONS)


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
