"""The command line on the installation of a lab: real `socialclaw` processes in the place of the lab's own workers."""

from __future__ import annotations

import asyncio
import time
from contextlib import AbstractContextManager
from typing import Any

from tests.cli.processes import BOUND_SECONDS, Running, started
from tests.crash.lab import Lab


def command(lab: Lab, *words: str, **settings: Any) -> AbstractContextManager[Running]:
    """`socialclaw <words>` with the lab's settings, and these in their place; killed at the end if it still runs."""
    given = lab.there | {"sandbox_url": lab.there["sandbox_url"]} | settings
    return started(*words, **{f"SOCIALCLAW_{name.upper()}": str(value) for name, value in given.items()})


async def until(happened: Any, *args: Any) -> Any:
    """What `await happened(*args)` answers once that is true; fails where it never is."""
    end = time.monotonic() + BOUND_SECONDS
    while not (found := await happened(*args)):
        assert time.monotonic() < end, f"{happened.__name__} never came true"
        await asyncio.sleep(0.02)
    return found


async def line(running: Running, pattern: str) -> str:
    """The first group of the next line that matches."""
    found = await asyncio.to_thread(running.until, pattern)
    return found[1] if found.re.groups else found[0]
