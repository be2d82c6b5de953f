"""All connections of a process to its HTTP server: how many there may be, in all and from one address, and which one goes when it is full.

There is always room for one more, because the connection that has waited longest for a request is closed for it. Only where every
connection has a request under way is a newcomer turned away.
"""

from __future__ import annotations

import ipaddress
import logging
from typing import Protocol

from socialclaw.api.logs import Seldom
from socialclaw.settings import Settings

try:
    import resource
except ImportError:  # Windows
    resource = None  # type: ignore[assignment]

OTHER_FILES = 256  # descriptors for the database, media, calls to networks
MOST_FILES = 65_536  # that are asked of the operating system
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

log = logging.getLogger("socialclaw.http")
seldom = Seldom(log)


class Guest(Protocol):
    """A connection, as far as room for it is concerned."""

    address: str

    def evict(self) -> None: ...


def enough_files() -> int:
    """Raise the limit on open files as far as we may; how many connections it leaves room for."""
    if resource is None:
        return MOST_FILES
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, MOST_FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        soft = wanted
    files = MOST_FILES if soft == resource.RLIM_INFINITY else soft
    return max(files - OTHER_FILES, files // 2)


class Crowd:
    """Who is connected. `waiting` are those without a request under way, the one that waits longest first."""

    def __init__(self, settings: Settings) -> None:
        self.most = min(settings.max_connections, enough_files())
        self.most_of_one = settings.max_connections_per_address
        self._proxies = [ipaddress.ip_network(each, strict=False) for each in settings.proxies if each != "*"]
        self._any_proxy = "*" in settings.proxies
        self._of: dict[str, int] = {}
        self._all = 0
        self._waiting: dict[Guest, None] = {}
        self._waiting_of: dict[str, dict[Guest, None]] = {}

    def enter(self, guest: Guest) -> bool:
        """Count a new connection; False where there is no room for it, though it is counted until it leaves."""
        self._all += 1
        self._of[guest.address] = self._of.get(guest.address, 0) + 1
        if self._of[guest.address] > self.most_of_one and not self._is_proxy(guest.address):
            seldom.warning("too many connections from one address", f"more than {self.most_of_one} connections from {guest.address}")
            return self._make_room(self._waiting_of.get(guest.address, {}))
        if self._all > self.most:
            seldom.warning("too many connections", f"more than {self.most} connections: those that wait longest are closed")
            return self._make_room(self._waiting)
        return True

    def leave(self, guest: Guest) -> None:
        self.busy(guest)
        self._all -= 1
        left = self._of[guest.address] - 1
        if left:
            self._of[guest.address] = left
        else:
            del self._of[guest.address]

    def waits(self, guest: Guest) -> None:
        """It has no request under way from now on."""
        self._waiting[guest] = None
        self._waiting_of.setdefault(guest.address, {})[guest] = None

    def busy(self, guest: Guest) -> None:
        """Its request is whole up to the body, and being answered."""
        if guest in self._waiting:
            del self._waiting[guest]
            own = self._waiting_of[guest.address]
            del own[guest]
            if not own:
                del self._waiting_of[guest.address]

    def _make_room(self, waiting: dict[Guest, None]) -> bool:
        first = next(iter(waiting), None)
        if first is None:
            return False
        self.busy(first)
        first.evict()
        return True

    def _is_proxy(self, address: str) -> bool:
        if self._any_proxy:
            return True
        try:
            return any(ipaddress.ip_address(address) in network for network in self._proxies)
        except ValueError:
            return False
