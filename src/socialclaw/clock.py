"""What time it is, and for which workspace something is done.

It is the real time, except in a test workspace that rehearses: its time stands where it was put (`api/rehearsal.py`). Who acts for a
workspace says so once, by `act_for`; everything below, in whatever thread or task, then knows.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

# A clock that goes on while the machine sleeps and that nobody can set. Linux: CLOCK_BOOTTIME; macOS: CLOCK_MONOTONIC_RAW, which there
# counts sleep. Elsewhere what Python calls monotonic, which on Windows counts sleep as well.
_UNSET = {"linux": "CLOCK_BOOTTIME", "darwin": "CLOCK_MONOTONIC_RAW"}.get(sys.platform, "CLOCK_MONOTONIC")
_CLOCK: int | None = getattr(time, _UNSET, None)


def elapsed() -> float:
    """Seconds since some instant, those included in which this process, or the whole machine, did not run."""
    return time.monotonic() if _CLOCK is None else time.clock_gettime(_CLOCK)


@dataclass(frozen=True, slots=True)
class Acting:
    """For whom, and where its time stands; None where it runs as everywhere."""

    workspace_id: str
    at: datetime | None = None


_acting: ContextVar[Acting | None] = ContextVar("acting", default=None)


def acting() -> Acting | None:
    """For whom we act; None where it is nobody in particular."""
    return _acting.get()


def now() -> datetime:
    """The present instant of whoever we act for, in UTC."""
    found = _acting.get()
    return found.at if found and found.at else datetime.now(UTC)


def rehearsing() -> bool:
    """Whether we act where time stands."""
    found = _acting.get()
    return found is not None and found.at is not None


@contextmanager
def act_for(workspace_id: str, at: datetime | None = None) -> Iterator[None]:
    """Everything done within is done for this workspace, at its time."""
    token = _acting.set(Acting(workspace_id, at))
    try:
        yield
    finally:
        _acting.reset(token)


def spoken(span: timedelta) -> str:
    """A length of time as one says it: "2 days", "90 minutes", "1 hour". Rounded."""
    seconds = round(span.total_seconds())
    for name, length in (("day", 86_400), ("hour", 3600), ("minute", 60)):
        if seconds >= 2 * length or (seconds >= length and seconds % length == 0):
            count = round(seconds / length)
            return f"{count} {name}{'' if count == 1 else 's'}"
    return f"{seconds} second{'' if seconds == 1 else 's'}"


def on_the_wall(moment: datetime, timezone: str) -> str:
    """A moment as people read it where they are: "Tuesday, 1 December 2026, 09:15"."""
    local = moment.astimezone(zone(timezone))
    return f"{local:%A}, {local.day} {local:%B %Y, %H:%M}"


@lru_cache(maxsize=1024)
def zone(name: str) -> tzinfo:
    """The time zone of an IANA name; ValueError where there is none."""
    if name.upper() in ("UTC", "Z"):
        return UTC
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:  # unknown; a path or not a name at all; a folder of zones
        raise ValueError("is not a time zone; use an IANA name such as Europe/Berlin") from error
