"""`events`, `webhooks`, `listen` and `trigger` against a real server: what is triggered happens, is listed, and arrives signed."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from standardwebhooks import Webhook

from tests.cli.processes import BOUND_SECONDS, run, started

pytestmark = pytest.mark.xdist_group("following")
WITHOUT_WAITING = (
    "post.published",
    "post.canceled",
    "run.completed",
    "run.scheduled",
    "asset.ready",
    "key.revoked",
    "post.retrying",
    "quota.reached",
)


@dataclass
class Receiver:
    url: str
    received: list[tuple[dict[str, str], bytes]]


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    found: list[tuple[dict[str, str], bytes]] = []

    class Taker(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            found.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(204)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            return None

    server = ThreadingHTTPServer(("127.0.0.1", 0), Taker)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield Receiver(f"http://127.0.0.1:{server.server_port}/hook", found)
    server.shutdown()


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """A server as `up` starts it, and what its commands need to reach it."""
    folder = tmp_path_factory.mktemp("following")
    with started("up", "--port", "0", "--no-tour", "--data-dir", folder / "data") as up:
        base, key = up.until(r"Base URL +(http://127\.0\.0\.1:\d+)$")[1], up.until(r"(sc_test_[\w-]{32})$")[1]
        up.until("Ctrl-C")
        yield {"SOCIALCLAW_BASE_URL": base, "SOCIALCLAW_API_KEY": key, "HOME": str(folder)}


@pytest.fixture
def told(environment: dict[str, str]) -> Callable[..., Any]:
    """What a command answers as JSON."""

    def call(*words: str) -> Any:
        done = run(*words, "--json", **environment)
        assert done.returncode == 0, done.stdout + done.stderr
        return json.loads(done.stdout)

    return call


@pytest.mark.parametrize("type", WITHOUT_WAITING)
def test_what_is_triggered_has_really_happened(told: Callable[..., Any], type: str) -> None:
    event = told("trigger", type)["event"]
    assert event["type"] == type
    assert event in told("events", "--types", type, "--cursor", str(event["seq"] - 1))["events"]


def test_a_failure_is_triggered_by_a_clock_that_runs_again_afterwards(told: Callable[..., Any]) -> None:
    event = told("trigger", "post.failed")["event"]
    assert event["data"]["post"]["attemptCount"] == 6
    assert told("api", "GET", "/v1/sandbox/clock")["clock"]["state"] == "running"


def test_what_cannot_be_triggered_is_told_with_what_can(environment: dict[str, str]) -> None:
    done = run("trigger", "account.connected", **environment)
    assert done.returncode == 2
    assert "post.failed" in done.stderr


def test_events_are_lines_for_a_pipe(environment: dict[str, str]) -> None:
    done = run("events", "--types", "key.created", **environment)
    assert done.returncode == 0
    assert done.stdout.splitlines()[0].split("\t")[2] == "key.created"
    lines = run("events", "--types", "key.*", "--jsonl", **environment).stdout.splitlines()
    assert {json.loads(line)["type"].partition(".")[0] for line in lines} == {"key"}


def test_a_webhook_is_made_tried_listed_and_deleted(told: Callable[..., Any], receiver: Receiver, environment: dict[str, str]) -> None:
    made = told("webhooks", "create", "--url", receiver.url, "--types", "key.*,post.*", "--description", "Here")
    hook = made["webhook"]["id"]
    before = len(receiver.received)
    delivery = told("webhooks", "test", hook, "--type", "post.failed")["delivery"]["id"]
    told("trigger", "key.created")
    until = time.monotonic() + BOUND_SECONDS
    while len(receiver.received) < before + 2 and time.monotonic() < until:
        time.sleep(0.05)
    assert len(receiver.received) == before + 2
    for headers, body in receiver.received[before:]:
        assert Webhook(made["secret"]).verify(body, headers)["type"] in ("post.failed", "key.created")
    assert {one["type"] for one in told("webhooks", "deliveries", hook)["deliveries"]} == {"post.failed", "key.created"}
    assert told("webhooks", "delivery", delivery)["delivery"]["log"]
    assert told("webhooks", "disable", hook)["webhook"]["status"] == "disabled"
    assert told("webhooks", "enable", hook)["webhook"]["status"] == "enabled"
    assert told("webhooks", "rotate-secret", hook)["secret"] != made["secret"]
    assert told("webhooks", "replay", hook, "--since", "2026-01-01T00:00:00Z", "--only-failed")["replayed"] == 0
    assert run("webhooks", "delete", hook, **environment).returncode == 0
    assert told("webhooks")["webhooks"] == []


def test_listening_forwards_what_happens_signed(told: Callable[..., Any], receiver: Receiver, environment: dict[str, str]) -> None:
    before = len(receiver.received)
    words = ("listen", "--forward-to", receiver.url, "--types", "key.created", "--print-secret")
    with started(*words, **environment) as listening:
        secret = listening.until(r"^(whsec_\S+)$")[1]
        event = None
        while event is None or len(receiver.received) == before:  # it may not have begun to listen with the first
            event = told("trigger", "key.created")["event"]
        listening.until(r"key\.created +204")
    headers, body = receiver.received[before]
    assert Webhook(secret).verify(body, headers)["type"] == "key.created"
