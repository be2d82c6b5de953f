"""What every network's tests share: simulators reached over real HTTP, and the official descriptions where they are at hand."""

from __future__ import annotations

import contextlib
import ssl
import threading
import warnings
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx2
import pytest

from socialclaw.simulation.sandbox import Sandbox
from socialclaw.simulation.simulator import Simulator

SPECS = Path(__file__).parents[3] / "shared" / "specs"
Serve = Callable[..., str]


@pytest.fixture(autouse=True)
def registered(monkeypatch: pytest.MonkeyPatch) -> None:
    """The app of these tests has its callbacks registered."""
    monkeypatch.setattr(Simulator, "app_url", "https://post.example")


@pytest.fixture
def serve_simulator() -> Iterator[Serve]:
    """`serve_simulator(simulator, host=None, tls=None) -> base URL`: the simulator behind a real socket on 127.0.0.1.

    Every path is answered as that path of `host` (default: the simulator's first); those of a whole sandbox, as of the host that the
    request names. A fault without an answer closes the connection.
    """
    servers: list[ThreadingHTTPServer] = []

    def serve(simulator: Simulator | Sandbox, host: str | None = None, *, tls: ssl.SSLContext | None = None) -> str:
        named = host or (simulator.hosts[0] if isinstance(simulator, Simulator) else None)
        server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(simulator, named))
        if tls:  # the thread that answers shakes hands, so that one slow client keeps no other from coming in
            server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_address[1]}"

    yield serve
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def official() -> Callable[[str], Path]:
    """`official("x/openapi.json") -> path` of a network's own description; the test is skipped, loudly, where it is not at hand."""

    def find(name: str) -> Path:
        path = SPECS / name
        if not path.exists():
            warnings.warn(f"NOT COMPARED with the official description: {path} is not there", stacklevel=2)
            pytest.skip(f"the official description {name} is not at hand (looked in {SPECS})")
        return path

    return find


def _handler(simulator: Simulator | Sandbox, named: str | None) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            headers = [(k, v) for k, v in self.headers.items() if k.lower() not in ("host", "transfer-encoding", "content-length")]
            host = named or self.headers["host"].partition(":")[0]
            request = httpx2.Request(self.command, f"https://{host}{self.path}", headers=headers, content=self._body())
            try:
                response = simulator.answer(request)
            except httpx2.TransportError:
                self.close_connection = True
                return
            with contextlib.suppress(OSError):
                self.send_response(response.status_code)
                for name, value in response.headers.multi_items():
                    if name not in ("content-length", "transfer-encoding", "connection"):
                        self.send_header(name, value)
                self.send_header("content-length", str(len(response.content)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(response.content)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = answer

        def _body(self) -> bytes:
            if "chunked" not in self.headers.get("transfer-encoding", ""):
                return self.rfile.read(int(self.headers.get("content-length", 0)))
            parts = []
            while size := int(self.rfile.readline().split(b";")[0], 16):
                parts.append(self.rfile.read(size))
                self.rfile.readline()
            while self.rfile.readline().strip():
                pass
            return b"".join(parts)

        def log_message(self, format: str, *args: object) -> None:
            """Quiet: the test says what it expected."""

    return Handler
