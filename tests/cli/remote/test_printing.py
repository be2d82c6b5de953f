"""What is printed: into a pipe, for programs, at a terminal; and with which number a command ends."""

from __future__ import annotations

import io
import json
import os
import pty
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
import pytest

from socialclaw.cli.remote import waiting
from socialclaw.cli.remote.shown import ago, flat
from tests.cli.processes import environment, run
from tests.cli.remote.conftest import KEY, Say, Scripted

POST = {
    "id": "post_1",
    "account": "x:@a",
    "provider": "x",
    "status": "failed",
    "publishAtUtc": "2020-01-01T00:00:00.000Z",
    "attemptCount": 2,
}
POSTS = {"ok": True, "posts": [POST | {"description": "Hello\tworld\n\x1b[31mred"}, POST | {"id": "post_2", "status": "published"}]}


@pytest.fixture
def posts(server: Scripted) -> Scripted:
    server.answers["GET /v1/posts"] = (200, POSTS)
    return server


def test_into_a_pipe_a_post_is_a_line_with_tabs(posts: Scripted, say: Say) -> None:
    lines = say("posts", "list").stdout.splitlines()
    assert len(lines) == 2
    assert lines[0].split("\t") == ["post_1", "x:@a", "failed", "2020-01-01T00:00:00.000Z", "2", "-", "Hello world �[31mred", "-"]


def test_json_is_the_apis_answer(posts: Scripted, say: Say) -> None:
    assert json.loads(say("posts", "list", "--json").stdout) == POSTS


def test_quiet_is_ids(posts: Scripted, say: Say) -> None:
    assert say("posts", "-q").stdout == "post_1\npost_2\n"


@pytest.mark.parametrize(
    ("status", "code", "exit_code"),
    [
        (401, "api_key_invalid", 3),
        (402, "plan_required", 4),
        (403, "operation_not_allowed", 5),
        (409, "plan_changed", 7),
        (404, "post_not_found", 6),
        (500, "internal_error", 6),
    ],
)
def test_each_kind_of_failure_has_a_number(server: Scripted, say: Say, status: int, code: str, exit_code: int) -> None:
    body = {"ok": False, "code": code, "message": "No", "details": {"next": {"do": "Do that"}, "upgradePath": "/pricing"}}
    server.answers["GET /v1/posts/a"] = (status, body)
    plain = say("posts", "get", "--post-id", "a")
    assert plain.exit_code == exit_code
    assert (plain.stdout, plain.stderr.splitlines()) == (
        "",
        ["socialclaw: No", f"socialclaw: Code: {code}", "socialclaw: Next: Do that", "socialclaw: Upgrade: /pricing"],
    )
    told = say("posts", "get", "--post-id", "a", "--json")
    assert (told.exit_code, json.loads(told.stdout), told.stderr) == (exit_code, body, "")


def test_a_run_that_takes_longer_than_asked_is_8_and_one_that_failed_6(server: Scripted, say: Say) -> None:
    run: dict[str, Any] = {
        "ok": True,
        "run": {"id": "run_1", "status": "processing"},
        "posts": [POST],
        "summary": {"failed": 1, "total": 1},
    }
    server.answers["GET /v1/runs/run_1/status"] = (200, run)
    assert say("watch", "--run-id", "run_1", "--timeout", "0").exit_code == 8
    run["run"]["status"] = "partial_failed"
    ended = say("watch", "--run-id", "run_1")
    assert (ended.exit_code, ended.stdout) == (6, "post_1\tx:@a\tfailed\t-\n")


def test_any_operation_can_be_called(server: Scripted, say: Say) -> None:
    server.answers["POST /v1/repeats"] = (201, {"ok": True})
    done = say("api", "POST", "/v1/repeats", "-F", "rule=FREQ=DAILY", "-F", "count=3", "--query", "a=b", "--idempotency-key", "mine")
    assert json.loads(done.stdout) == {"ok": True}
    _, path, headers, body = server.seen[-1]
    assert (path, headers["idempotency-key"], body) == ("/v1/repeats?a=b", "mine", {"rule": "FREQ=DAILY", "count": 3})
    assert say("api", "GET", "v1/repeats").exit_code == 6


def test_the_schema_of_a_schedule_holds_all_that_it_needs(server: Scripted, say: Say) -> None:
    from docs.generate import HOME

    server.answers["GET /openapi.json"] = (200, json.loads((HOME / "openapi.json").read_text()))
    schema = json.loads(say("schema").stdout)
    assert "PostInput" in schema["$defs"]
    assert "#/components" not in json.dumps(schema)
    from jsonschema import Draft202012Validator

    Draft202012Validator.check_schema(schema)
    wrong = [*Draft202012Validator(schema).iter_errors({"posts": [{"description": 5}]})]
    assert wrong


def at_a_terminal(server: Scripted, *words: str, key: str, typed: str = "") -> tuple[int, str]:
    """A command in a process with a terminal: its exit code, and the screen."""
    ours, theirs = pty.openpty()
    more = environment(SOCIALCLAW_API_KEY=key, SOCIALCLAW_BASE_URL=server.base, TERM="xterm-256color", COLUMNS="200")
    process = subprocess.Popen([sys.executable, "-m", "socialclaw", *words], stdin=theirs, stdout=theirs, stderr=theirs, env=more)
    os.close(theirs)
    os.write(ours, typed.encode())
    screen = b""
    while True:
        try:
            piece = os.read(ours, 65536)
        except OSError:  # the other end is closed
            break
        if not piece:
            break
        screen += piece
    os.close(ours)
    return process.wait(), screen.decode()


def test_at_a_terminal_there_is_a_table_with_colours_and_times_as_people_say_them(posts: Scripted) -> None:
    code, screen = at_a_terminal(posts, "posts", "list", key=KEY)
    assert code == 0
    assert "\x1b[31mfailed" in screen
    assert "\x1b[32mpublished" in screen
    assert "Account" in screen
    assert "2020-01-01T" not in screen
    assert "\x1b[31mred" not in screen, "what somebody has written obeys no terminal"


@pytest.mark.parametrize(("typed", "done"), [("n\n", False), ("y\n", True)])
def test_a_live_workspace_is_asked_about_before_a_post_is_deleted(server: Scripted, typed: str, done: bool) -> None:
    server.answers["POST /v1/posts/post_1/delete"] = (200, {"ok": True, "post": POST})
    code, screen = at_a_terminal(server, "posts", "delete", "--post-id", "post_1", key="sc_live_a", typed=typed)
    assert ("live workspace" in screen, code == 0, bool(server.seen)) == (True, done, done)


@pytest.mark.parametrize(("mode", "asked"), [("live", True), ("test", False)])
def test_where_a_key_does_not_tell_the_server_is_asked_whether_it_is_live(server: Scripted, mode: str, asked: bool) -> None:
    server.answers["POST /v1/keys/validate"] = (200, {"ok": True, "tenant": {"id": "tenant_1", "name": "Brand", "mode": mode}})
    server.answers["POST /v1/posts/post_1/delete"] = (200, {"ok": True, "post": POST})
    code, screen = at_a_terminal(server, "delete", "--post-id", "post_1", key="sca_granted", typed="y\n")
    assert (code, "live workspace" in screen) == (0, asked)


def test_nobody_is_asked_in_a_pipe_or_in_a_test_workspace(server: Scripted, say: Say) -> None:
    server.answers["POST /v1/posts/post_1/delete"] = (200, {"ok": True, "post": POST})
    assert say("posts", "delete", "--post-id", "post_1", key="sc_live_a").exit_code == 0
    assert say("delete", "--post-id", "post_1").exit_code == 0
    assert len(server.seen) == 2


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_whoever_waits_at_a_terminal_is_told_for_what(monkeypatch: pytest.MonkeyPatch) -> None:
    """Once two seconds have gone by, which are none here; a pipe is told nothing."""
    monkeypatch.setattr(waiting, "PATIENCE_SECONDS", 0)
    screen = Screen()
    told = waiting.Waiting(screen)
    told.begin(httpx2.Request("GET", "https://a.example/v1/posts"))
    assert told._timer
    told._timer.join()
    told.end()
    assert "Waiting for GET /v1/posts" in screen.getvalue()
    assert waiting.Waiting(io.StringIO()).hooks() == {}


def test_times_are_said_as_people_do() -> None:
    now = datetime(2026, 12, 1, 12, tzinfo=UTC)
    assert ago("2026-12-01T12:00:30Z", now) == "in 30 s"
    assert ago("2026-12-01T11:30:00Z", now) == "30 min ago"
    assert ago("2026-12-02T11:00:00Z", now) == "in 23 h"
    assert ago("2026-11-28T12:00:00Z", now) == "3 d ago"
    assert ago("2027-12-02T11:00:00Z", now).startswith("2027-12-02")
    assert ago("soon", now) == "soon"


def test_values_are_one_line_each() -> None:
    assert [flat(one) for one in (None, True, [], ["a", None], {"a": 1, "b": [2]}, "a\nb\x07")] == [
        "-",
        "yes",
        "-",
        "a, -",
        "a=1, b=2",
        "a b�",
    ]


def test_a_shell_completes_accounts_and_runs_and_asks_once_a_minute(server: Scripted, home: Path) -> None:
    server.answers["GET /v1/accounts"] = (200, {"ok": True, "accounts": [{"id": "acct_1", "handle": "x:@brand"}, {"handle": "y:@brand"}]})
    server.answers["GET /v1/posts"] = (200, {"ok": True, "posts": [{"id": "post_1", "runId": "run_1"}, {"id": "post_2", "runId": "run_1"}]})

    def completed(words: str) -> list[str]:
        more = {"_SOCIALCLAW_COMPLETE": "complete_bash", "COMP_WORDS": f"socialclaw {words}", "COMP_CWORD": str(len(words.split(" ")))}
        done = run(HOME=str(home), SOCIALCLAW_API_KEY=KEY, SOCIALCLAW_BASE_URL=server.base, **more)
        return done.stdout.split()

    assert completed("posts list --account x") == ["x:@brand"]
    assert completed("jobs list --account ") == ["x:@brand", "y:@brand"]
    assert completed("status --run-id r") == ["run_1"]
    assert completed("runs ins") == ["inspect"]
    assert [path for _, path, _, _ in server.seen] == ["/v1/accounts", "/v1/posts?limit=100"]


def test_a_command_pays_only_for_what_it_needs() -> None:
    """`socialclaw keys` loads neither the client, nor the server, nor the other commands."""
    look = (
        "import sys; from socialclaw import cli; import typer; typer.main.get_command(cli.app).get_command(None, 'keys');"
        "print(*sorted(name for name in sys.modules if name.startswith(('socialclaw.cli', 'httpx2', 'fastapi', 'sqlalchemy', 'ruamel'))))"
    )
    done = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) <= {
        *("socialclaw.cli", "socialclaw.cli.opened", "socialclaw.cli.options", "socialclaw.cli.output", "socialclaw.cli.workspaces")
    }
