"""What needs a person: posts of which nobody knows whether they are live, refused ones, and what waits for an account or stands still."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select

from socialclaw.accounts import directory
from socialclaw.db.accounts import Account
from socialclaw.db.base import Scope, utc_now
from socialclaw.db.posts import Post
from socialclaw.lifecycle.changes import GOING, PARENT_FAILED
from socialclaw.lifecycle.holding import HELD
from socialclaw.publishing import listing, outcomes

RECENT = timedelta(days=30)  # a failure that nobody has done anything about for so long is no news any more
OVERDUE = timedelta(minutes=10)  # after which a due post that nobody has begun with stands still
MOST_SHOWN = 50  # posts of each kind


@dataclass(frozen=True, slots=True)
class Attention:
    """How many posts of each kind there are, the first of them as cards, and the accounts that must be connected again."""

    counts: dict[str, int]
    posts: dict[str, listing.Rows]
    accounts: list[dict[str, Any]]


def kinds() -> dict[str, ColumnElement[bool]]:
    """Why a post needs somebody. No post is of two kinds."""
    now = utc_now()
    failed = and_(Post.status == "failed", Post.updated_at > now - RECENT)
    return {
        "unresolved": and_(Post.status == "failed", Post.error_code == outcomes.UNKNOWN),
        "refused": and_(failed, Post.error_code.not_in((outcomes.UNKNOWN, PARENT_FAILED))),
        "waitingForAccount": and_(Post.status.in_(GOING), Post.blocked_by == "account"),
        "held": and_(Post.status.in_(GOING), Post.blocked_by == HELD),
        "overdue": and_(Post.status.in_(("scheduled", "retry_pending")), Post.next_at < now - OVERDUE, Post.blocked_by.is_(None)),
    }


def needed(scope: Scope, base_url: str) -> Attention:
    """All of it. `base_url`: ours, below which cards have their pictures."""
    counts, shown = dict[str, int](), dict[str, listing.Rows]()
    for kind, which in kinds().items():
        count = select(func.count()).select_from(Post).where(Post.workspace_id == scope.workspace_id, which)
        counts[kind] = scope.session.scalar(count) or 0
        shown[kind] = listing.cards_where(scope, which, base_url, limit=MOST_SHOWN) if counts[kind] else listing.NONE
    lost = scope.session.scalars(scope.all(Account).where(Account.status == "reconnect_required").order_by(Account.created_at, Account.id))
    return Attention(counts, shown, [directory.account_wire(row) for row in lost])
