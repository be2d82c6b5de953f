"""Analytics."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from socialclaw.db.base import Document, UtcTime

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "snapshots",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("account_id", sa.String(), nullable=False),
        sa.Column("post_id", sa.String(), nullable=True),
        sa.Column("window", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("metrics", Document, nullable=False),
        sa.Column("message", sa.String(), nullable=True),
        sa.Column("collected_at", UtcTime(), nullable=False),
        sa.Column("workspace_id", sa.String(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("snapshots_account_id_fkey"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name=op.f("snapshots_post_id_fkey"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name=op.f("snapshots_workspace_id_fkey"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("snapshots_pkey")),
    )
    with op.batch_alter_table("snapshots", schema=None) as batch_op:
        batch_op.create_index("snapshots_of_account", ["account_id", "window", "collected_at"], unique=False)
        batch_op.create_index("snapshots_of_post", ["post_id", "window", "collected_at"], unique=False)
        batch_op.create_index("snapshots_of_workspace", ["workspace_id"], unique=False)

    with op.batch_alter_table("accounts", schema=None) as batch_op:
        batch_op.add_column(sa.Column("collect_at", UtcTime(), nullable=True))
        batch_op.create_index("accounts_to_collect", ["collect_at"], unique=False)

    with op.batch_alter_table("posts", schema=None) as batch_op:
        batch_op.add_column(sa.Column("collect_at", UtcTime(), nullable=True))
        batch_op.create_index(
            "posts_to_collect",
            ["collect_at"],
            unique=False,
            postgresql_where=sa.text("collect_at IS NOT NULL"),
            sqlite_where=sa.text("collect_at IS NOT NULL"),
        )
