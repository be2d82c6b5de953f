"""How a route of the API begins: who asks, and whether they may, is known before anything of the body is read."""

from __future__ import annotations

import sys
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, TypeVar

from fastapi import Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from socialclaw.api.audited import told
from socialclaw.api.deps import Takes, caller, person, plan_needed, problems, who
from socialclaw.api.guard import AS_TEXT, MOST
from socialclaw.api.idempotency import key_of, once
from socialclaw.api.visitors import Visitor
from socialclaw.people.roles import LEAST
from socialclaw.workspaces.operations import OPERATIONS, require

ITSELF = "repeats_itself"
NEEDS = "needs"
PAID = "paid"
NEEDS_PLAN = "x-needs-plan"  # in the OpenAPI document
SECURITY = {Takes.KEY: ("api_key",), Takes.SESSION: ("session",), Takes.EITHER: ("api_key", "session")}
C = TypeVar("C", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Needs:
    """What calling a route takes: of a key the operation, of a person the right; a person without a right need only be signed in."""

    takes: Takes
    operation: str | None = None
    right: str | None = None
    line: bool = True  # what a person changes by it is written down

    def check(self, found: Any) -> None:
        """Forbidden where whoever has been found may not."""
        if not isinstance(found, Visitor):
            require(self.operation or "", found.operations)
        elif self.right is not None:
            found.require(self.right)

    @property
    def described(self) -> dict[str, Any]:
        """What the OpenAPI document says of it."""
        said: dict[str, Any] = {"security": [{scheme: []} for scheme in SECURITY[self.takes]]}
        if self.operation is not None:
            said["x-operation"] = self.operation
        if self.right is not None:
            said |= {"x-right": self.right, "x-role": LEAST[self.right]}
        return said


class Operation(APIRoute):
    """A route that asks for the key or the session first, where it needs one: FastAPI by itself would read and parse the body before.

    Such a route says what calling it takes, with `@needs` and its like; so does the OpenAPI document, as `x-operation` and `x-role`.
    """

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        self.needed: Needs | None = getattr(endpoint, NEEDS, None)
        if self.needed:
            options["openapi_extra"] = {**(options.get("openapi_extra") or {}), **self.needed.described}
        if getattr(endpoint, PAID, False):
            options["openapi_extra"] = {**options["openapi_extra"], NEEDS_PLAN: True}
            options["responses"] = {**(options.get("responses") or {}), **problems(402)}
        super().__init__(path, endpoint, **options)
        asks = self.needed and (self.needed.operation or self.needed.right)
        if _depends(self.dependant, caller) != bool(asks) or (_depends(self.dependant, person) and self.needed is None):
            raise TypeError(f"{path}: a route that takes a caller says with @needs what that takes, and no other route does")

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()
        needed, most, as_text = self.needed, getattr(self.endpoint, MOST, None), getattr(self.endpoint, AS_TEXT, False)
        takes_plan = getattr(self.endpoint, PAID, False)
        repeatable = needed is not None and "POST" in (self.methods or ()) and not getattr(self.endpoint, ITSELF, False)

        async def handled(request: Request) -> Response:
            if most:
                request.scope["state"][MOST] = most
            if as_text:
                request.scope["state"][AS_TEXT] = True
            if needed is None:
                return await handle(request)
            found = await who(request, needed.takes)
            if isinstance(found, Visitor):
                return await told(request, found, self.name, needed, lambda: answered(request, found, needed))
            return await answered(request, found, needed)

        async def answered(request: Request, found: Any, needed: Needs) -> Response:
            needed.check(found)
            if takes_plan:
                await plan_needed(request, found)
            if repeatable and (key := key_of(request)):
                return await once(request, found, key, handle)
            return await handle(request)

        return handled


def needs(operation: str, *, of_people: str | None = None) -> Callable[[C], C]:
    """Says which operation a key must have for this route, and which right a person, if it is another: `@needs("read")`."""
    return _marked(Needs(Takes.EITHER, operation, of_people or operation))


def needs_key(operation: str) -> Callable[[C], C]:
    """The same of a route that is about the key itself, so that no session does."""
    return _marked(Needs(Takes.KEY, operation))


def signed_in(right: str | None = None, *, line: bool = True) -> Callable[[C], C]:
    """Says of a route that it takes a session, and which right of the person in the workspace; none where it is about them alone.

    `line` False: what it changes is theirs alone, and changes with each word that they write, so that no audit line tells of it."""
    return _marked(Needs(Takes.SESSION, None, right, line))


def _marked(what: Needs) -> Callable[[C], C]:
    if what.operation not in (None, *OPERATIONS) or what.right not in (None, *LEAST):
        raise ValueError(f"{what.operation!r} is none of {', '.join(OPERATIONS)}, or {what.right!r} none of {', '.join(LEAST)}")

    def marked(endpoint: C) -> C:
        setattr(endpoint, NEEDS, what)
        return endpoint

    return marked


def paid(endpoint: C) -> C:
    """Says of an operation that it adds to the workspace, for which that needs a plan where plans are sold."""
    setattr(endpoint, PAID, True)
    return endpoint


def repeats_itself(endpoint: C) -> C:
    """Says of a POST that it sees to idempotency keys itself, or makes nothing."""
    setattr(endpoint, ITSELF, True)
    return endpoint


def takes_up_to(most: int) -> Callable[[C], C]:
    """Says of an operation that its body may have so many bytes, if the settings allow as many to any: `@takes_up_to(MEGABYTE)`."""

    def marked(endpoint: C) -> C:
        setattr(endpoint, MOST, most)
        return endpoint

    return marked


def reads_text(endpoint: C) -> C:
    """Says of an operation that its body is no JSON, and that it looks itself for what no text may hold."""
    setattr(endpoint, AS_TEXT, True)
    return endpoint


large = takes_up_to(sys.maxsize)
"""Of an operation that takes a schedule, or a file: as much as the settings allow."""


def _depends(dependant: Dependant, what: Callable[..., Any]) -> bool:
    return any(inner.call is what or _depends(inner, what) for inner in dependant.dependencies)
