"""Snapshots: what a network said of a post or an account at one moment."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from socialclaw.db.base import Owned, new_id, utc_now


class Snapshot(Owned):
    """The figures of one window of a post, or (without `post_id`) of an account. `metrics`: our metric names to counts.

    `status`: "ok", "unsupported" (the network gives none), or "unavailable" (it cannot tell this window, any more).
    """

    __tablename__ = "snapshots"
    id: Mapped[str] = mapped_column(primary_key=True, default=lambda: new_id("snap"))
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"))
    post_id: Mapped[str | None] = mapped_column(ForeignKey("posts.id", ondelete="CASCADE"))
    window: Mapped[str]
    status: Mapped[str]
    metrics: Mapped[dict[str, Any]] = mapped_column(default=dict)
    message: Mapped[str | None]
    collected_at: Mapped[datetime] = mapped_column(default=utc_now)
    __table_args__ = (
        Index("snapshots_of_post", "post_id", "window", "collected_at"),
        Index("snapshots_of_account", "account_id", "window", "collected_at"),
        Index("snapshots_of_workspace", "workspace_id"),
    )
