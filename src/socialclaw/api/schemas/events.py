"""Events."""

from __future__ import annotations

from pydantic import StrictBool, StrictInt

from socialclaw.api.dialect import MaybeObject, OpenObject, Schema, Time
from socialclaw.api.schemas.envelopes import OkResponse


class Event(Schema):
    """Something that happened. `seq`: its number in the workspace; `actor`: the key or the user behind it, null where it is nobody;
    `subject`: the ids of what it is about; `data`: what became of that, by `type` (see `webhooks`)."""

    id: str
    seq: StrictInt
    type: str
    timestamp: Time
    workspace: str
    actor: MaybeObject
    subject: OpenObject
    data: OpenObject


class EventsResponse(OkResponse):
    """Events, the oldest first. `nextCursor`: what comes after them; `hasMore`: there is more of it already."""

    events: list[Event]
    next_cursor: str
    has_more: StrictBool


MODELS = (Event, EventsResponse)
