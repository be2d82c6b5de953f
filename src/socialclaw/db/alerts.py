"""What people were told of by mail that needs one of them. All times here are real ones."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from socialclaw.db.base import Base, real_now


class ToldAlert(Base):
    """An alert that stands, and whether it was mailed. `about`: the id of the post or the account.

    It is there from when it was first seen until somebody has dealt with it; should the same happen anew after that, it is told anew.
    """

    __tablename__ = "told_alerts"
    workspace_id: Mapped[str] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"), primary_key=True)
    about: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)  # see `publishing/attention.py`
    seen_at: Mapped[datetime] = mapped_column(default=real_now)
    mailed_at: Mapped[datetime | None]  # or taken for old news when it was first seen
