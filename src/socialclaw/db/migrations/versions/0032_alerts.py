"""Alerts by mail."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from socialclaw.db.base import UtcTime

revision = "0032"
down_revision = "0031"


def upgrade() -> None:
    op.create_table(
        "told_alerts",
        sa.Column("workspace_id", sa.String(), nullable=False),
        sa.Column("about", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("seen_at", UtcTime(), nullable=False),
        sa.Column("mailed_at", UtcTime(), nullable=True),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name=op.f("told_alerts_workspace_id_fkey"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("workspace_id", "about", "kind", name=op.f("told_alerts_pkey")),
    )
    op.add_column("memberships", sa.Column("alerts_by_mail", sa.Boolean(), nullable=True))
    for column in ("workspace_id", "user_id"):
        op.add_column("mails", sa.Column(column, sa.String(), nullable=True))
        op.create_index(f"mails_{column}_idx", "mails", [column], unique=False)
    failed = sa.text("status = 'failed'")
    op.create_index("posts_failed", "posts", ["workspace_id"], unique=False, postgresql_where=failed, sqlite_where=failed)
