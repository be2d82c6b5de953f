"""Which event a change of a post is, if it is one."""

from __future__ import annotations

from collections.abc import Sequence

from socialclaw.db.posts import Post
from socialclaw.events.facts import of_post
from socialclaw.events.record import Happened
from socialclaw.lifecycle.changes import Change


def news(changes: Sequence[tuple[Post, Change]]) -> list[Happened]:
    """What these changes are to whoever follows the workspace; of posts as they were before."""
    return [of_post(type, post, change.values()) for post, change in changes if (type := _type(post, change))]


def _type(post: Post, change: Change) -> str | None:
    match change.status:
        case "published" if post.status != "published":
            return "post.accepted" if change.provider_status == "accepted" else "post.published"
        case "failed":
            return "post.unknown" if change.reconciliation_status == "unresolved" else "post.failed"
        case "canceled":
            return "post.canceled"
        case "retry_pending":  # and not merely given back by a worker that stops
            again = isinstance(change.error_code, str) or change.tries == 0 or change.reconciliation_status == "not_found"
            return "post.retrying" if again else None
    if change.provider_status == "deleted":
        return "post.deleted"
    return "post.confirmed" if (change.provider_status, post.provider_status) == ("published", "accepted") else None
