"""What people plan with: texts that nobody has sent yet, and the times of a week at which posts usually go out."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from socialclaw.db.base import Base, real_now


class ComposerDraft(Base):
    """What somebody is writing in the composer: theirs alone. `content` is the composer's own; `text` is how it begins, for lists.

    The id is made by the page, which begins one without us; it is only ever looked for among its person's. `revision` counts its changes.
    """

    __tablename__ = "drafts"
    workspace_id: Mapped[str] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, index=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    revision: Mapped[int] = mapped_column(default=1)
    content: Mapped[dict[str, Any]]
    text: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(default=real_now)
    updated_at: Mapped[datetime] = mapped_column(default=real_now)


class Timetable(Base):
    """The slots of an account; where `account_id` is empty, of all accounts that have none of their own.

    `slots`: minutes since the week began on Monday, by the workspace's clock on the wall; each once, in their order.
    """

    __tablename__ = "timetables"
    workspace_id: Mapped[str] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"), primary_key=True)
    account_id: Mapped[str] = mapped_column(primary_key=True)
    slots: Mapped[list[Any]]
    updated_at: Mapped[datetime] = mapped_column(default=real_now)
