"""What is printed of an answer: for people, for a pipe, or for programs.

At a terminal: tables, colours, times as people say them. Into a pipe: a line each, values between tabs, nothing else. With `--json` the
answer as the API gave it, and with `--quiet` ids.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from socialclaw.cli.output import print_json, print_table, say

COLOURS = {
    "published": "green",
    "completed": "green",
    "connected": "green",
    "ok": "green",
    "yes": "green",
    "failed": "red",
    "partial_failed": "red",
    "canceled": "dim",
    "retry_pending": "yellow",
    "publishing": "cyan",
    "processing": "cyan",
    "no": "red",
}
AMOUNTS = ((86400 * 2, 86400, "d"), (3600 * 2, 3600, "h"), (120, 60, "min"), (0, 1, "s"))
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its heading, and what it shows of a row. `when`: it is a time."""

    title: str
    value: str | Callable[[Row], Any]
    when: bool = False

    def of(self, row: Row) -> Any:
        return row.get(self.value) if isinstance(self.value, str) else self.value(row)


@dataclass(slots=True)
class Shown:
    """How this command prints."""

    json: bool = False
    quiet: bool = False

    @property
    def people(self) -> bool:
        return sys.stdout.isatty() and not self.json and not self.quiet

    def table(self, answer: Any, rows: Sequence[Row], columns: Sequence[Column], *, ids: str = "id", none: str = "Nothing found.") -> None:
        """A list. `ids`: which field `--quiet` prints."""
        if self.json:
            print_json(answer)
        elif self.quiet:
            _lines(str(row[ids]) for row in rows)
        elif not self.people:
            _lines("\t".join(flat(column.of(row)) for column in columns) for row in rows)
        elif rows:
            cells = [[self._cell(column, row) for column in columns] for row in rows]
            print_table([column.title for column in columns], cells, style=COLOURS.get)
        else:
            say(none)

    def facts(self, answer: Any, pairs: Iterable[tuple[str, Any]], *, id: str = "") -> None:
        """One thing, a line for each fact; what there is none of is left out."""
        told = [(name, value) for name, value in pairs if value not in (None, "", [], {})]
        if self.json:
            print_json(answer)
        elif self.quiet:
            say(id)
        elif not self.people:
            _lines(f"{name}\t{flat(value)}" for name, value in told)
        else:
            width = max((len(name) for name, _ in told), default=0) + 2
            print_table(None, [[f"{name:<{width}}", flat(value)] for name, value in told], style=COLOURS.get)

    def sentence(self, answer: Any, text: str, *, id: str = "") -> None:
        """What has been done."""
        if self.json:
            print_json(answer)
        else:
            say(id if self.quiet and id else text)

    def _cell(self, column: Column, row: Row) -> str:
        value = column.of(row)
        return ago(str(value)) if column.when and value else flat(value)


def flat(value: Any) -> str:
    """A value in one line, without what a terminal would obey."""
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return ", ".join(f"{name}={flat(inner)}" for name, inner in value.items()) or "-"
    if isinstance(value, list | tuple | set):
        return ", ".join(map(flat, value)) or "-"
    return "".join(c if c.isprintable() else " " if c.isspace() else "\N{REPLACEMENT CHARACTER}" for c in str(value))


def counted(number: int, what: str) -> str:
    """`1 post`, `2 posts`."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def ago(text: str, now: datetime | None = None) -> str:
    """A time as people say it: `in 3 h`, `5 min ago`; a day and an hour where it is far."""
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        return text
    if when.tzinfo is None:
        return text
    seconds = (when - (now or datetime.now(UTC))).total_seconds()
    if abs(seconds) > 7 * 86400:
        return f"{when.astimezone():%Y-%m-%d %H:%M}"
    size, unit, word = next(one for one in AMOUNTS if abs(seconds) >= one[0])
    del size
    amount = f"{abs(seconds) / unit:.0f} {word}"
    return f"in {amount}" if seconds > 0 else f"{amount} ago"


def _lines(lines: Iterable[str]) -> None:
    for line in lines:
        print(line)
    sys.stdout.flush()
