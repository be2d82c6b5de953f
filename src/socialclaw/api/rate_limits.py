"""How often somebody may call: windows of a minute, kept in this process. Those of a caller are told in every answer.

A key has one, and so has a session; all of a workspace together have one, and so has an address that sends neither. The headers are
those of the IETF's RateLimit fields (draft-ietf-httpapi-ratelimit-headers): `RateLimit-Policy` says what is allowed, `RateLimit` what is
left.
Several API processes count apart, so the limits are for each of them.
"""

from __future__ import annotations

import ipaddress
import logging
import math
import time
from collections.abc import Callable
from dataclasses import dataclass

from fastapi import Request

from socialclaw.api.logs import Seldom
from socialclaw.errors import TooManyRequests
from socialclaw.settings import Settings

WINDOW = 60.0  # seconds
MOST_WINDOWS = 50_000
SITE = 64  # bits of an IPv6 address that one subscriber has to himself

seldom = Seldom(logging.getLogger("socialclaw.http"))


@dataclass(slots=True)
class Window:
    """Somebody's minute: when it ends, and what is left in it."""

    ends: float
    left: int


class Windows:
    """The minutes of many. One dictionary look-up a request: `limits`' in-memory storage starts a thread for its expiry."""

    def __init__(self, name: str, most: int) -> None:
        self.most = most
        self.policy = f'"{name}";q={most};w={WINDOW:.0f}'
        self._name = name
        self._all: dict[str, Window] = {}

    def of(self, who: str, now: float) -> Window:
        window = self._all.get(who)
        if window is None or window.ends <= now:
            if len(self._all) >= MOST_WINDOWS:
                self._all = {one: w for one, w in self._all.items() if w.ends > now}
            if len(self._all) >= MOST_WINDOWS:
                self._all.clear()
            window = self._all[who] = Window(now + WINDOW, self.most)
        return window

    def told(self, window: Window, now: float) -> str:
        return f'"{self._name}";r={window.left};t={_wait(window, now)}'


class Rates:
    """What each key, each workspace and each stranger has spent."""

    def __init__(self, settings: Settings, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._keys = Windows("minute", settings.rate_limit_per_minute)
        self._workspaces = Windows("workspace", settings.workspace_rate)
        self._strangers = Windows("address", settings.refused_per_minute)
        self._policy = (b"ratelimit-policy", f"{self._keys.policy}, {self._workspaces.policy}".encode())

    def spend(self, request: Request, who: str, workspace: str) -> None:
        """Count a caller's request; TooManyRequests where a minute is used up. Either way the answer's headers are laid ready."""
        now = self._clock()
        own, shared = self._keys.of(who, now), self._workspaces.of(workspace, now)
        refused = own.left <= 0 or shared.left <= 0
        own.left -= not refused
        shared.left -= not refused
        told = f"{self._keys.told(own, now)}, {self._workspaces.told(shared, now)}"
        request.scope["state"]["rate_headers"] = (self._policy, (b"ratelimit", told.encode()))
        if not refused:
            return
        if own.left <= 0:
            seldom.warning("key", f"{who} has made its {self._keys.most} requests of this minute")
            raise _too_many(self._keys.most, "requests in a minute", own, now)
        most = self._workspaces.most
        seldom.warning("workspace", f"the keys of workspace {workspace} have made their {most} requests of this minute")
        raise _too_many(most, "requests in a minute by all keys of this workspace", shared, now)

    def refuse(self, request: Request) -> None:
        """Count a request of somebody who may not make it; TooManyRequests where the address has made too many of them.

        Valid keys are let through whatever comes from the same address: one behind a proxy must not shut out all others.
        """
        now, address = self._clock(), site(request.client.host if request.client else "")
        window = self._strangers.of(address, now)
        if window.left <= 0:
            seldom.warning("address", f"{address} has sent {self._strangers.most} requests without a valid key in this minute")
            raise _too_many(self._strangers.most, "requests in a minute from this address without a valid key", window, now)
        window.left -= 1


def site(address: str) -> str:
    """What stands for one client: an IPv4 address, or the network in which an IPv6 host may choose its address at will."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    return address if parsed.version == 4 else str(ipaddress.ip_network((parsed, SITE), strict=False))


def _too_many(most: int, what: str, window: Window, now: float) -> TooManyRequests:
    wait = _wait(window, now)
    return TooManyRequests(f"More than {most} {what}: try again in {wait} s", retry_after=wait)


def _wait(window: Window, now: float) -> int:
    return max(1, math.ceil(window.ends - now))
