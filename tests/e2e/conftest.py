"""A real server in a process of its own, and clients that speak to it as the first-party ones do."""

from __future__ import annotations

import asyncio
import json
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import pytest

from socialclaw.cli.consent import allow
from tests.cli.processes import BOUND_SECONDS, run, started

Json = dict[str, Any]
KNOWN = {"SOCIALCLAW_SANDBOX_SECRET": "by which the two know each other"}


@dataclass(frozen=True)
class Person:
    """Somebody with a workspace's key. Every call says that it sends JSON, as the command-line client does, body or not."""

    base: str
    secret: str
    http: httpx2.Client = field(default_factory=lambda: httpx2.Client(timeout=BOUND_SECONDS, trust_env=False))

    def send(self, method: str, path: str, body: Any = None, **query: Any) -> httpx2.Response:
        headers = {"authorization": f"Bearer {self.secret}", "content-type": "application/json"}
        content = b"" if body is None else json.dumps(body).encode()
        return self.http.request(method, f"{self.base}{path}", params=query, headers=headers, content=content)

    def call(self, method: str, path: str, body: Any = None, *, answers: int = 200, **query: Any) -> Json:
        """An operation that has to answer with this status; its JSON."""
        answer = self.send(method, path, body, **query)
        assert answer.status_code == answers, f"{method} {path}: {answer.status_code} {answer.text}"
        found: Json = answer.json()
        assert found["ok"] is (answers < 400)
        return found

    def until(self, path: str, fits: Callable[[Json], Any]) -> Json:
        """Ask again until the answer fits."""
        end = time.monotonic() + BOUND_SECONDS
        while not fits(found := self.call("GET", path)):
            assert time.monotonic() < end, found
            time.sleep(0.1)
        return found

    def ended(self, run_id: str) -> Json:
        """The run's detail once all of its posts have ended."""
        self.until(f"/v1/runs/{run_id}/status", lambda answer: answer["run"]["status"] in ("completed", "partial_failed"))
        return self.call("GET", f"/v1/runs/{run_id}")


@dataclass(frozen=True)
class Site:
    """The server and the simulated networks, each a process of its own."""

    base: str
    networks: str
    folder: Path

    def newcomer(self, name: str) -> Person:
        """A new test workspace's first key, made on the command line."""
        data = ("--data-dir", self.folder, "--json")
        assert run("workspaces", "create", name, "--mode", "test", *data).returncode == 0
        made = run("keys", "create", "--workspace", name, *data)
        assert made.returncode == 0, made.stderr
        return Person(self.base, json.loads(made.stdout)["secret"])

    def credentials(self, network: str, name: str) -> dict[str, str]:
        """What a user of a simulated network would paste, or type into its consent page."""
        answer = httpx2.post(f"{self.networks}/sandbox/credentials", json={"network": network, "name": name})
        assert answer.status_code == 200, answer.text
        given: dict[str, str] = answer.json()["credentials"]
        return given

    def fail(self, network: str, kind: str) -> None:
        """Let the next call that would create a post meet this fault."""
        answer = httpx2.post(f"{self.networks}/sandbox/faults", json={"network": network, "kind": kind})
        assert answer.status_code == 201, answer.text

    def seen(self, network: str, text: str) -> list[Json]:
        """What the public sees, or saw, of posts whose text holds this."""
        posts = httpx2.get(f"{self.networks}/sandbox/seen.json", params={"network": network}).json()["posts"]
        return [post for post in posts if text in post["text"]]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
        return port


@pytest.fixture(scope="package")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder, port = tmp_path_factory.mktemp("e2e"), free_port()
    base = f"http://127.0.0.1:{port}"
    with started("sandbox", "--port", "0", "--data-dir", folder / "sandbox", "--api", base, **KNOWN) as sandbox:
        networks = sandbox.until(r"on (http://127\.0\.0\.1:\d+)/sandbox/")[1]
        environment = {
            **KNOWN,
            "SOCIALCLAW_SANDBOX_URL": networks,
            "SOCIALCLAW_LOG_LEVEL": "warning",
            "SOCIALCLAW_RETRY_FIRST_SECONDS": "0.2",
        }
        with started("serve", "--port", str(port), "--data-dir", folder / "data", **environment) as server:
            server.until(f"API on {base}, publishing too")
            yield Site(base, networks, folder / "data")
            assert server.stop() == 0
            assert "Traceback" not in server.output
        assert sandbox.stop() == 0


@pytest.fixture(scope="package")
def person(site: Site) -> Person:
    """Somebody who has connected an account on each network."""
    person = site.newcomer("Ours")
    for network in ("telegram", "discord"):
        answer = person.call("POST", "/v1/connections/start", {"provider": network, **site.credentials(network, "ours")}, answers=201)
        assert answer["connection"]["status"] == "connected"
        assert answer["connection"]["authorizationUrl"] is None
        assert answer["accounts"][0]["handle"].startswith(f"{network}:")
        assert answer["account"] == answer["accounts"][0]
    started = person.call("POST", "/v1/connections/start", {"provider": "x"}, answers=201)["connection"]
    assert started["status"] == "pending"
    assert started["authorizationUrl"] == started["authorizeUrl"]
    page = asyncio.run(consent(started["authorizationUrl"], site.credentials("x", "ours")))
    assert page.status_code == 200
    assert "X is connected" in page.text
    assert person.call("GET", f"/v1/connections/{started['id']}")["connection"]["status"] == "connected"
    return person


async def consent(url: str, typed: dict[str, str]) -> httpx2.Response:
    async with httpx2.AsyncClient(timeout=BOUND_SECONDS, trust_env=False) as browser:
        return await allow(browser, url, typed)
