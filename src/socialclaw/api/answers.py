"""What a route answers with: JSON in one shape, written by msgspec."""

from __future__ import annotations

from contextvars import ContextVar
from datetime import datetime
from typing import Any

import msgspec
from fastapi import Response

from socialclaw.db.base import iso

notices: ContextVar[list[dict[str, Any]] | None] = ContextVar("notices", default=None)
"""What is to be said about the request at hand beside its answer; `Front` begins it anew for each."""


def notice(code: str, message: str, path: str) -> None:
    """Say something that forbids nothing: under `warnings` in the answer."""
    if (noted := notices.get()) is not None and len(noted) < MOST_NOTICES:
        noted.append({"path": path, "code": code, "message": message, "details": {}})


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):  # only reached through `default`; see `render`
        return iso(value)
    raise TypeError(f"cannot put {type(value).__name__} on the wire")


MOST_NOTICES = 100
_encoder = msgspec.json.Encoder(enc_hook=_plain)


def render(content: Any) -> bytes:
    """JSON bytes. Times must already be text (`iso`): msgspec would write them without milliseconds."""
    return _encoder.encode(content)


def ok(status: int = 200, **parts: Any) -> Response:
    """`{"ok": true, …parts}`."""
    if noted := notices.get():
        parts["warnings"] = [*parts.get("warnings", ()), *noted]
    return Response(render({"ok": True, **parts}), status_code=status, media_type="application/json")


def closed(status: int = 200, **parts: Any) -> Response:
    """The same, for an answer that the contract lets hold nothing else: what else is to be said goes into a header, as RFC 7234 has it."""
    said = [f'299 socialclaw "{one["code"]}: {one["path"]}"' for one in notices.get() or ()]
    headers = {"Warning": ", ".join(said).encode("ascii", "replace").decode()} if said else None
    return Response(render({"ok": True, **parts}), status_code=status, media_type="application/json", headers=headers)
