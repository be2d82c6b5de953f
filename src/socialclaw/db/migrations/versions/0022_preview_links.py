"""Links by which a run can be looked at without signing in."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from socialclaw.db.base import UtcTime

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    op.create_table(
        "preview_links",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("run_id", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("expires_at", UtcTime(), nullable=False),
        sa.Column("made_by", sa.String(), nullable=True),
        sa.Column("workspace_id", sa.String(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("preview_links_run_id_fkey"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name=op.f("preview_links_workspace_id_fkey"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("preview_links_pkey")),
        sa.UniqueConstraint("digest", name=op.f("preview_links_digest_key")),
    )
    op.create_index("preview_links_run_id_idx", "preview_links", ["run_id"], unique=False)
