"""Workspaces and keys from the command line: what they print, and what the API makes of it."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from socialclaw.workspaces.operations import PRESETS
from tests.cli.processes import run


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("keys") / "data"
    for name, mode in (("Live one", "live"), ("Test one", "test")):
        assert run("workspaces", "create", name, "--mode", mode, "--data-dir", folder).returncode == 0
    return folder


def answer(folder: Path, *args: str) -> dict[str, Any]:
    ended = run(*args, "--json", "--data-dir", folder)
    assert ended.returncode == 0, ended.stderr
    found: dict[str, Any] = json.loads(ended.stdout)
    return found


def test_workspaces_are_listed_with_their_modes(folder: Path) -> None:
    found = answer(folder, "workspaces", "list")["workspaces"]
    assert [(w["name"], w["mode"]) for w in found] == [("Live one", "live"), ("Test one", "test")]


@pytest.mark.parametrize(("workspace", "prefix"), [("Live one", "sc_live_"), ("Test one", "sc_test_")])
def test_a_key_shows_its_secret_once(folder: Path, workspace: str, prefix: str) -> None:
    made = answer(folder, "keys", "create", "--workspace", workspace, "--label", "ci", "--kind", "agent")
    assert made["secret"].startswith(prefix)
    assert (made["workspace"], made["label"], made["kind"], made["revokedAt"]) == (workspace, "ci", "agent", None)
    listed = run("keys", "list", "--json", "--data-dir", folder).stdout
    assert made["secret"] not in listed
    assert made["id"] in [key["id"] for key in json.loads(listed)["keys"]]


def test_for_people_the_secret_stands_on_a_line_of_its_own(folder: Path) -> None:
    lines = run("keys", "create", "--workspace", "Live one", "--data-dir", folder).stdout.splitlines()
    assert lines[0].startswith("sc_live_")
    assert " " not in lines[0]


def test_a_key_is_made_with_operations_and_listed_with_them(folder: Path) -> None:
    made = answer(folder, "keys", "create", "--workspace", "Test one", "--operations", "reader, publish")
    assert made["operations"] == ["read", "publish"]
    assert answer(folder, "keys", "create", "--workspace", "Test one", "--kind", "agent")["operations"] == list(PRESETS["agent"])
    assert answer(folder, "keys", "create", "--workspace", "Test one")["operations"] == list(PRESETS["admin"])
    found = {key["id"]: key["operations"] for key in answer(folder, "keys", "list", "--workspace", "Test one")["keys"]}
    assert found[made["id"]] == ["read", "publish"]
    assert "read publish" in " ".join(run("keys", "list", "--workspace", "Test one", "--data-dir", folder, COLUMNS="300").stdout.split())


def test_operations_that_there_are_not_are_named(folder: Path) -> None:
    ended = run("keys", "create", "--workspace", "Test one", "--operations", "write", "--data-dir", folder)
    assert ended.returncode == 1
    assert "Unknown operation 'write'" in ended.stderr


def test_the_doctor_names_agents_keys_that_may_do_everything(folder: Path) -> None:
    made = answer(folder, "keys", "create", "--workspace", "Test one", "--kind", "agent")
    with closing(sqlite3.connect(folder / "socialclaw.db")) as database, database:
        database.execute("UPDATE api_keys SET operations = ? WHERE id = ?", (" ".join(PRESETS["admin"]), made["id"]))
    found = {check["name"]: check for check in json.loads(run("doctor", "--json", "--port", "1", "--data-dir", folder).stdout)["checks"]}
    assert found["agents' keys"]["state"] == "note"
    assert made["id"] in found["agents' keys"]["message"]
    answer(folder, "keys", "revoke", made["id"])
    found = {check["name"]: check for check in json.loads(run("doctor", "--json", "--port", "1", "--data-dir", folder).stdout)["checks"]}
    assert found["agents' keys"]["state"] == "ok"


def test_a_revoked_key_stays_listed_as_such(folder: Path) -> None:
    made = answer(folder, "keys", "create", "--workspace", "Test one")
    assert answer(folder, "keys", "revoke", made["id"])["revokedAt"]
    found = {key["id"]: key for key in answer(folder, "keys", "list", "--workspace", "Test one")["keys"]}
    assert found[made["id"]]["revokedAt"]
    assert all(key["workspace"] == "Test one" for key in found.values())


def test_a_key_that_is_not_there_cannot_be_revoked(folder: Path) -> None:
    assert "key_nowhere" in run("keys", "revoke", "key_nowhere", "--data-dir", folder).stderr


def test_a_name_is_given_once(folder: Path) -> None:
    ended = run("workspaces", "create", "Live one", "--data-dir", folder)
    assert ended.returncode == 1
    assert "Live one" in ended.stderr


def test_a_name_that_is_markup_is_shown_as_it_is(folder: Path) -> None:
    run("workspaces", "create", "[red]Team[/]", "--data-dir", folder)
    assert "[red]Team[/]" in run("workspaces", "list", "--data-dir", folder).stdout


def test_migrate_says_what_it_did(tmp_path: Path) -> None:
    assert answer(tmp_path, "migrate") == {"before": "empty", "after": "current"}
    assert answer(tmp_path, "migrate") == {"before": "current", "after": "current"}


def test_how_late_the_posts_of_a_workspace_may_be_is_set_and_bounded(folder: Path) -> None:
    assert answer(folder, "workspaces", "set-max-late", "Live one", "90")["maxLateMinutes"] == 90
    refused = run("workspaces", "set-max-late", "Live one", "0", "--data-dir", folder)
    assert refused.returncode != 0
    assert "1 to 525,600" in refused.stderr


def test_a_live_workspace_is_made_with_its_twin_where_that_is_asked_for(folder: Path) -> None:
    made = answer(folder, "workspaces", "create", "Both of us", "--twin")
    assert (made["mode"], made["twin"]["mode"], made["twin"]["name"]) == ("live", "test", "Both of us (test)")
    lines = run("workspaces", "create", "Two more", "--twin", "--data-dir", folder).stdout.splitlines()
    assert [line.split()[1] for line in lines] == ["live", "test"], lines
    assert "twin" not in answer(folder, "workspaces", "create", "Alone")
    ended = run("workspaces", "create", "Neither", "--mode", "test", "--twin", "--data-dir", folder)
    assert (ended.returncode != 0, "Only a live workspace gets a twin" in ended.stderr) == (True, True), ended.stderr
    assert "Neither" not in run("workspaces", "list", "--data-dir", folder).stdout


def test_a_key_can_be_made_that_ends_by_itself(folder: Path) -> None:
    made = answer(folder, "keys", "create", "--workspace", "Test one", "--expires", "2030-01-31")
    assert made["expiresAt"] == "2030-01-31T00:00:00.000Z"
    found = {key["id"]: key["expiresAt"] for key in answer(folder, "keys", "list", "--workspace", "Test one")["keys"]}
    assert found[made["id"]] == made["expiresAt"]
    past = run("keys", "create", "--workspace", "Test one", "--expires", "2020-01-01", "--data-dir", folder)
    assert past.returncode == 1
    assert "expiresAt is when the key ends" in past.stderr
