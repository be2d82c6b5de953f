"""Writing down what happened, in the transaction in which it happens: what is rolled back has never been an event.

Events get their numbers afterwards: see `sequencer.py`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Table, insert
from sqlalchemy.orm import Session

from socialclaw.db.base import json_text, new_id, real_now, utc_now
from socialclaw.db.events import Event
from socialclaw.db.recording import note
from socialclaw.events.kinds import KINDS

_actor: ContextVar[str | None] = ContextVar("actor", default=None)
_TABLE: Table = Event.__table__  # type: ignore[assignment]
_INSERT = insert(_TABLE)


class Happened(NamedTuple):
    """`about`: ids by the names of the kind's subject. `data`: what is told. `at`: when it was, if that is not now."""

    workspace_id: str
    type: str
    about: Mapping[str, str]
    data: Mapping[str, Any]
    at: datetime | None = None


@contextmanager
def acting_as(actor: str | None) -> Iterator[None]:
    """What is recorded within is the doing of this key or person."""
    token = _actor.set(actor)
    try:
        yield
    finally:
        _actor.reset(token)


def record(session: Session, workspace_id: str, type: str, about: Mapping[str, str], data: Mapping[str, Any]) -> None:
    """One thing happened."""
    record_all(session, [Happened(workspace_id, type, about, data)])


def record_all(session: Session, happened: Sequence[Happened]) -> None:
    """These things happened, in this order."""
    if not happened:
        return
    session.connection().execute(_INSERT, [row(each) for each in happened])
    note(session)


def row(what: Happened) -> dict[str, Any]:
    """An event as its row, without a number."""
    about = what.about
    [*things] = [about[name] for name in KINDS[what.type].subject if name not in ("post", "run", "account")]
    return {
        "workspace_id": what.workspace_id,
        "id": new_id("evt"),
        "type": what.type,
        "at": what.at or utc_now(),
        "recorded_at": real_now(),
        "actor": _actor.get(),
        "post_id": about.get("post"),
        "run_id": about.get("run"),
        "account_id": about.get("account"),
        "thing_id": things[0] if things else None,
        "data": json_text(what.data),
    }
