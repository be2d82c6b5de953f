"""Keys have operations. Those that were made before could do everything, and still can."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

ALL = "read validate rehearse media draft publish cancel delete connect webhooks approve keys"


def upgrade() -> None:
    op.add_column("api_keys", sa.Column("operations", sa.String(), nullable=True))
    op.execute(sa.text("UPDATE api_keys SET operations = :all").bindparams(all=ALL))
    with op.batch_alter_table("api_keys", schema=None) as batch_op:
        batch_op.alter_column("operations", existing_type=sa.String(), nullable=False)
