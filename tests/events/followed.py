"""Reading events as a client does."""

from __future__ import annotations

from typing import Any

import httpx2

from socialclaw.system import System

Json = dict[str, Any]


async def page(api: httpx2.AsyncClient, **query: Any) -> Json:
    answer = await api.get("/v1/events", params=query)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def happened(system: System, api: httpx2.AsyncClient, **query: Any) -> list[Json]:
    """All that has happened by now."""
    await system.sequencer.settle()
    found, cursor = list[Json](), query.pop("cursor", None)
    while True:
        got = await page(api, **query, **({"cursor": cursor} if cursor is not None else {}))
        found += got["events"]
        cursor = got["nextCursor"]
        if not got["hasMore"]:
            return found


def types(events: list[Json]) -> list[str]:
    return [event["type"] for event in events]
