"""The way out: public places only, whatever a URL says it is; watched by a listener that must never be reached."""

from __future__ import annotations

import asyncio
import ipaddress
import ssl
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpcore2
import httpx2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from socialclaw import outbound
from socialclaw.errors import Rejected, SocialClawError, Unavailable
from socialclaw.outbound import Blocked, GuardedBackend, Outbound, fetch, guarded_transport, is_public
from socialclaw.providers import wire
from tests.internet import Internet, Listener, names_or_system
from tests.security.attempts import DOUBTFUL, HOSTS, NAMES, PUBLIC, PUBLIC_6, REDIRECTS, URLS, url_of


@pytest.fixture
async def listener(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Listener]:
    """On 127.0.0.1, its port allowed: only the address keeps the guard from connecting."""
    listener = Listener()
    server = await asyncio.start_server(listener.serve, "127.0.0.1", 0)
    listener.port = server.sockets[0].getsockname()[1]
    monkeypatch.setattr(outbound, "PORTS", (80, 443, listener.port))
    yield listener
    server.close()


@pytest.fixture
def internet(listener: Listener) -> Internet:
    return Internet(listener)


@pytest.fixture
async def client(internet: Internet) -> AsyncIterator[httpx2.AsyncClient]:
    transport = guarded_transport(GuardedBackend(internet, resolver=names_or_system))
    async with httpx2.AsyncClient(transport=transport, trust_env=False, timeout=60) as client:
        yield client


async def get(client: httpx2.AsyncClient, url: str) -> bytes:
    async with fetch(client, url) as response:
        return await response.aread()


async def test_the_listener_can_be_reached_by_who_is_not_guarded(listener: Listener) -> None:
    async with httpx2.AsyncClient(trust_env=False) as client:
        assert (await client.get(f"http://127.0.0.1:{listener.port}/")).content == b"hello"
    assert listener.connections == 1


@pytest.mark.parametrize("host", HOSTS)
async def test_no_host_that_is_not_public_is_connected_to(host: str, listener: Listener, internet: Internet) -> None:
    """Through our own way out and, so that names can be made up, through one with a resolver of the test."""
    url = url_of(host, listener.port)
    ours = guarded_transport()
    for transport in (ours, guarded_transport(GuardedBackend(internet, resolver=names_or_system))):
        if transport is ours and host.lower() in NAMES:
            continue
        async with httpx2.AsyncClient(transport=transport, trust_env=False, timeout=60) as client:
            with pytest.raises(Blocked):
                await get(client, url)
    assert (listener.connections, internet.connected) == (0, [])


@pytest.mark.parametrize("host", DOUBTFUL)
async def test_a_name_that_the_system_may_not_know_is_not_connected_to_either(host: str, listener: Listener) -> None:
    async with httpx2.AsyncClient(transport=guarded_transport(), trust_env=False, timeout=60) as client:
        with pytest.raises((Blocked, Unavailable)):
            await get(client, f"http://{host}:{listener.port}/")
    assert listener.connections == 0


@pytest.mark.parametrize("url", URLS, ids=repr)
async def test_nothing_but_plain_http_on_its_own_ports_is_fetched(
    url: str, client: httpx2.AsyncClient, internet: Internet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbound, "PORTS", (80, 443))
    with pytest.raises(Blocked) as told:
        await get(client, url)
    assert (told.value.code, told.value.status) == ("url_not_allowed", 422)
    assert "secret" not in f"{told.value.message} {told.value.details}"
    assert internet.connected == []


@pytest.mark.parametrize("target", REDIRECTS)
async def test_a_redirect_is_held_to_the_same_rules(
    target: str, client: httpx2.AsyncClient, listener: Listener, internet: Internet
) -> None:
    listener.answers["/"] = target
    with pytest.raises(Blocked) as told:
        await get(client, "http://public.example/")
    assert "secret" not in f"{told.value.message} {told.value.details}"
    assert internet.connected == [(PUBLIC, 80)]
    assert len(listener.requests) == 1


async def test_a_name_that_changes_its_address_after_the_check_gains_nothing(listener: Listener, internet: Internet) -> None:
    answers = iter([[PUBLIC], ["127.0.0.1"]])
    looked_up: list[str] = []

    async def rebinding(host: str, port: int) -> list[str]:
        looked_up.append(host)
        return next(answers)

    transport = guarded_transport(GuardedBackend(internet, resolver=rebinding))
    async with httpx2.AsyncClient(transport=transport, trust_env=False, headers={"connection": "close"}) as client:
        assert await get(client, "http://rebind.example/") == b"hello"
        assert (looked_up, internet.connected) == (["rebind.example"], [(PUBLIC, 80)])
        listener.answers["/again"] = "http://rebind2.example/"
        with pytest.raises(Blocked):
            await get(client, "http://rebind2.example/")
    assert internet.connected == [(PUBLIC, 80)]


async def test_unix_sockets_are_refused() -> None:
    with pytest.raises(Blocked):
        await GuardedBackend().connect_unix_socket("/var/run/docker.sock")


async def test_a_public_file_is_fetched_under_its_own_name(client: httpx2.AsyncClient, listener: Listener, internet: Internet) -> None:
    assert await get(client, "http://public.example/a%20file.png?x=1&y") == b"hello"
    [request] = listener.requests
    assert request.startswith("GET /a%20file.png?x=1&y HTTP/1.1\r\n")
    assert "host: public.example" in request.lower()
    assert "accept-encoding: identity" in request.lower()
    assert internet.connected == [(PUBLIC, 80)]


async def test_redirects_between_public_places_are_followed(client: httpx2.AsyncClient, listener: Listener, internet: Internet) -> None:
    listener.answers |= {"/": "/next", "/next": "//both.example/last"}
    assert await get(client, "http://public.example/") == b"hello"
    assert [line.split(" ")[1] for line in listener.requests] == ["/", "/next", "/last"]


async def test_redirects_in_a_circle_come_to_an_end(client: httpx2.AsyncClient, listener: Listener) -> None:
    listener.answers["/?token=hidden"] = "/?token=hidden"
    with pytest.raises(Rejected) as told:
        await get(client, "http://public.example/?token=hidden")
    assert told.value.code == "media_unreachable"
    assert "hidden" not in f"{told.value.message} {told.value.details}"
    assert len(listener.requests) == outbound.MOST_REDIRECTS + 1


async def test_where_one_address_does_not_answer_the_next_is_tried(listener: Listener) -> None:
    internet = Internet(listener, dead=(PUBLIC_6,))
    transport = guarded_transport(GuardedBackend(internet, resolver=names_or_system))
    async with httpx2.AsyncClient(transport=transport, trust_env=False) as client:
        assert await get(client, "http://both.example/") == b"hello"
    assert internet.connected == [(PUBLIC_6, 80), (PUBLIC, 80)]


@pytest.mark.parametrize("trouble", ["no answer from the network", "no address", "a look-up without end"])
async def test_what_cannot_be_reached_now_is_worth_trying_again(trouble: str, listener: Listener) -> None:
    async def resolver(host: str, port: int) -> list[str]:
        if trouble == "no address":
            raise httpcore2.ConnectError("does not resolve")
        if trouble == "a look-up without end":
            await asyncio.Event().wait()
        return [PUBLIC]

    transport = guarded_transport(GuardedBackend(Internet(listener, dead=(PUBLIC,)), resolver=resolver))
    async with httpx2.AsyncClient(transport=transport, trust_env=False, timeout=0.05) as client:
        with pytest.raises(Unavailable) as told:
            await get(client, "http://public.example/")
    assert (told.value.code, told.value.sent) == ("media_unreachable", False)


async def test_a_network_whose_name_leads_nowhere_public_is_unavailable_and_nothing_was_sent(listener: Listener) -> None:
    """As behind a name server that blocks: the post waits, it does not fail."""
    transport = guarded_transport(GuardedBackend(Internet(listener), resolver=names_or_system))
    async with httpx2.AsyncClient(transport=transport, trust_env=False) as client:
        with pytest.raises(Unavailable) as told:
            await wire.send(client, "POST", "https://private.example/2/tweets")
    assert told.value.sent is False
    assert listener.connections == 0


OPEN = (PUBLIC, PUBLIC_6, "8.8.8.8", "2001:4860:4860::8888", "2a00:1450:4001::1", "172.32.0.1", "100.128.0.1")
SHUT = ("127.0.0.1", "fe80::1%eth0", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2002:808:808::1", "fd12::1", "2001:db8::1", "224.0.0.251")


@pytest.mark.parametrize(("address", "public"), [*((a, True) for a in OPEN), *((a, False) for a in SHUT)])
def test_public_is_what_the_whole_world_may_be_at(address: str, public: bool) -> None:
    assert is_public(address) is public


async def test_the_pool_that_the_guard_replaces_is_still_the_one_that_httpx2_uses(listener: Listener) -> None:
    """`_pool` is private to httpx2: a version that renames it must be noticed here, not by an attacker."""
    assert isinstance(vars(httpx2.AsyncHTTPTransport(trust_env=False))["_pool"], httpcore2.AsyncConnectionPool)
    transport = guarded_transport()
    assert isinstance(transport._pool, httpcore2.AsyncConnectionPool)
    assert isinstance(transport._pool._network_backend, GuardedBackend)  # type: ignore[attr-defined]
    with pytest.raises(Blocked):
        await transport.handle_async_request(httpx2.Request("GET", f"http://127.0.0.1:{listener.port}/"))
    assert listener.connections == 0


@pytest.fixture
def certificate(tmp_path: Path) -> ssl.SSLContext:
    """A server's context with a certificate for public.example that nobody has signed."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "public.example")])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, now - timedelta(days=1), now + timedelta(days=1))
    names = x509.SubjectAlternativeName([x509.DNSName("public.example"), x509.IPAddress(ipaddress.ip_address(PUBLIC))])
    signed = builder.add_extension(names, critical=False).sign(key, hashes.SHA256())
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (tmp_path / "both.pem").write_bytes(private + signed.public_bytes(serialization.Encoding.PEM))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(tmp_path / "both.pem")
    return context


async def test_https_asks_for_the_name_and_checks_the_certificate(certificate: ssl.SSLContext, listener: Listener) -> None:
    asked: list[str | None] = []
    certificate.sni_callback = lambda _socket, name, _context: asked.append(name)
    server = await asyncio.start_server(listener.serve, "127.0.0.1", 0, ssl=certificate)
    secure = Listener(port=server.sockets[0].getsockname()[1])
    transport = guarded_transport(GuardedBackend(Internet(secure), resolver=names_or_system))
    async with httpx2.AsyncClient(transport=transport, trust_env=False) as client:
        with pytest.raises(Unavailable):
            await get(client, "https://public.example/")
    server.close()
    assert asked == ["public.example"]
    assert listener.requests == []


async def test_proxies_of_the_environment_are_not_used(listener: Listener, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{listener.port}")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    answered = httpx2.MockTransport(lambda request: httpx2.Response(200))
    ways = Outbound(sandbox=answered)
    for client in (ways.live, ways.guarded):
        for url in ("http://127.0.0.1/", "https://10.0.0.1/"):
            with pytest.raises(SocialClawError):
                await client.get(url)
    assert (await ways.test.get("https://public.example/")).status_code == 200
    await ways.close()
    assert listener.connections == 0


@pytest.fixture
async def mocked() -> AsyncIterator[Callable[[Callable[[httpx2.Request], httpx2.Response]], httpx2.AsyncClient]]:
    """The client of the test workspaces, with its other end played by a function."""
    opened: list[Outbound] = []

    def make(answer: Callable[[httpx2.Request], httpx2.Response]) -> httpx2.AsyncClient:
        opened.append(Outbound(sandbox=httpx2.MockTransport(answer), connect_seconds=3, answer_seconds=7))
        return opened[-1].network(test=True)

    yield make
    for one in opened:
        await one.close()


Mocked = Callable[[Callable[[httpx2.Request], httpx2.Response]], httpx2.AsyncClient]


async def test_no_cookie_is_carried_from_one_request_to_another(mocked: Mocked) -> None:
    carried: list[str | None] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        carried.append(request.headers.get("cookie"))
        return httpx2.Response(200, headers={"set-cookie": "session=of-another-workspace; Path=/"})

    client = mocked(answer)
    await client.get("https://public.example/")
    await client.get("https://public.example/")
    assert carried == [None, None]


async def test_redirects_are_answers_and_every_request_says_who_we_are_within_its_time(mocked: Mocked) -> None:
    asked: list[httpx2.Request] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        asked.append(request)
        return httpx2.Response(302, headers={"location": "https://elsewhere.example/"})

    response = await mocked(answer).get("https://public.example/")
    assert response.status_code == 302
    [request] = asked
    assert request.headers["user-agent"].startswith("SocialClaw/")
    assert request.extensions["timeout"] == {"connect": 3, "read": 7, "write": 7, "pool": 3}


async def test_live_and_test_workspaces_go_different_ways() -> None:
    ways = Outbound(sandbox=httpx2.MockTransport(lambda request: httpx2.Response(200)))
    assert ways.network(test=True) is ways.test
    assert ways.network(test=False) is ways.live
    await ways.close()


async def test_a_connection_is_used_again_until_the_other_side_hangs_up() -> None:
    """What the pool asks of an idle connection is answered by us, so it has to be true."""
    listener, opened = Listener(), []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        opened.append(writer)
        await listener.serve(reader, writer)

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    async with httpx2.AsyncClient(transport=outbound.transport(outbound.Backend(), idle=5), trust_env=False, timeout=60) as client:
        for _ in range(3):
            assert (await client.get(url)).content == b"hello"
        assert listener.connections == 1
        opened[0].close()
        await opened[0].wait_closed()
        assert (await client.get(url)).content == b"hello"
    assert (listener.connections, len(listener.requests)) == (2, 4)
    server.close()
