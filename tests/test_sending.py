"""The last look before an irreversible call: whatever happens before a byte, none leaves once the post may be another worker's."""

from __future__ import annotations

import asyncio
import math
import ssl
import sys
import time
from collections.abc import AsyncIterator, Generator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import h2.config
import h2.connection
import h2.events
import httpx2
import pytest
import uvloop
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from socialclaw import clock, outbound
from socialclaw.outbound import storage_client, transport
from socialclaw.sending import Lease, Sending, TooLate, sending
from socialclaw.simulation.sandbox import InProcess, OverHTTP, Sandbox
from socialclaw.simulation.store import Store
from socialclaw.sockets import Backend, Socket
from tests.simulation.demo import Demo

NAME = "network.example"
LARGE = 32 * 1024**2  # more than a kernel keeps for a reader that does not read
OK = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"


@dataclass
class Network:
    """A server that notes every byte of every connection. `reads`: until it is set, the server reads nothing."""

    port: int = 0
    got: list[bytearray] = field(default_factory=list)
    spoke: list[str | None] = field(default_factory=list)
    reads: asyncio.Event = field(default_factory=asyncio.Event)
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        secure: ssl.SSLObject | None = writer.get_extra_info("ssl_object")
        speaks = secure.selected_alpn_protocol() if secure else None
        self.spoke.append(speaks)
        got = bytearray()
        self.got.append(got)
        await self.reads.wait()
        answer = _answers_of_2(writer) if speaks == "h2" else _answers_of_1(writer)
        answer.send(None)
        while some := await reader.read(2**16):
            got += some
            answer.send(some)
        self.ended.set()
        writer.close()


def _answers_of_1(writer: asyncio.StreamWriter) -> Generator[None, bytes, None]:
    """Answers every request of HTTP/1.1 once its head, and as much as that says, has come."""
    while True:
        head = b""
        while b"\r\n\r\n" not in head:
            head += yield
        head, _, body = head.lower().partition(b"\r\n\r\n")
        missing = sum(int(line[15:]) for line in head.split(b"\r\n") if line.startswith(b"content-length:")) - len(body)
        while missing > 0:
            missing -= len((yield))
        writer.write(OK)


def _answers_of_2(writer: asyncio.StreamWriter) -> Generator[None, bytes, None]:
    spoken = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False))
    spoken.initiate_connection()
    writer.write(spoken.data_to_send())
    while True:
        for event in spoken.receive_data((yield)):
            if isinstance(event, h2.events.StreamEnded):
                spoken.send_headers(event.stream_id, [(":status", "200")], end_stream=True)
        writer.write(spoken.data_to_send())


@asynccontextmanager
async def serving(secure: ssl.SSLContext | None = None) -> AsyncIterator[Network]:
    network = Network()
    network.reads.set()
    server = await asyncio.start_server(network.serve, "127.0.0.1", 0, ssl=secure)
    network.port = server.sockets[0].getsockname()[1]
    yield network
    server.close()


@pytest.fixture
async def network() -> AsyncIterator[Network]:
    async with serving() as opened:
        yield opened


def calling() -> httpx2.AsyncClient:
    return httpx2.AsyncClient(transport=transport(Backend(), idle=5), trust_env=False, timeout=30)


@pytest.fixture
async def client() -> AsyncIterator[httpx2.AsyncClient]:
    async with calling() as opened:
        yield opened


@pytest.fixture
def full(monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    """Set once the kernel takes no more."""
    found, wait = asyncio.Event(), Socket._until_there_is_room

    async def noted(self: Socket) -> None:
        found.set()
        await wait(self)

    monkeypatch.setattr(Socket, "_until_there_is_room", noted)
    return found


def ours() -> Sending:
    return Sending(Lease(math.inf))


def anothers() -> Sending:
    return Sending(Lease(clock.elapsed() - 0.001))


async def test_nothing_of_a_call_leaves_after_its_time(network: Network, client: httpx2.AsyncClient) -> None:
    call = anothers()
    with sending(call), pytest.raises(TooLate):
        await client.post(network.url, content=b"hello")
    await network.ended.wait()
    assert (network.got, call.begun) == ([b""], False)


async def test_what_is_no_irreversible_call_leaves_whenever_it_likes(network: Network, client: httpx2.AsyncClient) -> None:
    assert (await client.post(network.url, content=b"hello")).text == "ok"
    call = ours()
    with sending(call):
        assert (await client.post(network.url, content=b"again")).text == "ok"
    assert call.begun
    with sending(anothers()), pytest.raises(TooLate):
        await client.post(network.url, content=b"late")
    assert len(network.got) == 1, "all on one connection"
    assert network.got[0].endswith(b"again")


async def test_a_pause_between_head_and_body_keeps_the_body_back(network: Network, client: httpx2.AsyncClient) -> None:
    call = ours()

    async def body() -> AsyncIterator[bytes]:
        yield b"first"
        call.lease.until = 0
        yield b"second"

    with sending(call), pytest.raises(TooLate):
        await client.post(network.url, content=body(), headers={"content-length": "11"})
    await network.ended.wait()
    assert network.got[0].endswith(b"\r\n\r\nfirst")
    assert call.begun, "what became of it is not known"


async def test_a_pause_while_the_network_reads_slowly_keeps_the_rest_back(
    network: Network, client: httpx2.AsyncClient, full: asyncio.Event
) -> None:
    """What does not fit into the kernel is not left to an event loop, which would write it whenever it wakes up."""
    network.reads.clear()
    call = ours()
    with sending(call):
        posting = asyncio.create_task(client.post(network.url, content=bytes(LARGE)))
    await full.wait()
    call.lease.until = 0
    network.reads.set()
    with pytest.raises(TooLate):
        await posting
    await network.ended.wait()
    assert 0 < len(network.got[0]) < LARGE


async def test_a_slow_reader_gets_everything_while_the_lease_lasts(
    network: Network, client: httpx2.AsyncClient, full: asyncio.Event
) -> None:
    network.reads.clear()
    with sending(ours()):
        posting = asyncio.create_task(client.post(network.url, content=bytes(LARGE)))
    await full.wait()
    network.reads.set()
    assert (await posting).text == "ok"
    assert len(network.got[0]) > LARGE


async def test_who_gives_up_on_a_slow_reader_leaves_nothing_behind(
    network: Network, client: httpx2.AsyncClient, full: asyncio.Event
) -> None:
    network.reads.clear()
    posting = asyncio.create_task(client.post(network.url, content=bytes(LARGE)))
    await full.wait()
    posting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await posting
    network.reads.set()
    await network.ended.wait()
    assert (await client.post(network.url, content=b"next")).text == "ok"


@pytest.mark.parametrize(
    "happens",
    [
        test_a_pause_while_the_network_reads_slowly_keeps_the_rest_back,
        test_a_slow_reader_gets_everything_while_the_lease_lasts,
        test_who_gives_up_on_a_slow_reader_leaves_nothing_behind,
    ],
)
def test_it_is_the_same_on_the_event_loop_that_we_run_on(happens: Any, full: asyncio.Event) -> None:
    async def run() -> None:
        async with serving() as network, calling() as client:
            await happens(network, client, full)

    uvloop.run(run())


@pytest.fixture
def secure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """A server that speaks HTTP/2 and HTTP/1.1, and whose certificate our clients trust."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, NAME)])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, now - timedelta(days=1), now + timedelta(days=1))
    signed = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False).sign(key, hashes.SHA256())
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (tmp_path / "both.pem").write_bytes(private + signed.public_bytes(serialization.Encoding.PEM))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(tmp_path / "both.pem")
    context.set_alpn_protocols(["h2", "http/1.1"])
    trusting = {speaks: ssl.create_default_context(cafile=str(tmp_path / "both.pem")) for speaks in ("h2", "http/1.1")}
    monkeypatch.setattr(outbound, "_tls", lambda speaks="h2": trusting[speaks])
    return context


async def test_an_irreversible_call_shares_no_connection_of_http_2(secure: ssl.SSLContext) -> None:
    """There, whoever writes next sends the frames of all."""
    async with serving(secure) as network, calling() as client:
        url = f"https://localhost:{network.port}/"
        assert (await client.post(url, content=b"upload")).http_version == "HTTP/2"
        with sending(ours()):
            assert (await client.post(url, content=b"create")).http_version == "HTTP/1.1"
        assert (await client.post(url, content=b"upload")).http_version == "HTTP/2"
        assert network.spoke == ["h2", "http/1.1"]
        assert network.got[1].endswith(b"create")


async def test_nothing_but_the_handshake_leaves_after_its_time(secure: ssl.SSLContext) -> None:
    async with serving(secure) as network, calling() as client:
        call = anothers()
        with sending(call), pytest.raises(TooLate):
            await client.post(f"https://localhost:{network.port}/", content=b"create")
        await network.ended.wait()
        assert (network.spoke, network.got, call.begun) == (["http/1.1"], [b""], False)


async def test_reading_a_file_from_the_storage_is_no_part_of_the_call(network: Network) -> None:
    call = anothers()
    async with storage_client(httpx2.Timeout(30)) as client:
        with sending(call):
            assert (await client.get(network.url)).text == "ok"
    assert not call.begun


async def test_the_sandbox_of_another_process_is_reached_the_same_way(network: Network) -> None:
    call = anothers()
    async with httpx2.AsyncClient(transport=OverHTTP(network.url.rstrip("/"))) as client:
        with sending(call), pytest.raises(TooLate):
            await client.post("https://api.demo.example/posts", content=b"hello")
    await network.ended.wait()
    assert (network.got, call.begun) == ([b""], False)


@pytest.mark.parametrize("path", ["/posts", "/pulls"])
async def test_a_simulated_network_in_this_process_takes_no_call_after_its_time(tmp_path: Path, path: str) -> None:
    """Before its commit: a simulator may have done everything else."""
    demo, call = Demo(Store(tmp_path / "sandbox.db"), fetch=lambda url: httpx2.Response(200, headers={"content-type": "a/b"})), ours()
    dispatch = demo._dispatch

    def late(request: httpx2.Request) -> httpx2.Response:
        call.lease.until = 0 if path == "/posts" else call.lease.until
        return dispatch(request)

    def slow(url: str) -> httpx2.Response:
        call.lease.until = 0
        return httpx2.Response(200, headers={"content-type": "a/b"})

    demo._dispatch, demo.fetch = late, slow  # type: ignore[method-assign]
    async with httpx2.AsyncClient(transport=InProcess(Sandbox([demo]))) as client:
        with sending(call), pytest.raises(TooLate):
            await client.post(f"https://api.demo.example{path}", content=b"hello")
        assert demo.seen() == []
        with sending(ours()):
            await client.post("https://api.demo.example/posts", content=b"hello")
    assert [post.text for post in demo.seen()] == ["hello"]


@pytest.mark.skipif(sys.platform != "linux", reason="CLOCK_BOOTTIME is Linux's")
def test_sleep_counts() -> None:
    asleep = time.clock_gettime(time.CLOCK_BOOTTIME) - time.clock_gettime(time.CLOCK_MONOTONIC)
    assert clock.elapsed() - time.monotonic() == pytest.approx(asleep, abs=0.5)
