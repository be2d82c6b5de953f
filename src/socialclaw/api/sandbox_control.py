"""What a sandbox on its own offers beside its pages: its memory for witnesses, credentials for a first connection, faults to arm.

For our own code, and for whoever sits at the machine.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any, TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from socialclaw.api.answers import ok, render
from socialclaw.api.sandbox_visitors import WORKSPACE, at_home, ours, stranger
from socialclaw.errors import InvalidRequest, NotFound, SocialClawError
from socialclaw.simulation.sandbox import FORGET, Sandbox
from socialclaw.simulation.simulator import Simulator
from socialclaw.simulation.worlds import NOBODY, Caller, within

Handler = Callable[[Request], Any]
B = TypeVar("B", bound=msgspec.Struct)


class Fault(msgspec.Struct, forbid_unknown_fields=True):
    """A fault to arm. `match` is a part of "METHOD /path" (default: the calls that create posts); `seconds` a delay."""

    network: str
    kind: str
    match: str = ""
    times: int = 1
    seconds: float = 0


class World(msgspec.Struct, forbid_unknown_fields=True):
    """A world that is to be forgotten; or only what in it has one of these texts."""

    world: str
    naming: list[str] = []


class Name(msgspec.Struct, forbid_unknown_fields=True):
    """Who is to be known at a network."""

    network: str
    name: str


def routes(sandbox: Sandbox, *, faults: bool) -> list[BaseRoute]:
    """`faults`: whether callers may arm faults."""

    async def seen(request: Request) -> Response:
        network = request.query_params.get("network")
        asked = [_simulator(sandbox, network)] if network else list(sandbox.simulators.values())
        return ok(posts=await sandbox.apart(lambda: _memory(asked)))

    async def credentials(request: Request) -> Response:
        asked = await _body(request, Name)
        who = ours(request.scope, sandbox.door) or NOBODY
        found = await sandbox.apart(lambda: _known(_simulator(sandbox, asked.network), asked.name, who))
        return ok(credentials=found)

    async def arm(request: Request) -> Response:
        asked = await _body(request, Fault)
        simulator = _simulator(sandbox, asked.network)
        try:
            await sandbox.apart(lambda: simulator.fail(asked.kind, asked.match, times=asked.times, seconds=asked.seconds))
        except ValueError as error:
            raise InvalidRequest(str(error)) from error
        return ok(201)

    async def forget(request: Request) -> Response:
        if ours(request.scope, sandbox.door) is None:
            return stranger()
        asked = await _body(request, World)
        if not WORKSPACE.fullmatch(asked.world) or not asked.world:
            raise InvalidRequest("There is no such world")
        await sandbox.forget(asked.world, asked.naming)
        return ok()

    found: list[BaseRoute] = [
        Route("/sandbox/seen.json", _answered(seen, sandbox)),
        Route(FORGET, _answered(forget, sandbox), methods=["POST"]),
        Route("/sandbox/credentials", _answered(credentials, sandbox), methods=["POST"]),
    ]
    return [*found, Route("/sandbox/faults", _answered(arm, sandbox), methods=["POST"])] if faults else found


def _memory(simulators: list[Simulator]) -> list[dict[str, Any]]:
    """Every post ever made public, oldest first; `deleted_at` tells the ones that are gone."""
    posts = []
    for simulator in simulators:
        with simulator.store.lock:
            posts += [{"network": simulator.network, **asdict(seen)} for seen in simulator.shelf.posts(gone=True)]
    return posts


def _known(simulator: Simulator, name: str, who: Caller) -> dict[str, str]:
    """In the world of the workspace that asks; in every world, where nobody in particular does."""
    with within(who), simulator.store.transaction():
        return simulator.credentials(name)


def _simulator(sandbox: Sandbox, network: str) -> Simulator:
    found = sandbox.simulators.get(network)
    if found is None:
        raise NotFound(f"There is no simulated network {network!r}; there are: {', '.join(sandbox.simulators)}", code="network_not_found")
    return found


async def _body(request: Request, kind: type[B]) -> B:
    """JSON only, and said to be: so that no web page of another origin can send it without being asked."""
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        raise InvalidRequest("Send JSON, with content-type application/json", status=415)
    try:
        return msgspec.json.decode(await request.body(), type=kind)
    except msgspec.DecodeError as error:
        raise InvalidRequest(str(error)) from error


def _answered(handler: Handler, sandbox: Sandbox) -> Handler:
    async def answer(request: Request) -> Response:
        if ours(request.scope, sandbox.door) is None and not at_home(request.scope, sandbox.home):
            return stranger()
        try:
            response: Response = await handler(request)
        except SocialClawError as error:
            problem = {"ok": False, "code": error.code, "message": error.message, "details": error.details}
            return Response(render(problem), error.status, media_type="application/json")
        return response

    return answer
