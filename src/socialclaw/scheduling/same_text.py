"""Whether a network would refuse a post because the account has said the same there before: a fact of each provider, held against posts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from socialclaw.db.base import Scope
from socialclaw.db.posts import Post
from socialclaw.lifecycle.changes import GOING
from socialclaw.networks import providers
from socialclaw.providers.drafting import text_of
from socialclaw.scheduling.plan import PlannedPost


def refused(scope: Scope, post: PlannedPost, at: datetime) -> bool:
    """Whether the network takes this, said at that time, for a repetition of what is published or waits to be."""
    same = providers()[post.provider].same_text
    text = text_of(post)
    if same is None or not text or post.interaction_type != "post" or (same.bare and post.assets):
        return False
    said = select(Post.name, Post.description, Post.generated_name, Post.assets)
    said = said.where(Post.account_id == post.account_id, Post.interaction_type == "post", Post.status.in_(GOING))
    if same.posts:
        said = said.where(Post.publish_at <= at).order_by(Post.publish_at.desc()).limit(same.posts)
    else:
        span = timedelta(seconds=same.seconds)
        said = said.where(Post.publish_at > at - span, Post.publish_at < at + span)
    files = _urls(post.assets)
    return any(text_of(row) == text and _urls(row.assets) == files for row in scope.session.execute(said))


def _urls(assets: Sequence[Any]) -> list[Any]:
    return [asset.get("url") for asset in assets]
