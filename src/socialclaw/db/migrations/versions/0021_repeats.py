"""Posts that are repeated by a rule."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from socialclaw.db.base import Document, UtcTime

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    op.create_table(
        "repeats",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("starts", sa.String(), nullable=False),
        sa.Column("timezone", sa.String(), nullable=False),
        sa.Column("mode", sa.String(), nullable=False),
        sa.Column("content", Document, nullable=False),
        sa.Column("occurrences", sa.Integer(), nullable=False),
        sa.Column("ends_at", UtcTime(), nullable=False),
        sa.Column("stops_at", UtcTime(), nullable=True),
        sa.Column("following_at", UtcTime(), nullable=True),
        sa.Column("next_at", UtcTime(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("skipped", Document, nullable=False),
        sa.Column("made_by", sa.String(), nullable=True),
        sa.Column("updated_at", UtcTime(), nullable=False),
        sa.Column("workspace_id", sa.String(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name=op.f("repeats_workspace_id_fkey"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("repeats_pkey")),
    )
    op.create_index("repeats_next_at_idx", "repeats", ["next_at"], unique=False)
    op.create_index("repeats_of_workspace", "repeats", ["workspace_id", "created_at"], unique=False)
    op.add_column("posts", sa.Column("repeat_id", sa.String(), nullable=True))
    op.add_column("posts", sa.Column("occurrence_at", UtcTime(), nullable=True))
    there = sa.text("repeat_id IS NOT NULL")
    op.create_index("posts_of_repeat", "posts", ["repeat_id", "occurrence_at"], unique=False, postgresql_where=there, sqlite_where=there)
