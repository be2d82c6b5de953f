"""Prism between a recorded request and its recorded answer: what it finds that is not as described."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx2

from tests.networks.clients import node
from tests.networks.recorded import Call

LOCK = Path(__file__).with_name("package-lock.json")
NUMBER = "x-recorded-call"
SECONDS = 120  # for reading a description
DROPPED = ("host", "content-length", "transfer-encoding", "connection", "accept-encoding", "content-encoding")


class Proxy:
    """`through(number, target)`: what is wrong with a recorded call, request and answer."""

    def __init__(self, url: str, calls: Sequence[Call]) -> None:
        self.url = url
        self.calls = calls
        self.http = httpx2.Client(timeout=300)  # the first request of a description compiles all of it

    def through(self, number: int, target: str) -> list[dict[str, Any]]:
        request, _ = self.calls[number]
        headers = [(name, value) for name, value in request.headers.multi_items() if name.lower() not in DROPPED]
        sent = httpx2.Request(request.method, f"{self.url}{target}", headers=[*headers, (NUMBER, str(number))], content=request.content)
        answer = self.http.send(sent)
        if NUMBER not in answer.headers:  # it never came through: Prism has no such operation, or could not read the call
            return [{"location": ["request"], "code": "undescribed", "message": answer.text[:300]}]
        found: list[dict[str, Any]] = json.loads(answer.headers.get("sl-violations", "[]"))
        return found


@contextlib.contextmanager
def proxy(document: dict[str, Any], calls: Sequence[Call], folder: Path) -> Iterator[Proxy]:
    """Prism with this description, before a server that answers each call as it was answered when it was recorded."""
    upstream = ThreadingHTTPServer(("127.0.0.1", 0), _answering(calls))
    upstream.daemon_threads = True
    threading.Thread(target=upstream.serve_forever, daemon=True).start()
    port, home = _free(), f"http://127.0.0.1:{upstream.server_address[1]}"
    file = folder / f"{port}.json"
    file.write_text(json.dumps({**document, "servers": [{"url": home}]}, default=str), encoding="utf-8")
    program, _ = node.program()
    script = node.folder(LOCK) / "node_modules" / "@stoplight" / "prism-cli" / "dist" / "index.js"
    command = [program, script, "proxy", file, home, "--port", str(port), "--host", "127.0.0.1", "--errors", "false", "-v", "error"]
    log = folder / f"{port}.log"
    with log.open("wb") as out:
        prism = subprocess.Popen(command, stdout=out, stderr=out, env={**os.environ, "NODE_NO_WARNINGS": "1"})
    try:
        _wait(port, prism, log)
        yield Proxy(f"http://127.0.0.1:{port}", calls)
    finally:
        prism.terminate()
        prism.wait(20)
        upstream.shutdown()
        upstream.server_close()


def _free() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(port: int, prism: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + SECONDS
    while time.monotonic() < end and prism.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.2)
    raise RuntimeError(f"Prism did not start: {log.read_text('utf-8', 'replace')[-2000:]}")


def _answering(calls: Sequence[Call]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            self.rfile.read(int(self.headers.get("content-length", 0)))
            _, recorded = calls[int(self.headers[NUMBER])]
            self.send_response(recorded.status_code)
            for name, value in recorded.headers.multi_items():
                if name.lower() not in DROPPED:
                    self.send_header(name, value)
            self.send_header(NUMBER, self.headers[NUMBER])
            self.send_header("content-length", str(len(recorded.content)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(recorded.content)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = answer

        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    return Handler
