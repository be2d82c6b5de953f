"""All simulators together: which host is whose, and how our own code and a browser reach them.

A simulated host is addressed as `<base>/sandbox/hosts/<host>/<path>` by our own code, and as `<base>/sandbox/at/<pass>/hosts/<host>/…`
by people; `place` gives what stands in the place of a network's own `https://`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import partial
from typing import TypeVar

import httpx2

from socialclaw.clock import acting
from socialclaw.outbound import transport
from socialclaw.simulation.grants import GrantingSimulator
from socialclaw.simulation.notices import Telling
from socialclaw.simulation.passes import Doorkeeper
from socialclaw.simulation.room import Room
from socialclaw.simulation.simulator import Delayed, Simulator
from socialclaw.simulation.worlds import NOBODY, Caller
from socialclaw.sockets import Backend
from socialclaw.turns import Party, Places

T = TypeVar("T")

PREFIX = "/sandbox/hosts/"
FORGET = "/sandbox/forget"
AT = "/sandbox/at/"
FAULT_HEADER = "x-sandbox-fault"
SECRET_HEADER, WORKSPACE_HEADER, NOW_HEADER = "x-sandbox-secret", "x-sandbox-workspace", "x-sandbox-now"
STRANGER = "stranger"  # named in FAULT_HEADER to a caller without the secret

# How a fault that is no answer travels over HTTP, where the server cannot refuse a connection it has accepted.
LOST: dict[str, type[httpx2.TransportError]] = {"refuse": httpx2.ConnectError, "timeout": httpx2.ReadTimeout, "reset": httpx2.ReadError}

THREADS = 32
THREADS_OF_ONE = 20  # workspace, and half as many more for others
HELD = 512 * 1024**2  # bytes of requests that are held at a time
SMALL = 1024**2  # what is no more than this is not counted


class Sandbox:
    """The simulated internet of the test workspaces.

    `home` is the server whose callbacks and media belong to it; `url` is where people find it, its path being what a proxy takes off.
    `networks` are those that publish; `simulators` also those who only say who somebody is.
    """

    def __init__(self, simulators: Iterable[Simulator], *, secrets: Iterable[str] = (), home: str = "", url: str = "") -> None:
        self.simulators = _with_houses(simulators)
        self.networks = {name: s for name, s in self.simulators.items() if s.publishes}
        self.hosts = {host: s for s in self.simulators.values() for host in s.hosts}
        self.places = {place: s for s in self.simulators.values() for place in s.places}
        self.door = Doorkeeper(tuple(secrets))
        self.home = home
        self.url = httpx2.URL(url)
        self.room = Room(HELD)
        # Threads of its own: an answer may fetch media from our own server, which needs threads to give it.
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="sandbox")
        self._places = Places(THREADS_OF_ONE)

    @property
    def root(self) -> str:
        """What the paths of links to it begin with."""
        return self.url.path.rstrip("/")

    def simulator(self, request: httpx2.Request) -> Simulator:
        """Whose host this is. A host that no simulator has does not resolve."""
        where = f"{request.url.host}{request.url.path}"
        found = next((s for place, s in self.places.items() if where.startswith(place)), self.hosts.get(request.url.host))
        if found is None:
            raise httpx2.ConnectError(f"{request.url.host} is not a simulated host", request=request)
        return found

    def answer(self, request: httpx2.Request, who: Caller = NOBODY) -> httpx2.Response:
        """Blocking: for tests that call from a thread of their own."""
        return self.simulator(request).answer(request, who)

    async def respond(
        self, request: httpx2.Request, who: Caller, wait: Callable[[float], Awaitable[None]] = asyncio.sleep
    ) -> httpx2.Response:
        """The answer. A request whose answer takes its time holds no thread meanwhile; `wait` may raise, where nobody wants it any more."""
        simulator, party = self.simulator(request), Party(who.workspace or "", test=False)  # all are test ones: none goes before others
        try:
            async with self._places.of(party):
                return await self.apart(lambda: simulator.begin(request, who))
        except Delayed as delayed:
            await wait(delayed.seconds)
            return delayed.response

    async def apart(self, do: Callable[[], T]) -> T:
        """Run this in a thread of the sandbox's own. A thread does not know by itself what is an irreversible call."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, copy_context().run, do)

    async def forget(self, world: str, naming: Sequence[str] = ()) -> None:
        """Remove what is known of a world: see `Store.forget`."""
        for store in {id(simulator.store): simulator.store for simulator in self.simulators.values()}.values():
            await self.apart(partial(store.forget, world, naming))

    def take_up(self) -> None:
        """This process serves from now on: what an earlier one left to be sent to the app's server is sent."""
        for simulator in self.simulators.values():
            if isinstance(simulator, Telling):
                simulator.take_up()

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)


def _with_houses(simulators: Iterable[Simulator]) -> dict[str, Simulator]:
    """Simulators by name, and those at whom their users sign in."""
    found = {simulator.network: simulator for simulator in simulators}
    for simulator in [*found.values()]:
        if isinstance(simulator, GrantingSimulator) and (house := simulator.house()):
            there = found.setdefault(house.network, house)
            if isinstance(there, GrantingSimulator):
                there.learn(simulator.flow)
    return found


class InProcess(httpx2.AsyncBaseTransport):
    """Reaches the simulators of this process, with the time limits that a request over HTTP would have."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        simulator = self.sandbox.simulator(request)
        length = request.headers.get("content-length", "")
        known = int(length) if length.isdecimal() else simulator.most_body
        async with self.sandbox.room.held(known if known > SMALL else 0):
            if not await read_body(request, simulator.most_body):
                response = simulator.too_large()
            else:
                response = await self._respond(request)
        response.request = request
        return response

    async def _respond(self, request: httpx2.Request) -> httpx2.Response:
        seconds = request.extensions.get("timeout", {}).get("read")
        try:
            async with asyncio.timeout(seconds):
                return await self.sandbox.respond(request, calling())
        except TimeoutError:
            raise httpx2.ReadTimeout(f"no answer within {seconds} seconds", request=request) from None


class OverHTTP(httpx2.AsyncBaseTransport):
    """Reaches the simulators of another process (`socialclaw sandbox`) at `base`, which knows our secret."""

    def __init__(self, base: str, secret: str = "") -> None:
        self.base = httpx2.URL(base)
        self.secret = secret
        self.inner = transport(Backend(), idle=100)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        target = httpx2.URL(route(str(request.url), str(self.base)))
        headers = [(k, v) for k, v in request.headers.raw if k.lower() != b"host"]
        headers.append((b"host", target.netloc))
        headers += [(k.encode(), v.encode()) for k, v in caller_headers(self.secret).items()]
        forwarded = httpx2.Request(request.method, target, headers=headers, stream=request.stream, extensions=request.extensions)
        response = await self.inner.handle_async_request(forwarded)
        if fault := response.headers.get(FAULT_HEADER):
            await response.aclose()
            if fault == STRANGER:
                advice = "set SOCIALCLAW_SANDBOX_SECRET to the same value here and there"
                raise httpx2.ConnectError(f"the sandbox at {self.base} does not know our secret: {advice}", request=request)
            raise LOST[fault](f"{fault} (simulated)", request=request)
        return response

    async def forget(self, world: str, naming: Sequence[str] = ()) -> None:
        """The same as `Sandbox.forget`, over there. Raises httpx2.HTTPError."""
        asked = {"world": world, "naming": list(naming)}
        url = self.base.copy_with(path=f"{self.base.path.rstrip('/')}{FORGET}")
        request = httpx2.Request("POST", url, headers={"host": url.netloc.decode(), SECRET_HEADER: self.secret}, json=asked)
        response = await self.inner.handle_async_request(request)
        await response.aread()
        if not response.is_success:
            raise httpx2.ConnectError(f"the sandbox at {self.base} answers {response.status_code}", request=request)

    async def aclose(self) -> None:
        await self.inner.aclose()


class NoSandbox(httpx2.AsyncBaseTransport):
    """Where there are no simulated networks."""

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        raise httpx2.ConnectError("there are no simulated networks here (SOCIALCLAW_SANDBOX is off)", request=request)


async def read_body(request: httpx2.Request, most: int) -> bool:
    """Read a request's body, into the request; False where it is longer than `most`: then the rest is left unread."""
    if isinstance(request.stream, httpx2.ByteStream):
        return len(await request.aread()) <= most
    parts, size = [], 0
    async for part in request.stream:  # type: ignore[union-attr]
        size += len(part)
        if size > most:
            return False
        parts.append(part)
    request.stream = httpx2.ByteStream(b"".join(parts))
    await request.aread()
    return True


def calling() -> Caller:
    """Who calls, as the simulators are to know it."""
    who = acting()
    return Caller(who.workspace_id, who.at.timestamp() if who.at else None) if who else NOBODY


def caller_headers(secret: str) -> dict[str, str]:
    """The same over HTTP, and that it is our own code that says so."""
    who = acting()
    said = {SECRET_HEADER: secret}
    if who is None:
        return said
    return {**said, WORKSPACE_HEADER: who.workspace_id, **({NOW_HEADER: str(who.at.timestamp())} if who.at else {})}


def route(url: str, base: str, shown: str = "") -> str:
    """Where a network's URL is to be found in the sandbox at `base`; with a pass: by whoever has the link."""
    return f"{place(base, shown)}{url.partition('://')[2]}"


def place(base: str, shown: str = "") -> str:
    """What stands in the place of the scheme of a simulated URL."""
    return f"{base.rstrip('/')}{f'{AT}{shown}/hosts/' if shown else PREFIX}"
