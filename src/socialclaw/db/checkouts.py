"""Checkouts: somebody was sent to a store to buy a plan, and for which workspace."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from socialclaw.db.base import Owned, new_id


class Checkout(Owned):
    """`sealed`: where it is. `email`: of whoever was sent there, as the store was told. `order_id`: what was bought there, once we know.

    `returned_at`: when somebody came back from there. `next_at`: when it is to be looked for what was bought there; None once that is
    known, or nobody will buy any more. All its times are those of the workspace.
    """

    __tablename__ = "checkouts"
    id: Mapped[str] = mapped_column(primary_key=True, default=lambda: new_id("checkout"))
    user_id: Mapped[str | None] = mapped_column(index=True)
    realm: Mapped[str]
    plan: Mapped[str]
    interval: Mapped[str]
    variant_id: Mapped[int]
    external_id: Mapped[str]
    sealed: Mapped[str]
    email: Mapped[str | None]
    order_id: Mapped[str | None]
    subscription_id: Mapped[str | None]  # at the store
    expires_at: Mapped[datetime]
    returned_at: Mapped[datetime | None]
    next_at: Mapped[datetime | None]
    __table_args__ = (
        Index("checkouts_of_workspace", "workspace_id", "created_at"),
        Index("checkouts_to_look_for", "next_at", postgresql_where=text("next_at IS NOT NULL"), sqlite_where=text("next_at IS NOT NULL")),
    )
