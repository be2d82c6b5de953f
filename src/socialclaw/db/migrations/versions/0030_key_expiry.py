"""Keys may end by themselves. Those that were made before do not."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from socialclaw.db.base import UtcTime

revision = "0030"
down_revision = "0029"


def upgrade() -> None:
    op.add_column("api_keys", sa.Column("expires_at", UtcTime(), nullable=True))
