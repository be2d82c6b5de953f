"""The elements of a JSON array as rows, in whichever database."""

from __future__ import annotations

from typing import Any

from sqlalchemy import TableValuedAlias, column
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from socialclaw.db.base import Document


class _elements(FunctionElement[Any]):
    name = "elements"
    inherit_cache = True


def elements(array: Any) -> TableValuedAlias:
    """A row for each element of a JSON column that holds arrays: its `value`."""
    return _elements(array).table_valued(column("value", Document))


@compiles(_elements, "sqlite")
def _each(element: _elements, compiler: Any, **kwargs: Any) -> str:
    return f"json_each({compiler.process(element.clauses, **kwargs)})"


@compiles(_elements, "postgresql")
def _array_elements(element: _elements, compiler: Any, **kwargs: Any) -> str:
    return f"jsonb_array_elements({compiler.process(element.clauses, **kwargs)})"
