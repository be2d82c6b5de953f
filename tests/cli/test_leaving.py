"""The commands that copy and delete workspaces and people, on an installation where no server runs."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.cli.processes import run


@pytest.fixture
def data(tmp_path: Path) -> tuple[Any, ...]:
    """The option that names an installation with one workspace, `Team`."""
    found = ("--data-dir", tmp_path / "data")
    assert run("workspaces", "create", "Team", "--mode", "test", *found).returncode == 0
    return found


def names(data: tuple[Any, ...]) -> list[str]:
    return [row["name"] for row in json.loads(run("workspaces", "list", "--json", *data).stdout)["workspaces"]]


def test_a_workspace_is_copied_and_deleted_at_once(data: tuple[Any, ...], tmp_path: Path) -> None:
    copied = run("workspaces", "export", "Team", "--to", tmp_path / "team.zip", *data)
    assert copied.returncode == 0, copied.stderr
    with zipfile.ZipFile(tmp_path / "team.zip") as packed:
        assert b'"Team"' in packed.read("workspaces.jsonl")
    again = run("workspaces", "export", "Team", "--to", tmp_path / "team.zip", *data)
    assert (again.returncode, "is there already" in again.stderr) == (1, True)
    assert run("workspaces", "delete", "Team", *data).returncode == 1, "nobody said yes"
    assert names(data) == ["Team"]
    deleted = run("workspaces", "delete", "Team", "--now", "--yes", *data)
    assert (deleted.returncode, deleted.stderr) == (0, "")
    assert names(data) == []
    left = [path.name for path in (tmp_path / "data").rglob("*") if path.is_file() and b"Team" in path.read_bytes()]
    assert left == []


def test_a_workspace_that_is_to_be_deleted_can_be_kept(data: tuple[Any, ...]) -> None:
    closed = run("workspaces", "delete", "Team", "--yes", "--json", *data)
    said = json.loads(closed.stdout)
    assert (said["name"], said["deleted"], bool(said["deletesAt"])) == ("Team", False, True)
    assert run("workspaces", "keep", "Team", *data).returncode == 0
    again = run("workspaces", "keep", "Team", *data)
    assert (again.returncode, "is not to be deleted" in again.stderr) == (1, True)
    assert names(data) == ["Team"]


def test_whom_nobody_knows_is_not_deleted(data: tuple[Any, ...]) -> None:
    assert json.loads(run("people", "list", "--json", *data).stdout) == {"people": []}
    for command in (("delete", "nobody@example.org", "--yes"), ("export", "nobody@example.org", "--to", "nowhere.zip")):
        answer = run("people", *command, *data)
        assert (answer.returncode, "There is no one person" in answer.stderr) == (1, True), answer.stderr
