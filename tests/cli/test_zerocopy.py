"""Files that the kernel sends: whole and in parts, to clients that read, that dawdle and that leave; on both event loops."""

from __future__ import annotations

import asyncio
import http.client
import os
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import uvloop
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from socialclaw.api.file_response import sent
from socialclaw.cli import http_server, zerocopy
from socialclaw.cli.connection import ServerConfig
from socialclaw.settings import Settings

LENGTH = 6_000_000
LOOPS = {"asyncio": asyncio.new_event_loop, "uvloop": uvloop.new_event_loop}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "file"
    path.write_bytes(os.urandom(LENGTH))
    return path


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """What each call of sendfile was asked to send."""
    made: list[int] = []
    sendfile = os.sendfile

    def counted(out: int, file: int, at: int, size: int) -> int:
        made.append(size)
        return sendfile(out, file, at, size)

    monkeypatch.setattr(os, "sendfile", counted)
    return made


@pytest.fixture(params=LOOPS)
def port(request: pytest.FixtureRequest, file: Path) -> Iterator[int]:
    """A server in a thread of its own that hands out the file from `?from=` on; with `?more=` it promises more than there is."""

    async def answer(asked: Request) -> Response:
        start = int(asked.query_params.get("from", 0))
        length = LENGTH - start + int(asked.query_params.get("more", 0))
        return await sent(file.open("rb"), start, length, 200, {"content-length": str(length)})

    app = zerocopy.ZeroCopy(Starlette(routes=[Route("/", answer)]))
    bound = http_server.listen("127.0.0.1", 0)
    server = http_server.Server(ServerConfig(app, Settings(), ws="none", loop="none", log_config=None))
    server.config.timeout_graceful_shutdown = 1

    def run() -> None:
        with asyncio.Runner(loop_factory=LOOPS[request.param]) as runner:
            runner.run(server.serve(sockets=[bound]))

    thread = threading.Thread(target=run)
    thread.start()
    with ask(bound.getsockname()[1], f"/?from={LENGTH - 1}") as wire:
        assert wire.recv(1000)
    yield bound.getsockname()[1]
    server.end()
    thread.join()


def ask(port: int, path: str = "/") -> socket.socket:
    """A connection on which the file is on its way; nothing of it is read yet."""
    wire = socket.create_connection(("127.0.0.1", port), timeout=60)
    wire.sendall(f"GET {path} HTTP/1.1\r\nhost: x\r\n\r\n".encode())
    return wire


def until(holds: Callable[[], bool]) -> None:
    ended = threading.Event()
    for _ in range(1000):
        if holds():
            return
        ended.wait(0.01)
    raise AssertionError("it does not come to hold")


def open_files() -> int:
    return len([*Path("/proc/self/fd").iterdir()])


def test_a_file_comes_whole_and_in_parts_over_one_connection(port: int, file: Path, calls: list[int]) -> None:
    content = file.read_bytes()
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    for start in (0, 1_234_567, 0):
        client.request("GET", f"/?from={start}")
        assert client.getresponse().read() == content[start:]
    asked = len(calls)
    assert asked >= 3
    client.request("GET", f"/?from={LENGTH - 1000}")
    assert client.getresponse().read() == content[-1000:]
    assert len(calls) == asked, "what is small goes out with its headers"
    client.close()


def test_a_slow_reader_gets_every_byte_in_order(port: int, file: Path) -> None:
    with ask(port) as wire, wire.makefile("rb") as answer:
        while answer.readline() != b"\r\n":
            pass
        received = bytearray()
        while len(received) < LENGTH:
            received += answer.read(min(100_000, LENGTH - len(received)))
            threading.Event().wait(0.001)
    assert received == file.read_bytes()


def test_who_leaves_leaves_nothing_open(port: int) -> None:
    before = open_files()
    for _ in range(5):
        with ask(port) as wire:
            wire.recv(1000)
    until(lambda: open_files() <= before)
    with ask(port) as wire:
        assert wire.recv(1000).startswith(b"HTTP/1.1 200")


def test_who_takes_nothing_is_let_go(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zerocopy, "STALLED_SECONDS", 0.1)
    before = open_files()
    wire = ask(port)
    until(lambda: open_files() <= before + 1)  # ours is still open
    wire.close()


def test_a_file_that_ends_early_breaks_the_connection_off(port: int) -> None:
    with ask(port, "/?more=10") as wire:
        received = 0
        while got := wire.recv(1 << 20):
            received += len(got)
    assert received < LENGTH + 1000


def test_where_sendfile_cannot_read_a_file_it_is_read(port: int, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: int) -> int:
        raise OSError(22, "Invalid argument")

    monkeypatch.setattr(os, "sendfile", refused)
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    client.request("GET", "/?from=7")
    assert client.getresponse().read() == file.read_bytes()[7:]
    client.close()


def test_a_server_that_stops_leaves_nothing_open(port: int) -> None:
    """The rest is the fixture's end, which waits for the server's thread."""
    wire = ask(port)
    wire.recv(1000)
    wire.close()


def test_what_is_used_of_uvicorn_is_there() -> None:
    """A version that names it otherwise must be noticed here."""
    cycle = RequestResponseCycle.__init__.__annotations__
    assert {"transport", "flow"} <= cycle.keys()
    assert {"drain", "write_paused"} <= {*dir(FlowControl), *vars(FlowControl(None))}  # type: ignore[arg-type]
    assert {"disconnected", "expected_content_length"} <= {*RequestResponseCycle.__init__.__code__.co_names}
