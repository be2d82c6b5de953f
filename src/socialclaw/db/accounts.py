"""Connections (the handshake) and accounts (the connected destination)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from socialclaw.db.base import Owned, new_id, utc_now


class Connection(Owned):
    """One handshake. `state_digest` finds it at the callback; `sealed` holds the PKCE verifier."""

    __tablename__ = "connections"
    id: Mapped[str] = mapped_column(primary_key=True, default=lambda: new_id("conn"))
    provider: Mapped[str]
    status: Mapped[str] = mapped_column(default="pending")  # "pending" | "connected" | "failed"
    state_digest: Mapped[str | None] = mapped_column(unique=True)
    sealed: Mapped[str | None]
    authorize_url: Mapped[str | None]
    callback_scheme: Mapped[str | None]
    client: Mapped[str | None]
    account_ids: Mapped[list[Any]] = mapped_column(default=list)
    error_code: Mapped[str | None]
    error: Mapped[str | None]
    expires_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    __table_args__ = (Index("connections_of_workspace", "workspace_id", "created_at"),)


class Account(Owned):
    """A connected destination. One row a destination and workspace, however often it is connected again.

    `refresh_at` is when the token is next to be refreshed; `status` says whether we may publish, `ended_at` since when not. `clocked`: its
    workspace's time stands, so no worker touches it but the one that moves that time.
    """

    __tablename__ = "accounts"
    id: Mapped[str] = mapped_column(primary_key=True, default=lambda: new_id("acct"))
    connection_id: Mapped[str | None]
    provider: Mapped[str]
    handle: Mapped[str]
    account_type: Mapped[str]
    external_id: Mapped[str]
    display_name: Mapped[str | None]
    meta: Mapped[dict[str, Any]] = mapped_column(default=dict)
    status: Mapped[str] = mapped_column(default="connected")  # "connected" | "reconnect_required" | "disconnected"
    sealed: Mapped[str | None]  # the secrets: JSON object of strings
    scopes: Mapped[list[Any]] = mapped_column(default=list)
    token_expires_at: Mapped[datetime | None]
    refresh_at: Mapped[datetime | None]
    refresh_status: Mapped[str] = mapped_column(default="none")  # "none" | "ok" | "failing" | "refused"
    refresh_failure_code: Mapped[str | None]
    refresh_failures: Mapped[int] = mapped_column(default=0)
    ended_at: Mapped[datetime | None]
    collect_at: Mapped[datetime | None]  # when its figures are to be collected next
    refreshing_until: Mapped[datetime | None]  # a worker is at the token endpoint; the others wait
    clocked: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    updated_at: Mapped[datetime] = mapped_column(default=utc_now, onupdate=utc_now)
    __table_args__ = (
        UniqueConstraint("workspace_id", "provider", "external_id", name="accounts_once"),
        Index("accounts_by_handle", "workspace_id", "handle"),
        Index("accounts_to_refresh", "refresh_at"),
        Index("accounts_to_collect", "collect_at"),
        Index("accounts_clocked", "id", postgresql_where=text("clocked"), sqlite_where=text("clocked")),
    )
