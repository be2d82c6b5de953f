"""What the command line prints: lines for people, JSON for programs, and one clear line for what went wrong."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from socialclaw.errors import Problem as Problem  # where commands look for it
from socialclaw.errors import SocialClawError
from socialclaw.next_steps.finding import of_code

if TYPE_CHECKING:
    from rich.console import Console

    from socialclaw.settings import Settings

PLAIN_WIDTH = 160  # columns of a table that goes into a file or a pipe
WIDEST = 10_000  # columns of any table


def say(line: str = "") -> None:
    """One line for people; not held back, whatever standard output is."""
    print(line, flush=True)


def complain(message: str) -> None:
    """What went wrong, in one line on standard error."""
    print(f"socialclaw: {' '.join(message.split())}", file=sys.stderr, flush=True)


def leading_on(error: SocialClawError) -> str:
    """What to do about it: as the server has told it, or as its code has it here; nothing where the message says it all."""
    told = error.details.get("next")
    if isinstance(told, dict):
        return str(told.get("do") or "")
    step = of_code(error.code)
    return f"{step.do}." if step else ""


def pasteable(settings: Settings, *words: str) -> str:
    """A command of ours as it can be pasted here: by the program that this process was started from, on this installation."""
    program, folder = Path(sys.argv[0]).absolute(), settings.data_dir
    here = program.name == "socialclaw" and program.is_relative_to(Path.cwd())
    shown = str(program.relative_to(Path.cwd())) if here else "socialclaw"
    more = () if folder == Path("data") else ("--data-dir", str(folder))
    return shlex.join([shown, *words, *more])


def print_json(value: Any) -> None:
    print(json.dumps(value, indent=2, ensure_ascii=False), flush=True)


def console(width: int | None = None) -> Console:
    """For tables and live progress, as wide as the terminal unless told otherwise. What is no terminal gets wide plain lines."""
    from rich.console import Console

    return Console(highlight=False, width=width or (None if sys.stdout.isatty() else PLAIN_WIDTH), file=sys.stdout)


def print_table(columns: Sequence[str] | None, rows: Sequence[Sequence[str]], style: Callable[[str], str | None] = lambda _: None) -> None:
    """A table for people, without a heading where `columns` is None. Values are shown as they are, never read as markup.

    `style`: how a value is coloured. Where the table is too wide, the terminal breaks its lines: links and ids can be clicked and copied
    only in one piece.
    """
    from rich.measure import Measurement
    from rich.table import Table
    from rich.text import Text

    table = Table(*(columns or ()), box=None, pad_edge=False, header_style="bold", show_header=columns is not None)
    for row in rows:
        table.add_row(*(Text(cell, style=style(cell) or "") for cell in row))
    screen = console()
    natural = Measurement.get(screen, screen.options.update(width=WIDEST), table).maximum
    console(max(screen.width, natural)).print(table)
    sys.stdout.flush()
