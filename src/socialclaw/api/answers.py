"""What a route answers with: JSON in one shape, written by msgspec."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from fastapi import Response

from socialclaw.db.base import iso


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):  # only reached through `default`; see `render`
        return iso(value)
    raise TypeError(f"cannot put {type(value).__name__} on the wire")


_encoder = msgspec.json.Encoder(enc_hook=_plain)


def render(content: Any) -> bytes:
    """JSON bytes. Times must already be text (`iso`): msgspec would write them without milliseconds."""
    return _encoder.encode(content)


def ok(status: int = 200, **parts: Any) -> Response:
    """`{"ok": true, …parts}`."""
    return Response(render({"ok": True, **parts}), status_code=status, media_type="application/json")
