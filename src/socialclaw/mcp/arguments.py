"""What an agent sends, held against what a tool takes: JSON sent as text is read, an unknown argument is refused with the nearest name."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from socialclaw.errors import InvalidRequest
from socialclaw.mcp.entry import Tool
from socialclaw.spelling import nearest

FITS: dict[str, Callable[[Any], bool]] = {
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "object": lambda value: isinstance(value, dict),
}
CALLED = {"string": "text", "boolean": "true or false", "integer": "a whole number", "number": "a number", "object": "an object"}


def read(tool: Tool, given: Mapping[str, Any], *, local: bool) -> dict[str, Any]:
    """The arguments as the call takes them; InvalidRequest with every problem there is."""
    takes, issues, found = tool.arguments(local=local), list[dict[str, Any]](), dict[str, Any]()
    for name, value in given.items():
        if name not in takes:
            issues.append(_unknown(name, takes))
        elif value is not None:
            found[name] = _read(name, value, takes[name], issues)
    missing = [name for name in tool.required if found.get(name) in (None, "")]
    issues += [_issue(name, "field_required", f"{name} is required") for name in missing if name not in given or given[name] in (None, "")]
    if issues:
        more = f" (and {len(issues) - 1} more)" if len(issues) > 1 else ""
        raise InvalidRequest(f"{issues[0]['message']}{more}", code=issues[0]["code"], issues=issues)
    return found


def _read(name: str, value: Any, schema: Mapping[str, Any], issues: list[dict[str, Any]]) -> Any:
    kind = schema["type"]
    if isinstance(value, str) and kind != "string":
        with suppress(ValueError):
            value = json.loads(value)
    if not FITS[kind](value):
        issues.append(_issue(name, "field_type_invalid", f"{name} must be {CALLED[kind]}"))
    elif "enum" in schema and value not in schema["enum"]:
        allowed = schema["enum"]
        issues.append(_issue(name, "field_invalid", f"{name} must be one of {', '.join(allowed)}", allowed=allowed))
    elif not schema.get("minimum", value) <= value <= schema.get("maximum", value) if kind in ("integer", "number") else False:
        issues.append(_issue(name, "field_invalid", f"{name} must be from {schema.get('minimum')} to {schema.get('maximum')}"))
    return value


def _unknown(name: str, takes: Mapping[str, Any]) -> dict[str, Any]:
    known, near = [*takes], nearest(name, takes)
    if near:
        return _issue(name, "field_misnamed", f"There is no argument {name[:40]!r}: did you mean {near}?", didYouMean=near)
    there = f"it takes {', '.join(known)}" if known else "it takes none"
    return _issue(name, "field_unknown", f"There is no argument {name[:40]!r}: {there}", allowed=known)


def _issue(path: str, code: str, message: str, **details: Any) -> dict[str, Any]:
    return {"path": path[:40], "code": code, "message": message, "details": details}
