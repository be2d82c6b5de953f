"""Which of our posts a post of a network is: one alone, whichever account, connection or workspace it went out through.

A Page that is connected twice, or in two workspaces, is one Page with one feed: a post found there may be another's. So a post of a
network is told by the network and its id, not by our account. Simulated networks number the posts of each test workspace for itself.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from socialclaw.db.posts import Post
from socialclaw.networks import providers
from socialclaw.publishing.claims import Claim


def network_key(claim: Claim, post_id: str) -> str:
    """What tells a network's post from all others, in the whole installation."""
    provider = providers()[claim.post.provider]
    world = claim.post.workspace_id if claim.test else "live"
    destination = claim.account.external_id if provider.ids_per_destination else ""
    return f"{world} {provider.network} {destination} {post_id}"


def owned(session: Session, claim: Claim, ids: Sequence[str]) -> set[str]:
    """Those of these ids of the network that are another post of ours already."""
    keys = {network_key(claim, post_id): post_id for post_id in ids}
    taken = select(Post.network_key).where(Post.network_key.in_(keys), Post.id != claim.post.id)
    return {keys[key] for key in session.scalars(taken) if key}
