"""What lists have in common: how they are narrowed and paged.

An unknown filter value is a 422 that names the allowed ones; an empty one is as good as absent.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from fastapi import Query

from socialclaw.errors import InvalidRequest
from socialclaw.networks import canonical
from socialclaw.networks.names import PROVIDER_KEYS
from socialclaw.scheduling import times

Limit = Annotated[int, Query(ge=1, le=500, description="At most so many (default 100).")]
Offset = Annotated[int, Query(ge=0, le=2**31, description="Skip so many.")]
ProviderFilter = Annotated[str | None, Query(description="A provider key or alias.")]
Words = Annotated[str | None, Query(alias="q", description="A part of a post's name, text or account handle.")]
LabelFilter = Annotated[str | None, Query(description="A label that the post has.")]
AccountFilter = Annotated[str | None, Query(description="An account handle or id.")]


def provider_key(name: str | None) -> str | None:
    """The provider key of a filter, or InvalidRequest that names the allowed ones."""
    if not name:
        return None
    key = canonical(name) or (name if name in PROVIDER_KEYS else None)
    if key is None:
        message = f"Unknown provider {name!r}; allowed: {', '.join(PROVIDER_KEYS)}"
        raise InvalidRequest(message, code="provider_unsupported", path="provider", allowed=list(PROVIDER_KEYS))
    return key


def one_of(name: str, value: str | None, allowed: Sequence[str]) -> str | None:
    """A filter that knows few values."""
    if value and value not in allowed:
        raise InvalidRequest(f"{name} can be {', '.join(allowed)}", code="filter_invalid", path=name, allowed=list(allowed))
    return value or None


def instant(text: str | None, name: str) -> datetime | None:
    """A time of a filter; without an offset it is UTC."""
    if not text:
        return None
    try:
        return times.resolve(text, times.zone("UTC"))
    except ValueError as error:
        raise InvalidRequest(f"{name} {error}", code="filter_invalid", path=name) from None
