"""The windows that figures are asked for, and what a window is worth where a network counts only from the beginning. Pure.

A window is the time up to now: `7d` are the last seven days. Of a post that is younger it is all there is. A network that tells only
totals answers it too, as long as a total of the window's beginning was kept: the window is the difference.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from socialclaw.errors import InvalidRequest
from socialclaw.providers.base import WINDOWS

LIFETIME = "lifetime"
LENGTHS = {"24h": timedelta(hours=24), "7d": timedelta(days=7), "30d": timedelta(days=30)}
TOLERANCE = 0.1  # of a window: how far from its beginning the kept total may lie

# When a post is measured, counted from its publication, and the windows that are over just then.
CHECKPOINTS = (
    (timedelta(hours=1), (LIFETIME,)),
    *((length, (LIFETIME, window)) for window, length in LENGTHS.items()),
)


def named(window: str | None) -> str:
    """The window that is meant; `lifetime` where none is. InvalidRequest `metric_window_invalid` names those there are."""
    if window in (None, ""):
        return LIFETIME
    if window not in WINDOWS:
        message = f"Unknown window {window[:40]!r}; allowed: {', '.join(WINDOWS)}"
        issue = {"path": "window", "code": "metric_window_invalid", "message": message}
        raise InvalidRequest(message, code="metric_window_invalid", allowed=list(WINDOWS), issues=[issue])
    return window


def checkpoint(age: timedelta) -> tuple[str, ...]:
    """The windows to collect at this age of a post: those of the latest checkpoint that it has reached."""
    reached = [windows for at, windows in CHECKPOINTS if at <= age]
    return reached[-1] if reached else (LIFETIME,)


def next_checkpoint(published: datetime, now: datetime) -> datetime | None:
    """When a post is to be measured next; None after the last checkpoint."""
    return next((published + at for at, _ in CHECKPOINTS if published + at > now), None)


def is_whole(window: str, age: timedelta) -> bool:
    """Whether the window reaches back to the publication, so that the total is its figure (a scan may be a little late)."""
    return window == LIFETIME or age <= LENGTHS[window] * (1 + TOLERANCE)


def span(window: str, now: datetime) -> tuple[datetime, datetime]:
    """Where the total must lie that a window is counted from: (earliest, latest)."""
    slack = LENGTHS[window] * TOLERANCE
    return now - LENGTHS[window] - slack, now - LENGTHS[window] + slack


def difference(total: Mapping[str, int], before: Mapping[str, int]) -> dict[str, int]:
    """What was added since. A network may correct itself downwards; a window counts no less than nothing."""
    return {name: max(0, count - before[name]) for name, count in total.items() if name in before}
