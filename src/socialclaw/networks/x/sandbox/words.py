"""How the simulated X says no, and how it judges what it is sent: closed bodies, known parameters.

Source: the official OpenAPI description 2.167 (closed request bodies) and https://docs.x.com/x-api/fundamentals/response-codes-and-errors.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

import httpx2

from socialclaw.providers.incoming import json_of
from socialclaw.simulation.grants import Refused

ID = re.compile(r"[0-9]{1,19}")
PROBLEMS = "https://api.x.com/2/problems/"
REASONLESS = "You are not permitted to perform this action."
UNSEEN = "You attempted to reply to a Tweet that is deleted or not visible to you."
UNINVITED = "You can only reply to or quote posts where you are mentioned or are the author."
Judge = Callable[[Any], str | None]
Shape = Mapping[str, "Judge | Shape"]  # a name that ends in ! is required


def problem(
    status: int, title: str, detail: str, *, kind: str = "about:blank", headers: Mapping[str, str] | None = None, **more: Any
) -> httpx2.Response:
    """An answer in the form of RFC 7807, as X sends it."""
    body = {"title": title, "detail": detail, "type": kind, "status": status, **more}
    given = {"content-type": "application/problem+json", **(headers or {})}
    return httpx2.Response(status, headers=given, content=json.dumps(body).encode())


def invalid(*messages: str) -> Refused:
    """400: the request is not one that X understands."""
    body = {
        "errors": [{"parameters": {}, "message": message} for message in messages],
        "title": "Invalid Request",
        "detail": "One or more parameters to your request was invalid.",
        "type": f"{PROBLEMS}invalid-request",
    }
    return Refused(httpx2.Response(400, json=body))


def bad(detail: str) -> Refused:
    return Refused(problem(400, "Bad Request", detail))


def forbidden(detail: str) -> Refused:
    return Refused(problem(403, "Forbidden", detail))


def missing(kind: str, value: str, parameter: str = "id") -> dict[str, Any]:
    """The partial error for a post or user that is not there; it comes with status 200."""
    return {
        "value": value,
        "detail": f"Could not find {kind} with {parameter}: [{value}].",
        "title": "Not Found Error",
        "resource_type": kind,
        "parameter": parameter,
        "resource_id": value,
        "type": f"{PROBLEMS}resource-not-found",
    }


def hidden(post_id: str, field: str) -> dict[str, Any]:
    """The partial error for a field that only its author may see, and only for 30 days."""
    return {
        "resource_id": post_id,
        "parameter": field,
        "resource_type": "tweet",
        "section": "data",
        "title": "Field Authorization Error",
        "value": post_id,
        "detail": f"Sorry, you are not authorized to access '{field}' on the Tweet with id : [{post_id}].",
        "type": f"{PROBLEMS}not-authorized-for-field",
    }


def query(request: httpx2.Request, *known: str) -> dict[str, str]:
    """The query; refused if it holds a parameter that this call does not know, or one twice."""
    given = dict(request.url.params)
    if len(request.url.params.multi_items()) > len(given):
        raise invalid("A query parameter was given more than once")
    for name in given:
        if name not in known:
            raise invalid(f"The query parameter [{name}] is not one of [{','.join(known)}]")
    return given


def words(value: str | None, known: Collection[str], parameter: str) -> list[str]:
    """A comma separated list of known, distinct words."""
    given = value.split(",") if value is not None else []
    for word in given:
        if word not in known:
            raise invalid(f"The `{parameter}` query parameter value [{word}] is not one of [{','.join(sorted(known))}]")
    if len(set(given)) < len(given):
        raise invalid(f"The `{parameter}` query parameter names a value twice")
    return given


def body_of(request: httpx2.Request, shape: Shape) -> dict[str, Any]:
    """The JSON body; refused unless it is exactly of this shape."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise Refused(problem(415, "Unsupported Media Type", "Content-Type must be application/json"))
    try:
        body = json_of(request.content)
    except ValueError:
        raise invalid("Requests with bodies must be valid JSON") from None
    if wrong := list(judge(body, shape)):
        raise invalid(*wrong)
    return dict(body)


def judge(value: Any, shape: Judge | Shape, path: str = "$") -> Iterator[str]:
    """Everything that is wrong with a value, in the words of X's schema validator."""
    if callable(shape):
        if wrong := shape(value):
            yield f"{path}: {wrong}"
        return
    if not isinstance(value, dict):
        yield f"{path}: {_kind(value)} found, object expected"
        return
    names = {name.removesuffix("!"): name for name in shape}
    for name in value:
        if name not in names:
            yield f"{path}.{name}: is not defined in the schema and the schema does not allow additional properties"
    for name, key in names.items():
        if name in value:
            yield from judge(value[name], shape[key], f"{path}.{name}")
        elif key.endswith("!"):
            yield f"{path}.{name}: is missing but it is required"


def text(most: int = 1_000_000, least: int = 0) -> Judge:
    def check(value: Any) -> str | None:
        if not isinstance(value, str):
            return f"{_kind(value)} found, string expected"
        return None if least <= len(value) <= most else f"must be {least} to {most} characters long"

    return check


def integer(least: int, most: int) -> Judge:
    def check(value: Any) -> str | None:
        if not isinstance(value, int) or isinstance(value, bool):
            return f"{_kind(value)} found, integer expected"
        return None if least <= value <= most else f"must have a minimum value of {least} and a maximum value of {most}"

    return check


def one_of(*options: str) -> Judge:
    return lambda value: None if value in options else f"does not have a value in the enumeration [{', '.join(options)}]"


def ids(most: int, least: int = 0) -> Judge:
    def check(value: Any) -> str | None:
        if not isinstance(value, list):
            return f"{_kind(value)} found, array expected"
        if not least <= len(value) <= most:
            return f"there must be {least} to {most} items in the array"
        return next(filter(None, map(an_id, value)), None)

    return check


def an_id(value: Any) -> str | None:
    return None if isinstance(value, str) and ID.fullmatch(value) else "does not match the regex pattern ^[0-9]{1,19}$"


def a_boolean(value: Any) -> str | None:
    return None if isinstance(value, bool) else f"{_kind(value)} found, boolean expected"


def anything(value: Any) -> str | None:
    return None


def _kind(value: Any) -> str:
    names = {bool: "boolean", int: "integer", float: "number", str: "string", list: "array", dict: "object"}
    return names.get(type(value), "null")
