"""docs/cli.md: every command with its arguments, options and help, from the commands themselves."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import typer

from docs.generators.markdown import bullets, code, document, table
from socialclaw import cli
from socialclaw.cli.remote.command import OPTIONS
from socialclaw.cli.remote.posts import MACHINE

VALUES = {str: "TEXT", int: "NUMBER", float: "NUMBER", Path: "PATH", datetime: "DATE", list[str]: "TEXT"}
INTRODUCTION = """`socialclaw` is on the path of the environment it is installed in; from a clone it is `.uv/bin/uv run socialclaw …`, once
`make up` or `make test` has run. `socialclaw --install-completion` has your shell complete the words."""
PARTS = {
    cli.HERE: """These open the installation in the data folder, and need no key. Options win over the [environment variables](settings.md).
What the operator can put right is one line on standard error, and exit code 1.""",
    cli.API: """These speak to a server, from any machine, with a key: [Use the command line](howto/command-line.md) has how one is chosen,
what is printed, and the exit codes. All of them take these options:""",
}


def page() -> str:
    blocks = [block for panel, text in PARTS.items() for block in _part(panel, text)]
    return document("Command line", INTRODUCTION, *blocks)


def _part(panel: str, text: str) -> Iterator[str]:
    found = [(name, command) for name, command in commands() if _panel(name) == panel]
    yield f"## {panel}"
    yield text
    shared = next((command for _, command in found if _shared(command)), None)
    if shared:
        yield table(["Option", "What it does", "Default"], [_row(p) for p in shared.params if p.name in OPTIONS])
    yield bullets(f"[`{name}`](#{name.replace(' ', '-')})" for name, _ in found)
    yield from (block for name, command in found for block in _described(name, command))


def commands() -> Iterator[tuple[str, Any]]:
    """Every command that does something, with its full name."""
    yield from _inside("socialclaw", typer.main.get_command(cli.app))


def _inside(name: str, command: Any) -> Iterator[tuple[str, Any]]:
    if not hasattr(command, "list_commands"):
        yield name, command
        return
    for word in sorted(command.list_commands(None)):
        yield from _inside(f"{name} {word}", command.get_command(None, word))


def _panel(name: str) -> str:
    """Where the list of all commands has it; some of `posts` are of the machine."""
    first, *rest = name.split()[1:]
    return cli.HERE if first == "posts" and rest[0] in MACHINE else cli.COMMANDS[first].panel


def _shared(command: Any) -> bool:
    return {p.name for p in command.params} >= set(OPTIONS)


def _described(name: str, command: Any) -> Iterator[str]:
    yield f"## {name}"
    yield command.help
    arguments = [p for p in command.params if p.param_type_name == "argument"]
    if arguments:
        yield table(["Argument", "What it is"], [[code(p.metavar or p.name.upper()), p.help or ""] for p in arguments])
    told_once = OPTIONS if _shared(command) else ()
    rows = [_row(p) for p in command.params if p.param_type_name == "option" and not p.hidden and p.name not in told_once]
    if rows:
        yield table(["Option", "What it does", "Default"], rows)


def _row(option: Any) -> list[str]:
    return [_names(option), option.help or "", _default(option)]


def _names(option: Any) -> str:
    value = "" if option.is_flag else f" {option.metavar or VALUES[option.type_descriptor.annotation]}"
    return ", ".join([code(f"{name}{value}") for name in option.opts] + [code(name) for name in option.secondary_opts])


def _default(option: Any) -> str:
    if option.required:
        return "required"
    if isinstance(option.show_default, str):
        return code(option.show_default) if option.show_default[0] in "-/." or " " not in option.show_default else option.show_default
    return "" if option.default in (None, False) else code(option.default)
