"""The outermost layer of the service: what every answer has, whatever came of the request.

A request id (the client's, if it is a sane one), no caching unless the route says otherwise, the rate limit's headers, one log line,
and an answer in our shape for what nobody caught.
"""

from __future__ import annotations

import logging
import re
import secrets
import time

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from socialclaw.api import logs
from socialclaw.api.answers import notices
from socialclaw.api.errors import answer, crash
from socialclaw.errors import SocialClawError

SANE = re.compile(rb"[A-Za-z0-9._-]{1,128}")
QUIET = frozenset({"/health"})  # asked every few seconds by whoever watches us

CLIENT_GONE = 499  # in the log only, as nginx has it

log = logging.getLogger("socialclaw.http")


class Front:
    """ASGI middleware."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        request = Answered(scope, send)
        token = logs.request_id.set(request.id)
        notices.set([])
        try:
            await self._answer(request, receive)
        finally:
            request.log()
            logs.request_id.reset(token)

    async def _answer(self, request: Answered, receive: Receive) -> None:
        try:
            await self.app(request.scope, receive, request.send)
        except ClientDisconnect:
            request.status = request.status or CLIENT_GONE  # nobody is there to be answered
        except Exception as error:
            if request.status:
                raise  # half an answer is out; the server breaks the connection
            response = answer(error) if isinstance(error, SocialClawError) else crash(error, request.id)
            await response(request.scope, receive, request.send)


class Answered:
    """One request on its way: its id, and the answer's status once that is known."""

    def __init__(self, scope: Scope, send: Send) -> None:
        self.scope = scope
        self.started = time.perf_counter()
        self.status = 0
        self._send = send
        given = next((value for name, value in scope["headers"] if name == b"x-request-id"), b"")
        self.id = given.decode() if SANE.fullmatch(given) else f"req_{secrets.token_hex(8)}"
        scope.setdefault("state", {})["request_id"] = self.id

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = [*message.get("headers", ())]
            named = {name.lower() for name, _ in headers}
            if b"cache-control" not in named:
                headers.append((b"cache-control", b"no-store"))
            if b"x-content-type-options" not in named:
                headers.append((b"x-content-type-options", b"nosniff"))
            headers.append((b"x-request-id", self.id.encode()))
            headers.extend(self.scope["state"].get("rate_headers", ()))
            message = {**message, "headers": headers}
        await self._send(message)

    def log(self) -> None:
        level = logging.DEBUG if self.scope["path"] in QUIET and self.status < 400 else logging.INFO
        if log.isEnabledFor(level):
            took = round((time.perf_counter() - self.started) * 1000, 1)
            path = logs.scrub(self.scope["path"])
            facts = {"method": self.scope["method"], "path": path, "status": self.status, "milliseconds": took}
            log.log(level, "%s %s %s", self.scope["method"], path, self.status, extra={"facts": facts})
