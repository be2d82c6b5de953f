"""Whether this machine's clock can be believed where there is no second one: it was set while we ran, or stands before what it has been.

The instant of the machine's boot, told by its clock, moves only where the clock is set: not by time, nor by sleep.
"""

from __future__ import annotations

import ctypes
import sys
import time
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from socialclaw.clock import elapsed

MOST_JUMP = 60.0  # seconds; more than daylight, leap seconds and a patient NTP ever do at once
UNSYNCHRONIZED = 5  # TIME_ERROR of adjtimex(2)


class Timekeeping:
    """Of one process. `most`: by how many seconds the clock may be set without anybody asking."""

    def __init__(self, most: float) -> None:
        self.most = most
        self._booted = booted()
        self._least: float | None = None

    def follow(self, boot: str | None, booted_at: datetime | None, believed_at: datetime) -> None:
        """What a worker before us wrote down when it believed the clock for the last time."""
        if boot and booted_at and boot == boot_id():
            self._booted = booted_at.timestamp()
        else:
            self._least = believed_at.timestamp()

    @property
    def off(self) -> float:
        """By how many seconds the clock is ahead of (or, negative, behind) what can be; 0 where it can be believed. Takes no time."""
        behind = 0.0 if self._least is None else time.time() - self._least
        if behind < -self.most:
            return behind
        jump = 0.0 if self._least is not None else booted() - self._booted
        return jump if abs(jump) > self.most else 0.0

    def believe(self) -> None:
        """The clock is right as it is."""
        self._booted, self._least = booted(), None


def booted() -> float:
    """When the machine was booted, by its clock."""
    return time.time() - elapsed()


def booted_at() -> datetime:
    return datetime.fromtimestamp(booted(), UTC)


@cache
def boot_id() -> str:
    """Another one after each boot; empty where the system has none."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return ""


def synchronized() -> bool | None:
    """Whether the system says that NTP keeps its clock; None where it cannot be asked. Whoever sets the clock by hand takes that away."""
    if sys.platform != "linux":
        return None
    state = ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(256))  # all zeros: only asks
    return None if state < 0 else state != UNSYNCHRONIZED
