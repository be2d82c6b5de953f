"""A field of the wrong shape is told in this project's words, whatever the framework below says of it."""

from __future__ import annotations

from typing import Any, get_args

import httpx2
import pytest
from fastapi import FastAPI
from pydantic_core.core_schema import ErrorType

from socialclaw.field_errors import SENTENCES
from tests.api.operations import Operation, blueprint, operations
from tests.conftest import Member, Person, browser, client

ODD: tuple[Any, ...] = (None, True, -1, 10**30, 1.5, "", "x", "x" * 20_000, [], ["x"] * 3000, {}, {"a": None})
FRAMEWORK = ("input should", "should have", "value error", "field required", "unable to parse", "should match", "assertion failed")


def foreign(answer: httpx2.Response) -> list[str]:
    told = answer.json()
    said = [told["message"], *(issue["message"] for issue in (told.get("details") or {}).get("issues", ()))]
    return [text for text in said if any(words in text.lower() for words in FRAMEWORK)]


def fields(operation: Operation) -> list[str]:
    held = operation.spec.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    components = blueprint().openapi()["components"]["schemas"]
    models = [components[part["$ref"].rpartition("/")[2]] for part in (held, *held.get("anyOf", ())) if "$ref" in part]
    return sorted({name for model in models for name in model.get("properties", ())})


@pytest.mark.parametrize("operation", operations(), ids=lambda operation: operation.name)
async def test_what_is_wrong_with_a_field_is_said_in_our_words(
    app: FastAPI, workspace: Member, owner: Person, operation: Operation
) -> None:
    plain = operation.path.replace("{provider}", "x").replace("{", "").replace("}", "")
    queries = [parameter["name"] for parameter in operation.spec.get("parameters", ()) if parameter["in"] == "query"]
    asked: list[tuple[str, Any, dict[str, Any]]] = [
        *((field, odd, {"json": {**(operation.least or {}), field: odd}}) for field in fields(operation) for odd in ODD),
        *((name, odd, {"params": {name: odd}, "json": operation.least}) for name in queries for odd in ("x", "-1", "1.5", "9" * 30)),
    ]
    async with client(app, workspace.secret) if operation.keyed else browser(app, owner) as api:
        for name, odd, more in asked:
            answer = await api.request(operation.method, plain, **more)
            if answer.status_code == 422 and answer.content:  # HEAD has no body
                assert foreign(answer) == [], (name, odd)


def test_every_sentence_is_of_an_error_that_the_framework_has() -> None:
    assert set(SENTENCES) <= set(get_args(ErrorType))
