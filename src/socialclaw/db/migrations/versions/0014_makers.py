"""Who made a run, and by which way in."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    with op.batch_alter_table("runs", schema=None) as batch_op:
        batch_op.add_column(sa.Column("source", sa.String(), server_default="api", nullable=False))
        batch_op.add_column(sa.Column("made_by", sa.String(), nullable=True))
