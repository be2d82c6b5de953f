"""How a route of the API begins: who asks, and whether that key may, is known before anything of the body is read."""

from __future__ import annotations

import sys
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from fastapi import Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from socialclaw.api.deps import caller, who
from socialclaw.api.guard import MOST
from socialclaw.api.idempotency import key_of, once
from socialclaw.workspaces.operations import OPERATIONS, require

ITSELF = "repeats_itself"
NEEDS = "needs_operation"
C = TypeVar("C", bound=Callable[..., Any])


class Operation(APIRoute):
    """A route that asks for the key first, where it needs one: FastAPI by itself would read and parse the body before.

    Such a route names the one operation that the key must have, with `@needs`; so does the OpenAPI document, as `x-operation`.
    """

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        self.needed: str | None = getattr(endpoint, NEEDS, None)
        if self.needed:
            options["openapi_extra"] = {**(options.get("openapi_extra") or {}), "x-operation": self.needed}
        super().__init__(path, endpoint, **options)
        if _depends(self.dependant, caller) != (self.needed is not None):
            raise TypeError(f"{path}: a route that takes a key names one operation with @needs, and no other route does")

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()
        needed, most = self.needed, getattr(self.endpoint, MOST, None)
        keyed = needed is not None
        repeatable = keyed and "POST" in (self.methods or ()) and not getattr(self.endpoint, ITSELF, False)

        async def handled(request: Request) -> Response:
            if needed:
                require(needed, (await who(request)).operations)
            if most:
                request.scope["state"][MOST] = most
            if repeatable and (key := key_of(request)):
                return await once(request, await who(request), key, handle)
            return await handle(request)

        return handled


def needs(operation: str) -> Callable[[C], C]:
    """Says which operation a key must have for this route: `@needs("read")`."""
    if operation not in OPERATIONS:
        raise ValueError(f"{operation!r} is not one of {', '.join(OPERATIONS)}")

    def marked(endpoint: C) -> C:
        setattr(endpoint, NEEDS, operation)
        return endpoint

    return marked


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


large = takes_up_to(sys.maxsize)
"""Of an operation that takes a schedule, or a file: as much as the settings allow."""


def _depends(dependant: Dependant, what: Callable[..., Any]) -> bool:
    return any(inner.call is what or _depends(inner, what) for inner in dependant.dependencies)
