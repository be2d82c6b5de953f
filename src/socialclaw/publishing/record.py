"""Outcomes: what an attempt came to, and the one transaction that writes it down.

That transaction closes the attempt, changes the post (and its replies: `lifecycle/writing.py`), gives the lane back and
claims the account's next due post.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.orm import Session

from socialclaw.db.accounts import Account
from socialclaw.db.base import Hint, utc_now
from socialclaw.db.posts import Attempt, Lane, Step
from socialclaw.events.facts import account_changed, quota_reached
from socialclaw.events.record import record_all
from socialclaw.lifecycle.changes import KEEP, Change, canceled
from socialclaw.lifecycle.writing import space_out, write
from socialclaw.publishing.claims import LOCK, Claim, Wanted, claim

CANCELED, TAKEN_BACK = "canceled", "The post was canceled before anything of it was published"
HELD_UP = timedelta(minutes=5)  # a post later than that was not merely in a queue: its account or its worker was away
NOBODY = ""  # has the lane of an account that is to be left alone for a while: no end of a worker ends that


@dataclass(slots=True)
class Outcome:
    """What is to be written of a claim. An attempt that goes on has in `message` what it waits for."""

    claim: Claim
    change: Change
    ended: bool = True  # False: the attempt goes on later
    ok: bool | None = None
    code: str | None = None
    message: str | None = None
    retryable: bool | None = None
    details: dict[str, Any] = field(default_factory=dict)
    erase_marks: bool = False  # evidence says that what was marked did not happen
    hold_until: datetime | None = None  # nothing else of this account before that
    reconnect: bool = False  # the account needs a person
    wanted: Wanted | None = None  # take the account's next due post in the same transaction
    again: bool = False  # an earlier try to write this got no answer: it may have been written, and others may have gone on from there


@dataclass(frozen=True, slots=True)
class Next:
    """What follows an outcome: the claim of the account's next due post, and work for later."""

    claim: Claim | None
    hints: tuple[Hint, ...] = ()


_FREE_LANES = delete(Lane.__table__).where(  # type: ignore[arg-type]
    Lane.account_id.in_(bindparam("accounts", expanding=True)),
    Lane.post_id.in_(bindparam("posts", expanding=True)),
    Lane.worker_id == bindparam("worker"),
)
_OPEN = (Attempt.post_id == bindparam("b_id"), Attempt.attempt_no == bindparam("b_no"), Attempt.finished_at.is_(None))
_SAY_WHY = update(Attempt.__table__).where(*_OPEN).values(message=bindparam("b_message"))  # type: ignore[arg-type]
_CLOSE_ATTEMPT = (
    update(Attempt.__table__)  # type: ignore[arg-type]
    .where(*_OPEN)
    .values(
        finished_at=bindparam("b_now"),
        ok=bindparam("b_ok"),
        code=bindparam("b_code"),
        message=bindparam("b_message"),
        retryable=bindparam("b_retryable"),
        provider_post_id=bindparam("b_provider_post_id"),
        details=bindparam("b_details"),
    )
)


def record(session: Session, outcomes: Sequence[Outcome], *, catch_up: float = 1) -> list[Next]:
    """Write these outcomes; those whose post is no longer ours change nothing, nor do those that have been written already.

    `catch_up`: how much faster than planned an account's posts may go out after one that was held up.
    """
    now = utc_now()
    ids = sorted(o.claim.post.id for o in outcomes)
    rows = session.execute(LOCK, {"ids": ids}).all()
    current = {post_id: fence for post_id, fence, _ in rows}
    back = {post_id for post_id, _, requested in rows if requested}
    written = _written(session, [o for o in outcomes if o.again])
    mine = [o for o in outcomes if current.get(o.claim.post.id) == o.claim.fence and o.claim.post.id not in written]
    ours = [o if o.claim.post.id not in back else take_back(o) for o in mine]
    hints: dict[str, list[Hint]] = {}
    if ours:
        _spare_reconnected(session, [o for o in ours if o.reconnect], now)
        held_up = [o.claim.post for o in ours if _was_held_up(o, now)]
        hints = write(session, [(o.claim.post, o.change) for o in ours], now)
        for post in held_up:
            hints[post.id] += space_out(session, post, now, faster=catch_up)
        _close_attempts(session, ours, now)
        if erased := [o.claim.post.id for o in ours if o.erase_marks]:
            session.execute(delete(Step).where(Step.post_id.in_(erased), Step.done.is_(False)))
        _lose_access(session, [o.claim.account.id for o in ours if o.reconnect])
        record_all(session, [quota_reached(o.claim.account, o.hold_until, o.code) for o in ours if o.hold_until])
    _free_lanes(session, outcomes)
    following = claim(session, [o.wanted for o in outcomes if o.wanted])
    claims = iter(following)
    return [Next(next(claims) if o.wanted else None, tuple(hints.get(o.claim.post.id, ()))) for o in outcomes]


def _lose_access(session: Session, account_ids: Sequence[str]) -> None:
    """These accounts need a person."""
    if account_ids:
        connected = select(Account).where(Account.id.in_(account_ids), Account.status == "connected")
        for row in session.scalars(connected.order_by(Account.id).with_for_update()):
            row.status = "reconnect_required"
            account_changed(session, "account.reconnect_required", row)


def take_back(o: Outcome) -> Outcome:
    """What an outcome comes to where somebody wants the post back: whatever was not sent by now is not sent any more.

    What may have been sent goes on being looked for, also where nobody would do so for now; what the network has goes its way.
    """
    if o.change.status in ("published", "failed"):
        return o
    if o.claim.undone and not o.erase_marks:
        if o.change.blocked_by == "account":
            o.change = replace(o.change, next_at=utc_now(), blocked_by=None)
        return o
    if o.claim.sent and not o.ended:
        return o
    o.change = replace(o.change, **canceled(o.claim.post).values())
    o.ended, o.ok, o.code, o.message, o.retryable = True, False, CANCELED, TAKEN_BACK, False
    return o


def _written(session: Session, outcomes: Sequence[Outcome]) -> set[str]:
    """The posts of those that have been written: that takes the post out of its lane."""
    if not outcomes:
        return set()
    lanes = select(Lane.post_id, Lane.worker_id).where(Lane.post_id.in_([o.claim.post.id for o in outcomes]))
    held = set(session.execute(lanes).tuples())
    return {o.claim.post.id for o in outcomes if (o.claim.post.id, o.claim.worker_id) not in held}


def _spare_reconnected(session: Session, outcomes: Sequence[Outcome], now: datetime) -> None:
    """Where somebody has connected the account again since, it was the old access that was refused: the post goes on with the new one."""
    if not outcomes:
        return
    rows = select(Account.id, Account.connection_id).where(Account.id.in_([o.claim.account.id for o in outcomes]))
    handshakes = dict(session.execute(rows.order_by(Account.id).with_for_update()).all())
    for o in outcomes:
        if handshakes.get(o.claim.account.id) != o.claim.account.connection_id:
            o.reconnect = False
            o.change = replace(o.change, next_at=now, blocked_by=None)


def _was_held_up(o: Outcome, now: datetime) -> bool:
    post = o.claim.post
    return o.change.status == "published" and post.status != "published" and now - post.publish_at > HELD_UP


def _close_attempts(session: Session, outcomes: Sequence[Outcome], now: datetime) -> None:
    values = [
        {
            "b_id": o.claim.post.id,
            "b_no": o.claim.attempt_no,
            "b_now": now,
            "b_ok": o.ok,
            "b_code": o.code,
            "b_message": o.message,
            "b_retryable": o.retryable,
            "b_provider_post_id": o.change.provider_post_id if o.change.provider_post_id is not KEEP else None,
            "b_details": o.details,
        }
        for o in outcomes
        if o.ended
    ]
    if values:
        session.connection().execute(_CLOSE_ATTEMPT, values)
    if waiting := [{"b_id": o.claim.post.id, "b_no": o.claim.attempt_no, "b_message": o.message} for o in outcomes if not o.ended]:
        session.connection().execute(_SAY_WHY, waiting)


def _free_lanes(session: Session, outcomes: Sequence[Outcome]) -> None:
    """Give back the lanes that are still ours; a rate-limited account's lane stays taken until the limit is over."""
    for o in outcomes:
        if o.hold_until is not None:
            mine = (Lane.account_id == o.claim.account.id, Lane.post_id == o.claim.post.id, Lane.worker_id == o.claim.worker_id)
            session.execute(update(Lane).where(*mine).values(until=o.hold_until, worker_id=NOBODY))
    free = [o for o in outcomes if o.hold_until is None]
    if free:
        lanes = {"accounts": [o.claim.account.id for o in free], "posts": [o.claim.post.id for o in free]}
        session.connection().execute(_FREE_LANES, {**lanes, "worker": free[0].claim.worker_id})
