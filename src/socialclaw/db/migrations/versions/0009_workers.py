"""What a worker knows of its machine's clock, and what keeps it from publishing."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from socialclaw.db.base import UtcTime

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    for column in (
        sa.Column("trouble", sa.String()),
        sa.Column("believed_at", UtcTime()),
        sa.Column("booted_at", UtcTime()),
        sa.Column("boot_id", sa.String()),
    ):
        op.add_column("workers", column)
