"""Cursors of lists that go by time and id: where a page ended, as a text that says nothing to whoever hands it back.

A list that is read by a cursor neither repeats nor leaves out a row because others were added meanwhile.
"""

from __future__ import annotations

import base64
import binascii
from datetime import datetime

from socialclaw.db.base import iso
from socialclaw.errors import InvalidRequest

LONGEST = 200  # characters


def write(at: datetime, row_id: str) -> str:
    """The cursor of what comes after this row."""
    return base64.urlsafe_b64encode(f"{iso(at)} {row_id}".encode()).decode().rstrip("=")


def read(cursor: str) -> tuple[datetime, str]:
    """Time and id of the row; InvalidRequest `cursor_invalid` where we have not written this."""
    try:
        if len(cursor) > LONGEST:
            raise ValueError("too long")
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode("ascii")
        at, _, row_id = text.partition(" ")
        moment = datetime.fromisoformat(at)
        if not row_id.isprintable() or not row_id or iso(moment) != at:
            raise ValueError("not one of ours")
    except (ValueError, binascii.Error, OverflowError):
        message = "This cursor is none of ours: take `nextCursor` of the page before, or leave it out for the first page"
        raise InvalidRequest(message, code="cursor_invalid", path="cursor") from None
    return moment, row_id
