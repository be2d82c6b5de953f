"""Mail on its way out, and what people ask the operator. All times here are real ones."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from socialclaw.db.base import Base, new_id, real_now


class Mail(Base):
    """A mail that is to be sent once. `sealed`: to whom, and what is in it; erased once it is over, however it ended.

    `state`: `waiting` (due at `next_at`), `handed` (to the SMTP server, whose answer we do not know yet), and over: `sent`, `refused`,
    `expired` (what it is about ended first), or `uncertain` (the answer was lost; it is not sent again). `tries` is the fence: whoever
    has taken it has that number. `workspace_id`, `user_id`: of one that tells a member of something in a workspace.
    """

    __tablename__ = "mails"
    id: Mapped[str] = mapped_column(primary_key=True, default=lambda: new_id("mail"))
    kind: Mapped[str]  # see `mail/templates.py`
    ticket_id: Mapped[str | None] = mapped_column(ForeignKey("tickets.id", ondelete="CASCADE"), index=True)  # it is about
    request_id: Mapped[str | None] = mapped_column(ForeignKey("support_requests.id", ondelete="CASCADE"), index=True)  # or that
    workspace_id: Mapped[str | None] = mapped_column(index=True)
    user_id: Mapped[str | None] = mapped_column(index=True)
    sealed: Mapped[str | None]
    state: Mapped[str] = mapped_column(default="waiting")
    tries: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None]  # of the last try
    created_at: Mapped[datetime] = mapped_column(default=real_now)
    next_at: Mapped[datetime | None] = mapped_column(index=True)
    expires_at: Mapped[datetime]
    over_at: Mapped[datetime | None] = mapped_column(index=True)


class SupportRequest(Base):
    """What somebody asked the operator. `spam`: a program filled in what people do not see; it is mailed to nobody."""

    __tablename__ = "support_requests"
    id: Mapped[str] = mapped_column(primary_key=True, default=lambda: new_id("support"))
    workspace_id: Mapped[str | None] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"), index=True)
    user_id: Mapped[str | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    email: Mapped[str | None]  # as they wrote it: not proven
    message: Mapped[str]
    page_url: Mapped[str | None]
    page_title: Mapped[str | None]
    source: Mapped[str | None]
    agent: Mapped[str | None]
    spam: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(default=real_now, index=True)
    closed_at: Mapped[datetime | None]
