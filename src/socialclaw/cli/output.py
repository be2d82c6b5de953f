"""What the command line prints: lines for people, JSON for programs, and one clear line for what went wrong."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from socialclaw.errors import SocialClawError

if TYPE_CHECKING:
    from rich.console import Console

PLAIN_WIDTH = 160  # columns of a table that goes into a file or a pipe


class Problem(SocialClawError):
    """Something the operator can put right; `message` says how."""

    code = "not_possible"


def say(line: str = "") -> None:
    """One line for people; not held back, whatever standard output is."""
    print(line, flush=True)


def complain(message: str) -> None:
    """What went wrong, in one line on standard error."""
    print(f"socialclaw: {' '.join(message.split())}", file=sys.stderr, flush=True)


def print_json(value: Any) -> None:
    print(json.dumps(value, indent=2, ensure_ascii=False), flush=True)


def console() -> Console:
    """For tables and live progress. What is no terminal gets wide plain lines."""
    from rich.console import Console

    return Console(highlight=False) if sys.stdout.isatty() else Console(highlight=False, width=PLAIN_WIDTH, file=sys.stdout)


def print_table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table for people. Values are shown as they are, never read as markup."""
    from rich.table import Table
    from rich.text import Text

    table = Table(*columns, box=None, pad_edge=False, header_style="bold")
    for row in rows:
        table.add_row(*(Text(cell, overflow="fold") for cell in row))
    console().print(table)
    sys.stdout.flush()
