"""What a sandbox on its own offers beside its pages: its memory for witnesses, credentials for a first connection, faults to arm."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import asdict
from typing import Any, TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from socialclaw.api.answers import ok, render
from socialclaw.errors import InvalidRequest, NotFound, SocialClawError
from socialclaw.providers.sandbox import Sandbox
from socialclaw.providers.simulator import Simulator

Handler = Callable[[Request], Any]
B = TypeVar("B", bound=msgspec.Struct)


class Fault(msgspec.Struct, forbid_unknown_fields=True):
    """A fault to arm. `match` is a regular expression on "METHOD /path" (default: the calls that create posts); `seconds` a delay."""

    network: str
    kind: str
    match: str = ""
    times: int = 1
    seconds: float = 0


class Name(msgspec.Struct, forbid_unknown_fields=True):
    """Who is to be known at a network."""

    network: str
    name: str


def routes(sandbox: Sandbox, *, faults: bool) -> list[BaseRoute]:
    """`faults`: whether callers may arm faults."""

    async def seen(request: Request) -> Response:
        network = request.query_params.get("network")
        asked = [_simulator(sandbox, network)] if network else list(sandbox.networks.values())
        return ok(posts=await asyncio.to_thread(_memory, asked))

    async def credentials(request: Request) -> Response:
        asked = await _body(request, Name)
        found = await asyncio.to_thread(_known, _simulator(sandbox, asked.network), asked.name)
        return ok(credentials=found)

    async def arm(request: Request) -> Response:
        asked = await _body(request, Fault)
        simulator = _simulator(sandbox, asked.network)
        try:
            await asyncio.to_thread(simulator.fail, asked.kind, asked.match, times=asked.times, seconds=asked.seconds)
        except ValueError as error:
            raise InvalidRequest(str(error)) from error
        return ok(201)

    found: list[BaseRoute] = [
        Route("/sandbox/seen.json", _answered(seen)),
        Route("/sandbox/credentials", _answered(credentials), methods=["POST"]),
    ]
    return [*found, Route("/sandbox/faults", _answered(arm), methods=["POST"])] if faults else found


def _memory(simulators: list[Simulator]) -> list[dict[str, Any]]:
    """Every post ever made public, oldest first; `deleted_at` tells the ones that are gone."""
    posts = []
    for simulator in simulators:
        with simulator.store.lock:
            posts += [{"network": simulator.network, **asdict(seen)} for seen in simulator.shelf.posts(gone=True)]
    return posts


def _known(simulator: Simulator, name: str) -> dict[str, str]:
    with simulator.store.transaction():
        return simulator.credentials(name)


def _simulator(sandbox: Sandbox, network: str) -> Simulator:
    found = sandbox.networks.get(network)
    if found is None:
        raise NotFound(f"There is no simulated network {network!r}; there are: {', '.join(sandbox.networks)}", code="network_not_found")
    return found


async def _body(request: Request, kind: type[B]) -> B:
    """JSON only, and said to be: so that no web page of another origin can send it without being asked."""
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        raise InvalidRequest("Send JSON, with content-type application/json", status=415)
    try:
        return msgspec.json.decode(await request.body(), type=kind)
    except msgspec.DecodeError as error:
        raise InvalidRequest(str(error)) from error


def _answered(handler: Handler) -> Handler:
    async def answer(request: Request) -> Response:
        try:
            response: Response = await handler(request)
        except SocialClawError as error:
            problem = {"ok": False, "code": error.code, "message": error.message, "details": error.details}
            return Response(render(problem), error.status, media_type="application/json")
        return response

    return answer
