"""Bodies that a route reads by itself, because their fields are more than a schema can list."""

from __future__ import annotations

from typing import Any

import msgspec

from socialclaw.api.errors import MalformedJson
from socialclaw.errors import InvalidRequest


def json_value(body: bytes) -> Any:
    """What a body holds. 400 `invalid_json` where it is not JSON, or empty."""
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise MalformedJson(f"The body is not JSON: {error}") from None


def json_object(body: bytes) -> dict[str, Any]:
    """The object that a body holds; an empty body is an empty object. 422 where it holds something else."""
    content = json_value(body) if body.strip() else {}
    if not isinstance(content, dict):
        raise InvalidRequest("The body must be a JSON object", code="body_invalid")
    return content
