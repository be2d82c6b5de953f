"""A server that answers as it is told to, and the command line in this process, with a home of its own."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from socialclaw import cli

KEY = "sc_test_0123456789abcdef0123456789abcdef"


@dataclass
class Scripted:
    """`answers`: by method and path, the status and the body. What came is in `seen`: method, path, headers, body."""

    base: str = ""
    answers: dict[str, tuple[int, Any]] = field(default_factory=dict)
    seen: list[tuple[str, str, dict[str, str], Any]] = field(default_factory=list)

    def bodies(self, what: str) -> list[Any]:
        return [body for method, path, _, body in self.seen if f"{method} {path.partition('?')[0]}" == what]


@pytest.fixture
def server() -> Iterator[Scripted]:
    scripted = Scripted()

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            content = self.rfile.read(int(self.headers.get("content-length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            scripted.seen.append((self.command, self.path, headers, json.loads(content) if content else None))
            missing = (404, {"ok": False, "code": "not_found", "message": "There is nothing"})
            status, body = scripted.answers.get(f"{self.command} {self.path.partition('?')[0]}", missing)
            text = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        do_GET = do_POST = do_DELETE = answer

        def log_message(self, *_: Any) -> None:
            return

    listening = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=listening.serve_forever, daemon=True).start()
    scripted.base = f"http://127.0.0.1:{listening.server_port}"
    yield scripted
    listening.shutdown()
    listening.server_close()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Of somebody who has not used this before, and whose folder is theirs too."""
    for name in ("SOCIALCLAW_API_KEY", "SC_API_KEY", "SOCIALCLAW_BASE_URL", "SC_BASE_URL", "SOCIALCLAW_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "home" / "work").mkdir(parents=True)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path / "home" / "work")
    return tmp_path / "home"


Say = Callable[..., Any]


@pytest.fixture
def say(server: Scripted, home: Path) -> Say:
    """A command, with a key for the server; what it printed and its exit code."""

    def said(*words: str | Path, key: str = KEY, input: str | None = None) -> Any:
        environment = {"SOCIALCLAW_API_KEY": key, "SOCIALCLAW_BASE_URL": server.base} if key else {}
        return CliRunner().invoke(cli.app, [*map(str, words)], env=environment, input=input, catch_exceptions=False)

    return said
