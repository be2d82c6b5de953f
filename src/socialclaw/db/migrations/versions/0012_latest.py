"""Latest times: a post that could not go out by then fails instead."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from socialclaw.db.base import UtcTime

revision = "0012"
down_revision = "0011"

# What was scheduled before has the default, a day.
DAY_LATER = {"sqlite": "strftime('%Y-%m-%dT%H:%M:%fZ', publish_at, '+1 day')", "postgresql": "publish_at + interval '1 day'"}


def upgrade() -> None:
    with op.batch_alter_table("posts", schema=None) as batch_op:
        batch_op.add_column(sa.Column("latest_at", UtcTime(), nullable=True))
    with op.batch_alter_table("workspaces", schema=None) as batch_op:
        batch_op.add_column(sa.Column("max_late_minutes", sa.Integer(), nullable=True))
    day_later = DAY_LATER[op.get_bind().dialect.name]
    op.execute(f"UPDATE posts SET latest_at = {day_later} WHERE status IN ('draft', 'scheduled', 'retry_pending')")  # noqa: S608  texts of ours
