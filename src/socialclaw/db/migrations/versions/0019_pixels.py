"""Pixel formats of films, and whether a picture is handed to networks as it is."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    with op.batch_alter_table("assets", schema=None) as batch_op:
        batch_op.add_column(sa.Column("pixel_format", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("plain", sa.Boolean(), nullable=True))
