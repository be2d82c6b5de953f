"""Labels of posts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from socialclaw.db.base import Document

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    op.add_column("posts", sa.Column("labels", Document, server_default="[]", nullable=False))
