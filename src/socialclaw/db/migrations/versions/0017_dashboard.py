"""What the dashboard shows: slugs, zones and twins of workspaces, who edited a post, when a step began, and a key's former secret."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from socialclaw.db.base import UtcTime

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.add_column("workspaces", sa.Column("slug", sa.String(), server_default="", nullable=False))
    op.execute("UPDATE workspaces SET slug = id")
    op.create_index("workspaces_slug_idx", "workspaces", ["slug"], unique=True)
    op.add_column("workspaces", sa.Column("timezone", sa.String(), server_default="UTC", nullable=False))
    op.add_column("workspaces", sa.Column("week_start", sa.String(), server_default="monday", nullable=False))
    op.add_column("workspaces", sa.Column("twin_id", sa.String(), nullable=True))
    op.add_column("api_keys", sa.Column("former_digest", sa.String(), nullable=True))
    op.create_index("api_keys_former_digest_idx", "api_keys", ["former_digest"], unique=True)
    op.add_column("api_keys", sa.Column("former_until", UtcTime(), nullable=True))
    op.create_index("runs_of_workspace", "runs", ["workspace_id", "created_at", "id"], unique=False)
    op.add_column("posts", sa.Column("edited_by", sa.String(), nullable=True))
    op.add_column("posts", sa.Column("edited_at", UtcTime(), nullable=True))
    op.add_column("steps", sa.Column("started_at", UtcTime(), nullable=True))
