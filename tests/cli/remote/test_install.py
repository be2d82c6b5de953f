"""Clients for agents are told of our MCP server, and keep all that they had."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest

from tests.cli.remote.conftest import Say

PLACES = {"--claude": "work/.mcp.json", "--cursor": ".cursor/mcp.json", "--vscode": "work/.vscode/mcp.json"}


def entry(home: Path, flag: str) -> dict[str, object]:
    found = json.loads((home / PLACES[flag]).read_text())
    told: dict[str, object] = found["servers" if flag == "--vscode" else "mcpServers"]["socialclaw"]
    return told


@pytest.mark.parametrize("flag", PLACES)
def test_a_client_is_told_and_the_change_is_shown(say: Say, home: Path, flag: str) -> None:
    done = say("install", flag)
    assert done.exit_code == 0
    assert "+" in done.stdout
    assert Path(str(entry(home, flag)["command"])).name == "socialclaw"
    assert entry(home, flag)["args"] == ["mcp"]


def test_what_was_there_stays(say: Say, home: Path) -> None:
    path = home / ".cursor" / "mcp.json"
    path.parent.mkdir()
    path.write_text(json.dumps({"mcpServers": {"other": {"command": "other"}}, "theirs": 1}))
    assert say("install", "--cursor").exit_code == 0
    found = json.loads(path.read_text())
    assert (found["theirs"], found["mcpServers"]["other"]) == (1, {"command": "other"})
    before = path.read_text()
    assert "knows it already" in say("install", "--cursor").stdout
    assert path.read_text() == before


def test_codex_keeps_its_file_to_the_letter(say: Say, home: Path) -> None:
    path = home / ".codex" / "config.toml"
    path.parent.mkdir()
    path.write_text('model = "a"  # mine')
    assert say("install", "--codex").exit_code == 0
    assert path.read_text().startswith('model = "a"  # mine\n')
    assert tomllib.loads(path.read_text())["mcp_servers"]["socialclaw"]["args"] == ["mcp"]
    assert say("install", "--codex").exit_code == 6, "twice would be a file that nothing reads"


def test_a_file_that_cannot_be_read_is_left_as_it_is(say: Say, home: Path) -> None:
    path = home / "work" / ".mcp.json"
    path.write_text("{ // mine\n}")
    done = say("install", "--claude")
    assert (done.exit_code, "left as it is" in done.stderr, path.read_text()) == (6, True, "{ // mine\n}")


def test_a_profile_is_handed_on_and_a_key_is_not_written(say: Say, home: Path) -> None:
    assert say("install", "--claude", "--profile", "brand").exit_code == 0
    assert entry(home, "--claude")["args"] == ["mcp", "--profile", "brand"]
    assert "sc_test" not in (home / "work" / ".mcp.json").read_text()


def test_it_has_to_be_said_for_which_client(say: Say) -> None:
    assert say("install").exit_code == 2
