"""Writing down what became of posts, and settling the replies with it. Nothing else writes the state of a post.

A post that is published for the first time frees its replies; one that fails or is canceled takes them along. That first time is an
event here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Update, bindparam, case, delete, literal, select, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from socialclaw.db.base import Hint, Scope
from socialclaw.db.posts import Attempt, Post, Step
from socialclaw.events.record import record_all
from socialclaw.lifecycle.changes import CALLED_OFF, GOING, UNSENT, Change, failed_with_parent, freed
from socialclaw.lifecycle.news import news

_WAITING = (
    select(Post)
    .where(Post.parent_post_id.in_(bindparam("parents", expanding=True)), Post.blocked_by == "parent")
    .order_by(Post.id)
    .with_for_update()
)


def write(session: Session, changes: Sequence[tuple[Post, Change]], now: datetime) -> dict[str, list[Hint]]:
    """Write these changes; what becomes due by them, by the id of the post that caused it.

    The rows are locked by the caller, in the order of their ids. A reply is locked here, as it is read: a user who cancels one meanwhile
    is not overruled.
    """
    first = {post.id: change for post, change in changes if change.status == "published" and post.status != "published"}
    ended = {kind: [post.id for post, change in changes if change.status == kind] for kind in ("failed", "canceled")}
    happened = news(changes)
    store(session, changes, now)
    record_all(session, happened)
    hints: dict[str, list[Hint]] = {post.id: [] for post, _ in changes}
    for post, change in changes:
        if isinstance(change.next_at, datetime):
            hints[post.id].append(Hint("publish", post.account_id, change.next_at))
    if first:
        for reply, hint in _free(session, first, now):
            hints[reply.parent_post_id or ""].append(hint)
    _fail_replies(session, ended["failed"], now)
    _cancel_replies(session, ended["canceled"], now)
    return hints


def act(scope: Scope, changes: Sequence[tuple[Post, Change]], now: datetime) -> None:
    """The same within somebody's own transaction."""
    for due in write(scope.session, changes, now).values():
        scope.hints += due


def _free(session: Session, parents: Mapping[str, Change], now: datetime) -> list[tuple[Post, Hint]]:
    replies = list(session.scalars(_WAITING, {"parents": [*parents]}))
    store(session, [(reply, freed(reply, now, str(parents[reply.parent_post_id or ""].provider_post_id))) for reply in replies], now)
    return [(reply, Hint("publish", reply.account_id, reply.next_at)) for reply in replies if reply.next_at]


def _fail_replies(session: Session, parents: Sequence[str], now: datetime) -> None:
    while parents:
        parents = _follow(session, parents, failed_with_parent(), now, Post.blocked_by == "parent", Post.status == "scheduled")


def _cancel_replies(session: Session, parents: Sequence[str], now: datetime) -> None:
    while parents:
        parents = _follow(session, parents, CALLED_OFF, now, Post.status.in_(UNSENT))


def cancel_replies(session: Session, parent: Post, now: datetime) -> None:
    """The replies to a post that may have been sent, and is wanted back."""
    _cancel_replies(session, [parent.id], now)


def _follow(session: Session, parents: Sequence[str], change: Change, now: datetime, *which: Any) -> list[str]:
    """Let the replies to these posts go the same way; their ids."""
    query = select(Post).where(Post.parent_post_id.in_(parents), *which).order_by(Post.id).with_for_update()
    replies = list(session.scalars(query))
    changes = [(reply, change) for reply in replies]
    happened = news(changes)
    store(session, changes, now)
    record_all(session, happened)
    return [reply.id for reply in replies]


def store(session: Session, changes: Sequence[tuple[Post, Change]], now: datetime) -> None:
    """Only that: for changes that concern no reply. One statement for all changes of the same columns.

    Rows of this session are changed too, without a second UPDATE by it. Others stay as they were read: what fails is written again.
    """
    shapes: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for post, change in changes:
        values = change.values()
        if values:
            shapes.setdefault(tuple(values), []).append({"b_id": post.id, "b_now": now, **{f"b_{name}": v for name, v in values.items()}})
        if post in session:
            for name, value in (*values.items(), ("updated_at", now)):
                set_committed_value(post, name, value)
    for names, rows in shapes.items():
        session.connection().execute(_update(names), rows)


@cache
def _update(names: tuple[str, ...]) -> Update:
    values: dict[str, Any] = {name: bindparam(f"b_{name}") for name in names}
    return update(Post.__table__).where(Post.id == bindparam("b_id")).values({**values, "updated_at": bindparam("b_now")})  # type: ignore[arg-type]


# Many at once, whose rows nobody reads.


def prolong(session: Session, post_ids: Sequence[str], until: datetime) -> None:
    """Whoever has these posts has them until then."""
    session.execute(update(Post).where(Post.id.in_(post_ids)).values(next_at=until))


def abandon(session: Session, post_ids: Sequence[str], now: datetime) -> None:
    """Who had these posts is gone: anybody may go on with those that were being worked on."""
    held = (Post.id.in_(post_ids), Post.next_at > now, Post.status == "publishing", Post.waiting.is_(False))
    session.execute(update(Post).where(*held).values(next_at=now))


def call_off(session: Session, workspace_id: str, now: datetime) -> int:
    """Everything of this workspace that is to go out is taken back, as `canceled` has it; how many posts that were. Drafts stay."""
    unsent = (Post.workspace_id == workspace_id, Post.status.in_(UNSENT), Post.status != "draft")
    gone = CALLED_OFF.values() | {"stage": "publish", "fence": Post.fence + 1}
    change = update(Post).where(*unsent).values(**gone, updated_at=now)
    return session.execute(change.execution_options(synchronize_session=False)).rowcount  # type: ignore[attr-defined, no-any-return]


def silence(session: Session, workspace_id: str) -> None:
    """Nothing more is done about any post of this workspace."""
    mine = (Post.workspace_id == workspace_id, Post.next_at.is_not(None) | Post.collect_at.is_not(None))
    change = update(Post).where(*mine).values(next_at=None, collect_at=None, fence=Post.fence + 1)
    session.execute(change.execution_options(synchronize_session=False))


def disown(session: Session, post_ids: Sequence[str], account: str, now: datetime) -> None:
    """These posts tell no more which posts of a network they are, nor what it said of them; their account is called so from now on."""
    gone = {
        "provider_post_id": None,
        "provider_url": None,
        "network_key": None,
        "resolved_parent_id": None,
        "error": None,
        "collect_at": None,
    }
    unsynchronized = {"synchronize_session": False}
    session.execute(delete(Step).where(Step.post_id.in_(post_ids)), execution_options=unsynchronized)
    words: dict[str, Any] = {"message": None, "provider_post_id": None, "details": {}}
    session.execute(update(Attempt).where(Attempt.post_id.in_(post_ids)).values(**words), execution_options=unsynchronized)
    replies = update(Post).where(Post.parent_post_id.in_(post_ids)).values(resolved_parent_id=None)
    session.execute(replies, execution_options=unsynchronized)
    change = update(Post).where(Post.id.in_(post_ids)).values(**gone, account=account, updated_at=now)
    session.execute(change, execution_options=unsynchronized)


def release(session: Session, account_ids: Sequence[str], now: datetime) -> None:
    """These accounts are connected again: what waited for them goes on, in the order of its times."""
    waiting = (Post.account_id.in_(account_ids), Post.blocked_by == "account", Post.status.in_(GOING))
    at = case((Post.stage == "publish", Post.publish_at), else_=literal(now, Post.publish_at.type))
    change = update(Post).where(*waiting).values(blocked_by=None, next_at=at, updated_at=now)
    session.execute(change.execution_options(synchronize_session=False))


def space_out(session: Session, post: Post, now: datetime, *, faster: float) -> list[Hint]:
    """After a post of its account was held up: the overdue ones behind it go out as the plan had spaced them, `faster` times as fast."""
    overdue = (Post.account_id == post.account_id, Post.next_at <= now, Post.id != post.id)
    unsent = (Post.stage == "publish", Post.status.in_(("scheduled", "retry_pending")))
    behind = list(session.scalars(select(Post).where(*overdue, *unsent).order_by(Post.id).with_for_update(skip_locked=True)))
    planned = [(late.publish_at - post.publish_at).total_seconds() for late in behind]
    changes = [(late, Change(next_at=now + timedelta(seconds=max(0, int(s / faster))))) for late, s in zip(behind, planned, strict=True)]
    store(session, changes, now)
    return [Hint("publish", late.account_id, late.next_at) for late in behind if late.next_at]
