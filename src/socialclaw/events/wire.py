"""Events as they are told: the feed, the stream and the webhooks send the same bytes."""

from __future__ import annotations

from typing import Any, Protocol

import msgspec

from socialclaw.db.base import iso
from socialclaw.db.events import Event
from socialclaw.events.kinds import KINDS

COLUMNS = (
    Event.id,
    Event.workspace_id,
    Event.seq,
    Event.type,
    Event.at,
    Event.actor,
    Event.post_id,
    Event.run_id,
    Event.account_id,
    Event.thing_id,
    Event.data,
)
OF_POSTS = {"post": "post_id", "run": "run_id", "account": "account_id"}  # other ids are of things
HTTPS = "https://"


class Told(Protocol):
    """COLUMNS of an event that has a number."""

    id: Any
    workspace_id: Any
    seq: Any
    type: Any
    at: Any
    actor: Any
    data: Any


def told(row: Told, links: str | None = None) -> bytes:
    """An event as JSON. `links`: see `System.links`."""
    kind = KINDS.get(row.type)
    names = kind.subject if kind else tuple(OF_POSTS)
    return msgspec.json.encode(
        {
            "id": row.id,
            "seq": row.seq,
            "type": row.type,
            "timestamp": iso(row.at),
            "workspace": row.workspace_id,
            "actor": _actor(row.actor),
            "subject": {name: getattr(row, OF_POSTS.get(name, "thing_id")) for name in names},
            "data": msgspec.Raw((_linked(row.data, links) if links else row.data).encode()),
        }
    )


def _actor(actor: str | None) -> dict[str, str] | None:
    return {"user" if actor.startswith("user_") else "key": actor} if actor else None


def _linked(data: str, links: str) -> str:
    """With links to the sandbox, where the network's own would lead nowhere."""
    if f'"providerUrl":"{HTTPS}' not in data:
        return data
    found = msgspec.json.decode(data)
    found["post"]["providerUrl"] = links + found["post"]["providerUrl"].removeprefix(HTTPS)
    return msgspec.json.encode(found).decode()
