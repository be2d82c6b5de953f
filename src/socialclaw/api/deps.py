"""What a route may ask for: the caller's workspace, the person who calls, and the whole installation."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from enum import Enum
from typing import Annotated, Any, Concatenate, ParamSpec, TypeVar

from fastapi import Depends, Request

from socialclaw.api import cookies
from socialclaw.api.rate_limits import Rates
from socialclaw.api.schemas import ErrorResponse
from socialclaw.api.shares import asking_for
from socialclaw.api.visitors import Visitor, visitor
from socialclaw.billing import terms
from socialclaw.db.base import Scope
from socialclaw.errors import Unauthenticated
from socialclaw.events.record import acting_as
from socialclaw.grants.tokens import ACCESS, Granted, Grants
from socialclaw.people.sessions import SignedIn, require_fresh
from socialclaw.system import System
from socialclaw.workspaces.found_secrets import FoundSecrets
from socialclaw.workspaces.keys import Found, Keyring
from socialclaw.workspaces.operations import require

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class CallerContext:
    """Who is asking: a workspace, by an API key or a person with a session, who may do these operations."""

    system: System
    workspace_id: str
    test: bool
    operations: frozenset[str]
    key_id: str | None = None
    visitor: Visitor | None = None

    @property
    def id(self) -> str | None:
        """The key or the person that calls."""
        return self.visitor.signed.user_id if self.visitor else self.key_id

    def require(self, operation: str) -> None:
        """Of a request that needs more than its route names, because of what is in it: Forbidden where the caller has not this too."""
        if self.visitor:
            self.visitor.require(operation)
        else:
            require(operation, self.operations)

    def require_fresh(self) -> None:
        """Of a person, that they have just signed in; SignInAgain otherwise. A key has nothing that a browser left open could give away."""
        if self.visitor:
            require_fresh(self.visitor.signed)

    async def read(self, do: Callable[Concatenate[Scope, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a feature's database function in this workspace."""
        return await self.system.read(self.workspace_id, lambda scope: do(scope, *args, **kwargs), test=self.test)

    async def write(self, do: Callable[Concatenate[Scope, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The same, committed before this returns, and its hints handed to the queue."""
        return await self.system.write(self.workspace_id, lambda scope: do(scope, *args, **kwargs), test=self.test)

    @property
    def links(self) -> str | None:
        """Where this workspace's people find a network's URLs: see `System.links`."""
        return self.system.links(self.workspace_id, test=self.test)


async def system(request: Request) -> System:
    """Not a plain `def`: FastAPI would ask a thread."""
    found: System = request.app.state.system
    return found


class Takes(Enum):
    """By what a route may be called."""

    KEY = "a key"
    SESSION = "a session"
    EITHER = "either"


async def who(request: Request, takes: Takes = Takes.EITHER) -> Found | Visitor:
    """Whose key or session the request brings, found once; counts it against the limits on requests. Reads nothing of the body."""
    state: dict[str, Any] = request.scope["state"]
    if "who" not in state:
        state["who"] = await _find(request, takes)
    found: Found | Visitor = state["who"]
    return found


async def _find(request: Request, takes: Takes) -> Found | Visitor:
    rates: Rates = request.app.state.rates
    try:
        found = await (visitor(request) if _by_session(request, takes) else _key_of(request))
    except Unauthenticated:
        rates.refuse(request)
        raise
    rates.spend(request, *found.spends)
    return found


def _by_session(request: Request, takes: Takes) -> bool:
    """A request with a key is the key's, whatever cookie a browser has added to it."""
    if takes is not Takes.EITHER:
        return takes is Takes.SESSION
    headers = request.headers
    return "authorization" not in headers and "cookie" in headers and cookies.given(request, request.app.state.system.settings) is not None


async def _key_of(request: Request) -> Found:
    given = request.headers.getlist("authorization")
    scheme, _, secret = given[0].partition(" ") if given else ("", "", "")
    if scheme.lower() != "bearer" or not secret.strip():
        raise Unauthenticated("Send a workspace API key: Authorization: Bearer sc_…")
    if len(given) > 1:
        raise Unauthenticated("Send one Authorization header, not several")
    found = await ring(request, secret.strip()).find(secret.strip())
    if found is None:
        raise Unauthenticated("This API key is unknown or revoked", code="api_key_invalid")
    return found.check()


def ring(request: Request, secret: str) -> FoundSecrets[Found] | FoundSecrets[Granted]:
    """Where what this opens is found: by keys, or by tokens of grants."""
    keyring: Keyring = request.app.state.keyring
    granted: Grants = request.app.state.granted
    return granted if secret.startswith(ACCESS) else keyring


def forget_key(request: Request, key_id: str) -> None:
    """A key, or a grant, has changed or ended: this process does not remember it."""
    request.app.state.keyring.forget(key_id)
    request.app.state.granted.forget(key_id)


async def caller(request: Request) -> AsyncIterator[CallerContext]:
    """The caller behind the key, or the session."""
    found = await who(request)
    installation: System = request.app.state.system
    async with installation.acting(found.workspace_id, test=found.test):
        asking_for(found.party)
        person = found if isinstance(found, Visitor) else None
        key_id = found.key_id if isinstance(found, Found) else None
        context = CallerContext(installation, found.workspace_id, found.test, found.operations, key_id, person)
        with acting_as(context.id):
            yield context


async def plan_needed(request: Request, found: Found | Visitor) -> None:
    """PlanRequired where the workspace needs a plan and has none now. Where nothing is sold, nothing is asked."""
    installation: System = request.app.state.system
    if not terms.sold(installation.settings, test=found.test):
        return
    async with installation.acting(found.workspace_id, test=found.test):
        asking_for(found.party)
        await installation.read(found.workspace_id, terms.require, installation.settings, test=found.test)


async def person(request: Request) -> SignedIn:
    """Who is signed in, of a route that is about them and no workspace."""
    found = await who(request, Takes.SESSION)
    assert isinstance(found, Visitor)
    return found.signed


Caller = Annotated[CallerContext, Depends(caller, scope="function")]
Person = Annotated[SignedIn, Depends(person)]
Installation = Annotated[System, Depends(system)]

MEANINGS = {
    400: "The body is not JSON",
    401: "No API key or session, or not a valid one",
    402: "The plan does not allow it",
    403: "The key lacks the operation that this needs, or the person the role; details.needs names it",
    404: "Not in this workspace, or X-Workspace names none of yours",
    409: "Not possible in its current state",
    410: "What comes next is no longer kept; details.oldest is where to go on",
    413: "Too large",
    422: "The request is wrong; details.issues lists every problem",
    429: "Too many requests; Retry-After says when to come back",
    502: "A network refused, or did not answer",
    503: "Unavailable right now",
}


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The declared errors of a route that takes a caller, with those that each may answer.

    No key or session, not this one, no such workspace of this person's, too many requests, no database.
    """
    return {status: {"model": ErrorResponse, "description": MEANINGS[status]} for status in sorted({401, 403, 404, 429, 503, *statuses})}


def open_problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The same of a route that anybody may call, and that does more for who has a session."""
    return {status: answer for status, answer in problems(*statuses).items() if status != 401}
