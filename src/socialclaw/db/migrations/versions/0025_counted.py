"""In which month a post counts as one of the plan's."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from socialclaw.db.base import UtcTime

revision = "0025"
down_revision = "0024"

# What was there before counts in the month that it was for; what was applied after its time, in that in which it was applied.
LATER = {"sqlite": "max", "postgresql": "greatest"}
UNKNOWN = "publish_outcome_unknown"


def upgrade() -> None:
    op.add_column("posts", sa.Column("counted_at", UtcTime(), nullable=True))
    later = LATER[op.get_bind().dialect.name]
    counting = f"status NOT IN ('draft', 'canceled') AND (status <> 'failed' OR error_code = '{UNKNOWN}')"
    op.execute(f"UPDATE posts SET counted_at = {later}(publish_at, created_at) WHERE {counting}")  # noqa: S608  texts of ours
    some = sa.text("counted_at <> publish_at")
    op.create_index("posts_counted", "posts", ["workspace_id", "counted_at"], unique=False, postgresql_where=some, sqlite_where=some)
