"""`?fields=`: answers with only those members that are asked for. What every one must have by its description stays."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cache
from typing import Annotated, Any

import msgspec
from fastapi import Query

from socialclaw.api.dialect import Schema
from socialclaw.errors import InvalidRequest
from socialclaw.spelling import nearest

LONGEST = 2_000  # characters
Fields = Annotated[
    str | None,
    Query(max_length=LONGEST, description="Only these members, by their names, with commas between them. What is always there stays."),
]
Chosen = frozenset[str] | None


def chosen(fields: str | None, of: type[Schema]) -> Chosen:
    """The members that are asked for and those that are always there; None: all. InvalidRequest where there is no such member."""
    return _chosen(fields, *_members(of))


def parts(fields: str | None, every: Collection[str]) -> Chosen:
    """The same of the parts of an answer, none of which must be there."""
    return _chosen(fields, frozenset(every), frozenset())


def _chosen(fields: str | None, known: frozenset[str], always: frozenset[str]) -> Chosen:
    names = [name for part in (fields or "").split(",") if (name := part.strip())]
    if not names:
        return None
    for name in names:
        if name not in known:
            near = nearest(name, sorted(known))
            meant = f": did you mean {near}?" if near else ""
            raise InvalidRequest(
                f"There is no member {name[:40]!r} here{meant}", code="filter_invalid", path="fields", allowed=sorted(known)
            )
    return frozenset(names) | always


@cache
def _members(of: type[Schema]) -> tuple[frozenset[str], frozenset[str]]:
    fields = {str(field.serialization_alias or field.alias or name): field.is_required() for name, field in of.model_fields.items()}
    return frozenset(fields), frozenset(name for name, required in fields.items() if required)


def thin(item: Mapping[str, Any], names: Chosen) -> Mapping[str, Any]:
    return item if names is None else {name: value for name, value in item.items() if name in names}


def thin_rows(rows: msgspec.Raw, names: Chosen) -> msgspec.Raw:
    """The same of an array that is JSON already."""
    if names is None:
        return rows
    return msgspec.Raw(msgspec.json.encode([thin(row, names) for row in msgspec.json.decode(rows)]))
