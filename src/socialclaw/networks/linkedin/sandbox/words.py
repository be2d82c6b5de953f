"""How the simulated LinkedIn says no, and how it judges what it is sent: headers, Rest.li paths and queries, closed bodies.

https://learn.microsoft.com/en-us/linkedin/shared/api-guide/concepts/error-handling. Where a wording is not documented it is plain.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import unquote

import httpx2

from socialclaw.providers.incoming import json_of, number_of
from socialclaw.simulation.grants import Refused

Judge = Callable[[Any], str | None]
Shape = Mapping[str, Any]  # name -> Judge or the Shape of an object; a name that ends in ! is required
SUNSET_DAY = 15  # of the month in which a version is a year old: its last day


def error(status: int, code: str, message: str, *, service: int | None = None, **more: Any) -> httpx2.Response:
    body = {"status": status, **({"serviceErrorCode": service} if service is not None else {}), "code": code, "message": message, **more}
    return httpx2.Response(status, headers={"x-restli-error-response": "true"}, json=body)


def refused(status: int, code: str, message: str, **more: Any) -> Refused:
    return Refused(error(status, code, message, **more))


def invalid(message: str, code: str = "INVALID_VALUE_FOR_FIELD") -> Refused:
    return refused(400, code, message)


def no_access(what: str) -> Refused:
    """403; `what` is a resource and a method, e.g. "posts.CREATE"."""
    return refused(403, "ACCESS_DENIED", f"Not enough permissions to access: {what}", service=100)


def missing(what: str) -> Refused:
    return refused(404, "NOT_FOUND", f"Could not find entity: {what}")


def duplicate(urn: str) -> Refused:
    details = {"inputErrors": [{"description": "Duplicate post is detected", "input": {}, "code": "DUPLICATE_POST"}]}
    return refused(422, "UNPROCESSABLE_ENTITY", f"Content is a duplicate of {urn}", errorDetails=details)


def is_active(version: str, now: float) -> bool:
    """Whether a monthly version is out and not retired yet."""
    if not re.fullmatch(r"20[0-9]{2}(0[1-9]|1[0-2])", version):
        return False
    today, (year, month) = datetime.fromtimestamp(now, UTC).date(), (int(version[:4]), int(version[4:]))
    return date(year, month, 1) <= today <= date(year + 1, month, SUNSET_DAY)


def judge_headers(request: httpx2.Request, now: float) -> None:
    """The headers that every call of the versioned API must carry, and the way URNs are written in its address."""
    version = request.headers.get("linkedin-version")
    if version is None:
        raise refused(400, "VERSION_MISSING", "A version must be present. Please specify a version by adding the LinkedIn-Version header.")
    if not is_active(version, now):
        raise refused(426, "NONEXISTENT_VERSION", f"Requested version {version} is not active")
    if request.headers.get("x-restli-protocol-version") != "2.0.0":
        raise refused(400, "ILLEGAL_ARGUMENT", "X-RestLi-Protocol-Version must be 2.0.0")
    if b"urn:" in request.url.raw_path:
        raise refused(400, "ILLEGAL_ARGUMENT", "Syntax exception in path variables")


def query(request: httpx2.Request, *known: str, required: tuple[str, ...] = ()) -> dict[str, str]:
    """The query, still encoded; refused if it holds a parameter that this call does not know, or one twice, or lacks one."""
    raw = request.url.raw_path.decode().partition("?")[2]
    pairs = [part.partition("=")[::2] for part in raw.split("&") if part]
    given = dict(pairs)
    if len(pairs) > len(given):
        raise refused(400, "ILLEGAL_ARGUMENT", "A query parameter is given twice")
    for name in given:
        if name not in (*known, *required):
            raise refused(400, "QUERY_PARAM_NOT_ALLOWED", f"Query parameter {name} is not allowed")
    for name in required:
        if not given.get(name):
            raise refused(400, "PARAM_MISSING", f"Parameter '{name}' is required")
    return given


def listed(value: str) -> list[str]:
    """The entries of a Rest.li list; its signs must stand unencoded, those within its entries must not."""
    found = re.fullmatch(r"List\(([^()]*)\)", value)
    if found is None:
        raise refused(400, "ILLEGAL_ARGUMENT", f"{value} is not a List")
    return [unquote(entry) for entry in found[1].split(",") if entry]


def page_of(given: Mapping[str, str], items: list[Any], most: int = 100) -> httpx2.Response:
    start, count = given.get("start", "0"), given.get("count", "10")
    first, size = number_of(start), number_of(count)
    if first is None or size is None or size > most:
        raise refused(400, "ILLEGAL_ARGUMENT", f"start and count must be numbers, count at most {most}")
    paging = {"start": first, "count": size, "total": len(items), "links": []}
    return httpx2.Response(200, json={"elements": items[first : first + size], "paging": paging})


def body_of(request: httpx2.Request, shape: Shape) -> dict[str, Any]:
    """The JSON body; refused unless it is exactly of this shape."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise refused(415, "UNSUPPORTED_MEDIA_TYPE", "Content-Type must be application/json")
    try:
        body = json_of(request.content)
    except ValueError:
        raise refused(400, "BAD_REQUEST", "The request body is not valid JSON") from None
    if found := next(judge(body, shape, ""), None):
        code, message = found
        raise invalid(message, code)
    return dict(body)


def judge(value: Any, shape: Shape, path: str) -> Iterator[tuple[str, str]]:
    """Everything that is wrong with an object: (code, message)."""
    if not isinstance(value, dict):
        yield "INVALID_VALUE_FOR_FIELD", f"{path or '/'} :: is not an object"
        return
    names = {name.removesuffix("!"): name for name in shape}
    for name in value:
        if name not in names:
            yield "UNPERMITTED_FIELD", f"Unpermitted fields present in REQUEST_BODY: Data Processing Exception at [{path}/{name}]"
    for name, key in names.items():
        if name not in value:
            if key.endswith("!"):
                yield "MISSING_FIELD", f"{path}/{name} :: field is required but not found and has no default value"
        elif isinstance(shape[key], Mapping):
            yield from judge(value[name], shape[key], f"{path}/{name}")
        elif wrong := shape[key](value[name]):
            code = "FIELD_LENGTH_TOO_LONG" if "length" in wrong else "INVALID_VALUE_FOR_FIELD"
            yield code, f"{path}/{name} :: {wrong}"


def text(most: int | None = None) -> Judge:
    def check(value: Any) -> str | None:
        if not isinstance(value, str):
            return "is not a string"
        return None if most is None or len(value) <= most else f"length {len(value)} exceeds the maximum of {most}"

    return check


def urn(*kinds: str) -> Judge:
    def check(value: Any) -> str | None:
        right = isinstance(value, str) and re.fullmatch(rf"urn:li:(?:{'|'.join(kinds)}):[A-Za-z0-9_-]+", value)
        return None if right else f"is not a URN of {' or '.join(kinds)}"

    return check


def one_of(*options: Any) -> Judge:
    return lambda value: None if value in options else f"is not one of {list(options)}"


def a_boolean(value: Any) -> str | None:
    return None if isinstance(value, bool) else "is not a boolean"


def an_integer(value: Any) -> str | None:
    return None if isinstance(value, int) and not isinstance(value, bool) and value > 0 else "is not a positive integer"


def several(inner: Judge | Shape, least: int = 0, most: int = 10_000) -> Judge:
    def check(value: Any) -> str | None:
        if not isinstance(value, list) or not least <= len(value) <= most:
            return f"is not an array of {least} to {most}"
        for entry in value:
            wrong = next((w for _, w in judge(entry, inner, "")), None) if isinstance(inner, Mapping) else inner(entry)
            if wrong:
                return wrong
        return None

    return check
