"""`socialclaw install`: telling a client for agents where our MCP server is. The change is shown before it is made."""

from __future__ import annotations

import difflib
import json as js
import shutil
import sys
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from socialclaw.cli.output import say
from socialclaw.cli.remote.command import Api, Refused, remote
from socialclaw.cli.remote.exits import USAGE

NAME = "socialclaw"


@dataclass(frozen=True, slots=True)
class Agent:
    """A client: where it keeps its servers, and how a file of it is changed."""

    label: str
    file: Callable[[], Path]
    changed: Callable[[str, list[str]], str]


def _json(section: str) -> Callable[[str, list[str]], str]:
    def changed(before: str, command: list[str]) -> str:
        found = js.loads(before) if before.strip() else {}
        if not isinstance(found, dict) or not isinstance(found.setdefault(section, {}), dict):
            raise ValueError(f"it is no object with {section}")
        found[section][NAME] = {"command": command[0], "args": command[1:]}
        return js.dumps(found, indent=2, ensure_ascii=False) + "\n"

    return changed


def _toml(before: str, command: list[str]) -> str:
    """Behind what is there: what others have written into it stays as it is, comments too."""
    if NAME in tomllib.loads(before).get("mcp_servers", {}):
        raise ValueError(f"it has [mcp_servers.{NAME}] already: take that out first")
    gap = "" if not before or before.endswith("\n\n") else "\n" if before.endswith("\n") else "\n\n"
    return f"{before}{gap}[mcp_servers.{NAME}]\ncommand = {js.dumps(command[0])}\nargs = {js.dumps(command[1:])}\n"


AGENTS = {
    "claude": Agent("Claude Code", lambda: Path(".mcp.json"), _json("mcpServers")),
    "cursor": Agent("Cursor", lambda: Path.home() / ".cursor" / "mcp.json", _json("mcpServers")),
    "vscode": Agent("VS Code", lambda: Path(".vscode") / "mcp.json", _json("servers")),
    "codex": Agent("Codex", lambda: Path.home() / ".codex" / "config.toml", _toml),
}


@remote
def install(
    api: Api,
    claude: Annotated[bool, typer.Option("--claude", help="Claude Code, for this folder's project (.mcp.json).")] = False,
    cursor: Annotated[bool, typer.Option("--cursor", help="Cursor (~/.cursor/mcp.json).")] = False,
    vscode: Annotated[bool, typer.Option("--vscode", help="VS Code, for this folder (.vscode/mcp.json).")] = False,
    codex: Annotated[bool, typer.Option("--codex", help="Codex (~/.codex/config.toml).")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Tell a client for agents of the MCP server `socialclaw mcp`, which uses the login of this command line."""
    asked = {"claude": claude, "cursor": cursor, "vscode": vscode, "codex": codex}
    chosen = [AGENTS[name] for name, wanted in asked.items() if wanted]
    if not chosen:
        raise Refused(f"Say for which client: {', '.join(f'--{name}' for name in AGENTS)}", USAGE)
    more = ["--profile", profile] if (profile := api.given("profile")) else []
    for agent in chosen:
        _install(api, agent, [shutil.which(NAME) or NAME, "mcp", *more], yes=yes)


def _install(api: Api, agent: Agent, command: list[str], *, yes: bool) -> None:
    path = agent.file()
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    try:
        after = agent.changed(before, command)
    except ValueError as error:
        raise Refused(f"{path} is left as it is: {error}") from None
    if after == before:
        api.sentence({"ok": True, "file": str(path)}, f"{agent.label} knows it already: {path}")
        return
    if not api.json:
        lines = difflib.unified_diff(before.splitlines(), after.splitlines(), str(path), str(path), lineterm="", n=2)
        say("\n".join(lines))
    if not yes and sys.stdin.isatty() and sys.stdout.isatty() and not typer.confirm(f"Change {path}?", err=True):
        raise Refused("Nothing was changed")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(after, encoding="utf-8")
    api.sentence({"ok": True, "file": str(path)}, f"{agent.label} knows it now: {path}")
