"""Subscriptions, and the news of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from socialclaw.db.base import UtcTime

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    op.create_table(
        "subscriptions",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("workspace_id", sa.String(), nullable=True),
        sa.Column("realm", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("external_id", sa.String(), nullable=False),
        sa.Column("plan", sa.String(), nullable=False),
        sa.Column("interval", sa.String(), nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("until", UtcTime(), nullable=True),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("renews_at", UtcTime(), nullable=True),
        sa.Column("resumes_at", UtcTime(), nullable=True),
        sa.Column("since", UtcTime(), nullable=True),
        sa.Column("ask", sa.Boolean(), nullable=False),
        sa.Column("next_plan", sa.String(), nullable=True),
        sa.Column("checkout_id", sa.String(), nullable=True),
        sa.Column("card_brand", sa.String(), nullable=True),
        sa.Column("card_last_four", sa.String(), nullable=True),
        sa.Column("seen_at", UtcTime(), nullable=True),
        sa.Column("next_at", UtcTime(), nullable=True),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name=op.f("subscriptions_workspace_id_fkey"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("subscriptions_pkey")),
        sa.UniqueConstraint("source", "realm", "external_id", name="subscriptions_once"),
    )
    op.create_index("subscriptions_of_workspace", "subscriptions", ["workspace_id"], unique=False)
    some = sa.text("next_at IS NOT NULL")
    op.create_index("subscriptions_to_read", "subscriptions", ["next_at"], unique=False, postgresql_where=some, sqlite_where=some)
    op.create_table(
        "billing_events",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("workspace_id", sa.String(), nullable=True),
        sa.Column("realm", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("external_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=True),
        sa.Column("sealed", sa.String(), nullable=True),
        sa.Column("at", UtcTime(), nullable=True),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name=op.f("billing_events_workspace_id_fkey"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("billing_events_pkey")),
        sa.UniqueConstraint("source", "realm", "external_id", name="billing_events_once"),
    )
    op.create_index("billing_events_created_at_idx", "billing_events", ["created_at"], unique=False)
    op.create_index("billing_events_workspace_id_idx", "billing_events", ["workspace_id"], unique=False)
    op.add_column("workspaces", sa.Column("app_review", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.add_column("users", sa.Column("trial_at", UtcTime(), nullable=True))
