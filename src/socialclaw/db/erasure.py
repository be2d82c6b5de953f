"""What leaves: workspaces and people that are deleted for good, copies that they take along, grants that are still to be given back, and
what networks tell of people who took theirs back.

All times here are real ones.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from socialclaw.db.base import Base, new_id, real_now


class Erasure(Base):
    """A workspace or a person that is to be deleted for good at `due_at`, or what a network has asked for. With none of these, they are
    gone, and only what lies about is left.

    `sealed`: what else is known of a person that has to be looked for. `next_at`: when it is worked on next; the end of a lease.
    """

    __tablename__ = "erasures"
    id: Mapped[str] = mapped_column(primary_key=True, default=lambda: new_id("erasure"))
    workspace_id: Mapped[str | None] = mapped_column(ForeignKey("workspaces.id", ondelete="SET NULL"), unique=True)
    user_id: Mapped[str | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), unique=True)
    deletion_id: Mapped[str | None] = mapped_column(ForeignKey("deletion_requests.id", ondelete="CASCADE"), unique=True)
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


class Callback(Base):
    """What a network told us by itself, once however often it came: known by a digest, as the words name people. `at`: when it happened."""

    __tablename__ = "callbacks"
    digest: Mapped[str] = mapped_column(primary_key=True)
    app: Mapped[str]  # the developer app, by its name in the settings
    kind: Mapped[str]  # "deauthorized" | "data_deletion"
    test: Mapped[bool]
    at: Mapped[datetime]
    accounts: Mapped[int] = mapped_column(default=0)  # how many it was about
    received_at: Mapped[datetime] = mapped_column(default=real_now, index=True)


class DeletionRequest(Base):
    """Somebody had a network ask us to delete what we know of them. Whoever has `code` may see how far that is.

    `subject` tells whether it is the same person, and `sealed` who, until it is done. `account_ids`: what was found. `erased`: how many of
    what was deleted.
    """

    __tablename__ = "deletion_requests"
    id: Mapped[str] = mapped_column(primary_key=True, default=lambda: new_id("deletion"))
    code: Mapped[str] = mapped_column(unique=True)
    app: Mapped[str]
    test: Mapped[bool]
    subject: Mapped[str] = mapped_column(index=True)
    digest: Mapped[str] = mapped_column(unique=True)
    sealed: Mapped[str | None]
    at: Mapped[datetime]
    account_ids: Mapped[list[Any]] = mapped_column(default=list)
    erased: Mapped[dict[str, Any]] = mapped_column(default=dict)
    received_at: Mapped[datetime] = mapped_column(default=real_now, index=True)
    completed_at: Mapped[datetime | None]
