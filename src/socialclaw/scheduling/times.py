"""When a post is due: times as people write them, resolved to instants."""

from __future__ import annotations

import re
from datetime import UTC, datetime, tzinfo

import msgspec

from socialclaw.clock import zone as zone  # where people look for it

FIRST_YEAR, LAST_YEAR = 1970, 9998

# `datetime.fromisoformat` takes more than ISO 8601: any character between date and time, a NUL at the end.
_FORM = re.compile(r"[0-9]{4}-?(?:[0-9]{2}-?[0-9]{2}|W[0-9]{2}(?:-?[0-9])?)(?:[Tt ][0-9][0-9:.,Zz+ -]*)?", re.ASCII)


def resolve(text: object, local: tzinfo) -> datetime:
    """The instant, in UTC, that an ISO 8601 time means; without an offset it is read in `local`.

    As RFC 5545 (section 3.3.5) has it: a time that occurs twice is its first occurrence, a time that the clocks skip is
    read with the offset before the gap. A date alone is its midnight. ValueError says what is wrong.
    """
    if not isinstance(text, str):
        raise ValueError("must be text: an ISO 8601 time such as 2030-01-31T09:00:00Z")
    try:
        moment = _read(text)
    except ValueError:
        text = text.strip().upper()
        moment = _tidied(text)
    if not _FORM.fullmatch(text):
        raise ValueError(_UNREADABLE)
    try:
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=local)
        if moment.tzinfo is not UTC:
            moment = moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError(_OUTSIDE) from error
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise ValueError(_OUTSIDE)
    return moment


_read = datetime.fromisoformat
_UNREADABLE = "is not an ISO 8601 time such as 2030-01-31T09:00:00Z"
_OUTSIDE = f"is outside the years {FIRST_YEAR} to {LAST_YEAR}"


def _tidied(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise ValueError(_UNREADABLE) from error


def stamp(instant: datetime) -> str:
    """An instant that is already in UTC, as the wire writes it: milliseconds and Z."""
    text = str(_encode(instant), "ascii")  # by far the quickest way to write a time
    return f"{text[1:20]}.000Z" if len(text) == 22 else f"{text[1:24]}Z"


_encode = msgspec.json.Encoder().encode
