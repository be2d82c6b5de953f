"""Grants: what people have allowed programs of others, the tokens by which those use it, and who has registered.

A grant is a key of kind `oauth`, and has its id. All times here are real ones: a rehearsal moves no token.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from socialclaw.db.base import Base, Owned, new_id, real_now


class OAuthClient(Base):
    """A program that has registered itself. `secret_digest`: of its secret, where it authenticates; `used_at`: when it last got a token."""

    __tablename__ = "oauth_clients"
    id: Mapped[str] = mapped_column(primary_key=True, default=lambda: new_id("client"))
    name: Mapped[str]
    redirect_uris: Mapped[list[Any]]
    auth_method: Mapped[str]  # "none" | "client_secret_post" | "client_secret_basic"
    secret_digest: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(default=real_now, index=True)
    used_at: Mapped[datetime | None]


class Grant(Owned):
    """Which program a key of kind `oauth` is for, and for which of our addresses its tokens are good.

    `user_id`: whose part in the workspace bounds it; None where a key was shown instead of a sign-in.
    """

    __tablename__ = "grants"
    id: Mapped[str] = mapped_column(ForeignKey("api_keys.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[str | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    client_id: Mapped[str] = mapped_column(index=True)
    client_name: Mapped[str]
    client_host: Mapped[str]
    resource: Mapped[str]


class GrantToken(Owned):
    """An access token and the refresh token that came with it, by their digests. `used_at`: when that was first redeemed."""

    __tablename__ = "grant_tokens"
    id: Mapped[str] = mapped_column(primary_key=True, default=lambda: new_id("token"))
    grant_id: Mapped[str] = mapped_column(ForeignKey("grants.id", ondelete="CASCADE"), index=True)
    access_digest: Mapped[str] = mapped_column(unique=True)
    access_until: Mapped[datetime]
    refresh_digest: Mapped[str] = mapped_column(unique=True)
    refresh_until: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]


class DeviceCode(Base):
    """A program that waits for somebody to allow it in at `/device`. `held`: what they have allowed it."""

    __tablename__ = "device_codes"
    id: Mapped[str] = mapped_column(primary_key=True, default=lambda: new_id("device"))
    digest: Mapped[str] = mapped_column(unique=True)
    user_digest: Mapped[str] = mapped_column(unique=True)  # of the code that people type
    client_id: Mapped[str]
    client_name: Mapped[str]
    resource: Mapped[str]
    asked: Mapped[str]  # operations, with a space between them
    status: Mapped[str] = mapped_column(default="pending")  # "pending" | "approved" | "denied" | "used"
    workspace_id: Mapped[str | None] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"), index=True)
    user_id: Mapped[str | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    held: Mapped[dict[str, Any]] = mapped_column(default=dict)
    interval: Mapped[int]  # seconds that the program has to leave between two questions
    asked_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=real_now)
    expires_at: Mapped[datetime] = mapped_column(index=True)
