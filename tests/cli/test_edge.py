"""What a client can do to the HTTP server with nothing but bytes: a real process, spoken to through sockets."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx2
import psutil
import pytest

from tests.cli.processes import Running, environment, run, started

MEGABYTE = 1024 * 1024
OF_ONE = 24  # connections that one address may have here
LIMITS = {
    "SOCIALCLAW_HEAD_SECONDS": "2",
    "SOCIALCLAW_MAX_CONNECTIONS_PER_ADDRESS": str(OF_ONE),
    "SOCIALCLAW_REFUSED_PER_MINUTE": "50",
    "SOCIALCLAW_PUBLIC_BASE_URL": "https://post.example.org",
}
READY = r"^API on"

pytestmark = pytest.mark.xdist_group("edge")


@dataclass(frozen=True)
class Server:
    running: Running
    port: int
    key: str

    def open(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=30)

    def memory(self) -> int:
        return psutil.Process(self.running.process.pid).memory_info().rss

    def health(self) -> httpx2.Response:
        return httpx2.get(f"http://127.0.0.1:{self.port}/health", timeout=60)


def port_of(process: subprocess.Popen[str]) -> int:
    return next(c.laddr.port for c in psutil.Process(process.pid).net_connections("tcp") if c.status == psutil.CONN_LISTEN)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("edge") / "data"
    run("workspaces", "create", "Ours", "--mode", "test", "--data-dir", folder)
    key = re.search(r"sc_test_[\w-]+", run("keys", "create", "--workspace", "Ours", "--data-dir", folder).stdout)
    assert key
    with started("serve", "--port", "0", "--data-dir", folder, **LIMITS) as running:
        running.until(READY)
        yield Server(running, port_of(running.process), key[0])
        assert running.stop() == 0, running.output


def answered(open_: socket.socket) -> bytes:
    """All that comes until the server hangs up."""
    got = b""
    try:
        while more := open_.recv(65_536):
            got += more
    except ConnectionResetError:
        pass
    return got


def problem(answer: bytes) -> tuple[int, str]:
    head, _, body = answer.partition(b"\r\n\r\n")
    assert b"connection: close" in head.lower()
    return int(head.split()[1]), json.loads(body)["code"]


def pour(into: socket.socket, piece: bytes, most: int) -> int:
    """Send until somebody says stop; the bytes that were taken."""
    into.settimeout(2)
    sent = 0
    try:
        while sent < most:
            sent += into.send(piece)
    except (TimeoutError, ConnectionError):
        pass
    return sent


@pytest.mark.parametrize(
    "head",
    [
        b"GET /health HTTP/1.1\r\nHost: a\r\nX-A: " + b"a" * 70_000,
        b"GET /" + b"a" * 70_000,
        b"GET /health HTTP/1.1\r\n" + b"".join(b"X-%d: a\r\n" % n for n in range(101)) + b"\r\n",
        b"GET /health HTTP/1.1\r\nHost: a\r\n" + b"a" * 70_000,
    ],
    ids=["a header", "a path", "many headers", "a name"],
)
def test_a_head_that_is_too_large_is_refused(server: Server, head: bytes) -> None:
    with server.open() as one:
        one.sendall(head)
        assert problem(answered(one)) == (431, "headers_too_large")


def test_the_largest_head_is_taken(server: Server) -> None:
    with server.open() as one:
        one.sendall(b"GET /health HTTP/1.1\r\nHost: a\r\nConnection: close\r\nX-A: " + b"a" * 64_000 + b"\r\n\r\n")
        assert answered(one).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize("piece", [b"a" * MEGABYTE, b"X-A: a\r\n" * 100_000], ids=["one header", "small headers"])
def test_a_head_without_end_takes_no_memory(server: Server, piece: bytes) -> None:
    server.health()
    before = server.memory()
    with server.open() as one:
        one.sendall(b"GET /health HTTP/1.1\r\nHost: a\r\nX-B: ")
        assert pour(one, piece, 200 * MEGABYTE) < 20 * MEGABYTE
    assert server.health().status_code == 200
    assert server.memory() - before < 24 * MEGABYTE


def test_requests_sent_ahead_wait_outside(server: Server) -> None:
    before = server.memory()
    with server.open() as one:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)  # the answers are not taken
        taken = pour(one, b"GET /openapi.json HTTP/1.1\r\nHost: a\r\n\r\n" * 2000, 60 * MEGABYTE)
        assert taken < 20 * MEGABYTE
        assert server.memory() - before < 24 * MEGABYTE
    assert server.health().status_code == 200


def test_requests_sent_ahead_are_answered_in_order(server: Server) -> None:
    paths = [f"/v1/nothing/{n}" for n in range(200)]
    requests = [f"GET {path} HTTP/1.1\r\nHost: a\r\n\r\n".encode() for path in paths]
    body = b'{"label": "' + b"x" * 150 + b'"}'
    head = f"POST /v1/keys HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {server.key}\r\nContent-Length: {len(body)}\r\n"
    requests.insert(100, head.encode() + b"Content-Type: application/json\r\n\r\n" + body)
    requests.append(b"GET /health HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    for size in (len(b"".join(requests)), 1000, 333):
        whole = b"".join(requests)
        with server.open() as one:
            for start in range(0, len(whole), size):
                one.sendall(whole[start : start + size])
            got = answered(one)
        assert got.count(b"HTTP/1.1 404") == 200
        assert got.count(b"HTTP/1.1 201") == 1
        assert got.count(b"HTTP/1.1 200") == 1
        assert [int(n) for n in re.findall(rb"/v1/nothing/(\d+)", got)] == list(range(200))


def test_a_head_that_does_not_end_is_given_up(server: Server) -> None:
    with server.open() as half, server.open() as silent, server.open() as dripping:
        half.sendall(b"GET /health HTTP/1.1\r\nHost: ")
        dripping.sendall(b"GET /health HTTP/1.1\r\nX-A: ")
        for _ in range(8):
            time.sleep(0.5)
            try:
                dripping.sendall(b"a")
            except ConnectionError:
                break
        assert problem(answered(half)) == (408, "request_timeout")
        assert problem(answered(dripping)) == (408, "request_timeout")
        assert answered(silent) == b""


@pytest.mark.parametrize("version", ["0.9", "2.0"])
def test_another_version_of_http_is_refused_by_name(server: Server, version: str) -> None:
    with server.open() as one:
        one.sendall(f"GET /health HTTP/{version}\r\nHost: a\r\n\r\n".encode())
        got = answered(one)
    assert problem(got) == (505, "http_invalid")
    assert f"HTTP/{version} is not spoken here".encode() in got
    with server.open() as older:
        older.sendall(b"GET /health HTTP/1.0\r\n\r\n")
        assert answered(older).split()[1] == b"200"


def test_a_second_head_is_held_to_the_same_time(server: Server) -> None:
    with server.open() as one:
        one.sendall(b"GET /v1/nothing HTTP/1.1\r\nHost: a\r\n\r\nGET /v1/no")
        got = answered(one)
        assert got.startswith(b"HTTP/1.1 404")
        assert b"request_timeout" in got


def test_an_idle_connection_makes_room_for_a_new_one(server: Server) -> None:
    with ExitStack() as stack:
        idle = [stack.enter_context(server.open()) for _ in range(OF_ONE * 3)]
        for one in idle[-OF_ONE // 2 :]:
            one.sendall(b"GET /health HTTP/1.1\r\n")
        assert all(server.health().status_code == 200 for _ in range(5))
        assert answered(idle[0]) == b""
    server.running.until(f"more than {OF_ONE} connections from 127.0.0.1")


def test_who_has_no_key_is_not_asked_for_the_body(server: Server) -> None:
    with server.open() as one:
        one.sendall(b"POST /v1/posts/apply HTTP/1.1\r\nHost: a\r\nContent-Length: 20000000\r\nExpect: 100-continue\r\n\r\n")
        assert one.recv(65_536).startswith(b"HTTP/1.1 401")


def test_the_rest_of_a_refused_body_is_not_read_for_ever(server: Server) -> None:
    with server.open() as one:
        one.sendall(b"POST /v1/posts/apply HTTP/1.1\r\nHost: a\r\nContent-Length: 2000000000\r\n\r\n")
        assert pour(one, b"x" * 65_536, 100 * MEGABYTE) < 20 * MEGABYTE
    with server.open() as one:  # a short rest does no harm
        one.sendall(b"POST /v1/posts/apply HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n" + b"x" * 100_000)
        one.sendall(b"GET /health HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        got = answered(one)
        assert got.startswith(b"HTTP/1.1 401")
        assert b"HTTP/1.1 200" in got


def test_a_body_must_come_at_some_speed_and_an_honest_slow_one_goes_on(server: Server) -> None:
    """Two seconds more than the speed is measured over."""
    head = f"POST /v1/posts/validate HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {server.key}\r\nConnection: close\r\n"
    answers: dict[str, bytes] = {}

    def sends(name: str, piece: bytes) -> Callable[[], None]:
        def run() -> None:
            with server.open() as one:
                one.sendall(head.encode() + b"Content-Length: %d\r\n\r\n" % (len(piece) * 26))
                try:
                    for _ in range(26):
                        one.sendall(piece)
                        time.sleep(0.5)
                except ConnectionError:
                    pass
                answers[name] = answered(one)

        return run

    threads = [threading.Thread(target=sends(*what)) for what in (("dripping", b" "), ("slow", b" " * 2000))]
    for thread in threads:
        thread.start()
    assert server.health().status_code == 200
    for thread in threads:
        thread.join()
    assert problem(answers["dripping"]) == (408, "request_timeout")
    assert answers["slow"].startswith(b"HTTP/1.1 400")


def test_what_is_no_http_is_told_so(server: Server) -> None:
    with server.open() as one:
        one.sendall(b"hello\r\n\r\n")
        assert problem(answered(one)) == (400, "http_invalid")


@contextmanager
def with_few_files(folder: Path, most: int) -> Iterator[Server]:
    """A server that may open so many files and no more. We are its reverse proxy, so there is no limit on our connections before that."""
    words = [sys.executable, "-m", "socialclaw", "serve", "--no-worker", "--port", "0", "--data-dir", str(folder)]
    limits = LIMITS | {"SOCIALCLAW_TRUSTED_PROXIES": "127.0.0.0/8", "SOCIALCLAW_HEAD_SECONDS": "60", "SOCIALCLAW_REFUSED_PER_MINUTE": "5"}
    command = ["sh", "-c", f'ulimit -n {most}; exec "$@"', "sh", *words]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment(**limits))
    running = Running(process)
    try:
        running.until(READY)
        yield Server(running, port_of(process), "")
        assert running.stop() == 0, running.output
    finally:
        process.kill()
        process.wait()


def test_more_idle_connections_than_files_leave_room_for_others(tmp_path: Path) -> None:
    with with_few_files(tmp_path / "data", 512) as server, ExitStack() as stack:
        for _ in range(600):
            stack.enter_context(server.open())
        assert all(server.health().status_code == 200 for _ in range(5))
        server.running.until("more than 256 connections: those that wait longest are closed")
        assert strangers(server) == [401] * 10 + [401] * 4 + [429]  # of ten different ones each one; of one of them six


def strangers(server: Server) -> list[int]:
    """What ten addresses that a proxy names are told, and then one of them five times more."""
    names = [f"192.0.2.{n}" for n in range(10)] + ["192.0.2.1"] * 5
    url = f"http://127.0.0.1:{server.port}/v1/keys"
    return [httpx2.get(url, headers={"x-forwarded-for": name}).status_code for name in names]


def test_who_is_no_trusted_proxy_cannot_name_other_addresses(server: Server) -> None:
    """The module's server trusts nobody: all of these count as ours."""
    url = f"http://127.0.0.1:{server.port}/v1/keys"
    statuses = [httpx2.get(url, headers={"x-forwarded-for": f"192.0.2.{n}"}).status_code for n in range(60)]
    assert statuses[-1] == 429
    assert httpx2.get(url, headers={"authorization": f"Bearer {server.key}"}).status_code == 200


def chunked(server: Server, *rest: bytes, wait: float = 15) -> tuple[bytes, int]:
    """What comes back for a chunked body that goes on like this until the server has had enough, and by how much its memory grew."""
    before = server.memory()
    fields = "host: a", f"authorization: Bearer {server.key}", "connection: close", "transfer-encoding: chunked"
    head = "\r\n".join(("POST /v1/posts/validate HTTP/1.1", *fields, "", ""))
    with server.open() as open_:
        open_.settimeout(wait)
        open_.sendall(head.encode())
        with suppress(OSError):
            for piece in rest:
                open_.sendall(piece)
        return answered(open_), server.memory() - before


def test_what_surrounds_a_chunk_has_an_end(server: Server) -> None:
    said, grown = chunked(server, b"1;", *[b"a" * 65_536] * 2000)
    assert problem(said) == (400, "http_invalid")
    assert grown < 20 * MEGABYTE


def test_a_trailer_has_an_end_and_is_no_header(server: Server) -> None:
    said, grown = chunked(server, b"2\r\n{}\r\n0\r\nx-t: ", *[b"a" * 65_536] * 2000)
    assert problem(said) == (400, "http_invalid")
    assert grown < 20 * MEGABYTE


def test_too_many_trailers_are_refused_at_once(server: Server) -> None:
    said, _ = chunked(server, b"2\r\n{}\r\n0\r\n", *[b"x-%d: a\r\n" % n for n in range(150)], b"\r\n", wait=5)
    assert problem(said) == (431, "headers_too_large")


def test_small_chunks_of_an_honest_client_are_taken(server: Server) -> None:
    body = b'{"schedule": {"posts": []}}' + b" " * 100_000
    said, _ = chunked(server, b"".join(b"1\r\n%c\r\n" % byte for byte in body) + b"0\r\nx-t: a\r\n\r\n")
    assert said.startswith(b"HTTP/1.1 422"), said[:300]


def test_a_packed_body_is_refused_by_its_name(server: Server) -> None:
    url, headers = (
        f"http://127.0.0.1:{server.port}/v1/posts/validate",
        {"authorization": f"Bearer {server.key}", "content-encoding": "gzip"},
    )
    answer = httpx2.post(url, content=b"{}", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (415, "content_encoding_unsupported")


def test_strangers_who_do_not_speak_http_are_told_of_once_a_minute_with_their_address(server: Server) -> None:
    for _ in range(30):
        with server.open() as open_:
            open_.sendall(b"x\r\n\r\n")
            assert problem(answered(open_)) == (400, "http_invalid")
    server.running.until("that is not HTTP/1.1 came from 127.0.0.1")
    assert "Invalid HTTP request received" not in server.running.output
    assert server.running.output.count("that is not HTTP/1.1 came from 127.0.0.1") == 1


def test_one_body_after_the_other_on_one_connection_counts_for_itself(server: Server) -> None:
    headers = {"authorization": f"Bearer {server.key}", "content-type": "application/json"}
    with httpx2.Client(base_url=f"http://127.0.0.1:{server.port}", headers=headers, timeout=30) as client:
        for size in (900_000, 10, 900_000, 2_000_000, 10):
            answer = client.post("/v1/posts/validate", content=b'{"posts": []}' + b" " * size)
            assert (answer.status_code, answer.json()["code"]) == (422, "schedule_items_required")
