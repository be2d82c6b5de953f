"""What an operator holds back, and lets go: posts of a restored database, which may have gone out after its backup was made.

A post that may have gone out is released with a mark, as if its call had been sent and its answer lost. So the ways that decide about a
lost answer decide about it too: found on the network, it is adopted; not there, it is sent; where nobody can tell, a person decides.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, delete, or_, select
from sqlalchemy.orm import Session

from socialclaw.db.base import utc_now
from socialclaw.db.holds import Hold, held
from socialclaw.db.posts import Post, Step
from socialclaw.db.workspaces import Workspace
from socialclaw.lifecycle import holding as life
from socialclaw.lifecycle.changes import Change
from socialclaw.lifecycle.holding import HELD
from socialclaw.lifecycle.writing import store
from socialclaw.networks import providers
from socialclaw.providers.base import Confirms
from socialclaw.publishing.claims import RESTORED

WAITING = ("scheduled", "retry_pending")
OPEN = (*WAITING, "publishing")


@dataclass(frozen=True, slots=True)
class Due:
    """A post that is to be published, its workspace's name, and whether its network can be asked for it."""

    post: Post
    workspace: str

    @property
    def can_be_asked(self) -> bool:
        return providers()[self.post.provider].can(Confirms)


def due(session: Session, before: datetime) -> list[Due]:
    """All that is to be published until then if nobody holds it back, in order of time: replies and what is held too."""
    query = select(Post, Workspace.name).join(Workspace, Workspace.id == Post.workspace_id)
    rows = session.execute(query.where(Post.status.in_(OPEN), Post.publish_at <= before).order_by(Post.publish_at, Post.id))
    return [Due(post, name) for post, name in rows]


def hold_due(session: Session, before: datetime) -> int:
    """Hold back what nobody works on and is to be published until then; how many posts that is. What waits for something stays so."""
    query = select(Post).where(Post.status.in_(WAITING), Post.publish_at <= before, Post.blocked_by.is_(None)).order_by(Post.id)
    posts = session.scalars(query.with_for_update()).all()
    store(session, [(post, life.held_back()) for post in posts], utc_now())
    return len(posts)


def release(session: Session, settle: Callable[[str], float], *, look_first: bool = True) -> Counter[str]:
    """Let everything go that is held; how many posts are "looked for" first, "cannot be asked", or "sent" when they are due.

    What was due when the hold began may have gone out before. It is looked for once it would be seen: `settle`, by provider, in seconds.
    """
    now = utc_now()
    everything = held(session)
    since = everything or now
    mine = Post.blocked_by == HELD
    overdue = and_(Post.publish_at <= since, Post.status.in_(OPEN))
    query = select(Post).where(or_(mine, overdue) if everything else mine).order_by(Post.id)
    posts = session.scalars(query.with_for_update()).all()
    begun = _begun(session, posts)
    store(session, [(post, life.let_go(post, now)) for post in posts], now)
    counts, marked = Counter[str](), list[tuple[Post, Change]]()
    for post in posts:
        if look_first and post.publish_at <= since and post.id not in begun:
            seen_by = max(since + timedelta(seconds=settle(post.provider)), now)
            marked.append((post, life.perhaps_sent(post, seen_by)))
            counts["looked for" if providers()[post.provider].can(Confirms) else "cannot be asked"] += 1
        else:
            counts["sent"] += 1
    store(session, marked, now)
    session.add_all(_mark(post) for post, _ in marked)
    session.execute(delete(Hold))
    return counts


def _begun(session: Session, posts: Sequence[Post]) -> set[str]:
    """Those of which the database knows itself that something may have been sent: they are looked for anyway."""
    steps = session.scalars(select(Step).where(Step.post_id.in_([post.id for post in posts])))
    return {step.post_id for step in steps if not step.done or step.result.get("sent")}


def _mark(post: Post) -> Step:
    return Step(post_id=post.id, name=RESTORED, done=False, fence=post.fence, result={"value": None}, at=post.publish_at)
