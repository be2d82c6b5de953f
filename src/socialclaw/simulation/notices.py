"""What a simulated company sends to the app's server by itself: kept until it is taken, and tried again with the next one."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from contextvars import copy_context
from dataclasses import dataclass
from typing import Any

import httpx2

from socialclaw.simulation.simulator import Simulator
from socialclaw.simulation.worlds import caller

UP = 1.0  # seconds in which a server that begins comes to listen
WORLD = "sandbox-world"  # the header that says in whose world it happened

Send = Callable[[str, bytes, Mapping[str, str]], httpx2.Response]
"""How a request gets to the app's server: POST (url, body, headers) -> answer; raises httpx2.TransportError where there is none."""


def _nowhere(url: str, content: bytes, headers: Mapping[str, str]) -> httpx2.Response:
    raise httpx2.ConnectError(f"this simulator was given no way to reach {url}")


@dataclass(frozen=True, slots=True)
class Server:
    """The app's server, as those reach it who send something by themselves. `secret(purpose)`: what they sign that with."""

    send: Send = _nowhere
    secret: Callable[[str], str] = str


NO_SERVER = Server()


def callbacks_of(app: str, world: str) -> str:
    """What for the secret is derived with which a simulated developer app signs: one for each world, since nothing that is told in one
    may be believed in another, and the people of all of them have the same ids."""
    return f"callbacks of {app} in {world}"


class Telling(Simulator):
    """A simulator that sends something to the app's server. `notices` wait on its shelf."""

    def __init__(self, *args: Any, server: Server = NO_SERVER, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.server = server

    @property
    def world(self) -> str:
        """In whose world this happens."""
        return caller().workspace or ""

    def leave(self, path: str, content: str, kind: str) -> None:
        """Have this body sent to a path of the app's server."""
        notice = {"path": path, "content": content, "kind": kind, "world": self.world}
        self.shelf.put("notices", f"{self.shelf.count('notices'):012}", notice)

    def marks(self, content: bytes, world: str) -> Mapping[str, str]:
        """Further headers, made when it is sent: a signature with a time."""
        return {}

    def take_up(self) -> None:
        """The process begins: what an earlier one left is sent, once the app's server listens."""
        if self.shelf.all("notices"):
            threading.Thread(target=self._deliver_later, daemon=True).start()

    def _deliver_later(self) -> None:
        time.sleep(UP)
        with suppress(sqlite3.ProgrammingError):  # the store was closed: the process ends
            self.deliver()

    def deliver_soon(self) -> None:
        """Send what waits, once what this call does has taken effect: the app's server may ask back, and everything here has one lock."""
        threading.Thread(target=copy_context().run, args=(self.deliver,), daemon=True).start()

    def deliver(self) -> int:
        """Send what waits, oldest first; how much of it was not taken, and so waits on."""
        left = 0
        for name, notice in self.shelf.all("notices").items():
            content = str(notice["content"]).encode()
            world = str(notice.get("world", ""))
            headers = {"content-type": notice["kind"], WORLD: world, **self.marks(content, world)}
            try:
                taken = self.server.send(f"{self.app_url}{notice['path']}", content, headers).is_success
            except httpx2.HTTPError:
                taken = False
            if taken:
                with self.store.transaction():
                    self.shelf.drop("notices", name)
            left += not taken
        return left
