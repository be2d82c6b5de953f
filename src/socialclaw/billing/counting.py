"""How much of its plan a workspace uses: posts by the month in which they count, and connected accounts.

Both are counted from the rows themselves, in the transaction that adds to them and that holds the workspace (`terms.held`): no counter has
to be kept right, and of two that would both fit alone, the second is refused. A month is one of the calendar, in UTC.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, select, tuple_

from socialclaw.billing.terms import Terms
from socialclaw.db.accounts import Account
from socialclaw.db.base import Scope, iso
from socialclaw.db.posts import Post
from socialclaw.errors import PlanRequired
from socialclaw.lifecycle.changes import Change
from socialclaw.networks import publishing_types
from socialclaw.providers.issues import Issue

POSTS, ACCOUNTS = "post_limit_reached", "account_limit_reached"


def month_of(at: datetime) -> datetime:
    """The first instant of the month that holds this one."""
    return at.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def after(start: datetime) -> datetime:
    """The first instant of the month after the one that begins then."""
    return start.replace(year=start.year + start.month // 12, month=start.month % 12 + 1)


def period(now: datetime) -> tuple[datetime, datetime]:
    """The first instant of the month that holds `now`, and the first of the next."""
    start = month_of(now)
    return start, after(start)


def posts_used(scope: Scope, start: datetime) -> int:
    """How many posts count in the month that begins then: those that go out when they count, and those that count at another time.

    Each of the two has an index of its own; so the many that are applied for later cost no entry in another one.
    """
    end, mine = after(start), Post.workspace_id == scope.workspace_id
    on_time = select(func.count()).where(mine, Post.publish_at >= start, Post.publish_at < end, Post.counted_at == Post.publish_at)
    apart = select(func.count()).where(mine, Post.counted_at >= start, Post.counted_at < end, Post.counted_at != Post.publish_at)
    return sum(scope.session.scalar(query) or 0 for query in (on_time, apart))


def accounts_used(scope: Scope) -> int:
    """How many accounts count: those that can be published to, and are not disconnected."""
    mine = (Account.workspace_id == scope.workspace_id, Account.status != "disconnected")
    kinds = tuple_(Account.provider, Account.account_type).in_(sorted(publishing_types()))
    return scope.session.scalar(select(func.count()).select_from(Account).where(*mine, kinds)) or 0


@dataclass(frozen=True, slots=True)
class Excess:
    """More than the plan allows, of posts in one month."""

    terms: Terms
    start: datetime
    used: int
    requested: int

    @property
    def message(self) -> str:
        plan, month = self.terms.plan, f"{self.start:%B %Y}"
        most = plan.posts_per_month or 0
        return f"The plan {plan.label} has {most:,} posts a month: {self.used:,} of {month} are used, and this adds {self.requested:,}"

    @property
    def details(self) -> dict[str, Any]:
        plan = self.terms.plan
        return {
            "plan": plan.id,
            "limit": plan.posts_per_month,
            "used": self.used,
            "requested": self.requested,
            "periodStart": iso(self.start),
            "periodEnd": iso(after(self.start)),
            **self.terms.upgrade(),
        }


def excesses(scope: Scope, terms: Terms, added: Counter[datetime]) -> list[Excess]:
    """The months, of those to which so many posts are added, in which that is more than the plan has."""
    most = terms.plan.posts_per_month
    if most is None:
        return []
    counted = [(start, posts_used(scope, start), adding) for start, adding in sorted(added.items()) if adding > 0]
    return [Excess(terms, start, used, adding) for start, used, adding in counted if used + adding > most]


def check(scope: Scope, terms: Terms, instants: Iterable[datetime]) -> None:
    """PlanRequired where the plan has no room for posts that count at these instants, or has ended. What does not count needs none."""
    _check(scope, terms, Counter(month_of(at) for at in instants))


def check_changes(scope: Scope, terms: Terms, changes: Iterable[tuple[Post, Change]]) -> None:
    """The same of posts that are there: what counts in a month already takes no more room in it."""
    added = Counter[datetime]()
    for post, change in changes:
        if isinstance(change.counted_at, datetime):
            added[month_of(change.counted_at)] += 1
            if post.counted_at is not None:
                added[month_of(post.counted_at)] -= 1
    _check(scope, terms, added)


def _check(scope: Scope, terms: Terms, added: Counter[datetime]) -> None:
    if added:
        terms.require()
    if found := excesses(scope, terms, added):
        raise PlanRequired(found[0].message, code=POSTS, **found[0].details)


def issues(scope: Scope, terms: Terms, instants: Iterable[datetime]) -> Sequence[Issue]:
    """What the plan has against posts that would count at these instants, as validation says it: one issue a month."""
    if terms.standing.code is not None:
        try:
            terms.require()
        except PlanRequired as error:
            return [Issue(error.code, error.message, "posts", error.details)]
    found = excesses(scope, terms, Counter(month_of(at) for at in instants))
    return [Issue(POSTS, each.message, "posts", each.details) for each in found]


def room(scope: Scope, terms: Terms | None) -> int | None:
    """How many accounts more the plan has room for; None where it has no limit."""
    if terms is None or terms.plan.connected_accounts is None:
        return None
    return max(0, terms.plan.connected_accounts - accounts_used(scope))


def full(scope: Scope, terms: Terms, *, requested: int = 1) -> PlanRequired:
    """What is answered where there is no room for another account."""
    plan, used = terms.plan, accounts_used(scope)
    most = plan.connected_accounts or 0
    message = f"The plan {plan.label} has {most:,} connected accounts, and this workspace has {used:,}: "
    message += f"disconnect {used - most + requested:,}, or choose a larger plan"
    details: dict[str, Any] = {"plan": plan.id, "limit": most, "used": used, "requested": requested, "disconnect": used - most + requested}
    return PlanRequired(message, code=ACCOUNTS, **details, **terms.upgrade())
