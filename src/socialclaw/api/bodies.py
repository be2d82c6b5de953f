"""Bodies that a route reads by itself, because their fields are more than a schema can list."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import msgspec

from socialclaw.api.answers import notice
from socialclaw.api.errors import MalformedJson
from socialclaw.errors import InvalidRequest
from socialclaw.providers.issues import shown
from socialclaw.spelling import bare, nearest

MOST_UNKNOWN = 100  # fields of one body that are looked at


def json_value(body: bytes) -> Any:
    """What a body holds. 400 `invalid_json` where it is not JSON, or empty."""
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise MalformedJson(f"The body is not JSON: {error}") from None


def json_object(body: bytes, *names: str, misses: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The object that a body holds; an empty body is an empty object. 422 where it holds something else, or a field nearly right."""
    content = json_value(body) if body.strip() else {}
    if not isinstance(content, dict):
        raise InvalidRequest("The body must be a JSON object", code="body_invalid")
    return known(content, *names, misses=misses)


def known(content: dict[str, Any] | None, *names: str, misses: Mapping[str, str] | None = None) -> dict[str, Any]:
    """A body in which no field is nearly one of these names; 422 `field_misnamed` otherwise."""
    if issues := misnamed(content or {}, names, misses or {}):
        raise InvalidRequest(issues[0]["message"], code="field_misnamed", issues=issues)
    return content or {}


def misnamed(content: Mapping[str, Any], known: Collection[str], misses: Mapping[str, str], base: str = "") -> list[dict[str, Any]]:
    """The fields of a body that are nearly right, each with the right name; any other that is not known is noted as a warning.

    `misses`: what else is meant by a field, by its bare spelling. A field that says nothing (null, false) means nothing either.
    """
    found = []
    for name in [name for name in content if name not in known][:MOST_UNKNOWN]:
        path = f"{base}.{shown(name)}".removeprefix(".")
        meant = None if content[name] in (None, "", False) else misses.get(bare(name)) or nearest(name, known)
        if meant:
            message = f"There is no field {path}: did you mean {meant}?"
            found.append({"path": path, "code": "field_misnamed", "message": message, "details": {"didYouMean": meant}})
        else:
            notice("field_unknown", f"There is no field {path}; it is ignored", path)
    return found
