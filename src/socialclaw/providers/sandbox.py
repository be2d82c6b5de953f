"""All simulators together: which host is whose, and how a browser or another process reaches them.

A simulated host is addressed as `<base>/sandbox/hosts/<host>/<path>`; `route` turns a network's own URL into that.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context

import httpx2

from socialclaw.clock import acting
from socialclaw.outbound import transport
from socialclaw.providers.simulator import NOW_HEADER, WORKSPACE_HEADER, Simulator
from socialclaw.sockets import Backend

PREFIX = "/sandbox/hosts/"
FAULT_HEADER = "x-sandbox-fault"

# How a fault that is no answer travels over HTTP, where the server cannot refuse a connection it has accepted.
LOST: dict[str, type[httpx2.TransportError]] = {"refuse": httpx2.ConnectError, "timeout": httpx2.ReadTimeout, "reset": httpx2.ReadError}


class Sandbox:
    """The simulated internet of the test workspaces."""

    def __init__(self, simulators: Iterable[Simulator]) -> None:
        self.networks = {s.network: s for s in simulators}
        self.hosts = {host: s for s in self.networks.values() for host in s.hosts}

    def answer(self, request: httpx2.Request) -> httpx2.Response:
        """Blocking: call it in a thread. A host that no simulator has does not resolve."""
        simulator = self.hosts.get(request.url.host)
        if simulator is None:
            raise httpx2.ConnectError(f"{request.url.host} is not a simulated host", request=request)
        return simulator.answer(request)


class InProcess(httpx2.AsyncBaseTransport):
    """Reaches the simulators of this process."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        # Threads of its own: an answer may fetch media from our own server, which needs threads to give it.
        self._threads = ThreadPoolExecutor(32, thread_name_prefix="sandbox")

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        request.headers.update(caller_headers())
        await request.aread()
        run = copy_context().run  # a thread does not know by itself what is an irreversible call
        response = await asyncio.get_running_loop().run_in_executor(self._threads, run, self.sandbox.answer, request)
        response.request = request
        return response

    async def aclose(self) -> None:
        self._threads.shutdown(wait=False)


class OverHTTP(httpx2.AsyncBaseTransport):
    """Reaches the simulators of another process (`socialclaw sandbox`) at `base`."""

    def __init__(self, base: str) -> None:
        self.base = httpx2.URL(base)
        self.inner = transport(Backend(), idle=100)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        target = httpx2.URL(route(str(request.url), str(self.base)))
        headers = [(k, v) for k, v in request.headers.raw if k.lower() != b"host"]
        headers.append((b"host", target.netloc))
        headers += [(k.encode(), v.encode()) for k, v in caller_headers().items()]
        forwarded = httpx2.Request(request.method, target, headers=headers, stream=request.stream, extensions=request.extensions)
        response = await self.inner.handle_async_request(forwarded)
        if fault := response.headers.get(FAULT_HEADER):
            await response.aclose()
            raise LOST[fault](f"{fault} (simulated)", request=request)
        return response

    async def aclose(self) -> None:
        await self.inner.aclose()


def caller_headers() -> dict[str, str]:
    """What the simulators are told of the workspace that calls: which one it is, and where its time stands."""
    who = acting()
    if who is None:
        return {}
    return {WORKSPACE_HEADER: who.workspace_id, **({NOW_HEADER: str(who.at.timestamp())} if who.at else {})}


def route(url: str, base: str) -> str:
    """Where a network's URL is to be found in the sandbox at `base`."""
    return f"{place(base)}{url.partition('://')[2]}"


def place(base: str) -> str:
    """What stands in the place of the scheme of a simulated URL."""
    return f"{base.rstrip('/')}{PREFIX}"
