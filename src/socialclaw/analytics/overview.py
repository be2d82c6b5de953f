"""What a workspace's accounts have gained in a span of days: figures by what they are, by account, by day, by post and by the hour of it.

A network tells totals. What a post gained is its last total of the span less its last one before, which of a post that is younger is
nothing. A day has what was added since the total before, on the day when that was read. Figures of different names are never added to
each other; a name that an account's network does not tell is null there, which is not 0.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from typing import Any

from sqlalchemy import ColumnElement, Executable, case, func, select

from socialclaw.accounts.lookup import provider_of
from socialclaw.analytics.windows import LIFETIME
from socialclaw.clock import zone
from socialclaw.db.accounts import Account
from socialclaw.db.analytics import Snapshot
from socialclaw.db.base import Scope, iso, utc_now
from socialclaw.db.posts import Post
from socialclaw.db.workspaces import Workspace
from socialclaw.errors import InvalidRequest
from socialclaw.providers.base import METRICS

LONGEST = timedelta(days=400)
USUAL = timedelta(days=30)
FOLLOWERS = "followers"
MOST_POSTS = 20  # of each figure
LONGEST_TEXT = 140  # characters of a post
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
Totals = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Span:
    """From when to when, and whose figures: an account by its id or handle; None: all."""

    since: datetime
    until: datetime
    account: str | None = None


def span(since: datetime | None, until: datetime | None, account: str | None) -> Span:
    """The 30 days before `until`, which is now, where nothing else is said. InvalidRequest where that is no span, or too long a one."""
    end = until or utc_now()
    start = since or end - USUAL
    if not timedelta(0) < end - start <= LONGEST:
        message = f"from must lie before to, and not more than {LONGEST.days} days"
        raise InvalidRequest(message, code="span_invalid", path="from", maxDays=LONGEST.days)
    return Span(start, end, account)


@dataclass(slots=True)
class Gained:
    """What an account has gained: of its posts by metric and by day, and how many followers it had at first and at last."""

    account: Account
    metrics: Counter[str] = field(default_factory=Counter)
    days: dict[str, Counter[str]] = field(default_factory=dict)
    posts: dict[str, Counter[str]] = field(default_factory=dict)
    followers: list[int] = field(default_factory=list)

    @property
    def wire(self) -> dict[str, Any]:
        row, told = self.account, self._told
        return {
            "account": {"id": row.id, "handle": row.handle, "provider": row.provider, "status": row.status},
            "metrics": {name: self.metrics[name] if name in told else None for name in METRICS},
            "contributingPostCount": len(self.posts),
            "followers": self.followers[-1] if self.followers else None,
            "followersGained": self.followers[-1] - self.followers[0] if self.followers else None,
        }

    @property
    def _told(self) -> frozenset[str]:
        """The figures of posts that its network gives at all, or once gave."""
        return frozenset(provider_of(self.account).metrics) | self.metrics.keys()


def overview(scope: Scope, asked: Span) -> dict[str, Any]:
    """All of it, on the wire."""
    zone_name = scope.session.get_one(Workspace, scope.workspace_id).timezone
    local, found = zone(zone_name), {row.id: Gained(row) for row in _accounts(scope, asked.account)}
    totals = _before(scope, asked)
    for at, account_id, post_id, metrics in _read(scope, asked):
        if (one := found.get(account_id)) is None:
            continue
        if post_id is None:
            one.followers += [metrics[FOLLOWERS]] if FOLLOWERS in metrics else []
            continue
        added = _added(metrics, totals.get(post_id, {}))
        totals[post_id] = metrics
        one.posts.setdefault(post_id, Counter()).update(added)
        one.metrics.update(added)
        one.days.setdefault(at.astimezone(local).date().isoformat(), Counter()).update(added)
    return {
        "from": iso(asked.since),
        "to": iso(asked.until),
        "timezone": zone_name,
        "metrics": {name: sum(one.metrics[name] for one in found.values() if name in one.metrics) for name in _names(found.values())},
        "days": [*_days(found.values())],
        "accounts": [one.wire for one in found.values()],
        **_of_posts(scope, asked, {post_id: gained for one in found.values() for post_id, gained in one.posts.items()}, local),
    }


def _of_posts(scope: Scope, asked: Span, gained: Mapping[str, Counter[str]], local: tzinfo) -> dict[str, Any]:
    """The posts that gained most of each figure; and by the hour of the week, what those gained that went out in the span."""
    best = {
        post_id for name in METRICS for post_id in sorted(gained, key=lambda one: -gained[one][name])[:MOST_POSTS] if gained[post_id][name]
    }
    posts, hours = [], dict[tuple[int, int], list[Counter[str]]]()
    for row in scope.session.execute(_published(scope, asked)):
        if row.id in best:
            posts.append(_post(row, gained[row.id]))
        if row.id in gained and row.published_at and asked.since <= row.published_at <= asked.until:
            at = row.published_at.astimezone(local)
            hours.setdefault((at.weekday(), at.hour), []).append(gained[row.id])
    return {"posts": posts, "hours": [_hour(*when, counts) for when, counts in sorted(hours.items())]}


def _published(scope: Scope, asked: Span) -> Executable:
    own = case((Post.generated_name, ""), else_=Post.name).label("name")  # a name that nobody wrote says nothing
    columns = (Post.id, Post.provider, Post.account, Post.account_id, own, Post.description, Post.published_at)
    there = select(Snapshot.post_id).where(*_figures(scope), *_within(asked), Snapshot.post_id.is_not(None))
    return select(*columns).where(Post.workspace_id == scope.workspace_id, Post.id.in_(there)).order_by(Post.published_at.desc(), Post.id)


def _post(row: Any, gained: Counter[str]) -> dict[str, Any]:
    return {
        "id": row.id,
        "provider": row.provider,
        "account": row.account,
        "accountId": row.account_id,
        "text": (row.name or row.description)[:LONGEST_TEXT],
        "publishedAt": iso(row.published_at) if row.published_at else None,
        "metrics": {name: gained[name] for name in METRICS if name in gained},
    }


def _hour(weekday: int, hour: int, gained: Sequence[Counter[str]]) -> dict[str, Any]:
    total: Counter[str] = Counter()
    for one in gained:
        total.update(one)
    metrics = {name: total[name] for name in METRICS if name in total}
    return {"weekday": WEEKDAYS[weekday], "hour": hour, "posts": len(gained), "metrics": metrics}


def _added(total: Totals, before: Totals) -> Counter[str]:
    """A network may correct itself downwards: then that much less was gained."""
    return Counter({name: int(count) - int(before.get(name, 0)) for name, count in total.items() if name in METRICS})


def _names(found: Iterable[Gained]) -> Sequence[str]:
    told = {name for one in found for name in one.metrics}
    return [name for name in METRICS if name in told]


def _days(found: Iterable[Gained]) -> Iterator[dict[str, Any]]:
    added: dict[str, Counter[str]] = {}
    for one in found:
        for day, counts in one.days.items():
            added.setdefault(day, Counter()).update(counts)
    for day in sorted(added):
        yield {"day": day, "metrics": {name: added[day][name] for name in METRICS if name in added[day]}}


def _accounts(scope: Scope, wanted: str | None) -> Sequence[Account]:
    """Also those that were disconnected: what their posts gained is still what was gained."""
    query = scope.all(Account).order_by(Account.created_at, Account.id)
    return scope.session.scalars(query.where((Account.id == wanted) | (Account.handle == wanted)) if wanted else query).all()


def _figures(scope: Scope) -> tuple[ColumnElement[bool], ...]:
    return Snapshot.workspace_id == scope.workspace_id, Snapshot.window == LIFETIME, Snapshot.status == "ok"


def _within(asked: Span) -> tuple[ColumnElement[bool], ...]:
    return Snapshot.collected_at >= asked.since, Snapshot.collected_at <= asked.until


def _read(scope: Scope, asked: Span) -> Iterator[Any]:
    """What was read in the span, in its order."""
    columns = (Snapshot.collected_at, Snapshot.account_id, Snapshot.post_id, Snapshot.metrics)
    query = select(*columns).where(*_figures(scope), *_within(asked)).order_by(Snapshot.collected_at, Snapshot.id)
    return iter(scope.session.execute(query))


def _before(scope: Scope, asked: Span) -> dict[str, Totals]:
    """The last totals before the span, of the posts that have some in it."""
    there = select(Snapshot.post_id).where(*_figures(scope), *_within(asked), Snapshot.post_id.is_not(None))
    last = (
        select(Snapshot.post_id, func.max(Snapshot.collected_at).label("at"))
        .where(*_figures(scope), Snapshot.collected_at < asked.since, Snapshot.post_id.in_(there))
        .group_by(Snapshot.post_id)
        .subquery()
    )
    same = (Snapshot.post_id == last.c.post_id) & (Snapshot.collected_at == last.c.at)
    query = select(Snapshot.post_id, Snapshot.metrics).join(last, same).where(*_figures(scope))
    return {post_id: metrics for post_id, metrics in scope.session.execute(query)}
