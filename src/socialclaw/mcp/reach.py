"""Calls of the API that the tools share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from socialclaw.client import Client
from socialclaw.mcp.entry import Answer, Asking

STRICT = {"prefer": "handling=strict"}  # a field that nobody knows is refused: it was meant to say something


class Api(Client):
    """The API as the tools call it: once, so that they themselves are told to come back; and strictly."""

    def __init__(self, base_url: str, key: str, *, headers: Mapping[str, str] | None = None, **how: Any) -> None:
        super().__init__(base_url, key, retries=0, **how)
        self._headers |= {**STRICT, **(headers or {})}


async def get(asking: Asking, path: str, *ids: str, **query: Any) -> Answer:
    """What is at a path, whose `{}` are these ids."""
    return await asking.api.call("GET", at(path, *ids), query=query)


async def send(asking: Asking, path: str, *ids: str, body: Mapping[str, Any] | None = None, method: str = "POST") -> Answer:
    return await asking.api.call(method, at(path, *ids), json=dict(body) if body is not None else None)


def plain(answer: Any) -> Answer:
    """An answer of the client, whose types say more of it than is needed here."""
    found: Answer = answer
    return found


def at(path: str, *ids: str) -> str:
    return path.format(*(quote(one, safe="") for one in ids))


def only(given: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """Those of the arguments."""
    return {name: given[name] for name in names if name in given}


def page(given: Mapping[str, Any], usual: int) -> dict[str, int]:
    """Where a list begins and how long it is. A cursor is what the answer before has named."""
    cursor = str(given.get("cursor", ""))
    return {"limit": int(given.get("limit", usual)), "offset": int(cursor) if cursor.isdigit() else 0}


def paged(rows: list[Any], total: int, offset: int) -> dict[str, Any]:
    """How many there are in all, and where the rest begins."""
    after = offset + len(rows)
    return {"total": total, **({"nextCursor": str(after)} if after < total else {})}
