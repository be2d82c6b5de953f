"""Mail on its way out, and requests for support."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from socialclaw.db.base import UtcTime

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    _support_requests()
    _mails()


def _support_requests() -> None:
    op.create_table(
        "support_requests",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("workspace_id", sa.String(), nullable=True),
        sa.Column("user_id", sa.String(), nullable=True),
        sa.Column("email", sa.String(), nullable=True),
        sa.Column("message", sa.String(), nullable=False),
        sa.Column("page_url", sa.String(), nullable=True),
        sa.Column("page_title", sa.String(), nullable=True),
        sa.Column("source", sa.String(), nullable=True),
        sa.Column("agent", sa.String(), nullable=True),
        sa.Column("spam", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("closed_at", UtcTime(), nullable=True),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name=op.f("support_requests_workspace_id_fkey"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("support_requests_user_id_fkey"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("support_requests_pkey")),
    )
    with op.batch_alter_table("support_requests", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("support_requests_workspace_id_idx"), ["workspace_id"], unique=False)
        batch_op.create_index(batch_op.f("support_requests_user_id_idx"), ["user_id"], unique=False)
        batch_op.create_index(batch_op.f("support_requests_created_at_idx"), ["created_at"], unique=False)


def _mails() -> None:
    op.create_table(
        "mails",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("ticket_id", sa.String(), nullable=True),
        sa.Column("request_id", sa.String(), nullable=True),
        sa.Column("sealed", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(), nullable=True),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("next_at", UtcTime(), nullable=True),
        sa.Column("expires_at", UtcTime(), nullable=False),
        sa.Column("over_at", UtcTime(), nullable=True),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name=op.f("mails_ticket_id_fkey"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["request_id"], ["support_requests.id"], name=op.f("mails_request_id_fkey"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("mails_pkey")),
    )
    with op.batch_alter_table("mails", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("mails_ticket_id_idx"), ["ticket_id"], unique=False)
        batch_op.create_index(batch_op.f("mails_request_id_idx"), ["request_id"], unique=False)
        batch_op.create_index(batch_op.f("mails_next_at_idx"), ["next_at"], unique=False)
        batch_op.create_index(batch_op.f("mails_over_at_idx"), ["over_at"], unique=False)
