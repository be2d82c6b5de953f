"""What time it is, and for which workspace something is done.

It is the real time, except in a test workspace that rehearses: its time stands where it was put (`api/rehearsal.py`). Who acts for a
workspace says so once, by `act_for`; everything below, in whatever thread or task, then knows.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True, slots=True)
class Acting:
    """For whom, and where its time stands; None where it runs as everywhere."""

    workspace_id: str
    at: datetime | None = None


_acting: ContextVar[Acting | None] = ContextVar("acting", default=None)


def acting() -> Acting | None:
    """For whom we act; None where it is nobody in particular."""
    return _acting.get()


def now() -> datetime:
    """The present instant of whoever we act for, in UTC."""
    found = _acting.get()
    return found.at if found and found.at else datetime.now(UTC)


def rehearsing() -> bool:
    """Whether we act where time stands."""
    found = _acting.get()
    return found is not None and found.at is not None


@contextmanager
def act_for(workspace_id: str, at: datetime | None = None) -> Iterator[None]:
    """Everything done within is done for this workspace, at its time."""
    token = _acting.set(Acting(workspace_id, at))
    try:
        yield
    finally:
        _acting.reset(token)
