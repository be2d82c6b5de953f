"""What networks tell by themselves: access that was taken back, and data that is to be deleted; since when an account is of no use."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from socialclaw.db.base import Document, UtcTime

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    with op.batch_alter_table("accounts", schema=None) as batch_op:
        batch_op.add_column(sa.Column("ended_at", UtcTime(), nullable=True))
    op.execute("UPDATE accounts SET ended_at = updated_at WHERE status <> 'connected'")
    op.create_table(
        "callbacks",
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("app", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("test", sa.Boolean(), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("accounts", sa.Integer(), nullable=False),
        sa.Column("received_at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("callbacks_pkey")),
    )
    op.create_index("callbacks_received_at_idx", "callbacks", ["received_at"], unique=False)
    op.create_table(
        "deletion_requests",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("app", sa.String(), nullable=False),
        sa.Column("test", sa.Boolean(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("sealed", sa.String(), nullable=True),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("account_ids", Document, nullable=False),
        sa.Column("erased", Document, nullable=False),
        sa.Column("received_at", UtcTime(), nullable=False),
        sa.Column("completed_at", UtcTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("deletion_requests_pkey")),
        sa.UniqueConstraint("code", name=op.f("deletion_requests_code_key")),
        sa.UniqueConstraint("digest", name=op.f("deletion_requests_digest_key")),
    )
    op.create_index("deletion_requests_subject_idx", "deletion_requests", ["subject"], unique=False)
    op.create_index("deletion_requests_received_at_idx", "deletion_requests", ["received_at"], unique=False)
    with op.batch_alter_table("erasures", schema=None) as batch_op:
        batch_op.add_column(sa.Column("deletion_id", sa.String(), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("erasures_deletion_id_fkey"), "deletion_requests", ["deletion_id"], ["id"], ondelete="CASCADE"
        )
        batch_op.create_unique_constraint(batch_op.f("erasures_deletion_id_key"), ["deletion_id"])
