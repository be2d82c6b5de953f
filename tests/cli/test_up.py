"""`socialclaw up` as a newcomer meets it: a real process, a first start with its tour, and the starts after it."""

from __future__ import annotations

import argparse
import json
import re
import shlex
import signal
import sqlite3
import stat
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest

from socialclaw.networks import providers
from tests.cli.processes import BOUND_SECONDS, Running, run, started

BASE = r"Base URL +(http://127\.0\.0\.1:\d+)$"
KEY = r"(sc_test_[\w-]{32})$"
RUNNING = r"^Running"

pytestmark = pytest.mark.xdist_group("up")


@dataclass(frozen=True)
class FirstStart:
    """What a first start left behind: its folder, its output, the rows of its table, and what its links led to."""

    folder: Path
    output: str
    base: str
    rows: list[list[str]]
    opened: list[int]
    networks: int
    connected: int
    code: int


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> FirstStart:
    folder = tmp_path_factory.mktemp("up") / "data"
    with started("up", "--port", "0", "--data-dir", folder) as up:
        base, key = up.until(BASE)[1], up.until(KEY)[1]
        up.until(r"^Network +Post +Status +Attempts")
        heading = len(up.lines)
        up.until(RUNNING)
        rows = [re.split(r"\s{2,}", line.strip()) for line in up.lines[heading:-1] if line.strip()]
        opened = [httpx2.get(row[4]).status_code for row in rows]
        health = httpx2.get(f"{base}/v1/connections/health", headers={"authorization": f"Bearer {key}"}).json()
        networks = httpx2.get(f"{base}/sandbox/").text.count('class="card"')
        code = up.stop()
        return FirstStart(folder, up.output, base, rows, opened, networks, health["summary"]["publishable"], code)


def test_the_first_start_ends_with_a_table_of_what_was_published(first: FirstStart) -> None:
    assert {row[2] for row in first.rows} == {"published"}, first.output
    assert {row[3] for row in first.rows} == {"1"}
    assert [row[1] for row in first.rows].count("reply") == 1
    assert {row[0] for row in first.rows} == {p.label for p in providers().values()}, "a post on each"


def test_the_links_of_the_table_open_in_the_sandbox(first: FirstStart) -> None:
    assert all(row[4].startswith(f"{first.base}/sandbox/") for row in first.rows)
    assert set(first.opened) == {200}


def test_an_account_is_connected_on_each_network(first: FirstStart) -> None:
    assert first.connected >= first.networks > 0
    assert "could not be connected" not in first.output


def test_it_stops_in_good_order(first: FirstStart) -> None:
    assert first.code == 0
    assert first.output.endswith("Stopped.")


def test_the_key_file_is_for_its_owner_only(first: FirstStart) -> None:
    assert stat.S_IMODE((first.folder / "secret.key").stat().st_mode) == 0o600


def test_a_later_start_reuses_everything_and_shows_no_key_and_no_tour(first: FirstStart) -> None:
    before = rows_of(first.folder)
    with started("up", "--port", "0", "--data-dir", first.folder) as up:
        up.until(BASE)
        up.until(r"socialclaw keys create --workspace Sandbox")
        up.until(RUNNING)
        assert up.stop(signal.SIGINT) == 0
    assert "sc_test_" not in up.output
    assert "tour" not in up.output.lower()
    assert rows_of(first.folder) == before


def rows_of(folder: Path) -> dict[str, int]:
    with sqlite3.connect(folder / "socialclaw.db") as database:
        tables = ("workspaces", "api_keys", "accounts", "connections", "runs", "posts", "assets")
        return {table: database.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables}


def test_the_line_that_is_printed_publishes_a_post_when_pasted(tmp_path: Path) -> None:
    with started("up", "--port", "0", "--no-tour", "--data-dir", tmp_path / "data") as up:
        base, key, line = up.until(BASE)[1], up.until(KEY)[1], up.until(r"Post now +(curl .+)$")[1]
        up.until(RUNNING)
        assert "tour" not in up.output.lower()
        run_id = pasted(line)["run"]["id"]
        assert published(base, key, run_id)["providerUrl"].startswith(base)
        assert up.stop() == 0


def test_it_publishes_to_a_sandbox_that_is_a_process_of_its_own(tmp_path: Path) -> None:
    known = {"SOCIALCLAW_SANDBOX_SECRET": "by which the two know each other"}
    with started("sandbox", "--port", "0", "--data-dir", tmp_path / "sandbox", **known) as sandbox:
        url = sandbox.until(r"on (http://127\.0\.0\.1:\d+)/sandbox/")[1]
        with started("up", "--port", "0", "--no-tour", "--data-dir", tmp_path / "data", SOCIALCLAW_SANDBOX_URL=url, **known) as up:
            base, key, line = up.until(BASE)[1], up.until(KEY)[1], up.until(r"Post now +(curl .+)$")[1]
            up.until(RUNNING)
            post = published(base, key, pasted(line)["run"]["id"])
            assert post["providerUrl"].startswith(url)
            assert up.stop() == 0
        seen = httpx2.get(f"{url}/sandbox/seen.json").json()["posts"]
        assert [p["id"] for p in seen] == [post["providerPostId"]]
        assert sandbox.stop() == 0


def pasted(line: str) -> dict[str, dict[str, str]]:
    """What the shell would make of the line, done without needing curl."""
    program, *words = shlex.split(line)
    assert program == "curl"
    options = argparse.ArgumentParser()
    options.add_argument("-s", action="store_true")
    options.add_argument("-H", action="append")
    options.add_argument("-d")
    options.add_argument("url")
    given = options.parse_args(words)
    response = httpx2.post(given.url, headers=dict(header.split(": ", 1) for header in given.H), content=given.d)
    answer: dict[str, dict[str, str]] = response.json()
    assert answer["ok"], answer
    return answer


def published(base: str, key: str, run_id: str) -> dict[str, str]:
    """The run's one post, once it is published."""
    end = time.monotonic() + BOUND_SECONDS
    while time.monotonic() < end:
        answer = httpx2.get(f"{base}/v1/runs/{run_id}/status", headers={"authorization": f"Bearer {key}"}).json()
        if answer["run"]["status"] == "completed":
            [post] = answer["posts"]
            assert post["status"] == "published"
            return dict(post)
        time.sleep(0.1)
    raise AssertionError(f"not published: {answer}")


def test_serve_and_a_worker_apart_share_one_installation(tmp_path: Path) -> None:
    data = ("--data-dir", tmp_path / "data")
    assert run("workspaces", "create", "Team", "--mode", "test", *data).returncode == 0
    secret = json.loads(run("keys", "create", "--workspace", "Team", "--json", *data).stdout)["secret"]
    with started("serve", "--no-worker", "--port", "0", *data) as server, started("worker", *data) as worker:
        base = server.until(r"API on (http://\S+), without a worker")[1]
        worker.until("is publishing")
        health = httpx2.get(f"{base}/health").json()
        assert health["worker"]["alive"] is True
        assert httpx2.post(f"{base}/v1/keys/validate", headers={"authorization": f"Bearer {secret}"}).json()["tenant"]["name"] == "Team"
        assert stopped(worker, signal.SIGTERM) == 0
        assert stopped(server, signal.SIGINT) == 0


def stopped(process: Running, kind: int) -> int:
    code = process.stop(kind)
    assert process.lines[-1] == "Stopped."
    return code


def test_the_links_that_are_printed_sign_in_the_owner(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    with started("up", "--port", "0", "--no-tour", "--data-dir", folder) as up:
        base, link = up.until(BASE)[1], up.until(r"^Sign in +(http://\S+/auth/ticket/[\w-]{43}) ")[1]
        up.until(RUNNING)
        other = run("sign-in", "--port", base.rpartition(":")[2], "--data-dir", folder).stdout.strip()
        people = [signed_in(base, each) for each in (link, other)]
        assert up.stop() == 0
    assert people[0]["user"]["id"] == people[1]["user"]["id"]
    assert [(one["name"], one["role"]) for one in people[0]["workspaces"]] == [("Sandbox", "owner")]
    assert link.rpartition("/")[2] not in up.output.replace(f"Sign in     {link}", "")


def signed_in(base: str, link: str) -> dict[str, Any]:
    """Who a browser is that has opened a link and pressed the button there."""
    with httpx2.Client(headers={"sec-fetch-site": "same-origin"}) as browser:
        assert browser.get(link).status_code == 200
        assert browser.post(link).status_code == 303
        found: dict[str, Any] = browser.get(f"{base}/v1/dashboard/session").json()
        return found
