"""The header `Idempotency-Key`: a POST that makes something, sent again with the same key and body, is answered as the first time.

What a route makes is made once, whoever asks twice at once. A refusal gives the key back; where the server broke off, nobody knows what
was done, so the key stays taken.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import Awaitable, Callable

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import Message, Receive

from socialclaw.api.scan import AT_ONCE
from socialclaw.api.visitors import Visitor
from socialclaw.errors import InvalidRequest, SocialClawError
from socialclaw.system import System
from socialclaw.workspaces import idempotency
from socialclaw.workspaces.keys import Found

HEADER = "idempotency-key"
REPLAYED = "Idempotent-Replayed"
BOUNDARY = re.compile(rb'boundary="?([^";,\s]{1,70})')
NOTHING_DONE = (SocialClawError, RequestValidationError, HTTPException, ClientDisconnect)

Handle = Callable[[Request], Awaitable[Response]]


def key_of(request: Request) -> str | None:
    """The key that the header holds; 422 where it cannot be one."""
    given = request.headers.getlist(HEADER)
    if len(set(given)) > 1:
        raise InvalidRequest("Send one Idempotency-Key, not several", code="idempotency_key_invalid")
    return idempotency.checked(given[0].strip()) if given else None


async def once(request: Request, found: Found | Visitor, key: str, handle: Handle) -> Response:
    """The answer of this request, or the one that was given to the first with its key."""
    installation: System = request.app.state.system
    vault, test = installation.vault, found.test
    made_by = found.signed.user_id if isinstance(found, Visitor) else None
    body = Hashed(request)
    early = await body.whole()
    turn = await installation.write(found.workspace_id, idempotency.begin, vault, key, early, made_by, test=test)
    if turn.status is not None:
        idempotency.same(turn.fingerprint, early or await body.drained())
        return Response(turn.content, turn.status, {REPLAYED: "true"}, "application/json")
    try:
        response = await handle(request)
    except NOTHING_DONE:
        await installation.write(found.workspace_id, idempotency.give_back, turn, test=test)
        raise
    answer = response.status_code, bytes(response.body)
    await installation.write(found.workspace_id, idempotency.finish, vault, turn, early or await body.drained(), *answer, test=test)
    return response


class Hashed:
    """The fingerprint of a request: its operation and its body. A form is hashed as it streams by, but for its boundary.

    A client that sends a form again draws a new boundary; that alone does not make it another request.
    """

    def __init__(self, request: Request) -> None:
        self._request = request
        self._hash = hashlib.sha256(f"{request.method} {request.url.path}\n".encode())
        kind = request.headers.get("content-type", "").encode()
        found = BOUNDARY.search(kind)
        self._boundary = found[1] if kind.lower().startswith(b"multipart/form-data") and found else b""
        self._tail, self._over = b"", False

    async def whole(self) -> str | None:
        """The fingerprint, where the body is read at once; None for a form, which is hashed from now on as it is read."""
        if not self._boundary:
            body = await self._request.body()
            await asyncio.to_thread(self._hash.update, body) if len(body) > AT_ONCE else self._hash.update(body)
            return self._hash.hexdigest()
        self._request._receive = self._through(self._request.receive)
        return None

    async def drained(self) -> str:
        """The fingerprint of a form, when all of it has been read."""
        while not self._over:
            if (await self._request.receive())["type"] == "http.disconnect":
                raise ClientDisconnect
        return self._hash.hexdigest()

    def _through(self, receive: Receive) -> Receive:
        async def hashed() -> Message:
            message = await receive()
            if message["type"] == "http.request" and not self._over:
                self._take(message.get("body", b""), last=not message.get("more_body", False))
            return message

        return hashed

    def _take(self, piece: bytes, *, last: bool) -> None:
        """Hash a piece without the boundary, which may lie across two of them."""
        held = (self._tail + piece).replace(self._boundary, b"")
        keep = 0 if last else min(len(held), len(self._boundary) - 1)
        self._hash.update(held[: len(held) - keep])
        self._tail, self._over = held[len(held) - keep :], last
