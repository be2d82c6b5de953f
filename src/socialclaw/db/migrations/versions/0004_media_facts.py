"""Media facts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    with op.batch_alter_table("assets", schema=None) as batch_op:
        batch_op.add_column(sa.Column("video_codec", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("audio_codec", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("frame_rate", sa.Double(), nullable=True))
        batch_op.add_column(sa.Column("bit_rate", sa.BigInteger(), nullable=True))
