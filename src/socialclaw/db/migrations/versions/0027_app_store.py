"""How the App Store knows a workspace."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    op.create_table(
        "app_accounts",
        sa.Column("workspace_id", sa.String(), nullable=False),
        sa.Column("token", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name=op.f("app_accounts_workspace_id_fkey"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("workspace_id", name=op.f("app_accounts_pkey")),
        sa.UniqueConstraint("token", name=op.f("app_accounts_token_key")),
    )
