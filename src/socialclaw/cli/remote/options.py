"""The options that several of these commands have, by the names that the official client gave them."""

from __future__ import annotations

from typing import Annotated

import typer

from socialclaw.cli.remote import completion
from socialclaw.cli.remote.command import Refused
from socialclaw.cli.remote.exits import USAGE

PostId = Annotated[str, typer.Option("--post-id", help="The post's id.", autocompletion=completion.post_ids)]
RunId = Annotated[str, typer.Option("--run-id", help="The run's id.", autocompletion=completion.run_ids)]
AccountId = Annotated[str, typer.Option("--account-id", help="The account's id.", autocompletion=completion.account_ids)]
File = Annotated[
    str, typer.Option("--file", "-f", help="JSON, YAML, CSV, XLSX, a folder of Markdown, or - for standard input.", metavar="FILE")
]
OnlyProvider = Annotated[str | None, typer.Option("--provider", help="Only of this provider.")]
OnlyAccount = Annotated[
    str | None, typer.Option("--account", help="Only of this account, by its handle or id.", autocompletion=completion.handles)
]
OnlyRun = Annotated[str | None, typer.Option("--run-id", help="Only of this run.", autocompletion=completion.run_ids)]
OnlyStatus = Annotated[str | None, typer.Option("--status", help="Only in this state.")]
Limit = Annotated[str | None, typer.Option("--limit", help="How many at most.", metavar="NUMBER")]
Window = Annotated[str, typer.Option("--window", help="lifetime, 24h, 7d or 30d.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask, in a live workspace either.")]


def missing(flag: str) -> Refused:
    return Refused(f"Missing required flag: {flag}", USAGE)
