"""What has happened in a workspace, kept for a while: events, and how far they are numbered."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, text
from sqlalchemy.orm import Mapped, mapped_column

from socialclaw.db.base import Base, real_now, utc_now

_UNNUMBERED = text("seq IS NULL")


class Event(Base):
    """One thing that happened. `n`: the order of writing; `seq`: its number in the workspace, null until it is given one.

    `at`: when it happened, by the workspace's time; `recorded_at`: the same by the real one. `actor`: the id of the key or the person
    behind it. `post_id`, `run_id`, `account_id`, `thing_id`: what it is about. `data`: JSON, as it is told.
    """

    __tablename__ = "events"
    n: Mapped[int] = mapped_column(BigInteger().with_variant(Integer(), "sqlite"), primary_key=True, autoincrement=True)
    workspace_id: Mapped[str] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"))
    id: Mapped[str]
    seq: Mapped[int | None] = mapped_column(BigInteger)
    type: Mapped[str]
    at: Mapped[datetime] = mapped_column(default=utc_now)
    recorded_at: Mapped[datetime] = mapped_column(default=real_now)
    actor: Mapped[str | None]
    post_id: Mapped[str | None]
    run_id: Mapped[str | None]
    account_id: Mapped[str | None]
    thing_id: Mapped[str | None]
    data: Mapped[str]
    __table_args__ = (
        Index("events_in_order", "workspace_id", "seq", unique=True),
        Index("events_unnumbered", "workspace_id", postgresql_where=_UNNUMBERED, sqlite_where=_UNNUMBERED),
    )


class EventCounter(Base):
    """How far a workspace's events are numbered, and up to which they are deleted again. Whoever numbers them has locked this row."""

    __tablename__ = "event_counters"
    workspace_id: Mapped[str] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"), primary_key=True)
    last: Mapped[int] = mapped_column(BigInteger, default=0)
    swept: Mapped[int] = mapped_column(BigInteger, default=0)
