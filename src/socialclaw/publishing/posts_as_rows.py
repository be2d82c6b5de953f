"""Posts as rows of a table: what they say, which can be handed in again, and what became of them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import tuple_

from socialclaw.db.base import Scope, iso
from socialclaw.db.posts import Post
from socialclaw.publishing.posts import PostFilter

AT_A_TIME = 500
COLUMNS = (
    *("account", "publish_at", "timezone", "name", "description", "media_link", "labels", "settings", "media_policy", "interaction_type"),
    *("id", "runId", "status", "providerUrl", "publishedAt", "error"),
)
After = tuple[datetime, str]


def page(scope: Scope, only: PostFilter, after: After | None) -> tuple[list[Sequence[str]], After | None]:
    """The next rows in order of publish time and id, and what comes after them; None at the end."""
    query = only.apply(scope.all(Post)).order_by(Post.publish_at, Post.id).limit(AT_A_TIME)
    if after is not None:
        query = query.where(tuple_(Post.publish_at, Post.id) > after)
    found = scope.session.scalars(query).all()
    last = (found[-1].publish_at, found[-1].id) if len(found) == AT_A_TIME else None
    return [_cells(post) for post in found], last


def _cells(post: Post) -> Sequence[str]:
    said = {name: value for name, value in post.settings.items() if value not in (None, "", [], {})}
    return (
        *(post.account, iso(post.publish_at), post.timezone, "" if post.generated_name else post.name, post.description),
        " ".join(asset["url"] for asset in post.assets if asset.get("url")),
        ",".join(post.labels),
        json.dumps(said, ensure_ascii=False) if said else "",
        *(post.media_policy, post.interaction_type, post.id, post.run_id, post.status, post.provider_url or ""),
        *(iso(post.published_at) if post.published_at else "", post.error or ""),
    )
