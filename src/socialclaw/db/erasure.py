"""What leaves: workspaces and people that are deleted for good, copies that they take along, grants that are still to be given back.

All times here are real ones.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from socialclaw.db.base import Base, new_id, real_now


class Erasure(Base):
    """A workspace or a person that is to be deleted for good at `due_at`. With neither, they are gone, and only what lies about is left.

    `sealed`: what else is known of a person that has to be looked for. `next_at`: when it is worked on next; the end of a lease.
    """

    __tablename__ = "erasures"
    id: Mapped[str] = mapped_column(primary_key=True, default=lambda: new_id("erasure"))
    workspace_id: Mapped[str | None] = mapped_column(ForeignKey("workspaces.id", ondelete="SET NULL"), unique=True)
    user_id: Mapped[str | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), unique=True)
    sealed: Mapped[str | None]
    due_at: Mapped[datetime] = mapped_column(default=real_now)
    next_at: Mapped[datetime] = mapped_column(default=real_now, index=True)
    tries: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(default=real_now)


class Export(Base):
    """A copy of everything of a workspace, or of a person: one file in storage, until `expires_at`.

    `next_at`: when it is worked on next, null where there is nothing to do.
    """

    __tablename__ = "exports"
    id: Mapped[str] = mapped_column(primary_key=True, default=lambda: new_id("export"))
    workspace_id: Mapped[str | None] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"), index=True)
    user_id: Mapped[str | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    status: Mapped[str] = mapped_column(default="preparing")  # "preparing" | "ready" | "failed"
    storage: Mapped[str | None]
    object_key: Mapped[str | None]
    size: Mapped[int | None] = mapped_column(BigInteger)
    error: Mapped[str | None]
    expires_at: Mapped[datetime | None]
    next_at: Mapped[datetime | None] = mapped_column(default=real_now, index=True)
    tries: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(default=real_now)


class Revocation(Base):
    """What somebody granted at an issuer, and is to be given back there. `sealed`: the token; whose it was is not known here any more."""

    __tablename__ = "revocations"
    id: Mapped[str] = mapped_column(primary_key=True, default=lambda: new_id("revocation"))
    issuer: Mapped[str]
    sealed: Mapped[str]
    next_at: Mapped[datetime] = mapped_column(default=real_now, index=True)
    tries: Mapped[int] = mapped_column(default=0)
