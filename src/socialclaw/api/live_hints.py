"""`GET /v1/dashboard/events`: hints that something has changed, so that whoever looks at a workspace need not ask again and again.

Hints, not data: what a hint is about is fetched by the operations that there are, with all that they check. Events that are kept, and can
be had again by their number, are another thing than this: see `events.py`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Request, Response

from socialclaw.api.deps import Caller, problems
from socialclaw.api.dialect import asked
from socialclaw.api.openapi import DASHBOARD
from socialclaw.api.operation import Operation, needs
from socialclaw.api.streams import READ, Stream, listening, still, workspace_of

router = APIRouter(route_class=Operation, prefix="/v1/dashboard", tags=[DASHBOARD])


@router.get(
    "/events",
    summary="Stream of live hints",
    response_class=Response,
    responses={200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}, "description": "Events"}, **problems(404)},
)
@needs(READ)
async def dashboard_events(
    caller: Caller,
    request: Request,
    workspace: Annotated[str | None, asked("workspace", description="Of a session: the workspace, where no header can say it.")] = None,
) -> Response:
    """Server-sent events that say of which kinds something has changed in the workspace: what you show of them, fetch again.

    `event: change` has `{"kinds": ["posts", …]}`, or `{"all": true}` where anything may have changed, as at the beginning of each stream.
    The kinds are posts (and with them always runs), runs, accounts, connections, assets, analytics, keys, members, workspace, drafts (of
    whomever: look whether they are yours), slots and repeats. A comment comes every 20 seconds. The stream ends when the session or
    the key does, and from time to time: connect again, as `EventSource` does by itself.
    """
    workspace_id, _ = workspace_of(caller, workspace)
    hub = caller.system.hub
    listener = hub.enter(listening(caller), workspace_id)
    return Hints(hub, listener, still(request, caller, workspace_id), caller.system.settings.stream_seconds)


class Hints(Stream):
    """Which kinds of things have changed."""

    heartbeat = 20.0

    async def news(self) -> AsyncIterator[bytes]:
        kinds = self.listener.take()
        if kinds is None or kinds:
            yield _change({"all": True} if kinds is None else {"kinds": kinds})


def _change(what: dict[str, Any]) -> bytes:
    return b"event: change\ndata: " + msgspec.json.encode(what) + b"\n\n"
