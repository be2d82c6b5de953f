"""Allowances: how often somebody has done something in a while, counted by all processes together."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from socialclaw.db.base import Base


class Allowance(Base):
    """One while of somebody's. `digest`: of what is counted and of who does it, keyed, so that no address can be read here."""

    __tablename__ = "allowances"
    digest: Mapped[str] = mapped_column(primary_key=True)
    ends_at: Mapped[datetime] = mapped_column(index=True)
    used: Mapped[int]
