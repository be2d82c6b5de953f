"""Webhooks."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from socialclaw.db.base import Document, UtcTime

revision = "0029"
down_revision = "0028"


def upgrade() -> None:
    op.create_table(
        "endpoints",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("workspace_id", sa.String(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=True),
        sa.Column("types", Document, nullable=False),
        sa.Column("accounts", Document, nullable=False),
        sa.Column("ordered", sa.Boolean(), nullable=False),
        sa.Column("sealed", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("failing_since", UtcTime(), nullable=True),
        sa.Column("exhausted", sa.Integer(), nullable=False),
        sa.Column("disabled_because", sa.String(), nullable=True),
        sa.Column("lane_until", UtcTime(), nullable=True),
        sa.Column("lane_of", sa.String(), nullable=True),
        sa.Column("updated_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name=op.f("endpoints_workspace_id_fkey"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("endpoints_pkey")),
    )
    op.create_index("endpoints_of_workspace", "endpoints", ["workspace_id", "created_at"], unique=False)
    op.create_table(
        "deliveries",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("workspace_id", sa.String(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("endpoint_id", sa.String(), nullable=False),
        sa.Column("event_id", sa.String(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_at", UtcTime(), nullable=True),
        sa.Column("last_at", UtcTime(), nullable=True),
        sa.Column("last_status", sa.Integer(), nullable=True),
        sa.Column("last_ms", sa.Integer(), nullable=True),
        sa.Column("last_error", sa.String(), nullable=True),
        sa.Column("last_answer", sa.String(), nullable=True),
        sa.Column("log", Document, nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name=op.f("deliveries_workspace_id_fkey"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["endpoint_id"], ["endpoints.id"], name=op.f("deliveries_endpoint_id_fkey"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("deliveries_pkey")),
    )
    op.create_index("deliveries_of_endpoint", "deliveries", ["endpoint_id", "created_at", "id"], unique=False)
    op.create_index("deliveries_of_event", "deliveries", ["workspace_id", "seq"], unique=False)
    some = sa.text("next_at IS NOT NULL")
    op.create_index("deliveries_due", "deliveries", ["endpoint_id", "next_at"], unique=False, postgresql_where=some, sqlite_where=some)
    op.create_index(
        "deliveries_due_of_workspace", "deliveries", ["workspace_id", "next_at"], unique=False, postgresql_where=some, sqlite_where=some
    )
