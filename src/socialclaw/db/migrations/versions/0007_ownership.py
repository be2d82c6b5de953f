"""Ownership: a network's post is one post of ours in the whole installation; and posts that somebody wants back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from socialclaw.db.base import UtcTime

revision = "0007"
down_revision = "0006"

NETWORKS = {
    "facebook": "meta",
    "instagram": "meta",
    "instagram_business": "meta",
    "linkedin_page": "linkedin",
}  # where the network is not called as the provider
PER_DESTINATION = ("telegram", "wordpress")

# As `publishing.ownership` says it. Where two posts of ours were taken for one of the network, the first one is it.
KEYS = """
    SELECT id, key FROM (
        SELECT id, key, row_number() OVER (PARTITION BY key ORDER BY published_at, id) AS number FROM (
            SELECT p.id, p.published_at,
                CASE w.mode WHEN 'test' THEN w.id ELSE 'live' END || ' '
                || CASE p.provider {networks} ELSE p.provider END || ' '
                || CASE WHEN p.provider IN ({per_destination}) THEN a.external_id ELSE '' END || ' '
                || p.provider_post_id AS key
            FROM posts p JOIN accounts a ON a.id = p.account_id JOIN workspaces w ON w.id = p.workspace_id
            WHERE p.provider_post_id IS NOT NULL
        ) AS keyed
    ) AS numbered WHERE number = 1
"""


def upgrade() -> None:
    with op.batch_alter_table("posts", schema=None) as batch_op:
        batch_op.add_column(sa.Column("network_key", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("cancel_requested_at", UtcTime(), nullable=True))
        batch_op.drop_index("posts_on_network")
    networks = " ".join(f"WHEN '{provider}' THEN '{network}'" for provider, network in NETWORKS.items())
    keys = KEYS.format(networks=networks, per_destination=", ".join(f"'{name}'" for name in PER_DESTINATION))
    op.execute(f"UPDATE posts SET network_key = keys.key FROM ({keys}) AS keys WHERE keys.id = posts.id")  # noqa: S608  texts of ours
    op.create_index("posts_on_network", "posts", ["network_key"], unique=True)
