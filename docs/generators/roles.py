"""docs/roles.md: what people may do, from the table of roles and the rights that the routes name."""

from __future__ import annotations

import asyncio
from typing import Any

from docs.generators.markdown import code, codes, document, table
from docs.generators.openapi import document as openapi
from socialclaw.people.roles import FLAGGED, LEAST, OF_PEOPLE, ORDER, ROLES, at_least
from socialclaw.workspaces.operations import OPERATIONS

INTRODUCTION = """A person has one role in each workspace that they are a member of. Each route names one **right**; whoever has it may call
the route with their session. Most routes take an API key as well, which needs an [operation](security.md#keys) instead. A role that is too
low is a 403 `role_required`, which says in `details` which role it takes and who has it."""


def page() -> str:
    roles = table(["Role", "What it is for"], [[code(role), meaning] for role, meaning in ROLES.items()])
    rights = table(["Right", "What it allows", *ORDER], [[code(right), _meaning(right), *_marks(right)] for right in LEAST])
    calls = table(["Operation", "Right", *ORDER, "API key"], [_row(*each) for each in sorted(operations(), key=_order)])
    flagged = ", ".join(f"{code(right)} of single {role}s" for right, role in FLAGGED.items())
    note = f"Roles have what the ones before them have. An owner may allow {flagged}, by the flag `billingAdmin`."
    return document("Roles", INTRODUCTION, "## What they are for", roles, "## Rights", note, rights, "## Operations", calls)


def operations() -> list[tuple[str, str, dict[str, Any]]]:
    """Every operation that a person may call: method, path and what is said of it."""
    paths = asyncio.run(openapi())["paths"]
    found = [(method.upper(), path, spec) for path, item in paths.items() for method, spec in item.items()]
    return [(method, path, spec) for method, path, spec in found if {"session": []} in spec.get("security", ())]


def _order(each: tuple[str, str, dict[str, Any]]) -> tuple[int, str, str]:
    method, path, spec = each
    right = spec.get("x-right")
    return ([None, *LEAST].index(right), path, method)


def _row(method: str, path: str, spec: dict[str, Any]) -> list[str]:
    right = spec.get("x-right")
    marks = _marks(right) if right else ["yes"] * len(ORDER)
    return [
        code(f"{method} {path}"),
        code(right) if right else "of one's own",
        *marks,
        codes([spec["x-operation"]]) if "x-operation" in spec else "",
    ]


def _marks(right: str) -> list[str]:
    return ["yes" if at_least(role, LEAST[right]) else "flag" if at_least(role, FLAGGED.get(right, "owner")) else "" for role in ORDER]


def _meaning(right: str) -> str:
    return OPERATIONS.get(right) or OF_PEOPLE[right]
