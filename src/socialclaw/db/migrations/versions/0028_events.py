"""Events."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from socialclaw.db.base import UtcTime

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    op.create_table(
        "events",
        sa.Column("n", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("workspace_id", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=True),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("recorded_at", UtcTime(), nullable=False),
        sa.Column("actor", sa.String(), nullable=True),
        sa.Column("post_id", sa.String(), nullable=True),
        sa.Column("run_id", sa.String(), nullable=True),
        sa.Column("account_id", sa.String(), nullable=True),
        sa.Column("thing_id", sa.String(), nullable=True),
        sa.Column("data", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name=op.f("events_workspace_id_fkey"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("n", name=op.f("events_pkey")),
    )
    op.create_index("events_in_order", "events", ["workspace_id", "seq"], unique=True)
    some = sa.text("seq IS NULL")
    op.create_index("events_unnumbered", "events", ["workspace_id"], unique=False, postgresql_where=some, sqlite_where=some)
    op.create_table(
        "event_counters",
        sa.Column("workspace_id", sa.String(), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.Column("swept", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name=op.f("event_counters_workspace_id_fkey"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("workspace_id", name=op.f("event_counters_pkey")),
    )
