"""How often a key may call: a window of a minute for each key, kept in this process, told in every answer.

The headers are the ones of the IETF's RateLimit fields (draft-ietf-httpapi-ratelimit-headers): `RateLimit-Policy` says what is
allowed, `RateLimit` what is left. Several API processes count apart, so the limit is for each of them.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

from fastapi import Request

from socialclaw.errors import TooManyRequests

WINDOW = 60.0  # seconds
MOST_KEYS = 50_000


@dataclass(slots=True)
class Window:
    """A key's minute: when it ends, and what is left in it."""

    ends: float
    left: int


class Rates:
    """What each key has spent. One dictionary look-up a request: `limits`' in-memory storage starts a thread for its expiry."""

    def __init__(self, per_minute: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = per_minute
        self._clock = clock
        self._windows: dict[str, Window] = {}
        self._policy = (b"ratelimit-policy", f'"minute";q={per_minute};w={WINDOW:.0f}'.encode())

    def spend(self, request: Request, key_id: str) -> None:
        """Count a request; TooManyRequests where the minute is used up. Either way the answer's headers are laid ready."""
        now = self._clock()
        window = self._windows.get(key_id)
        if window is None or window.ends <= now:
            if len(self._windows) >= MOST_KEYS:
                self._windows = {key: w for key, w in self._windows.items() if w.ends > now}
            window = self._windows[key_id] = Window(now + WINDOW, self._most)
        refused = window.left <= 0
        window.left -= not refused
        wait = max(1, math.ceil(window.ends - now))
        request.scope["state"]["rate_headers"] = (self._policy, (b"ratelimit", f'"minute";r={window.left};t={wait}'.encode()))
        if refused:
            raise TooManyRequests(f"More than {self._most} requests in a minute: come back in {wait} s", retry_after=wait)
