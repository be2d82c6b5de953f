"""The half of a simulator that fails on command: which fault a call meets, and what comes of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import ClassVar

import httpx2

from socialclaw.simulation import faults, hiding
from socialclaw.simulation.store import Shelf, Store
from socialclaw.simulation.worlds import caller

Failure = httpx2.Response | httpx2.TransportError


class Failing:
    store: Store
    shelf: Shelf
    creates: ClassVar[str]  # regular expression on the `line` of the calls that make a post visible
    tells: ClassVar[tuple[str, ...]] = ("id",)  # under which names its answers (headers too) tell of what a call has made
    own_faults: ClassVar[Mapping[str, str]] = {}  # beside FAULTS, as they are told there: its handlers look at `faults.met()`

    _time: Callable[[], float]

    def clock(self) -> float:
        """Now, in seconds since the epoch: where the time of the workspace that calls stands, or the real time."""
        at = caller().at
        return self._time() if at is None else at

    # What a network says in its own words; each simulator overrides these.

    def limited(self, seconds: float) -> httpx2.Response:
        return httpx2.Response(429, headers={"retry-after": str(round(seconds))}, json={"message": "Too many requests"})

    def broken(self) -> httpx2.Response:
        return httpx2.Response(500, text="Internal Server Error")

    def unpaid(self) -> httpx2.Response:
        return httpx2.Response(402, json={"message": "Payment required"})

    def not_there(self, request: httpx2.Request, made: str) -> httpx2.Response:
        """The answer to a call that names what is not there (yet)."""
        return httpx2.Response(404, json={"message": f"there is no {made}"})

    def asks_for(self, request: httpx2.Request, made: str) -> bool:
        """Whether a call names what a call before it has made."""
        return hiding.names(request, made)

    def spoil(self, request: httpx2.Request, *, revoke: bool) -> None:
        """Expire (or revoke) the credentials that this request carries."""

    def spoil_media(self, request: httpx2.Request) -> None:
        """Let the media that this request names fail to process."""

    # The engine.

    def _before(self, kind: str, seconds: float, request: httpx2.Request) -> Failure | None:
        """What a fault does before the request takes effect; the failure, if it never will."""
        match kind:
            case "expire_token" | "revoke_token":
                self.spoil(request, revoke=kind == "revoke_token")
            case "fail_processing":
                self.spoil_media(request)
            case "refuse" | "reset" | "timeout" | "rate_limit" | "error" | "malformed" | "unpaid":
                return self._fail(kind, seconds, request)
            case _ if kind.startswith(hiding.HIDDEN):
                return self.not_there(request, kind.removeprefix(hiding.HIDDEN))
        return None

    def _fault(self, request: httpx2.Request, line: str) -> tuple[str, float] | None:
        """What the call meets, and its seconds. What it names that is hidden goes before all that is armed."""
        armed = self.shelf.armed(caller().workspace or "")
        for number, _, made, until in (one for one in armed if one[1] == hiding.HIDDEN):
            if until <= self.clock():
                self.shelf.spend(number)
            elif self.asks_for(request, made):
                return hiding.HIDDEN + made, 0.0
        for number, kind, match, seconds in (one for one in armed if one[1] != hiding.HIDDEN):
            if faults.meets(match, line) if match else re.search(self.creates, line):
                self.shelf.spend(number)
                return kind, seconds
        return None

    def _hide(self, request: httpx2.Request, response: httpx2.Response, seconds: float) -> None:
        """Let nobody find for so long what this call has made."""
        if seconds <= 0 or not response.is_success or request.method not in hiding.MAKING:
            return
        for one in hiding.made_by(response, self.tells):
            self.shelf.arm(hiding.HIDDEN, match=one, seconds=self.clock() + seconds, workspace=caller().workspace or "")

    def _fail(self, kind: str, seconds: float, request: httpx2.Request) -> Failure:
        match kind:
            case "refuse":
                return httpx2.ConnectError("connection refused (simulated)", request=request)
            case "reset":
                return httpx2.ReadError("connection reset (simulated)", request=request)
            case "timeout":
                return httpx2.ReadTimeout("no answer (simulated)", request=request)
            case "rate_limit":
                return self.limited(seconds)
            case "unpaid":
                return self.unpaid()
            case "malformed":
                return httpx2.Response(200, headers={"content-type": "application/json"}, content=b'{"id": "12')
        return self.broken()

    # For tests and for the people who test.

    def fail(self, kind: str, match: str = "", *, times: int = 1, seconds: float = 0, workspace: str = "") -> None:
        """Arm a fault for the next `times` calls whose `line` ("METHOD /path") matches (default: the creating calls).

        `match`: see `faults.py`. `workspace`: only calls of this one; of anybody where empty. Raises ValueError.
        """
        faults.check(kind, match, times=times, seconds=seconds, known={**faults.FAULTS, **self.own_faults})
        with self.store.transaction():
            if workspace and len(self.shelf.faults_of(workspace)) >= faults.MOST_ARMED:
                raise ValueError(f"{faults.MOST_ARMED} faults are armed already: disarm them, or let them be met")
            self.shelf.arm(kind, match=match, times=times, seconds=seconds, workspace=workspace)
