"""Arrivals."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from socialclaw.db.base import Document, UtcTime

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    with op.batch_alter_table("assets", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("assets_object_key_key"), type_="unique")
        batch_op.create_index(batch_op.f("assets_object_key_idx"), ["object_key"], unique=False)
        batch_op.create_index("assets_of_content", ["workspace_id", "sha256"], unique=False)
    op.execute("UPDATE assets SET status = 'storing' WHERE status = 'uploading'")

    op.create_table(
        "arrivals",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("upload_id", sa.String(), nullable=True),
        sa.Column("part_size", sa.BigInteger(), nullable=True),
        sa.Column("source_url", sa.String(), nullable=True),
        sa.Column("claims", Document, nullable=False),
        sa.Column("received", sa.BigInteger(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_at", UtcTime(), nullable=True),
        sa.Column("error_code", sa.String(), nullable=True),
        sa.Column("error", sa.String(), nullable=True),
        sa.Column("workspace_id", sa.String(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(["id"], ["assets.id"], name=op.f("arrivals_id_fkey"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name=op.f("arrivals_workspace_id_fkey"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("arrivals_pkey")),
    )
    with op.batch_alter_table("arrivals", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("arrivals_next_at_idx"), ["next_at"], unique=False)
