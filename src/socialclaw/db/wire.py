"""Columns as text that is ready for the wire, made by the database: what hot lists select instead of rows."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, String, cast
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


def wire_json(column: ColumnElement[Any] | Any) -> ColumnElement[str]:
    """A JSON column as its text."""
    return cast(column, String)
