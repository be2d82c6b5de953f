"""A network in miniature: a strict function from request to response, for test workspaces and for tests.

A network's `sandbox/simulator.py` subclasses Simulator, marks its routes and refuses, in the network's own words, whatever the network
refuses. It shares no code with the adapter. What the public would see is `seen()`; that is the witness.
"""

from __future__ import annotations

import hashlib
import math
import re
import time
from collections.abc import Callable
from typing import Any, ClassVar, TypeVar

import httpx2

from socialclaw.simulation import faults
from socialclaw.simulation.failing import Failing, Failure
from socialclaw.simulation.files.looking import look
from socialclaw.simulation.spool import Gone
from socialclaw.simulation.store import Full, Seen, Store
from socialclaw.simulation.worlds import NOBODY, Caller, caller, within

Handler = Callable[..., httpx2.Response]
H = TypeVar("H", bound=Handler)
Fetch = Callable[[str], httpx2.Response]
"""How a network that pulls media gets it: url -> answer; raises httpx2.TransportError where there is none."""
FOR_PEOPLE = "for_people"  # marks an answer that is a page, or leads to one
READS = frozenset({"GET", "HEAD", "DELETE"})


class NotForPeople(Exception):
    """What was asked for is not a page; nothing has happened."""


class Delayed(Exception):
    """The request has taken effect; its answer is due after so many seconds."""

    def __init__(self, seconds: float, response: httpx2.Response) -> None:
        super().__init__(f"slow: {seconds:g} seconds")
        self.seconds = seconds
        self.response = response


def route(method: str, pattern: str, *, host: str = "") -> Callable[[H], H]:
    """Marks a handler: `pattern` is a regular expression for the whole path; its groups become arguments."""

    def mark(handler: H) -> H:
        handler.__dict__.setdefault("routes", []).append((method, re.compile(pattern), host))
        return handler

    return mark


def routes_of(*hosts: str) -> Callable[[str, str], Callable[[H], H]]:
    """`api = routes_of("api.example", "old-api.example")`: the marks `@api(method, pattern)` of what several hosts answer alike."""

    def on(method: str, pattern: str) -> Callable[[H], H]:
        def mark(handler: H) -> H:
            for host in hosts:
                handler = route(method, pattern, host=host)(handler)
            return handler

        return mark

    return on


class Simulator(Failing):
    """Base of every simulator. Call `answer(request)`; the request's body must have been read."""

    network: ClassVar[str]
    label: ClassVar[str] = ""  # what people call the network, where several providers share it
    hosts: ClassVar[tuple[str, ...]]
    most_body: ClassVar[int] = 32 * 1024**2  # bytes of the largest request that the network takes
    app_url: str = "http://127.0.0.1:8000"  # the server whose callbacks are registered at the network
    # As a fault matches it: the last of a post's calls that look at the access token, where the creating call does not.
    guarded: ClassVar[str] = ""
    publishes: ClassVar[bool] = True  # whether it is a network, and not one who only says who somebody is
    several: ClassVar[str] = ""  # of what a user may have any number, as the network calls it; empty where there is always one
    most_several: ClassVar[int] = 25
    places: ClassVar[tuple[str, ...]] = ()  # "host/path/": what is its own on a host of somebody else's

    _routes: ClassVar[tuple[tuple[str, re.Pattern[str], str, str], ...]] = ()  # method, path, host and name of each handler

    def __init_subclass__(cls, **more: Any) -> None:
        super().__init_subclass__(**more)
        names = dict.fromkeys(name for kind in cls.__mro__ for name in vars(kind))  # in the order of the file
        cls._routes = tuple((*made, name) for name in names for made in getattr(getattr(cls, name), "routes", ()))

    def __init__(self, store: Store, *, clock: Callable[[], float] = time.time, fetch: Fetch | None = None, app_url: str = "") -> None:
        self.store = store
        self.app_url = app_url or self.app_url
        self.shelf = store.of(self.network)
        self._time = clock
        self.fetch = fetch or _no_fetch
        self.requests: list[str] = []  # the `line` of the latest calls, for tests of this process

    # What a network says in its own words; each simulator overrides these.

    def too_large(self) -> httpx2.Response:
        return httpx2.Response(413, json={"message": f"the request is larger than {self.most_body} bytes"})

    def unknown(self, request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(404, json={"message": f"no route {request.method} {request.url.path}"})

    def credentials(self, name: str) -> dict[str, str]:
        """What a user called `name` would paste into a Form, or, with OAuth2, type into the consent page."""
        return {"login": name}

    def called(self, account: str) -> str:
        """What the public calls an account."""
        return account

    def line(self, request: httpx2.Request) -> str:
        """A call as faults match it. More may follow the path where one path is for calls of different effect."""
        return f"{request.method} {request.url.path}"

    def public_account(self, target_id: str) -> str:
        """Under which account (`Seen.account`) the public sees what is published to a target."""
        return target_id

    # The engine.

    def answer(self, request: httpx2.Request, who: Caller = NOBODY) -> httpx2.Response:
        """The network's answer. Raises an httpx2.TransportError where a fault says that none comes."""
        try:
            return self.begin(request, who)
        except Delayed as delayed:
            time.sleep(delayed.seconds)
            return delayed.response

    def begin(self, request: httpx2.Request, who: Caller) -> httpx2.Response:
        """The same, for who has better to do than to wait: raises Delayed, with the answer, where it takes time."""
        with within(who):
            return self._begin(request)

    def visit(self, request: httpx2.Request, who: Caller) -> httpx2.Response:
        """What a person sees in a browser. Raises NotForPeople where that is no page; then nothing has happened."""
        with within(who):
            if getattr(self._handler(request)[0], "outside", False):
                raise NotForPeople
            with self.store.transaction():
                response = self._dispatch(request)
                if not response.extensions.get(FOR_PEOPLE):
                    raise NotForPeople
                return response

    def _begin(self, request: httpx2.Request) -> httpx2.Response:
        line = self.line(request)
        self.requests.append(line)
        del self.requests[:-1000]
        with self.store.transaction():
            kind, seconds = self._fault(request, line) or ("", 0.0)
            if not kind and not getattr(self._handler(request)[0], "outside", False):
                return self._dispatch(request)  # the common way, in one transaction
            failure = self._before(kind, seconds, request)
        if failure:
            return _given(failure)
        with faults.meeting(kind):
            response = self._dispatch(request)
        if kind == "slow":
            raise Delayed(seconds, response)
        if kind == "not_yet_visible":
            self._hide(request, response, seconds)
        return _given(self._fail(kind.removesuffix("_after"), seconds, request)) if kind.endswith("_after") else response

    def _handler(self, request: httpx2.Request) -> tuple[Handler, tuple[str | None, ...]]:
        for method, pattern, host, name in self._routes:
            if method == request.method and (not host or host == request.url.host) and (found := pattern.fullmatch(request.url.path)):
                return getattr(self, name), found.groups()
        return self.unknown, ()

    def _dispatch(self, request: httpx2.Request) -> httpx2.Response:
        """Let the handler answer. What it raises undoes what it did; a simulator may turn that into an answer here."""
        handler, groups = self._handler(request)
        try:
            if request.method not in READS:
                self.store.make_room()
            if getattr(handler, "outside", False):
                return handler(request, *groups)
            with self.store.transaction():
                return handler(request, *groups)
        except Full as full:
            return httpx2.Response(507, json={"message": str(full)})
        except Gone as gone:
            return httpx2.Response(404, json={"message": str(gone)})

    def lift_quotas(self) -> None:
        """For campaigns that publish more than the network would let one account: its limits on numbers of calls and posts end."""
        with self.store.transaction():
            self.shelf.put("options", "no_quotas", True)

    @property
    def quotas_lifted(self) -> bool:
        return bool(self.shelf.get("options", "no_quotas"))

    def review_at_once(self) -> None:
        """For campaigns that look at every post until it has ended: what people at the network look at first takes no time."""
        with self.store.transaction():
            self.shelf.put("options", "no_review", True)

    @property
    def reviews_at_once(self) -> bool:
        return bool(self.shelf.get("options", "no_review"))

    def figure(self, key: str, name: str, since: float, *, most: int = 4000) -> int:
        """A made-up figure that only grows: the same every time for one thing, name and hour."""
        full = 200 + int(hashlib.sha256(f"{key}:{name}".encode()).hexdigest()[:8], 16) % most
        hours = max(0.0, self.clock() - since) // 3600 + 1
        return int(full * (1 - math.exp(-hours / 12)) * self.growth(name))

    def growth(self, name: str) -> float:
        """By how much more than usual a figure grows for the workspace that calls."""
        factors = self.shelf.get("growth", caller().workspace or "") or {}
        return float(factors.get("followers" if name == "followers" else "metrics", 1))

    def furnish(self, login: str, count: int) -> None:
        """Let the user of this name have so many of `several`. ValueError where that cannot be."""
        if not self.several:
            raise ValueError(f"A user of {self.label or self.network} always has what there is to publish to")
        if not 0 <= count <= self.most_several:
            raise ValueError(f"A user of {self.label or self.network} may have 0 to {self.most_several} {self.several}")
        with self.store.transaction():
            self.have(login, count)

    def have(self, login: str, count: int) -> None:
        """The network's half of `furnish`."""
        raise TypeError(f"{type(self).__name__} has no {self.several} to give")

    # For tests and for the people who look.

    def seen(self, **filters: Any) -> list[Seen]:
        """What the public sees now, oldest first."""
        with self.store.lock:
            return self.shelf.posts(**filters)

    def describe(self, content: bytes, mime: str, **more: Any) -> dict[str, Any]:
        """A file as it is remembered with a post; of a picture that moves, of how many frames it is."""
        kind = mime.partition("/")[0]
        if kind == "image" and content and (frames := look(content).frames) > 1:
            more = {"frames": frames, **more}
        return {"kind": kind, "mime": mime, "size": len(content), "sha256": hashlib.sha256(content).hexdigest(), **more}


def outside(handler: H) -> H:
    """Marks a handler that opens its own transactions (because it fetches media before it takes effect)."""
    handler.__dict__["outside"] = True
    return handler


def _given(failure: Failure) -> httpx2.Response:
    if isinstance(failure, httpx2.Response):
        return failure
    raise failure


def _no_fetch(url: str) -> httpx2.Response:
    raise httpx2.ConnectError(f"this simulator was given no way to fetch {url}")
