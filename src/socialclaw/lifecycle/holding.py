"""What the operator does to posts: hold them back, and let them go, as changes of their state. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from socialclaw.db.posts import Post
from socialclaw.lifecycle.changes import Change, later

HELD = "hold"  # `blocked_by`


def held_back() -> Change:
    """The operator holds it back."""
    return Change(next_at=None, blocked_by=HELD)


def let_go(post: Post, now: datetime) -> Change:
    """The operator lets it go: what waited for nothing else goes at its time, or now if that is past."""
    change = Change(latest_at=later(post, post.publish_at, now))
    return replace(change, blocked_by=None, next_at=max(post.publish_at, now)) if post.blocked_by == HELD else change


def perhaps_sent(post: Post, look_at: datetime) -> Change:
    """It may have gone out at its time, which our database does not know: it is looked for first, unless it waits for something."""
    return Change(
        stage="reconcile",
        next_at=look_at if post.next_at else None,
        waiting=False,
        fence=post.fence + 1,
        looks=0,
        marked_at=post.publish_at,
        reconciliation_status="pending",
    )
