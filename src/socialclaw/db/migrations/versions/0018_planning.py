"""What people plan with: the composer's drafts, the slots of a week, and what a file's picture shows."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from socialclaw.db.base import Document, UtcTime

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.create_table(
        "drafts",
        sa.Column("workspace_id", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("content", Document, nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("updated_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name=op.f("drafts_workspace_id_fkey"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("drafts_user_id_fkey"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("workspace_id", "user_id", "id", name=op.f("drafts_pkey")),
    )
    op.create_index("drafts_user_id_idx", "drafts", ["user_id"], unique=False)
    op.create_table(
        "timetables",
        sa.Column("workspace_id", sa.String(), nullable=False),
        sa.Column("account_id", sa.String(), nullable=False),
        sa.Column("slots", Document, nullable=False),
        sa.Column("updated_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name=op.f("timetables_workspace_id_fkey"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("workspace_id", "account_id", name=op.f("timetables_pkey")),
    )
    op.add_column("assets", sa.Column("alt_text", sa.String(), nullable=True))
