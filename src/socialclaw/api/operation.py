"""How a route of the API begins: who asks is known before anything of the body is read."""

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

ITSELF = "repeats_itself"
C = TypeVar("C", bound=Callable[..., Any])


class Operation(APIRoute):
    """A route that asks for the key first, where it needs one: FastAPI by itself would read and parse the body before."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()
        keyed, most = _needs(self.dependant, caller), getattr(self.endpoint, MOST, None)
        repeatable = keyed and "POST" in (self.methods or ()) and not getattr(self.endpoint, ITSELF, False)

        async def handled(request: Request) -> Response:
            if keyed:
                await who(request)
            if most:
                request.scope["state"][MOST] = most
            if repeatable and (key := key_of(request)):
                return await once(request, await who(request), key, handle)
            return await handle(request)

        return handled


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


def _needs(dependant: Dependant, what: Callable[..., Any]) -> bool:
    return any(inner.call is what or _needs(inner, what) for inner in dependant.dependencies)
