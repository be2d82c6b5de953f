"""Replies that failed with their parent come back when somebody sends it again, or has found it on its network.

None comes back by itself: whoever acts brings back all that follow, at whatever remove, in one transaction, and there the plan is asked
for room for them (`billing/counting.py`). From then on they count, as everything does that is to go out.
"""

from __future__ import annotations

from datetime import datetime

from socialclaw.billing import counting
from socialclaw.billing.terms import Terms
from socialclaw.db.base import Scope
from socialclaw.db.posts import Post
from socialclaw.errors import PlanRequired
from socialclaw.lifecycle import changes as life
from socialclaw.lifecycle.writing import store


def following(scope: Scope, post: Post, now: datetime) -> list[tuple[Post, life.Change]]:
    """What brings back the replies that failed because this post did; locked."""
    found, parents = list[tuple[Post, life.Change]](), [post.id]
    while parents:
        query = scope.all(Post).where(Post.parent_post_id.in_(parents), Post.status == "failed", Post.error_code == life.PARENT_FAILED)
        rows = scope.session.scalars(query.order_by(Post.id).with_for_update()).all()
        found += [(row, life.back(row, now)) for row in rows]
        parents = [row.id for row in rows]
    return found


def bring_back(scope: Scope, paid: Terms | None, post: Post, now: datetime) -> None:
    """The same for a post that turns out to be live, before that is written: all of them return, or, where the plan has no room, none.

    That the post is live is true whatever the plan is. Those that reply to it fail with the plan's word then, and are sent by `retry`.
    """
    changes = following(scope, post, now)
    try:
        if paid and changes:
            counting.check_changes(scope, paid, changes)
    except PlanRequired as error:
        changes = [(reply, life.left_behind(error.code, error.message)) for reply, _ in changes if reply.parent_post_id == post.id]
    store(scope.session, changes, now)
