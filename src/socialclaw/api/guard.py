"""What a request may carry: not too much of it, and as JSON nothing that no database, log or network could hold."""

from __future__ import annotations

import json
import re
from typing import Any

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from socialclaw.api.errors import MalformedJson, RouteNotFound
from socialclaw.errors import InvalidRequest, PayloadTooLarge

DEEPEST = 64  # objects and lists inside each other
MOST_BRACKETS = 1_000_000
FORM_EXTRA = 1024 * 1024  # what a form may carry beside its file
NOT_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
# NUL, and halves of surrogate pairs standing alone, as JSON escapes them. A doubled backslash is sorted out by `suspects`.
SUSPECT = re.compile(rb"\\u(?:0000|[dD][89abAB]..(?!\\u[dD][c-fC-F])|(?<!\\u[dD][89abAB]..\\u)[dD][c-fC-F])")
UNSTORABLE = re.compile("[\0\ud800-\udfff]")


class Guard:
    """ASGI middleware. Forms stream on, counted; every other body is read here and checked: not every client says that it is JSON.

    Paths below `free` are let through; below `streamed`, the route itself counts what it takes.
    """

    def __init__(self, app: ASGIApp, *, most: int, most_form: int, free: str, streamed: str) -> None:
        self.app = app
        self.most = most
        self.most_form = max(most, most_form + FORM_EXTRA)
        self.free = free
        self.streamed = streamed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        if scope["path"].startswith(self.streamed):
            check_address(scope)
            return await self.app(scope, receive, send)
        headers = dict(scope["headers"])
        kind = headers.get(b"content-type", b"").partition(b";")[0].strip().lower()
        free = scope["path"].startswith(self.free)
        limit = self.most_form if free or kind == b"multipart/form-data" else self.most
        length = headers.get(b"content-length", b"")
        if length.isdigit() and (len(length) > 18 or int(length) > limit):
            raise too_large(limit)
        counted = Counted(receive, limit)
        if free:
            return await self.app(scope, counted, send)
        check_address(scope)
        if kind == b"multipart/form-data" or scope["method"] in ("GET", "HEAD"):
            return await self.app(scope, counted, send)
        body = await counted.all()
        check_json(body)
        return await self.app(scope, Once(body, receive), send)


class Counted:
    """A body that may not become longer than `limit`."""

    def __init__(self, receive: Receive, limit: int) -> None:
        self.receive, self.limit, self.seen = receive, limit, 0

    async def __call__(self) -> Message:
        message = await self.receive()
        self.seen += len(message.get("body", b""))
        if self.seen > self.limit:
            raise too_large(self.limit)
        return message

    async def all(self) -> bytes:
        parts = []
        while True:
            message = await self()
            if message["type"] == "http.disconnect":
                raise ClientDisconnect  # what has come so far must not pass for the whole
            parts.append(message.get("body", b""))
            if not message.get("more_body", False):
                return b"".join(parts)


class Once:
    """A body that has been read, handed on; after it, what the server says next (that the client is gone)."""

    def __init__(self, body: bytes, receive: Receive) -> None:
        self.body: bytes | None = body
        self.receive = receive

    async def __call__(self) -> Message:
        if self.body is None:
            return await self.receive()
        body, self.body = self.body, None
        return {"type": "http.request", "body": body, "more_body": False}


def too_large(limit: int) -> PayloadTooLarge:
    return PayloadTooLarge(f"The body is larger than {limit} bytes", maxBytes=limit)


def check_address(scope: Scope) -> None:
    """NUL in a path is nowhere; in a query it is a mistake."""
    if "\0" in scope["path"]:
        raise RouteNotFound("There is nothing at this path")
    if b"%00" in scope["query_string"]:
        raise InvalidRequest("Text may not hold the NUL character", code="text_unstorable")


def check_json(body: bytes) -> None:
    """UTF-8, not too deep, without NUL and lone surrogates. Whether it is JSON is for the route to find out."""
    if not body.isascii():
        try:
            body.decode()
        except UnicodeDecodeError:
            raise MalformedJson("The body is not UTF-8") from None
    if b"\0" in body:
        raise MalformedJson("The body is not JSON in UTF-8")
    if deep(body) or (b"\\u" in body and SUSPECT.search(body)):
        check_values(body)


def deep(body: bytes) -> bool:
    """Whether the brackets may be nested too deeply. Pairs are taken away from the inside, so ordinary bodies end in a few turns."""
    brackets = body.translate(None, NOT_BRACKETS)
    if len(brackets) > MOST_BRACKETS:
        return True
    for _ in range(DEEPEST):
        fewer = brackets.replace(b"{}", b"").replace(b"[]", b"")
        if len(fewer) == len(brackets):
            return len(brackets) > DEEPEST  # some are text; so few cannot hide more
        brackets = fewer
    return bool(brackets)


def check_values(body: bytes) -> None:
    """The slow look at a body that the quick one found suspicious: what is really in it, and where."""
    try:
        content = json.loads(body)
    except RecursionError:
        raise MalformedJson(f"The body is nested more than {DEEPEST} deep") from None
    except ValueError:
        return  # no JSON at all: the route says so
    found: list[dict[str, Any]] = []
    level: list[tuple[str, Any]] = [("", content)]
    for _ in range(DEEPEST + 1):
        level = [inner for path, value in level for inner in look(path, value, found)]
        if not level:
            break
    else:
        raise MalformedJson(f"The body is nested more than {DEEPEST} deep")
    if found:
        raise InvalidRequest(f"{found[0]['path']}: {found[0]['message']}", code="text_unstorable", issues=found)


def look(path: str, value: Any, found: list[dict[str, Any]]) -> list[tuple[str, Any]]:
    """Note what is wrong with a value; the values inside it."""
    if isinstance(value, dict):
        keys = "".join(value)
        inner = [(f"{path}.{key}".removeprefix("."), item) for key, item in value.items()]
        texts = [keys]
    elif isinstance(value, list):
        inner, texts = [(f"{path}[{i}]", item) for i, item in enumerate(value)], []
    else:
        inner, texts = [], [value] if isinstance(value, str) else []
    if any(UNSTORABLE.search(text) for text in texts):
        shown = UNSTORABLE.sub("\ufffd", path)
        found.append({"path": shown, "in": "body", "code": "text_unstorable", "message": "Text may not hold NUL or half a surrogate pair"})
    return inner
