"""Every answer of the API to a test's client is held against the OpenAPI document, and holds nothing that is not described there."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import httpx2
from jsonschema_rs import Draft202012Validator

DOCUMENT = Path(__file__).parents[1] / "docs" / "openapi.json"  # `tests/docs` holds that it is the one that is served
SCHEMAS = "#/components/schemas/"


@cache
def document() -> dict[str, Any]:
    found: dict[str, Any] = strict(json.loads(DOCUMENT.read_text(encoding="utf-8")))
    return found


def strict(node: Any) -> Any:
    """A schema in which every object that lists properties has no others."""
    if isinstance(node, list):
        return [strict(item) for item in node]
    if not isinstance(node, dict):
        return node
    found = {name: strict(value) for name, value in node.items()}
    return found | {"additionalProperties": False} if isinstance(node.get("properties"), dict) and node.get("type") != "string" else found


@cache
def routes() -> list[tuple[re.Pattern[str], str]]:
    """The paths, those with fewer parameters first: they are tried first where a request is answered too."""
    paths = sorted(document()["paths"], key=lambda path: path.count("{"))
    return [(re.compile(re.sub(r"{\w+}", "[^/]+", path)), path) for path in paths]


@cache
def validator(method: str, path: str, status: str) -> Draft202012Validator | None:
    """What is said of an answer; None where nothing is said of its content."""
    answers = document()["paths"][path].get(method.lower(), {}).get("responses", {})
    assert status in answers, f"{method} {path} is not said to answer {status}"
    schema = answers[status].get("content", {}).get("application/json", {}).get("schema")
    return Draft202012Validator({**schema, "components": document()["components"]}) if schema else None


def problems(method: str, path: str, status: int, content: bytes) -> Iterator[str]:
    """Where an answer is not as described; nothing for what is no operation of the API."""
    known = next((template for pattern, template in routes() if pattern.fullmatch(path)), None)
    if known is None or method.lower() not in document()["paths"][known]:
        return
    if (check := validator(method, known, str(status))) and content:
        found = json.loads(content)
        if status >= 400 and set(found["details"].get("next", ())) != {"do", "operation", "tool", "retryable"}:
            yield f"{method} {known} {status}: this failure does not say what leads on from it"
        for error in check.iter_errors(found):
            yield f"{method} {known} {status}: /{'/'.join(map(str, error.instance_path))}: {error.message[:300]}"


async def check(response: httpx2.Response) -> None:
    """A hook of a client."""
    if response.headers.get("content-type", "").startswith("application/json"):
        content = await response.aread()
        request = response.request
        path = request.url.raw_path.decode().partition("?")[0]
        found = [*problems(request.method, path, response.status_code, content)]
        assert not found, "\n".join(found)
