"""What a request may carry: not too much of it, and as JSON nothing that no database, log or network could hold.

Nothing is read here by itself. The body is read when a route asks for it, and by then it is known who sends it (see `operation.py`).
"""

from __future__ import annotations

import codecs
import logging
from collections.abc import Callable

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from socialclaw.api.errors import RouteNotFound
from socialclaw.api.logs import Seldom
from socialclaw.api.scan import look
from socialclaw.errors import InvalidRequest, PayloadTooLarge, SocialClawError, TooManyRequests
from socialclaw.turns import Party

FORM_EXTRA = 1024 * 1024  # what a form may carry beside its file
USUAL = 64 * 1024  # bytes of a body, where the operation does not say that it takes more
SMALL = 1024 * 1024  # bytes: what a body may have without being counted among the large ones
BUSY_SECONDS = 5
FORM = b"multipart/form-data"
PLAIN = {b"content-encoding": (b"", b"identity"), b"transfer-encoding": (b"chunked", b"identity")}
STRANGER = Party("", True)
MOST = "most_body_bytes"  # in the state of a request whose operation takes more than the usual

AS_TEXT = "body_as_text"  # in the state of a request whose body is no JSON, and is looked at by its route

seldom = Seldom(logging.getLogger("socialclaw.http"))


class Guard:
    """ASGI middleware. Forms stream on, counted; every other body is read whole and checked: not every client says that it is JSON.

    Paths below `free` are let through; below `streamed`, the route itself counts what it takes.
    """

    def __init__(self, app: ASGIApp, *, most: int, most_form: int, most_held: int, free: str, streamed: str) -> None:
        self.room = Room(most_held)
        self.app = app
        self.most = most
        self.most_form = max(most, most_form + FORM_EXTRA)
        self.free = free
        self.streamed = streamed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        if scope["path"].startswith(self.free):
            counted = Counted(receive, self.most_form, scope["headers"])
            return await self.app(scope, counted, send)
        check_address(scope)
        check_encoding(scope)
        if scope["path"].startswith(self.streamed):
            return await self.app(scope, receive, send)
        body = Body(self, scope, receive)
        try:
            return await self.app(scope, body, send)
        finally:
            body.close()


class Room:
    """The memory that bodies take, all at the same time: of it, one workspace may have a half. What is small is not counted."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._of: dict[str, int] = {}

    def take(self, who: str, size: int) -> None:
        """TooManyRequests where there is no more. What was taken is to be given back."""
        own = self._of.get(who, 0) + size
        if own > self._most // 2 or sum(self._of.values()) + size > self._most:
            seldom.warning("bodies", f"the large bodies that are held at a time have reached {self._most} bytes: {who} has to wait")
            raise TooManyRequests("Too many large bodies at once: send fewer in parallel", retry_after=BUSY_SECONDS)
        self._of[who] = own

    def give_back(self, who: str, size: int) -> None:
        self._of[who] = self._of.get(who, 0) - size
        if self._of[who] <= 0:
            del self._of[who]


class Body:
    """A request's body, read and checked when it is first asked for."""

    def __init__(self, guard: Guard, scope: Scope, receive: Receive) -> None:
        self._guard, self._scope, self._receive = guard, scope, receive
        self._counted: Counted | None = None
        self._is_read = False
        self._taken = ("", 0)

    def close(self) -> None:
        """The request is over, and its body gone with it."""
        if self._taken[1]:
            self._guard.room.give_back(*self._taken)
            self._taken = ("", 0)

    def _count(self, size: int) -> None:
        if size > SMALL:
            who = self._scope["state"].get("who")
            name = who.workspace_id if who else ""
            self._guard.room.take(name, size - self._taken[1])
            self._taken = (name, size)

    async def __call__(self) -> Message:
        if self._counted is None:
            self._counted = Counted(self._receive, self._limit(), self._scope["headers"])
        if self._is_read:
            return await self._receive()  # what the server says next: that the client is gone
        if self._is_form():
            return await self._counted()
        body = (await self._counted.all(self._count)).removeprefix(codecs.BOM_UTF8)
        self._is_read = True
        if self._scope["method"] not in ("GET", "HEAD") and not self._scope.get("state", {}).get(AS_TEXT):
            who = self._scope["state"].get("who")
            await look(body, who.party if who else STRANGER)
        return {"type": "http.request", "body": body, "more_body": False}

    def _limit(self) -> int:
        most: int = self._scope.get("state", {}).get(MOST, USUAL)
        return min(most, self._guard.most_form if self._is_form() else self._guard.most)

    def _is_form(self) -> bool:
        kind: bytes = next((value for name, value in self._scope["headers"] if name == b"content-type"), b"")
        return kind.partition(b";")[0].strip().lower() == FORM and self._scope["method"] not in ("GET", "HEAD")


class Counted:
    """A body that may not become longer than `limit`."""

    def __init__(self, receive: Receive, limit: int, headers: list[tuple[bytes, bytes]]) -> None:
        self.receive, self.limit, self.seen = receive, limit, 0
        length = next((value for name, value in headers if name == b"content-length"), b"")
        if length.isdigit() and (len(length) > 18 or int(length) > limit):
            raise too_large(limit)

    async def __call__(self) -> Message:
        message = await self.receive()
        self.seen += len(message.get("body", b""))
        if self.seen > self.limit:
            raise too_large(self.limit)
        return message

    async def all(self, count: Callable[[int], None]) -> bytes:
        """The whole. `count` is told how much it has become, and may have enough of it."""
        parts = []
        while True:
            message = await self()
            count(self.seen)
            if message["type"] == "http.disconnect":
                raise ClientDisconnect  # what has come so far must not pass for the whole
            parts.append(message.get("body", b""))
            if not message.get("more_body", False):
                return b"".join(parts)


def too_large(limit: int) -> PayloadTooLarge:
    return PayloadTooLarge(f"The body is larger than {limit} bytes", maxBytes=limit)


def check_encoding(scope: Scope) -> None:
    """A body that would have to be unpacked could become anything; no client of this API sends one."""
    for name, value in scope["headers"]:
        if name in PLAIN and value.strip().lower() not in PLAIN[name]:
            message = f"The body is packed ({name.decode()}: {value[:40].decode('latin-1')}): send it as it is"
            raise SocialClawError(message, code="content_encoding_unsupported", status=415)


def check_address(scope: Scope) -> None:
    """NUL in a path is nowhere; in a query it is a mistake."""
    if "\0" in scope["path"]:
        raise RouteNotFound("There is nothing at this path")
    if b"%00" in scope["query_string"]:
        raise InvalidRequest("Text may not hold the NUL character", code="text_unstorable")
