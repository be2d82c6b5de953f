"""Deletion and export of workspaces and people; allowances that all processes count together."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from socialclaw.db.base import UtcTime

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    with op.batch_alter_table("workspaces", schema=None) as batch_op:
        batch_op.add_column(sa.Column("erase_at", UtcTime(), nullable=True))
    with op.batch_alter_table("answered_requests", schema=None) as batch_op:
        batch_op.add_column(sa.Column("made_by", sa.String(), nullable=True))
    op.create_table(
        "allowances",
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("ends_at", UtcTime(), nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("allowances_pkey")),
    )
    with op.batch_alter_table("allowances", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("allowances_ends_at_idx"), ["ends_at"], unique=False)
    _leaving()
    op.create_table(
        "revocations",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("issuer", sa.String(), nullable=False),
        sa.Column("sealed", sa.String(), nullable=False),
        sa.Column("next_at", UtcTime(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("revocations_pkey")),
    )
    with op.batch_alter_table("revocations", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("revocations_next_at_idx"), ["next_at"], unique=False)


def _leaving() -> None:
    op.create_table(
        "erasures",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("workspace_id", sa.String(), nullable=True),
        sa.Column("user_id", sa.String(), nullable=True),
        sa.Column("sealed", sa.String(), nullable=True),
        sa.Column("due_at", UtcTime(), nullable=False),
        sa.Column("next_at", UtcTime(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name=op.f("erasures_workspace_id_fkey"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("erasures_user_id_fkey"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("erasures_pkey")),
        sa.UniqueConstraint("workspace_id", name=op.f("erasures_workspace_id_key")),
        sa.UniqueConstraint("user_id", name=op.f("erasures_user_id_key")),
    )
    with op.batch_alter_table("erasures", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("erasures_next_at_idx"), ["next_at"], unique=False)
    op.create_table(
        "exports",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("workspace_id", sa.String(), nullable=True),
        sa.Column("user_id", sa.String(), nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("storage", sa.String(), nullable=True),
        sa.Column("object_key", sa.String(), nullable=True),
        sa.Column("size", sa.BigInteger(), nullable=True),
        sa.Column("error", sa.String(), nullable=True),
        sa.Column("expires_at", UtcTime(), nullable=True),
        sa.Column("next_at", UtcTime(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name=op.f("exports_workspace_id_fkey"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("exports_user_id_fkey"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("exports_pkey")),
    )
    with op.batch_alter_table("exports", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("exports_workspace_id_idx"), ["workspace_id"], unique=False)
        batch_op.create_index(batch_op.f("exports_user_id_idx"), ["user_id"], unique=False)
        batch_op.create_index(batch_op.f("exports_next_at_idx"), ["next_at"], unique=False)
