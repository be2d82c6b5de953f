"""`socialclaw mcp`: the tools for agents over stdio, for a client that starts its servers itself."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from socialclaw.cli.remote.command import BaseUrl, Key, Profile
from socialclaw.cli.remote.profiles import target
from socialclaw.errors import Problem

Toolsets = Annotated[str | None, typer.Option("--toolsets", help="Toolsets with commas between them: default, all, publish, trust, …")]
Single = Annotated[str | None, typer.Option("--tools", help="Single tools beside them, with commas between them.")]
ReadOnly = Annotated[bool, typer.Option("--readonly", help="Only tools that change nothing.")]
Root = Annotated[Path | None, typer.Option("--root", help="Folder of which files may be uploaded.", show_default="the working directory")]


def mcp(
    toolsets: Toolsets = None,
    tools: Single = None,
    readonly: ReadOnly = False,
    root: Root = None,
    profile: Profile = None,
    api_key: Key = None,
    base_url: BaseUrl = None,
) -> None:
    """Serve the Model Context Protocol on standard input and output, with the login of this command line."""
    from socialclaw.mcp import stdio
    from socialclaw.mcp.table import chosen

    choice = chosen(toolsets, tools, "1" if readonly else None)
    folder = root or Path.cwd()
    if not folder.is_dir():
        raise Problem(f"{folder} is no folder: correct --root")
    found = target(key=api_key, base_url=base_url, profile=profile)
    asyncio.run(stdio.serve(found.base_url, found.key, choice, folder.resolve()))
