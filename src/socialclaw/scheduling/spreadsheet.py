"""Schedules as tables: a post a row, by CSV files as spreadsheets write and read them; and where in one something is.

A cell that a spreadsheet would take for a formula gets an apostrophe before it, and loses that again where it is read.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from socialclaw.errors import InvalidRequest, PayloadTooLarge
from socialclaw.providers.issues import Issue, shown
from socialclaw.scheduling.aliases import ALIASES
from socialclaw.scheduling.plan import MOST_POSTS
from socialclaw.scheduling.problems import Notes
from socialclaw.scheduling.unknown_fields import POST
from socialclaw.spelling import bare

FORMULA = tuple("=+-@\t\r\n|%＝＋－＠")  # with what a cell begins that is taken for one
DELIMITERS = ",;\t"
MOST_COLUMNS = 200  # far more than there are fields of a post
MOST_CELLS = 250_000  # in a file, and line ends as well: as many values as a body of JSON may have
LISTS, MEDIA, SETTINGS = "labels", "media_link", "settings"
PLACE = re.compile(r"posts\[(\d+)\]\.?([^.\[]*)")
# Other spellings of the columns that there are; what answers have beside is passed over as in a schedule.
NAMES = {bare(name): first for first in POST.fields for name in (first, *ALIASES.get(first, ()))}


@dataclass(frozen=True, slots=True)
class Table:
    """A file, understood: the posts as a schedule says them, the line that each begins on, and the number of each field's column."""

    posts: list[dict[str, Any]]
    lines: list[int]
    columns: Mapping[str, int]
    issues: tuple[Issue, ...] = ()
    warnings: tuple[Issue, ...] = ()

    def placed(self, issues: Iterable[Issue]) -> Iterator[Issue]:
        """Issues of the schedule, each by its line and column."""
        for issue in issues:
            if (place := PLACE.match(issue.path)) and int(place[1]) < len(self.lines):
                said = replace(issue, message=issue.message.replace(f"posts[{place[1]}].", ""))
                yield _at(said, self.lines[int(place[1])], *self._column(place[2]))
            else:
                yield issue

    def _column(self, field: str) -> tuple[str, int | None]:
        field = MEDIA if field == "assets" else field
        return field, self.columns.get(field)


def guarded(text: str) -> str:
    """A cell as a spreadsheet shows it and does not compute it."""
    return f"'{text}" if text.startswith(FORMULA) or (text[:1] == "'" and text[1:2] in ("'", *FORMULA) and len(text) > 1) else text


def plain(cell: str) -> str:
    """What a cell says, whether it is guarded or not."""
    return cell[1:] if cell[:1] == "'" and len(cell) > 1 and cell[1] in ("'", *FORMULA) else cell


def row(cells: Sequence[str]) -> str:
    """A row of a file; CSV as RFC 4180 has it."""
    out = io.StringIO()
    csv.writer(out).writerow([guarded(cell) for cell in cells])
    return out.getvalue()


def read(content: bytes) -> Table:
    """The table in a file. InvalidRequest `csv_invalid`, which says where, for what is none; PayloadTooLarge `too_many_values`."""
    text = _decoded(content)
    if max(map(text.count, (*DELIMITERS, "\r", "\n"))) > MOST_CELLS:
        message = f"The file holds more than {MOST_CELLS:,} cells or line ends: put some of it into another file"
        raise PayloadTooLarge(message, code="too_many_values", maxValues=MOST_CELLS)
    first = next((line for line in io.StringIO(text, newline="") if line.strip()), "")
    delimiter = max(DELIMITERS, key=first.count)
    rows = _rows(text, delimiter)
    line, header = next(rows, (1, []))
    if not header:
        raise _invalid("The file is empty: its first line names the columns, such as account, text, publish_at", 1)
    columns, notes = _columns(header, line)
    posts, lines = list[dict[str, Any]](), list[int]()
    for line, cells in rows:
        if len(cells) > len(header) and any(cell.strip() for cell in cells[len(header) :]):
            message = f"This row has {len(cells)} cells for {len(header)} columns: put quotation marks around text with a {delimiter!r}"
            raise _invalid(message, line, len(header) + 1)
        if len(posts) == MOST_POSTS:
            raise _invalid(f"A run has at most {MOST_POSTS:,} posts: put the others into another file", line)
        posts.append(_post(columns, cells, line, notes))
        lines.append(line)
    if not posts:
        raise _invalid("The file names columns and has no row of a post below them", line)
    return Table(posts, lines, {name: index + 1 for index, name in columns.items()}, notes.issues(), tuple(notes.warnings))


def _decoded(content: bytes) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise _invalid("The file is not in UTF-8: save it as CSV UTF-8", line) from None
    if (at := text.find("\0")) >= 0:
        raise _invalid("The file holds a NUL character, which no text may", text.count("\n", 0, at) + 1)
    return text


def _rows(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Rows that say something, with the line that each begins on."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise _invalid(f"This is no CSV: {error}", max(line, reader.line_num)) from None
        if any(cell.strip() for cell in cells):
            yield line, cells


def _columns(header: Sequence[str], line: int) -> tuple[dict[int, str], Notes]:
    """Which field each column is, and what is wrong with the others."""
    if len(header) > MOST_COLUMNS:
        raise _invalid(f"A table has at most {MOST_COLUMNS} columns; this one has {len(header):,}", line, MOST_COLUMNS + 1)
    notes, columns = Notes(), dict[int, str]()
    for index, cell in enumerate(header):
        called = plain(cell).strip()
        name = NAMES.get(bare(called), called)
        if not called:
            continue
        if name in columns.values():
            raise _invalid(f"Two columns are {shown(name)}: keep one", line, index + 1)
        look = Notes()
        POST.look({name: "something"}, "", look)
        notes.found += [(0, _at(issue, line, called, index + 1)) for _, issue in look.found]
        notes.warnings += [_at(issue, line, called, index + 1) for issue in look.warnings]
        if not (look.found or look.warnings):
            columns[index] = name
    if "account" not in columns.values():
        raise _invalid("No column is called account: it says where a post goes, by a handle or an id", line)
    return columns, notes


def _post(columns: Mapping[int, str], cells: Sequence[str], line: int, notes: Notes) -> dict[str, Any]:
    post: dict[str, Any] = {}
    for index, name in columns.items():
        cell = plain(cells[index]).strip() if index < len(cells) else ""
        if not cell:
            continue
        if name == LISTS:
            post[name] = [label for label in (part.strip() for part in cell.split(",")) if label]
        elif name == SETTINGS:
            post[name] = _object(cell, line, index + 1, notes)
        elif name == MEDIA and len(urls := cell.split()) > 1:
            post["assets"] = urls
        else:
            post[name] = cell
    return post


def _object(cell: str, line: int, number: int, notes: Notes) -> dict[str, Any]:
    try:
        found = json.loads(cell)
    except (ValueError, RecursionError):
        found = None
    if isinstance(found, dict):
        return found
    message = 'settings must be a JSON object, such as {"name": "value"}'
    notes.found.append((0, _at(Issue("post_settings_invalid", message), line, SETTINGS, number)))
    return {}


def _at(issue: Issue, line: int, called: str, number: int | None) -> Issue:
    place = f"line {line}" + (f", {called}" if called else "")
    return replace(issue, path=place, details={**issue.details, "line": line, "column": number, "columnName": called or None})


def _invalid(message: str, line: int, column: int | None = None) -> InvalidRequest:
    where = f"line {line}" + (f", column {column}" if column else "")
    return InvalidRequest(f"{where}: {message}", code="csv_invalid", path=where, line=line, column=column)
