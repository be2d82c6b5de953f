"""Webhooks: where a workspace wants its events sent, and what is to be sent there."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from socialclaw.db.base import Owned, new_id, utc_now

_WAITING = text("next_at IS NOT NULL")


class Endpoint(Owned):
    """A URL that is sent events. `types`: words as in `events/feed.py`; `accounts`: only events about these, where there are any.

    `ordered`: one after another, and none before the one before it was taken. `sealed`: the secrets that sign, the newest first.
    `status`: enabled; failing (nothing has been taken for a while); disabled (nothing is sent). `failing_since`: since when no try
    succeeded; `exhausted`: how many deliveries have been given up since. `lane_until`, `lane_of`: who sends to it now, and for how long.
    """

    __tablename__ = "endpoints"
    id: Mapped[str] = mapped_column(primary_key=True, default=lambda: new_id("hook"))
    url: Mapped[str]
    description: Mapped[str | None]
    types: Mapped[list[Any]]
    accounts: Mapped[list[Any]] = mapped_column(default=list)
    ordered: Mapped[bool] = mapped_column(default=False)
    sealed: Mapped[str]
    status: Mapped[str] = mapped_column(default="enabled")
    failing_since: Mapped[datetime | None]
    exhausted: Mapped[int] = mapped_column(default=0)
    disabled_because: Mapped[str | None]
    lane_until: Mapped[datetime | None]
    lane_of: Mapped[str | None]
    updated_at: Mapped[datetime] = mapped_column(default=utc_now, onupdate=utc_now)
    __table_args__ = (Index("endpoints_of_workspace", "workspace_id", "created_at"),)


class Delivery(Owned):
    """An event that is to be sent to an endpoint. `next_at`: when it is tried next, null when it is not any more.

    `status`: pending, retrying, delivered, exhausted (all tries failed), abandoned (the endpoint was disabled). `seq`: the event's number;
    `body`: what is sent where there is no such event, of a test. `last_…`: of the last try; `log`: of all of them, without answers.
    """

    __tablename__ = "deliveries"
    id: Mapped[str] = mapped_column(primary_key=True, default=lambda: new_id("dlv"))
    endpoint_id: Mapped[str] = mapped_column(ForeignKey("endpoints.id", ondelete="CASCADE"))
    event_id: Mapped[str]
    seq: Mapped[int] = mapped_column(BigInteger)
    type: Mapped[str]
    body: Mapped[str | None]
    status: Mapped[str] = mapped_column(default="pending")
    tries: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime | None]
    last_at: Mapped[datetime | None]
    last_status: Mapped[int | None]
    last_ms: Mapped[int | None]
    last_error: Mapped[str | None]
    last_answer: Mapped[str | None]
    log: Mapped[list[Any]] = mapped_column(default=list)
    __table_args__ = (
        Index("deliveries_of_endpoint", "endpoint_id", "created_at", "id"),
        Index("deliveries_of_event", "workspace_id", "seq"),
        Index("deliveries_due", "endpoint_id", "next_at", postgresql_where=_WAITING, sqlite_where=_WAITING),
        Index("deliveries_due_of_workspace", "workspace_id", "next_at", postgresql_where=_WAITING, sqlite_where=_WAITING),
    )
