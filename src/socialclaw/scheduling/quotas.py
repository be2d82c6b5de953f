"""How many posts a network takes: known limits, judged before anything is stored, and kept to when it is time to publish.

Only what goes through this installation is counted; a network that was fed elsewhere too says so itself, with a 429 of its own.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from socialclaw.clock import spoken
from socialclaw.db.accounts import Account
from socialclaw.db.base import Scope, iso
from socialclaw.db.posts import Post
from socialclaw.db.workspaces import Workspace
from socialclaw.networks import providers
from socialclaw.providers.base import Provider, Quota
from socialclaw.providers.issues import Issue
from socialclaw.scheduling.plan import PlannedPost

COUNTED = ("scheduled", "publishing", "retry_pending", "published")


class Book:
    """The instants at which posts count against one quota. Pure."""

    def __init__(self, quota: Quota, taken: Iterable[datetime] = ()) -> None:
        self.quota = quota
        self.taken = sorted(taken)
        self._length = timedelta(seconds=quota.seconds)

    def fits(self, at: datetime) -> bool:
        """Whether one more post fits at this instant, beside those that are there."""
        if self.quota.resets:
            midnight, next_one = self._day(at)
            return bisect_left(self.taken, next_one) - bisect_left(self.taken, midnight) < self.quota.most
        first = bisect_right(self.taken, at - self._length)
        last = bisect_left(self.taken, at + self._length)
        for end in (at, *self.taken[bisect_right(self.taken, at) : last]):  # every window that holds this instant
            begin = bisect_right(self.taken, end - self._length, first)
            if bisect_right(self.taken, end) - begin >= self.quota.most:
                return False
        return True

    def next_fit(self, at: datetime) -> datetime:
        """The first instant from `at` on at which one more post fits."""
        while not self.fits(at):
            at = self._day(at)[1] if self.quota.resets else self._later(at)
        return at

    def add(self, at: datetime) -> None:
        insort(self.taken, at)

    def _later(self, at: datetime) -> datetime:
        """When the next of the posts around this instant leaves its window."""
        return next(leaves for one in self.taken[bisect_right(self.taken, at - self._length) :] if (leaves := one + self._length) > at)

    def _day(self, at: datetime) -> tuple[datetime, datetime]:
        """The day that holds an instant, where the quota begins anew at midnight."""
        zone = ZoneInfo(self.quota.resets)
        date = at.astimezone(zone).date()
        begin, end = (datetime.combine(d, time(), zone) for d in (date, date + timedelta(days=1)))
        return begin.astimezone(at.tzinfo), end.astimezone(at.tzinfo)


@dataclass(frozen=True, slots=True)
class Timed:
    """A post that is stored and is about to count: where it stands in its run, and when it is to go out."""

    path: str
    provider: str
    account_id: str
    publish_at: datetime


def check(scope: Scope, posts: Iterable[PlannedPost | Timed], *, lock: bool = False, but: str = "") -> Sequence[Issue]:
    """What of these posts, none of which counts yet, is more than their networks take; each with the next instant at which it fits.

    `but`: the id of a stored post in whose place it comes. `lock`: who else is about to add posts that count with these waits until this
    transaction is over.
    """
    limited = {p.key: p for p in providers().values() if p.quotas}
    planned = sorted((p for p in posts if p.provider in limited and p.account_id), key=lambda p: p.publish_at)
    if lock:
        _hold(scope, planned, limited)
    books: dict[tuple[str, int], Book] = {}
    found = []
    for post in planned:
        provider = limited[post.provider]
        for number, quota in enumerate(provider.quotas):
            key = (post.account_id if quota.per == "account" else post.provider) or "", number
            if key not in books:
                around = planned[0].publish_at, planned[-1].publish_at
                books[key] = _book(scope, provider, quota, post.account_id or "", around=around, but=but)
            if books[key].fits(post.publish_at):
                books[key].add(post.publish_at)
            else:
                found.append(_issue(provider, quota, post, books[key].next_fit(post.publish_at)))
    return found


def _hold(scope: Scope, planned: Sequence[PlannedPost | Timed], limited: Mapping[str, Provider]) -> None:
    """Lock the accounts, in the order of their ids, and the apps whose quotas other workspaces share. SQLite has one writer."""
    if not planned or scope.session.get_bind().dialect.name != "postgresql":
        return
    ids = sorted({post.account_id or "" for post in planned})
    lock = scope.all(Account).where(Account.id.in_(ids)).order_by(Account.id).with_for_update(key_share=True)
    scope.session.scalars(lock.with_only_columns(Account.id)).all()
    shared = {post.provider for post in planned if any(quota.per == "app" for quota in limited[post.provider].quotas)}
    for provider in sorted(shared):
        name = f"quota:{provider}:{'test' if scope.test else 'live'}"
        scope.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(name, 0))))


def pause(scope: Scope, post: Post, now: datetime) -> tuple[Quota, datetime] | None:
    """The quota that a post would break now, and when it fits; None where there is none."""
    provider = providers()[post.provider]
    for quota in provider.quotas:
        book = _book(scope, provider, quota, post.account_id, around=(now, now), but=post.id, published=True)
        if not book.fits(now):
            return quota, book.next_fit(now)
    return None


def _book(
    scope: Scope,
    provider: Provider,
    quota: Quota,
    account_id: str,
    *,
    around: tuple[datetime, datetime],
    but: str = "",
    published: bool = False,
) -> Book:
    """What counts already around these instants: of the account, or of all workspaces that use the app."""
    reach = timedelta(seconds=quota.seconds) + (timedelta(days=1) if quota.resets else timedelta())
    at = func.coalesce(Post.published_at, Post.publish_at)
    query = select(at).where(Post.publish_at.between(around[0] - reach * 2, around[1] + reach), Post.id != but)
    query = query.where(Post.status == "published" if published else Post.status.in_(COUNTED))
    if quota.per == "account":
        query = query.where(Post.account_id == account_id)
    else:
        same = select(Workspace.id).where(Workspace.mode == ("test" if scope.test else "live"))
        query = query.where(Post.provider == provider.key, Post.workspace_id.in_(same))
    return Book(quota, [one for one in scope.session.scalars(query) if one])


def _issue(provider: Provider, quota: Quota, post: PlannedPost | Timed, fits: datetime) -> Issue:
    span = f"a day ({quota.resets})" if quota.resets else f"in {spoken(timedelta(seconds=quota.seconds))}"
    whose = "an account" if quota.per == "account" else "all accounts of the developer app together"
    message = f"{provider.label} takes {quota.most} posts {span} of {whose}; the next free time is {iso(fits)}"
    prefix = provider.rules.prefix or provider.key
    details = {"limit": quota.most, "seconds": quota.seconds, "per": quota.per, "nextFitUtc": iso(fits), "source": quota.source}
    return Issue(f"{prefix}_quota_exceeded", message, f"{post.path}.publish_at", details)
