"""How the App Store knows a workspace."""

from __future__ import annotations

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from socialclaw.db.base import Base


class AppAccount(Base):
    """The token that our app gives along when it buys for a workspace, so that whatever is told of the purchase says whose it is."""

    __tablename__ = "app_accounts"
    workspace_id: Mapped[str] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"), primary_key=True)
    token: Mapped[str] = mapped_column(unique=True)
