"""Whoever comes with a session: who they are, in which workspace they act, and what they may do there."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import Request

from socialclaw.api import cookies
from socialclaw.db.base import iso
from socialclaw.errors import Forbidden, NotFound, Unauthenticated
from socialclaw.people import roles
from socialclaw.people.sessions import Seat, Sessions, SignedIn
from socialclaw.system import System
from socialclaw.turns import Party

WHILE_CLOSING = ("read", "own")  # the rights that are left in a workspace that is to be deleted
WORKSPACE = "x-workspace"  # the header that names the workspace; without it, it is the last used one


class WorkspaceClosing(Forbidden):
    """The workspace is to be deleted, and can only be looked at."""

    code = "workspace_closing"


@dataclass(frozen=True, slots=True)
class Visitor:
    """A person, by a session. `asked`: the workspace that the request names. It has what a key has, so that either may call."""

    signed: SignedIn
    asked: str | None
    seat: Seat | None

    @property
    def workspace_id(self) -> str:
        return self.seat.workspace_id if self.seat else ""

    @property
    def test(self) -> bool:
        return self.seat is None or self.seat.test

    @property
    def operations(self) -> frozenset[str]:
        return self.seat.rights if self.seat else frozenset()

    @property
    def spends(self) -> tuple[str, str]:
        return self.signed.session_id, self.workspace_id or self.signed.user_id

    @property
    def party(self) -> Party:
        return Party(self.workspace_id, self.test)

    def require(self, right: str) -> None:
        """RoleRequired where their role is too low; WorkspaceClosing; NotFound where they are no member of the workspace that they name."""
        if self.seat is None:
            if self.asked is not None:
                raise NotFound(f"There is no workspace {self.asked[:100]!r} among yours", code="workspace_not_found")
            raise Forbidden("You are a member of no workspace: ask for an invitation, or make one", code="no_workspace")
        roles.require(right, self.operations, self.seat.role)
        if (at := self.seat.erase_at) is not None and right not in WHILE_CLOSING:
            message = f"This workspace is deleted for good at {iso(at)}: until then it can be looked at, and an owner can keep it"
            raise WorkspaceClosing(message, deletesAt=iso(at))


async def visitor(request: Request) -> Visitor:
    """Who is behind the request's cookie. Unauthenticated where it has none, or one that is no session of ours."""
    installation: System = request.app.state.system
    sessions: Sessions = request.app.state.sessions
    secret = cookies.given(request, installation.settings)
    if not secret:
        raise Unauthenticated("Sign in: this takes the cookie of a session", code="session_missing")
    cookies.check_origin(request.headers, installation.settings, request.method, named=False)
    signed = await sessions.find(secret)
    if signed is None:
        raise Unauthenticated("This session has ended: sign in again", code="session_invalid")
    cookies.check_origin(request.headers, installation.settings, request.method, named=signed.kind == "web")
    asked = request.headers.get(WORKSPACE)
    return Visitor(signed, asked, signed.seat(asked))
