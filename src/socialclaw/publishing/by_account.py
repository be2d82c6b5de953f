"""What each account has before it and behind it: how many posts are still to go out, how many of them wait for its login, and the last
that went out."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from socialclaw.db.base import Scope, iso
from socialclaw.db.posts import Post
from socialclaw.lifecycle.changes import GOING


def posts(scope: Scope) -> list[dict[str, Any]]:
    """A row for each account that has posts, on the wire."""
    upcoming = Post.status.in_(("scheduled", "retry_pending"))
    waiting = Post.status.in_(GOING) & (Post.blocked_by == "account")
    counted = (func.count().filter(upcoming), func.count().filter(waiting), func.max(Post.published_at))
    query = select(Post.account_id, *counted).where(Post.workspace_id == scope.workspace_id).group_by(Post.account_id)
    return [
        {"accountId": account_id, "upcoming": coming, "waiting": waits, "lastPublishedAt": iso(last) if last else None}
        for account_id, coming, waits, last in scope.session.execute(query.order_by(Post.account_id))
    ]
