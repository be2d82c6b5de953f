"""The one place from which HTTP leaves: time limits, SSRF guard, sandbox routing.

Five clients: `live` for the networks, `test` for the simulated ones, `guarded` for URLs that users name, `local` for those of them that are
on this very machine, `storage` for the object storage that the operator names, wherever it is. No client takes proxies or credentials
from the environment, none follows a redirect by itself, and none remembers a cookie: workspaces share them.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from functools import cache, partial
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any

import httpcore2
import httpx2

from socialclaw import __version__
from socialclaw.errors import InvalidRequest, Rejected, Unavailable
from socialclaw.loopback import is_loopback
from socialclaw.sending import under_way
from socialclaw.sockets import SOCKET_OPTIONS, Backend

USER_AGENT = f"SocialClaw/{__version__} (+https://getsocialclaw.com)"
MOST_REDIRECTS = 5
# How long an idle connection is kept: less than servers do (Apache and uvicorn: 5 s), because a request that meets a server hanging up
# is lost, and nobody can tell whether it was read.
IDLE_SECONDS = 2.0
PORTS = (80, 443)
LOOKUPS = 8  # names in users' URLs that are looked up at once, apart from the networks' own: one that hangs must not keep those waiting

Resolver = Callable[[str, int], Awaitable[list[str]]]
"""`await resolver(host, port)`: every address of the host; raises httpcore2.ConnectError where it has none."""

# The one block of IPv6 that is given out for the public (IANA, IPv6 Global Unicast Address Assignments).
PUBLIC_IPV6 = ipaddress.IPv6Network("2000::/3")

# Not public, although `ipaddress` may call them global.
NOT_PUBLIC = tuple(
    ipaddress.ip_network(block)
    for block in (
        "192.0.0.0/24",  # IETF protocol assignments; a cloud keeps its metadata there
        "192.88.99.0/24",  # 6to4 relays, withdrawn
        "168.63.129.16/32",  # Azure's host, as seen from its virtual machines
        "2001::/32",  # Teredo, and
        "2002::/16",  # 6to4: both carry an IPv4 address that may be anything
        "3fff::/20",  # documentation (RFC 9637)
    )
)


class Blocked(InvalidRequest):
    """A URL that we do not fetch: it leads to a place that is not public."""

    code = "url_not_allowed"


class GuardedBackend(httpcore2.AsyncNetworkBackend):
    """Connects only where every address of the host is public, and to the very address that was checked (nothing to rebind)."""

    kind = "public"

    def __init__(self, inner: httpcore2.AsyncNetworkBackend | None = None, *, resolver: Resolver | None = None) -> None:
        self.inner = inner or Backend()
        self.resolver = resolver or resolve

    def allows(self, address: str) -> bool:
        return is_public(address)

    def serves(self, port: int) -> bool:
        return port in PORTS

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        if not self.serves(port):
            raise Blocked(f"Port {port} is not allowed: only {' and '.join(map(str, PORTS))} are", url=f"{host}:{port}")
        addresses = await self._addresses(host, port, timeout)
        if not all(map(self.allows, addresses)):
            raise Blocked(f"{host} does not lead to a {self.kind} address", host=host)
        for address in addresses[:-1]:  # a machine without IPv6, say, goes on to the next
            try:
                return await self.inner.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout):
                continue
        return await self.inner.connect_tcp(addresses[-1], port, timeout, local_address, socket_options)

    async def _addresses(self, host: str, port: int, timeout: float | None) -> list[str]:
        try:
            async with asyncio.timeout(timeout):
                return await self.resolver(host, port)
        except TimeoutError as error:
            raise httpcore2.ConnectTimeout(f"looking up {host} took too long") from error

    async def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: object = None
    ) -> httpcore2.AsyncNetworkStream:
        raise Blocked("Unix sockets are not allowed")

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class LocalBackend(GuardedBackend):
    """Connects to this very machine, and nowhere else."""

    kind = "loopback"

    def allows(self, address: str) -> bool:
        return is_loopback(address.partition("%")[0])

    def serves(self, port: int) -> bool:
        return True


async def resolve(host: str, port: int, threads: ThreadPoolExecutor | None = None) -> list[str]:
    """Every address of a host, looked up in one of `threads`; raises httpcore2.ConnectError where it has none."""
    loop = asyncio.get_running_loop()
    try:
        if threads is None:
            found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        else:
            found = await loop.run_in_executor(threads, partial(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM))
    except (OSError, ValueError) as error:  # ValueError: a name that no encoding takes
        raise httpcore2.ConnectError(f"{host} does not resolve") from error
    return list(dict.fromkeys(str(info[4][0]) for info in found))


def is_public(address: str) -> bool:
    """Whether the whole world may be at this address."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if ip.version == 6 and ip not in PUBLIC_IPV6:
        return False
    return ip.is_global and not ip.is_multicast and not any(ip in block for block in NOT_PUBLIC)


class Outbound:
    """The clients of one process. `sandbox` is the transport that leads to the simulators."""

    def __init__(self, *, sandbox: httpx2.AsyncBaseTransport, connect_seconds: float = 10, answer_seconds: float = 60) -> None:
        timeout = httpx2.Timeout(answer_seconds, connect=connect_seconds, pool=connect_seconds)
        self._lookups = ThreadPoolExecutor(LOOKUPS, thread_name_prefix="names")
        self.live = _client(guarded_transport(), timeout)
        self.test = _client(sandbox, timeout)
        backend = GuardedBackend(Backend(fenced=False), resolver=partial(resolve, threads=self._lookups))
        self.guarded = _client(guarded_transport(backend), timeout)
        self.local = _client(guarded_transport(LocalBackend(Backend(fenced=False))), timeout)
        self.storage = storage_client(timeout)

    def network(self, *, test: bool) -> httpx2.AsyncClient:
        """The client for the networks of a workspace."""
        return self.test if test else self.live

    async def close(self) -> None:
        for client in (self.live, self.test, self.guarded, self.local, self.storage):
            await client.aclose()
        self._lookups.shutdown(wait=False, cancel_futures=True)


def storage_client(timeout: httpx2.Timeout) -> httpx2.AsyncClient:
    """The client for the operator's object storage, which may well be at a private address."""
    return _client(transport(Backend(fenced=False), idle=50), timeout)


def _client(transport: httpx2.AsyncBaseTransport, timeout: httpx2.Timeout) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(
        transport=transport,
        timeout=timeout,
        headers={"user-agent": USER_AGENT},
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        trust_env=False,
        follow_redirects=False,
    )


def guarded_transport(backend: httpcore2.AsyncNetworkBackend | None = None) -> httpx2.AsyncHTTPTransport:
    """A transport that connects through GuardedBackend."""
    return transport(backend or GuardedBackend(), idle=50)


def transport(backend: httpcore2.AsyncNetworkBackend, *, idle: int) -> httpx2.AsyncHTTPTransport:
    """A transport that connects through `backend` and keeps `idle` connections. Sets httpx2's private pool: pinned by a test."""
    limits = httpx2.Limits(max_connections=200, max_keepalive_connections=idle, keepalive_expiry=IDLE_SECONDS)
    made = httpx2.AsyncHTTPTransport(verify=_tls(), limits=limits, trust_env=False)
    made._pool = Pool(
        max_connections=limits.max_connections,
        max_keepalive_connections=limits.max_keepalive_connections,
        keepalive_expiry=limits.keepalive_expiry,
        socket_options=SOCKET_OPTIONS,
        network_backend=backend,
    )
    return made


class Pool(httpcore2.AsyncConnectionPool):
    """Connections of HTTP/2 where a server speaks it, and others of HTTP/1.1 for irreversible calls.

    Calls that share a connection of HTTP/2 write each other's frames, so one that nobody looks at any more might send those of another.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(ssl_context=_tls(), http2=True, **options)
        # A context of its own: what a connection offers to speak is set on its context.
        self._unshared = httpcore2.AsyncConnectionPool(ssl_context=_tls("http/1.1"), http2=False, **options)

    async def handle_async_request(self, request: httpcore2.Request) -> httpcore2.Response:
        if under_way() and request.url.scheme == b"https":
            return await self._unshared.handle_async_request(request)
        return await super().handle_async_request(request)

    async def aclose(self) -> None:
        await self._unshared.aclose()
        await super().aclose()


@cache
def _tls(speaks: str = "h2") -> ssl.SSLContext:
    """One for all that speak this: reading the list of authorities takes a while."""
    return httpx2.create_ssl_context(trust_env=False)


@asynccontextmanager
async def fetch(
    client: httpx2.AsyncClient, url: str, *, method: str = "GET", headers: Mapping[str, str] | None = None
) -> AsyncIterator[httpx2.Response]:
    """Open a user's URL with the guarded client, following redirects by hand; the body is not read yet.

    Raises Blocked, Unavailable `media_unreachable` (worth trying again) and Rejected: `media_unreachable` (too many redirects) and
    `media_compressed` (a body that would have to be unpacked, to whatever size).
    """
    parsed = _checked(url)
    for _ in range(MOST_REDIRECTS + 1):
        try:
            async with client.stream(method, parsed, headers={"accept-encoding": "identity", **(headers or {})}) as response:
                location = response.headers.get("location")
                if not response.is_redirect or not location:
                    if response.headers.get("content-encoding", "identity").strip().lower() not in ("", "identity"):
                        message = f"{parsed.host} sends the file compressed, although it was asked not to"
                        raise Rejected(message, code="media_compressed", url=_shown(parsed))
                    yield response
                    return
                parsed = _checked(location, base=parsed)
        except httpx2.RequestError as error:
            raise Unavailable(f"{parsed.host} could not be reached", sent=False, code="media_unreachable", url=_shown(parsed)) from error
    raise Rejected("Too many redirects", code="media_unreachable", url=_shown(parsed))


def _checked(url: str, *, base: httpx2.URL | None = None) -> httpx2.URL:
    try:
        parsed = base.join(url) if base else httpx2.URL(url)
    except (httpx2.InvalidURL, ValueError) as error:
        raise Blocked("This is not a URL") from error
    if parsed.scheme not in ("http", "https") or not parsed.host or parsed.userinfo:
        raise Blocked("Only plain http and https URLs without credentials are fetched", url=_shown(parsed))
    return parsed


def _shown(url: httpx2.URL) -> str:
    """Without what may be a secret."""
    return str(url.copy_with(userinfo=b"", query=None, fragment=None))


LinkRouter = Callable[[str], str]
"""A network's URL -> where this workspace's people find it: itself, or its place in the sandbox."""
