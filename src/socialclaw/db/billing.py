"""Subscriptions, and the news of them that the stores have sent.

Neither is a workspace's alone: what nobody could be found for is kept, and belongs to none.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from socialclaw.db.base import Base, new_id, utc_now


class Subscription(Base):
    """One subscription at one source: see `billing/subscriptions.py`, whose `Row` this keeps. `seen_at`: when the source was last read."""

    __tablename__ = "subscriptions"
    id: Mapped[str] = mapped_column(primary_key=True, default=lambda: new_id("subscription"))
    workspace_id: Mapped[str | None] = mapped_column(ForeignKey("workspaces.id", ondelete="SET NULL"))
    realm: Mapped[str]  # "live" | "test"
    source: Mapped[str]  # "grant" | "trial" | "lemonsqueezy" | "app_store"
    external_id: Mapped[str]
    plan: Mapped[str]
    interval: Mapped[str | None]
    status: Mapped[str]
    until: Mapped[datetime | None]
    at: Mapped[datetime]
    renews_at: Mapped[datetime | None]
    resumes_at: Mapped[datetime | None]
    since: Mapped[datetime | None]
    ask: Mapped[bool] = mapped_column(default=False)
    next_plan: Mapped[str | None]
    checkout_id: Mapped[str | None]
    card_brand: Mapped[str | None]
    card_last_four: Mapped[str | None]
    seen_at: Mapped[datetime | None]
    next_at: Mapped[datetime | None]  # when the source is to be read next, in real time
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    __table_args__ = (
        UniqueConstraint("source", "realm", "external_id", name="subscriptions_once"),
        Index("subscriptions_of_workspace", "workspace_id"),
        Index("subscriptions_to_read", "next_at", postgresql_where=text("next_at IS NOT NULL"), sqlite_where=text("next_at IS NOT NULL")),
    )


class BillingEvent(Base):
    """A piece of news, stored once. `external_id`: the source's own id of it, or a digest of its bytes. `sealed`: its body, for 90 days.

    `subject`: the source's id of the subscription it is about.
    """

    __tablename__ = "billing_events"
    id: Mapped[str] = mapped_column(primary_key=True, default=lambda: new_id("event"))
    workspace_id: Mapped[str | None] = mapped_column(ForeignKey("workspaces.id", ondelete="SET NULL"), index=True)
    realm: Mapped[str]
    source: Mapped[str]
    external_id: Mapped[str]
    kind: Mapped[str]
    subject: Mapped[str | None]
    sealed: Mapped[str | None]
    at: Mapped[datetime | None]  # by the source's clock
    created_at: Mapped[datetime] = mapped_column(default=utc_now, index=True)
    __table_args__ = (UniqueConstraint("source", "realm", "external_id", name="billing_events_once"),)
