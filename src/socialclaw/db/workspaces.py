"""Workspaces (tenants) and their API keys; and the workers that are alive."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Index, and_, or_, select, text
from sqlalchemy.orm import Mapped, mapped_column

from socialclaw.db.base import Base, Owned, Scope, new_id, real_now, utc_now


def _own_id(context: Any) -> str:
    """The slug of a workspace that nobody chose one for."""
    found: str = context.get_current_parameters()["id"]
    return found


class Workspace(Base):
    """A tenant. `mode` test: its networks are the sandbox. `clock_at`: where its time stands, while it rehearses.

    `erase_at`: it is to be deleted for good then, in real time, and nothing of it is published any more.
    `slug`: what it is called in addresses. `timezone`, `week_start`: how its people reckon. `twin_id`: of a live one, the test workspace
    in which the same people try things out; and of that, the live one. `plan`, `subscription_status`: what its subscriptions came to when
    one of them changed last, for lists; see `billing/ledger.py`. `app_review`: App Review buys there, at Apple's sandbox.
    """

    __tablename__ = "workspaces"
    id: Mapped[str] = mapped_column(primary_key=True, default=lambda: new_id("tenant"))
    name: Mapped[str] = mapped_column(unique=True)
    slug: Mapped[str] = mapped_column(default=_own_id, server_default="", index=True, unique=True)
    mode: Mapped[str] = mapped_column(default="live")  # "live" | "test"
    plan: Mapped[str] = mapped_column(default="self_hosted")
    subscription_status: Mapped[str] = mapped_column(default="active")
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    clock_at: Mapped[datetime | None]
    media_policy: Mapped[str] = mapped_column(default="strict", server_default="strict")  # of posts that name none: "strict" | "fit"
    max_late_minutes: Mapped[int | None]  # how late its posts may go out; the installation's where null
    erase_at: Mapped[datetime | None]
    timezone: Mapped[str] = mapped_column(default="UTC", server_default="UTC")
    week_start: Mapped[str] = mapped_column(default="monday", server_default="monday")
    twin_id: Mapped[str | None]
    app_review: Mapped[bool] = mapped_column(default=False, server_default=text("false"))


def hold(scope: Scope) -> None:
    """Until this transaction ends, nobody else who holds this workspace's row goes on. What merely refers to it is inserted meanwhile."""
    scope.session.execute(select(Workspace.id).where(Workspace.id == scope.workspace_id).with_for_update(key_share=True))


class ApiKey(Owned):
    """A key. Found by `digest`; `sealed` holds the secret for display; `operations` are its scopes, with a space between them.

    `former_digest`: of the secret that it had before, which is taken until `former_until`. `expires_at`: from then on, in real time,
    it opens nothing.
    """

    __tablename__ = "api_keys"
    id: Mapped[str] = mapped_column(primary_key=True, default=lambda: new_id("key"))
    label: Mapped[str | None]
    kind: Mapped[str] = mapped_column(default="personal")  # "personal" | "agent" | "oauth", of which more is in `db/grants.py`
    operations: Mapped[str]
    prefix: Mapped[str]
    digest: Mapped[str | None] = mapped_column(unique=True)
    sealed: Mapped[str | None]
    former_digest: Mapped[str | None] = mapped_column(index=True, unique=True)
    former_until: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
    __table_args__ = (Index("api_keys_of_workspace", "workspace_id", "created_at"),)


def in_use() -> ColumnElement[bool]:
    """Of a key: neither revoked nor at its end."""
    return and_(ApiKey.revoked_at.is_(None), or_(ApiKey.expires_at.is_(None), ApiKey.expires_at > real_now()))


class Worker(Base):
    """A worker process that said it was alive at `seen_at`, and what kept it from publishing then.

    `believed_at`: when it last believed its machine's clock; `booted_at` and `boot_id`: that machine's boot, by that clock.
    """

    __tablename__ = "workers"
    id: Mapped[str] = mapped_column(primary_key=True)
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime] = mapped_column(index=True)
    stopped_at: Mapped[datetime | None]
    trouble: Mapped[str | None]
    believed_at: Mapped[datetime | None]
    booted_at: Mapped[datetime | None]
    boot_id: Mapped[str | None]


class Answered(Owned):
    """A request with an idempotency key, and what was answered to it: `sealed` and `status`, None while it is being worked on.

    `made_by`: the person who sent it, where it was one.
    """

    __tablename__ = "answered_requests"
    id: Mapped[str] = mapped_column(primary_key=True, default=lambda: new_id("req"))
    key: Mapped[str]
    fingerprint: Mapped[str | None]  # of the operation and the body; None until all of a form has been read
    status: Mapped[int | None]
    sealed: Mapped[str | None]
    made_by: Mapped[str | None]
    __table_args__ = (
        Index("answered_requests_key", "workspace_id", "key", unique=True),
        Index("answered_requests_age", "workspace_id", "created_at"),
    )
