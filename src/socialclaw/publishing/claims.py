"""Claiming: who works on which post. One post of an account at a time (its lane), due posts in order, under a lease with a fence.

A claimed post's `next_at` is the end of its lease, so that the post of a worker that died simply becomes due again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Insert, Table, bindparam, delete, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from socialclaw import clock
from socialclaw.db.accounts import Account
from socialclaw.db.base import utc_now
from socialclaw.db.holds import nothing_held
from socialclaw.db.posts import Attempt, Lane, Post, Step
from socialclaw.db.workspaces import Workspace
from socialclaw.lifecycle.changes import UNSENT, Change, canceled, claimed
from socialclaw.lifecycle.writing import prolong, store, write
from socialclaw.sending import Lease

RESTORED = "before the hold"  # the mark of a post that may have gone out before its database was restored

# Made once: to put a statement together takes as long as to run it, and for a busy account all of these run for each post.
LOCK = (  # what whoever writes of posts reads of them first
    select(Post.id, Post.fence, Post.cancel_requested_at)
    .where(Post.id.in_(bindparam("ids", expanding=True)))
    .order_by(Post.id)
    .with_for_update()
)
_LANES: Table = Lane.__table__  # type: ignore[assignment]
_DUE = select(Post.id).where(Post.next_at.is_not(None), Post.next_at <= bindparam("now"))
_LEFT = _DUE.where(Post.id == Lane.post_id).correlate(Lane).scalar_subquery()
_FIRST = _DUE.where(Post.account_id == Account.id).correlate(Account).order_by(Post.next_at, Post.position, Post.id).limit(1)
_FREE = (
    select(Account.id, func.coalesce(_LEFT, _FIRST.scalar_subquery()))
    .outerjoin(Lane, Lane.account_id == Account.id)
    .where(
        Account.id.in_(bindparam("wanted", expanding=True)),
        or_(Account.clocked.is_(False), Account.id.in_(bindparam("clocked", expanding=True))),
        or_(Lane.until.is_(None), Lane.until <= bindparam("now")),
        nothing_held(),
    )
    .order_by(Account.id)
)
_POSTS = select(Post).where(Post.id.in_(bindparam("ids", expanding=True)), Post.next_at <= bindparam("now")).with_for_update()
_ACCOUNTS = select(Account).where(Account.id.in_(bindparam("ids", expanding=True)))
_WORKSPACES = select(Workspace.id, Workspace.mode, Workspace.erase_at).where(Workspace.id.in_(bindparam("ids", expanding=True)))
_STEPS = select(Step).where(Step.post_id.in_(bindparam("ids", expanding=True)))


@cache
def _take(dialect: str) -> Insert:
    """A row of `lanes`, unless somebody has it."""
    insert = (postgresql if dialect == "postgresql" else sqlite).insert(_LANES)
    new = insert.excluded
    taking: Insert = insert.on_conflict_do_update(
        index_elements=[_LANES.c.account_id],
        set_={"post_id": new.post_id, "worker_id": new.worker_id, "until": new.until},
        where=_LANES.c.until <= bindparam("now"),
    )
    return taking.returning(_LANES.c.account_id)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A worker asks for the next due post of an account. `clocked`: it is the one that moves the time of such accounts."""

    account_id: str
    worker_id: str
    lease: float  # seconds
    clocked: bool = False


class Remembered(NamedTuple):
    """A step as it was written down. Not `done`: the irreversible call may have been sent."""

    done: bool
    result: Any
    at: datetime
    fence: int


@dataclass(slots=True)
class Claim:
    """A post that is ours to work on while we renew it. `steps`: what is remembered of it, by name.

    `lease`: until when that is sure. `changes`: what was changed of its files in this attempt, so that the network takes them.
    """

    post: Post
    account: Account
    test: bool
    worker_id: str
    fence: int
    attempt_no: int
    steps: dict[str, Remembered]
    lease: Lease = field(default_factory=Lease)
    changes: list[dict[str, Any]] = field(default_factory=list)
    sent: bool = False  # an irreversible step is done: the network has something of it

    @property
    def undone(self) -> list[str]:
        """Irreversible steps that may have been sent."""
        return [name for name, step in self.steps.items() if not step.done]

    @property
    def restored(self) -> bool:
        """What may have been sent, was so before the database was restored: what it remembers of it may be outdated."""
        return self.undone == [RESTORED]


def claim(session: Session, wanted: Sequence[Wanted]) -> list[Claim | None]:
    """Take the lanes of these accounts and their next due posts; None where there is nothing due or the lane is taken."""
    asked, now = clock.elapsed(), utc_now()
    by_account = {w.account_id: w for w in wanted}
    taken = _take_lanes(session, now, by_account)
    rows = {p.id: p for p in session.scalars(_POSTS, {"ids": [*taken.values()], "now": now})} if taken else {}
    claims = _begin(session, asked, now, list(rows.values()), by_account)
    if vanished := [account for account, post_id in taken.items() if post_id not in rows]:
        session.execute(delete(Lane).where(Lane.account_id.in_(vanished)))
    given: set[str] = set()
    answers: list[Claim | None] = []
    for w in wanted:  # two hints for one account: the first one gets it
        answers.append(claims.get(w.account_id) if w.account_id not in given else None)
        given.add(w.account_id)
    return answers


def _take_lanes(session: Session, now: datetime, wanted: dict[str, Wanted]) -> dict[str, str]:
    """Account -> its next due post, for the lanes that were free. What a dead worker left in a lane goes before all others.

    A lane that is taken as far as we see is left alone even where it is freed before we get there: what it holds is not due to us yet,
    and with another post in its lane it would have to wait behind all that is.
    """
    clocked = [w.account_id for w in wanted.values() if w.clocked]
    found = session.execute(_FREE, {"wanted": [*wanted], "clocked": clocked, "now": now})
    due: dict[str, str] = {account_id: post_id for account_id, post_id in found if post_id is not None}
    if not due:
        return {}
    values = [
        {"account_id": a, "post_id": p, "worker_id": wanted[a].worker_id, "until": now + timedelta(seconds=wanted[a].lease), "now": now}
        for a, p in due.items()
    ]
    got = set(session.connection().execute(_take(session.get_bind().dialect.name), values).scalars())
    return {account: post for account, post in due.items() if account in got}


_CLOSE_LOST = (
    update(Attempt.__table__)  # type: ignore[arg-type]
    .where(Attempt.post_id == bindparam("b_id"), Attempt.attempt_no == bindparam("b_no"), Attempt.finished_at.is_(None))
    .values(
        finished_at=bindparam("b_now"),
        ok=False,
        code="worker_lost",
        message="The worker disappeared before this attempt ended",
        retryable=True,
    )
)


def _begin(session: Session, asked: float, now: datetime, posts: list[Post], wanted: dict[str, Wanted]) -> dict[str, Claim]:
    if not posts:
        return {}
    accounts = {a.id: a for a in session.scalars(_ACCOUNTS, {"ids": [p.account_id for p in posts]})}
    spaces = {row.id: row for row in session.execute(_WORKSPACES, {"ids": [*{p.workspace_id for p in posts}]})}
    if stopped := [p for p in posts if spaces[p.workspace_id].erase_at is not None and p.status in UNSENT]:
        _stop(session, stopped, now)
        posts = [p for p in posts if p not in stopped]
    steps: dict[str, dict[str, Remembered]] = {p.id: {} for p in posts}
    sent = set[str]()
    if again := [p.id for p in posts if p.attempt_count or p.stage != "publish"]:
        for step in session.scalars(_STEPS, {"ids": again}):
            steps[step.post_id][step.name] = Remembered(step.done, step.result.get("value"), step.at, step.fence)
            if step.done and step.result.get("sent"):
                sent.add(step.post_id)
    lost: list[dict[str, Any]] = []
    opened: list[dict[str, Any]] = []
    taken: list[tuple[Post, Change]] = []
    for post in posts:
        worker = wanted[post.account_id]
        change = claimed(post, until=now + timedelta(seconds=worker.lease), undone=any(not step.done for step in steps[post.id].values()))
        if (post.status == "publishing" or post.stage == "confirm") and not post.waiting and post.attempt_count:
            lost.append({"b_id": post.id, "b_no": post.attempt_count, "b_now": now})
        if not post.waiting:
            opened.append(
                {
                    "post_id": post.id,
                    "attempt_no": change.attempt_count,
                    "stage": post.stage,
                    "worker_id": worker.worker_id,
                    "started_at": now,
                    "details": {},
                }
            )
        taken.append((post, change))
    store(session, taken, now)
    if lost:
        session.connection().execute(_CLOSE_LOST, lost)
    if opened:
        session.connection().execute(Attempt.__table__.insert(), opened)  # type: ignore[attr-defined]
    return {
        post.account_id: Claim(
            post=post,
            account=accounts[post.account_id],
            test=spaces[post.workspace_id].mode == "test",
            worker_id=wanted[post.account_id].worker_id,
            fence=post.fence,
            attempt_no=post.attempt_count,
            steps=steps[post.id],
            lease=Lease().begin(asked, wanted[post.account_id].lease),
            sent=post.id in sent,
        )
        for post in posts
    }


def _stop(session: Session, posts: Sequence[Post], now: datetime) -> None:
    """Posts that came into a workspace while it was being closed: they are taken back as all others were."""
    write(session, [(post, canceled(post)) for post in sorted(posts, key=lambda post: post.id)], now)
    session.execute(delete(Lane).where(Lane.post_id.in_([post.id for post in posts])))


def renew(session: Session, held: Sequence[tuple[str, str, int]], *, worker_id: str, lease: float) -> set[tuple[str, int]]:
    """Prolong the leases of `(post id, account id, fence)`; the (post id, fence) that are no longer ours.

    A post whose outcome was written meanwhile has the fence still, and its lane no more: nothing is to be done about it again. The lanes
    are read after the posts are locked, since whoever writes an outcome locks the post, too.
    """
    until = utc_now() + timedelta(seconds=lease)
    accounts = {post_id: account_id for post_id, account_id, _ in held}
    fences = {post_id: fence for post_id, fence, _ in session.execute(LOCK, {"ids": [*accounts]})}
    lanes = set(session.scalars(select(Lane.post_id).where(Lane.account_id.in_(accounts.values()), Lane.worker_id == worker_id)))
    lost = {(post_id, fence) for post_id, _, fence in held if fences.get(post_id) != fence or post_id not in lanes}
    ours = {post_id for post_id, _, fence in held if (post_id, fence) not in lost}
    prolong(session, sorted(ours), until)
    mine = (Lane.account_id.in_([accounts[post_id] for post_id in ours]), Lane.post_id.in_(ours), Lane.worker_id == worker_id)
    session.execute(update(Lane).where(*mine).values(until=until))
    return lost
