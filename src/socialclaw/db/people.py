"""People: who signs in, by what, into which workspaces; their sessions, everything that is good for one time, and what they did.

All times here are real ones: a rehearsal moves no session and no ticket.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from socialclaw.db.base import Base, new_id, real_now


class User(Base):
    """A person. `realm` test: known by simulated identity providers alone, and a member of test workspaces only; it never changes.

    `email` is proven where `email_verified`: nothing is mailed to, or linked by, one that is not. `trial_at`: when they began to try a
    plan, which everybody does once.
    """

    __tablename__ = "users"
    id: Mapped[str] = mapped_column(primary_key=True, default=lambda: new_id("user"))
    realm: Mapped[str] = mapped_column(default="live")  # "live" | "test"
    name: Mapped[str | None]
    email: Mapped[str | None] = mapped_column(index=True)
    email_verified: Mapped[bool] = mapped_column(default=False)
    picture: Mapped[str | None]
    trial_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=real_now)


class Identity(Base):
    """What an issuer knows a person by: its own `subject`, never an address. `sealed`: what is needed to end its grant."""

    __tablename__ = "identities"
    id: Mapped[str] = mapped_column(primary_key=True, default=lambda: new_id("identity"))
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    issuer: Mapped[str]
    subject: Mapped[str]
    email: Mapped[str | None]
    sealed: Mapped[str | None]
    linked_at: Mapped[datetime] = mapped_column(default=real_now)
    __table_args__ = (UniqueConstraint("issuer", "subject", name="identities_once"),)


class Membership(Base):
    """A person in a workspace. `role`: see `people/roles.py`; `billing_admin`: an admin who may buy too.

    `alerts_by_mail`: whether they are mailed what needs somebody; where they have not said so, in a live workspace.
    """

    __tablename__ = "memberships"
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    workspace_id: Mapped[str] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"), primary_key=True)
    role: Mapped[str]
    billing_admin: Mapped[bool] = mapped_column(default=False)
    alerts_by_mail: Mapped[bool | None]
    joined_at: Mapped[datetime] = mapped_column(default=real_now)
    __table_args__ = (Index("memberships_of_workspace", "workspace_id", "joined_at"),)


class UserSession(Base):
    """A person signed in on one device, since `created_at`. Found by `digest`; deleted when it ends. `workspace_id`: the last used."""

    __tablename__ = "sessions"
    id: Mapped[str] = mapped_column(primary_key=True, default=lambda: new_id("session"))
    digest: Mapped[str] = mapped_column(unique=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str]  # "web" | "mobile"
    workspace_id: Mapped[str | None] = mapped_column(ForeignKey("workspaces.id", ondelete="SET NULL"))
    agent: Mapped[str | None]  # what the browser calls itself
    created_at: Mapped[datetime] = mapped_column(default=real_now)
    seen_at: Mapped[datetime] = mapped_column(default=real_now)  # to the minute
    expires_at: Mapped[datetime] = mapped_column(index=True)  # whatever happens


class Ticket(Base):
    """Something that is good for one time: a sign-in link, an invitation, an attempt to sign in. Found by `digest`.

    `user_id`: whose it is; `workspace_id` and `role`: what it opens; `email`: to whom it was sent; `sealed`: what else it holds.
    """

    __tablename__ = "tickets"
    id: Mapped[str] = mapped_column(primary_key=True, default=lambda: new_id("ticket"))
    digest: Mapped[str] = mapped_column(unique=True)
    purpose: Mapped[str]  # see `people/tickets.py`
    user_id: Mapped[str | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    workspace_id: Mapped[str | None] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"), index=True)
    role: Mapped[str | None]
    email: Mapped[str | None]
    made_by: Mapped[str | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    sealed: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(default=real_now)
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]


class AuditLine(Base):
    """Something that a person did. The person goes from it when they are deleted, the line stays."""

    __tablename__ = "audit_lines"
    id: Mapped[str] = mapped_column(primary_key=True, default=lambda: new_id("audit"))
    workspace_id: Mapped[str | None] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"))
    user_id: Mapped[str | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    action: Mapped[str]
    subject: Mapped[str | None]  # the id of what it was done to
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime] = mapped_column(default=real_now)
    __table_args__ = (Index("audit_lines_of_workspace", "workspace_id", "created_at", "id"),)
