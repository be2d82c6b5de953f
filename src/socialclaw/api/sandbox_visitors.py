"""Who comes to the simulated networks over HTTP: our own code, a person with a pass, a person on this machine, or a stranger.

What a stranger says of itself is never believed, and nothing of what it sends is read.
"""

from __future__ import annotations

import math
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass

import httpx2
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import Scope

from socialclaw.api.errors import RouteNotFound, answer
from socialclaw.loopback import is_loopback, only_here
from socialclaw.simulation.passes import Doorkeeper, Pass
from socialclaw.simulation.sandbox import AT, FAULT_HEADER, NOW_HEADER, SECRET_HEADER, STRANGER, WORKSPACE_HEADER, Sandbox
from socialclaw.simulation.worlds import EVERYBODY, WITNESS, Caller

HOST = re.compile(r"[A-Za-z0-9.:\[\]-]+")  # a name and a port, and nothing that only looks like it
WORKSPACE = re.compile(r"[A-Za-z0-9_-]{0,64}")
# Who comes by way of a proxy may be anybody.
PROXIED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "via")


@dataclass(frozen=True, slots=True)
class Visitor:
    """A person in a browser: whose world it is shown (every one, at home), and whether it may consent there."""

    who: Caller
    root: str  # what the paths of the pages that it is shown begin with
    shown: Pass | None = None

    @property
    def consents(self) -> bool:
        return self.shown is not None and self.shown.consents(time.time())


def ours(scope: Scope, door: Doorkeeper) -> Caller | None:
    """For whom our own code calls; None where it is not our own code."""
    headers = Headers(scope=scope)
    if not door.knows(headers.get(SECRET_HEADER, "")):
        return None
    workspace = headers.get(WORKSPACE_HEADER, "")
    return Caller(workspace if WORKSPACE.fullmatch(workspace) else EVERYBODY, _instant(headers.get(NOW_HEADER, "")))


def visitor(scope: Scope, sandbox: Sandbox, params: Mapping[str, str]) -> Visitor | None:
    """The person who comes with a pass, or is at home."""
    if "shown" not in params:
        return Visitor(WITNESS, f"{sandbox.root}/sandbox/") if at_home(scope, sandbox.home) else None
    found = sandbox.door.read(params["shown"])
    return Visitor(Caller(found.workspace), f"{sandbox.root}{AT}{params['shown']}/", found) if found else None


def at_home(scope: Scope, home: str) -> bool:
    """Whether somebody on this machine calls, directly, a server that is only for this machine.

    The name that is called counts too: a web page can have a name of its own lead here.
    """
    headers, client = Headers(scope=scope), scope.get("client")
    if client is None or any(name in headers for name in PROXIED):
        return False
    called = headers.get("host", "")
    return is_loopback(client[0]) and HOST.fullmatch(called) is not None and only_here(f"http://{called}") and only_here(home)


def same_origin(scope: Scope, home: httpx2.URL) -> bool:
    """Whether a form was sent from a page of ours, as far as the browser says; what is no browser says nothing."""
    headers = Headers(scope=scope)
    if (site := headers.get("sec-fetch-site")) is not None:
        return site == "same-origin"
    origin = headers.get("origin")
    return origin is None or origin in (f"{home.scheme}://{home.netloc.decode()}", f"{scope['scheme']}://{headers.get('host', '')}")


def stranger() -> Response:
    """The answer to whoever is nobody of ours: there is nothing here."""
    response = answer(RouteNotFound("There is nothing at this path"))
    response.headers[FAULT_HEADER] = STRANGER
    return response


def _instant(text: str) -> float | None:
    try:
        found = float(text)
    except ValueError:
        return None
    return found if math.isfinite(found) else None
