"""Programs of others are let in: clients, grants and their tokens. A grant is a key without a secret of its own."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from socialclaw.db.base import Document, UtcTime

revision = "0031"
down_revision = "0030"


def _to(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"{table}_{column}_fkey"), ondelete="CASCADE")


def upgrade() -> None:
    with op.batch_alter_table("api_keys", schema=None) as batch_op:
        batch_op.alter_column("digest", existing_type=sa.String(), nullable=True)
        batch_op.alter_column("sealed", existing_type=sa.String(), nullable=True)
    op.create_table(
        "oauth_clients",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("redirect_uris", Document, nullable=False),
        sa.Column("auth_method", sa.String(), nullable=False),
        sa.Column("secret_digest", sa.String(), nullable=True),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("used_at", UtcTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("oauth_clients_pkey")),
    )
    op.create_index("oauth_clients_created_at_idx", "oauth_clients", ["created_at"], unique=False)
    op.create_table(
        "grants",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=True),
        sa.Column("client_id", sa.String(), nullable=False),
        sa.Column("client_name", sa.String(), nullable=False),
        sa.Column("client_host", sa.String(), nullable=False),
        sa.Column("resource", sa.String(), nullable=False),
        sa.Column("workspace_id", sa.String(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        _to("grants", "id", "api_keys"),
        _to("grants", "user_id", "users"),
        _to("grants", "workspace_id", "workspaces"),
        sa.PrimaryKeyConstraint("id", name=op.f("grants_pkey")),
    )
    op.create_index("grants_user_id_idx", "grants", ["user_id"], unique=False)
    op.create_index("grants_client_id_idx", "grants", ["client_id"], unique=False)
    op.create_table(
        "grant_tokens",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("grant_id", sa.String(), nullable=False),
        sa.Column("access_digest", sa.String(), nullable=False),
        sa.Column("access_until", UtcTime(), nullable=False),
        sa.Column("refresh_digest", sa.String(), nullable=False),
        sa.Column("refresh_until", UtcTime(), nullable=False),
        sa.Column("used_at", UtcTime(), nullable=True),
        sa.Column("workspace_id", sa.String(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        _to("grant_tokens", "grant_id", "grants"),
        _to("grant_tokens", "workspace_id", "workspaces"),
        sa.PrimaryKeyConstraint("id", name=op.f("grant_tokens_pkey")),
        sa.UniqueConstraint("access_digest", name=op.f("grant_tokens_access_digest_key")),
        sa.UniqueConstraint("refresh_digest", name=op.f("grant_tokens_refresh_digest_key")),
    )
    op.create_index("grant_tokens_grant_id_idx", "grant_tokens", ["grant_id"], unique=False)
    op.create_index("grant_tokens_refresh_until_idx", "grant_tokens", ["refresh_until"], unique=False)
    op.create_table(
        "device_codes",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("user_digest", sa.String(), nullable=False),
        sa.Column("client_id", sa.String(), nullable=False),
        sa.Column("client_name", sa.String(), nullable=False),
        sa.Column("resource", sa.String(), nullable=False),
        sa.Column("asked", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("workspace_id", sa.String(), nullable=True),
        sa.Column("user_id", sa.String(), nullable=True),
        sa.Column("held", Document, nullable=False),
        sa.Column("interval", sa.Integer(), nullable=False),
        sa.Column("asked_at", UtcTime(), nullable=True),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("expires_at", UtcTime(), nullable=False),
        _to("device_codes", "workspace_id", "workspaces"),
        _to("device_codes", "user_id", "users"),
        sa.PrimaryKeyConstraint("id", name=op.f("device_codes_pkey")),
        sa.UniqueConstraint("digest", name=op.f("device_codes_digest_key")),
        sa.UniqueConstraint("user_digest", name=op.f("device_codes_user_digest_key")),
    )
    op.create_index("device_codes_workspace_id_idx", "device_codes", ["workspace_id"], unique=False)
    op.create_index("device_codes_user_id_idx", "device_codes", ["user_id"], unique=False)
    op.create_index("device_codes_expires_at_idx", "device_codes", ["expires_at"], unique=False)
