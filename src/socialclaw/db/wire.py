"""Rows and columns as text that is ready for the wire, made by the database: what hot lists select instead of rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, String, literal_column
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement


class wire_time(FunctionElement[str]):
    """A UtcTime column as ISO 8601 with milliseconds and Z."""

    type = String()
    inherit_cache = True


@compiles(wire_time, "sqlite")
def _text(element: wire_time, compiler: Any, **kwargs: Any) -> str:
    return str(compiler.process(element.clauses, **kwargs))  # stored in this very form


@compiles(wire_time, "postgresql")
def _formatted(element: wire_time, compiler: Any, **kwargs: Any) -> str:
    return f"to_char(({compiler.process(element.clauses, **kwargs)}) AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"')"


class wire_json(FunctionElement[str]):
    """A JSON column as a part of a `wire_object`."""

    type = String()
    inherit_cache = True


@compiles(wire_json, "sqlite")
def _parsed(element: wire_json, compiler: Any, **kwargs: Any) -> str:
    return f"json({compiler.process(element.clauses, **kwargs)})"  # without it, a text that happens to hold JSON


@compiles(wire_json, "postgresql")
def _as_it_is(element: wire_json, compiler: Any, **kwargs: Any) -> str:
    return str(compiler.process(element.clauses, **kwargs))


class wire_link(FunctionElement[str]):
    """`wire_link(column, prefix)`: a URL column with its scheme replaced by `prefix`; null where it is null."""

    type = String()
    inherit_cache = True


@compiles(wire_link, "sqlite")
def _after_scheme(element: wire_link, compiler: Any, **kwargs: Any) -> str:
    url, prefix = (compiler.process(part, **kwargs) for part in element.clauses)
    return f"({prefix} || substr({url}, instr({url}, '://') + 3))"


@compiles(wire_link, "postgresql")
def _after_scheme_too(element: wire_link, compiler: Any, **kwargs: Any) -> str:
    url, prefix = (compiler.process(part, **kwargs) for part in element.clauses)
    return f"(CAST({prefix} AS text) || substr({url}, strpos({url}, '://') + 3))"


class _object(FunctionElement[str]):
    """Names and values in turn, as `wire_object` puts them."""

    type = String()
    inherit_cache = True


def wire_object(parts: Mapping[str, ColumnElement[Any]]) -> ColumnElement[str]:
    """A row as the text of a JSON object with these members, in this order."""
    return _object(*(piece for name, value in parts.items() for piece in (literal_column(f"'{name}'"), value)))


@compiles(_object, "sqlite")
def _json_object(element: _object, compiler: Any, **kwargs: Any) -> str:
    return f"json_object({compiler.process(element.clauses, **kwargs)})"


@compiles(_object, "postgresql")
def _row_to_json(element: _object, compiler: Any, **kwargs: Any) -> str:
    """`json_build_object` takes a hundred arguments at most, and puts spaces between them."""
    pieces = [compiler.process(piece, **kwargs) for piece in element.clauses]
    members = ", ".join(f'{value} AS "{name[1:-1]}"' for name, value in zip(pieces[::2], pieces[1::2], strict=True))
    return f"CAST(row_to_json((SELECT o FROM (SELECT {members}) AS o)) AS text)"  # noqa: S608  names and columns of ours
