"""What people plan with: texts that nobody has sent yet, the times of a week at which posts usually go out, and posts that are repeated."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from socialclaw.db.base import Base, Owned, new_id, real_now, utc_now


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


class Repeat(Owned):
    """A post that is made again and again by a rule: `rule`, from `starts` on (a time on the wall of `timezone`, as text).

    `content`: the post as a schedule says it. `following_at`: the occurrence that is made next, null once it has ended; `next_at`: when
    that is to be done, `ends_at`: the last one, `stops_at`: from which on none is made any more. `revision` counts changes; making an
    occurrence is one. `skipped`: what was not made, and why.
    """

    __tablename__ = "repeats"
    id: Mapped[str] = mapped_column(primary_key=True, default=lambda: new_id("repeat"))
    rule: Mapped[str]
    starts: Mapped[str]
    timezone: Mapped[str]
    mode: Mapped[str]  # of the runs that are made: "scheduled" | "draft"
    content: Mapped[dict[str, Any]]
    occurrences: Mapped[int]  # in all
    ends_at: Mapped[datetime]
    stops_at: Mapped[datetime | None]
    following_at: Mapped[datetime | None]
    next_at: Mapped[datetime | None] = mapped_column(index=True)
    revision: Mapped[int] = mapped_column(default=1)
    skipped: Mapped[list[Any]]
    made_by: Mapped[str | None]
    updated_at: Mapped[datetime] = mapped_column(default=utc_now, onupdate=utc_now)
    __table_args__ = (Index("repeats_of_workspace", "workspace_id", "created_at"),)


class PreviewLink(Owned):
    """A link by which whoever has it sees a run, and can change nothing, until `expires_at`. Found by `digest`; the secret
    is kept nowhere."""

    __tablename__ = "preview_links"
    id: Mapped[str] = mapped_column(primary_key=True, default=lambda: new_id("link"))
    run_id: Mapped[str] = mapped_column(ForeignKey("runs.id", ondelete="CASCADE"), index=True)
    digest: Mapped[str] = mapped_column(unique=True)
    expires_at: Mapped[datetime]
    made_by: Mapped[str | None]
