"""What needs a person: posts of which nobody knows whether they are live, refused ones, and what waits for an account or stands still.

Some of it people are told of wherever they are, in the page and by mail. What that is, and in which words, is said here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select

from socialclaw.accounts import directory
from socialclaw.clock import on_the_wall
from socialclaw.db.accounts import Account
from socialclaw.db.base import Scope, utc_now
from socialclaw.db.posts import Post
from socialclaw.db.workspaces import Workspace
from socialclaw.lifecycle.changes import GOING, PARENT_FAILED
from socialclaw.lifecycle.holding import HELD
from socialclaw.networks import providers
from socialclaw.publishing import listing, outcomes

RECENT = timedelta(days=30)  # a failure that nobody has done anything about for so long is no news any more
OVERDUE = timedelta(minutes=10)  # after which a due post that nobody has begun with stands still
MOST_SHOWN = 50  # posts of each kind
MOST_TOLD = 500  # posts of each kind, the latest
LOST = "reconnect_required"  # of an account

# The posts that somebody is told of: what waits for an account is told with that, and what the operator holds back they know of.
WORDS = {
    "unresolved": "Nobody knows whether a post is live on {network}",
    "refused": "A post to {network} did not go out",
    "overdue": "A post to {network} is overdue",
}


@dataclass(frozen=True, slots=True)
class Alert:
    """Something that has come to need a person. `about`: the post or the account, by its id; `right`: what doing something about it takes.

    `what` it is, `which` one, and `why`, in words; the latter two may be others' words. `since`: when it came to be so, about.
    """

    about: str
    kind: str
    right: str
    since: datetime
    what: str
    which: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Attention:
    """How many posts of each kind there are, the first of them as cards, the accounts that must be connected again, and the alerts."""

    counts: dict[str, int]
    posts: dict[str, listing.Rows]
    accounts: list[dict[str, Any]]
    alerts: list[Alert]


def kinds() -> dict[str, ColumnElement[bool]]:
    """Why a post needs somebody. No post is of two kinds."""
    now = utc_now()
    failed = and_(Post.status == "failed", Post.updated_at > now - RECENT)
    return {
        "unresolved": and_(Post.status == "failed", Post.error_code == outcomes.UNKNOWN),
        "refused": and_(failed, Post.error_code.not_in((outcomes.UNKNOWN, PARENT_FAILED))),
        "waitingForAccount": and_(Post.status.in_(GOING), Post.blocked_by == "account"),
        "held": and_(Post.status.in_(GOING), Post.blocked_by == HELD),
        "overdue": overdue(now),
    }


def overdue(now: datetime) -> ColumnElement[bool]:
    return and_(Post.status.in_(("scheduled", "retry_pending")), Post.next_at < now - OVERDUE, Post.blocked_by.is_(None))


def needed(scope: Scope, base_url: str) -> Attention:
    """All of it. `base_url`: ours, below which cards have their pictures."""
    counts, shown = dict[str, int](), dict[str, listing.Rows]()
    for kind, which in kinds().items():
        count = select(func.count()).select_from(Post).where(Post.workspace_id == scope.workspace_id, which)
        counts[kind] = scope.session.scalar(count) or 0
        shown[kind] = listing.cards_where(scope, which, base_url, limit=MOST_SHOWN) if counts[kind] else listing.NONE
    lost = _lost(scope)
    there = [kind for kind, count in counts.items() if count]
    return Attention(counts, shown, [directory.account_wire(row) for row in lost], [*_posts(scope, there), *_logins(lost)])


def alerts(scope: Scope) -> list[Alert]:
    """What there is to be told of now, whether or not it has been."""
    return [*_posts(scope, WORDS), *_logins(_lost(scope))]


def _posts(scope: Scope, wanted: Collection[str]) -> Iterator[Alert]:
    text = func.substr(listing.TEXT, 1, listing.LONGEST_TEXT).label("text")
    columns = (Post.id, Post.provider, Post.account, Post.publish_at, Post.updated_at, Post.error, text, Workspace.timezone)
    mine = select(*columns).join(Workspace, Workspace.id == Post.workspace_id).where(Post.workspace_id == scope.workspace_id)
    which = kinds()
    for kind in (kind for kind in WORDS if kind in wanted):
        for row in scope.session.execute(mine.where(which[kind]).order_by(Post.updated_at.desc(), Post.id).limit(MOST_TOLD)):
            what = WORDS[kind].format(network=providers()[row.provider].label)
            due = f"{row.account}, due {on_the_wall(row.publish_at, row.timezone)} ({row.timezone})"
            yield Alert(row.id, kind, "publish", row.updated_at, what, f"“{row.text}” · {due}" if row.text else due, row.error or "")


def _lost(scope: Scope) -> Sequence[Account]:
    return scope.session.scalars(scope.all(Account).where(Account.status == LOST).order_by(Account.created_at, Account.id)).all()


def _logins(lost: Sequence[Account]) -> Iterator[Alert]:
    for row in lost:
        what = f"The login of {row.display_name or row.handle} at {providers()[row.provider].label} has ended"
        yield Alert(
            row.id, "login", "connect", row.ended_at or row.updated_at, what, "What was to go out there waits until it is connected again"
        )
