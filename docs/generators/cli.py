"""docs/cli.md: every command with its arguments, options and help, from the commands themselves."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import typer

from docs.generators.markdown import bullets, code, document, table
from socialclaw import cli

VALUES = {str: "TEXT", int: "NUMBER", Path: "PATH", datetime: "DATE"}
INTRODUCTION = """`socialclaw` is on the path of the environment it is installed in; from a clone it is `.uv/bin/uv run socialclaw …`, once
`make up` or `make test` has run. Options win over the [environment variables](settings.md). What the operator can put right is one line
on standard error, and exit code 1."""


def page() -> str:
    blocks = [block for name, command in commands() for block in _described(name, command)]
    return document("Command line", INTRODUCTION, bullets(f"[`{name}`](#{name.replace(' ', '-')})" for name, _ in commands()), *blocks)


def commands() -> Iterator[tuple[str, Any]]:
    """Every command that does something, with its full name."""
    yield from _inside("socialclaw", typer.main.get_command(cli.app))


def _inside(name: str, command: Any) -> Iterator[tuple[str, Any]]:
    for word, inner in sorted(getattr(command, "commands", {}).items()):
        yield from _inside(f"{name} {word}", inner)
    if not hasattr(command, "commands"):
        yield name, command


def _described(name: str, command: Any) -> Iterator[str]:
    yield f"## {name}"
    yield command.help
    arguments = [p for p in command.params if p.param_type_name == "argument"]
    if arguments:
        yield table(["Argument", "What it is"], [[code(p.metavar or p.name.upper()), p.help or ""] for p in arguments])
    rows = [[_names(p), p.help or "", _default(p)] for p in command.params if p.param_type_name == "option" and not p.hidden]
    if rows:
        yield table(["Option", "What it does", "Default"], rows)


def _names(option: Any) -> str:
    value = "" if option.is_flag else f" {VALUES[option.type_descriptor.annotation]}"
    return ", ".join([code(f"{name}{value}") for name in option.opts] + [code(name) for name in option.secondary_opts])


def _default(option: Any) -> str:
    if option.required:
        return "required"
    if isinstance(option.show_default, str):
        return code(option.show_default) if option.show_default[0] in "-/." or " " not in option.show_default else option.show_default
    return "" if option.default in (None, False) else code(option.default)
