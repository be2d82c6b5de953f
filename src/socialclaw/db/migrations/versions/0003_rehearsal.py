"""Rehearsal."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from socialclaw.db.base import UtcTime

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    with op.batch_alter_table("accounts", schema=None) as batch_op:
        batch_op.add_column(sa.Column("clocked", sa.Boolean(), server_default=sa.text("false"), nullable=False))
        batch_op.create_index(
            "accounts_clocked", ["id"], unique=False, postgresql_where=sa.text("clocked"), sqlite_where=sa.text("clocked")
        )

    with op.batch_alter_table("workspaces", schema=None) as batch_op:
        batch_op.add_column(sa.Column("clock_at", UtcTime(), nullable=True))
