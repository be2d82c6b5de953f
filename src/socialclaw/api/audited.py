"""What people do leaves a line: every request of a session that changed something, in the one place that all of them go through."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

import msgspec
from fastapi import Request, Response

from socialclaw.api.cookies import SAFE
from socialclaw.api.idempotency import REPLAYED
from socialclaw.api.visitors import Visitor
from socialclaw.db.trouble import DatabaseTrouble
from socialclaw.people import audit, members
from socialclaw.people.roles import RoleRequired
from socialclaw.system import System

LOOKS = ("read", "validate")  # rights by which nothing is changed, whatever the method

log = logging.getLogger(__name__)


class Told(Protocol):
    """What a route says of itself: see `operation.Needs`."""

    @property
    def right(self) -> str | None: ...
    @property
    def line(self) -> bool: ...


async def told(request: Request, who: Visitor, action: str, of: Told, answer: Callable[[], Awaitable[Response]]) -> Response:
    """The answer to a person; a refusal for want of a role says who has it, and what was changed is written down."""
    installation: System = request.app.state.system
    try:
        response = await answer()
    except RoleRequired as error:
        if who.seat:
            error.details["who"] = await installation.read(who.workspace_id, members.having, error.details["role"], test=who.test)
        raise
    right = of.right
    if of.line and request.method not in SAFE and right not in LOOKS and response.status_code < 400 and REPLAYED not in response.headers:
        workspace_id = who.workspace_id if right else None
        try:
            await installation.database.write(
                audit.note_after, who.signed.user_id, action, _subject(request, response), workspace_id=workspace_id
            )
        except DatabaseTrouble:
            log.error("%s of %s could not be written down: the database went away after it was done", action, who.signed.user_id)
    return response


def _subject(request: Request, response: Response) -> str | None:
    """What it was done to: what the path names, or what was made."""
    if request.path_params:
        return str(next(iter(request.path_params.values())))
    try:
        content: Any = msgspec.json.decode(response.body)
    except msgspec.DecodeError:
        return None
    made = (part["id"] for part in content.values() if isinstance(part, dict) and isinstance(part.get("id"), str))
    return next(made, None)
