"""Schedules as tables: CSV as the server reads it, by the same reader, and XLSX, which is made CSV first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from socialclaw.cli.remote.command import Refused
from socialclaw.cli.remote.files.document import Document, Spot
from socialclaw.errors import InvalidRequest, PayloadTooLarge
from socialclaw.scheduling import spreadsheet

PLACE = spreadsheet.PLACE


def read(path: Path) -> Document:
    name = str(path)
    content, rows = _sheet(path) if path.suffix.lower() == ".xlsx" else (path.read_bytes(), {})
    try:
        table = spreadsheet.read(content)
    except (InvalidRequest, PayloadTooLarge) as error:
        raise Refused(f"{name}: {error.message}") from None
    wrong = [f"{name}:{rows.get(issue.details['line'], issue.details['line'])}: {issue.message}" for issue in table.issues]
    if wrong:
        raise Refused("; ".join(wrong))

    def spot(path: str) -> Spot:
        if not (found := PLACE.match(path)) or int(found[1]) >= len(table.lines):
            return name, None, None
        line = table.lines[int(found[1])]
        field = spreadsheet.MEDIA if found[2] == "assets" else found[2]
        return name, rows.get(line, line), table.columns.get(field)

    return Document({"posts": table.posts}, path.parent, spot)


def _sheet(path: Path) -> tuple[bytes, Mapping[int, int]]:
    """The first sheet of a workbook as CSV, and which of its rows each line is."""
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = load_workbook(path, read_only=True, data_only=True)
    except (InvalidFileException, BadZipFile, KeyError, ValueError):
        raise Refused(f"{path} is no workbook of Excel (.xlsx)") from None
    lines, rows, at = list[str](), dict[int, int](), 1
    for number, cells in enumerate(book.worksheets[0].iter_rows(values_only=True), 1):
        line = spreadsheet.row([*map(_cell, _trimmed(cells))])
        rows[at] = number
        lines.append(line)
        at += line.count("\n")
    book.close()
    return "".join(lines).encode(), rows


def _trimmed(cells: tuple[Any, ...]) -> Iterator[Any]:
    """Without the empty cells at the end of a row."""
    last = max((index for index, cell in enumerate(cells) if cell not in (None, "")), default=-1)
    yield from cells[: last + 1]


def _cell(value: Any) -> str:
    """A cell as one would type it. A time has no zone in a workbook: it is the schedule's."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, date | time):
        return value.isoformat()
    return f"{value:.0f}" if isinstance(value, float) and value.is_integer() else str(value)
