"""What a route may ask for: the caller's workspace, and the whole installation."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Annotated, Any, Concatenate, ParamSpec, TypeVar

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from socialclaw.api.rate_limits import Rates
from socialclaw.api.schemas import ErrorResponse
from socialclaw.api.shares import asking_for
from socialclaw.db.base import Scope
from socialclaw.errors import Unauthenticated
from socialclaw.system import System
from socialclaw.workspaces.keys import Found, Keyring
from socialclaw.workspaces.operations import require

P = ParamSpec("P")
T = TypeVar("T")

bearer = HTTPBearer(auto_error=False, scheme_name="api_key", description="A workspace API key: `Authorization: Bearer sc_live_…`")


@dataclass(frozen=True, slots=True)
class CallerContext:
    """Who is asking: a workspace, by an API key that may do these operations."""

    system: System
    workspace_id: str
    test: bool
    key_id: str
    operations: frozenset[str]

    def require(self, operation: str) -> None:
        """Of a request that needs more than its route names, because of what is in it: Forbidden where the key has not this too."""
        require(operation, self.operations)

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


async def who(request: Request) -> Found:
    """Whose key the request carries, found once; counts it against the limits on requests. Reads nothing of the body."""
    state: dict[str, Any] = request.scope["state"]
    if "who" not in state:
        state["who"] = await _find(request)
    found: Found = state["who"]
    return found


async def _find(request: Request) -> Found:
    rates: Rates = request.app.state.rates
    try:
        found = await _key_of(request)
    except Unauthenticated:
        rates.refuse(request)
        raise
    rates.spend(request, found)
    return found


async def _key_of(request: Request) -> Found:
    given = request.headers.getlist("authorization")
    scheme, _, secret = given[0].partition(" ") if given else ("", "", "")
    if scheme.lower() != "bearer" or not secret.strip():
        raise Unauthenticated("Send a workspace API key: Authorization: Bearer sc_…")
    if len(given) > 1:
        raise Unauthenticated("Send one Authorization header, not several")
    keyring: Keyring = request.app.state.keyring
    found = await keyring.find(secret.strip())
    if found is None:
        raise Unauthenticated("This API key is unknown or revoked", code="api_key_invalid")
    return found


async def caller(request: Request, _: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]) -> AsyncIterator[CallerContext]:
    """The caller behind the bearer key."""
    found = await who(request)
    installation: System = request.app.state.system
    async with installation.acting(found.workspace_id, test=found.test):
        asking_for(found.party)
        yield CallerContext(installation, found.workspace_id, found.test, found.key_id, found.operations)


Caller = Annotated[CallerContext, Depends(caller, scope="function")]
Installation = Annotated[System, Depends(system)]

MEANINGS = {
    400: "The body is not JSON",
    401: "No API key, or not a valid one",
    402: "The plan does not allow it",
    403: "The key lacks the operation that this needs; details.needs names it",
    404: "Not in this workspace",
    409: "Not possible in its current state",
    413: "Too large",
    422: "The request is wrong; details.issues lists every problem",
    429: "Too many requests; Retry-After says when to come back",
    502: "A network refused, or did not answer",
    503: "Unavailable right now",
}


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The declared errors of a keyed route, beside those that each may answer: no key, not this key, too many requests, no database."""
    return {status: {"model": ErrorResponse, "description": MEANINGS[status]} for status in sorted({401, 403, 429, 503, *statuses})}
