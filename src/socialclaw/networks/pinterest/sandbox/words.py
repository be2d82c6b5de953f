"""How the simulated Pinterest says no, and how it judges what it is sent: closed bodies, known parameters.

Source: the official API description 5.23.0 (bodies, parameters, error envelope) and the error examples of 5.14.0.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import httpx2

from socialclaw.providers.incoming import json_of, number_of
from socialclaw.simulation.grants import Refused

Judge = Callable[[Any], str | None]
Shape = Mapping[str, Judge]  # a name that ends in ! is required
DIGITS = re.compile(r"\d+", re.ASCII)


def error(status: int, code: int, message: str, *, headers: Mapping[str, str] | None = None) -> httpx2.Response:
    return httpx2.Response(status, headers=dict(headers or {}), json={"code": code, "message": message})


def refused(status: int, code: int, message: str) -> Refused:
    return Refused(error(status, code, message))


def invalid(message: str) -> Refused:
    """400: the request is not one that Pinterest understands."""
    return refused(400, 1, message)


def not_permitted(status: int = 403) -> Refused:
    return refused(status, 29, "You are not permitted to access that resource.")


def broken_image(why: str) -> Refused:
    return refused(403, 235, f"Sorry! The image of this Pin is broken: {why}")


def missing(what: str) -> Refused:
    """404 in the words of the place: Pin | Board | Board section | Media upload."""
    numbers = {"Pin": 50, "Board": 40, "Board section": 2031}
    return refused(404, numbers.get(what, 404), f"{what} not found")


def query(request: httpx2.Request, *known: str, required: tuple[str, ...] = ()) -> dict[str, str]:
    """The query; refused if it holds a parameter that this call does not know, or one twice, or lacks one."""
    given = dict(request.url.params)
    if len(request.url.params.multi_items()) > len(given):
        raise invalid("A query parameter was given more than once")
    for name in given:
        if name not in (*known, *required):
            raise invalid(f"Unknown parameter '{name}'")
    for name in required:
        if not given.get(name):
            raise invalid(f"Parameter '{name}' is required")
    return given


def page_of(given: Mapping[str, str], items: list[Any]) -> tuple[list[Any], str | None]:
    """One page of items, and the bookmark of the next."""
    size = given.get("page_size", "25")
    if not DIGITS.fullmatch(size):
        raise invalid(f"Parameter 'page_size' was not numeric (was {size})")
    if not 1 <= (number_of(size) or 0) <= 250:
        raise invalid(f"Parameter 'page_size' must be between 1 and 250 (was {size})")
    mark = given.get("bookmark", "")
    if "bookmark" in given and not re.fullmatch(r"b\d{1,18}", mark, re.ASCII):
        raise invalid("Parameter 'bookmark' is invalid")
    start = int(mark[1:]) if mark else 0
    end = start + int(size)
    return items[start:end], f"b{end}" if end < len(items) else None


def listed(items: list[Any], bookmark: str | None) -> httpx2.Response:
    return httpx2.Response(200, json={"items": items, "bookmark": bookmark})


def body_of(request: httpx2.Request, shape: Shape) -> dict[str, Any]:
    """The JSON body; refused unless it is exactly of this shape."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise invalid("Content-Type must be application/json")
    try:
        body = json_of(request.content)
    except ValueError:
        raise invalid("The request body is not valid JSON") from None
    if wrong := next(judge(body, shape, "body"), None):
        raise invalid(f"Invalid request: {wrong}")
    return dict(body)


def judge(value: Any, shape: Shape, path: str) -> Iterator[str]:
    """Everything that is wrong with an object."""
    if not isinstance(value, dict):
        yield f"'{path}' is not of type 'object'"
        return
    names = {name.removesuffix("!"): name for name in shape}
    for name in value:
        if name not in names:
            yield f"Additional properties are not allowed ('{name}' was unexpected)"
    for name, key in names.items():
        if name not in value:
            if key.endswith("!"):
                yield f"'{name}' is a required property"
        elif wrong := shape[key](value[name]):
            yield f"'{name}' {wrong}"


def text(most: int = 1_000_000, least: int = 0) -> Judge:
    def check(value: Any) -> str | None:
        if not isinstance(value, str):
            return "is not of type 'string'"
        return None if least <= len(value) <= most else f"has {len(value)} characters, which is not {least} to {most}"

    return check


def nullable(inner: Judge) -> Judge:
    return lambda value: None if value is None else inner(value)


def matching(pattern: str) -> Judge:
    def check(value: Any) -> str | None:
        if not isinstance(value, str):
            return "is not of type 'string'"
        return None if re.fullmatch(pattern, value, re.ASCII) else f"does not match '^{pattern}$'"

    return check


a_number = matching(r"\d+")


def web_url(value: Any) -> str | None:
    right = isinstance(value, str) and re.fullmatch(r"https?://[^\s/]+\.?[^\s]*", value)
    return None if right else "is an invalid URL. Whoops! It looks like you entered an invalid URL"


def integer(least: int) -> Judge:
    def check(value: Any) -> str | None:
        if not isinstance(value, int) or isinstance(value, bool):
            return "is not of type 'integer'"
        return None if value >= least else f"is less than the minimum of {least}"

    return check


def one_of(*options: str) -> Judge:
    return lambda value: None if value in options else f"is not one of {list(options)}"


def a_boolean(value: Any) -> str | None:
    return None if isinstance(value, bool) else "is not of type 'boolean'"


def anything(value: Any) -> str | None:
    return None


def items_of(shape: Shape, least: int, most: int) -> Judge:
    def check(value: Any) -> str | None:
        if not isinstance(value, list) or not least <= len(value) <= most:
            return f"must have {least} to {most} items"
        return next((wrong for item in value for wrong in judge(item, shape, "items")), None)

    return check
