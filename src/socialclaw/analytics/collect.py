"""Collecting figures: of a post after 1 hour, 24 hours, 7 and 30 days and whenever somebody asks; of an account once a day.

What is due is written in the rows (`collect_at`), so a collection that dies with its worker is found again by the scan.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, func, select, update
from sqlalchemy.orm import Session

from socialclaw.accounts.authorized_call import ask
from socialclaw.accounts.lookup import provider_of, target_of
from socialclaw.analytics import windows
from socialclaw.analytics.windows import LIFETIME
from socialclaw.db.accounts import Account
from socialclaw.db.analytics import Snapshot
from socialclaw.db.base import Scope, utc_now
from socialclaw.db.posts import Post
from socialclaw.db.workspaces import Workspace
from socialclaw.errors import Conflict, SocialClawError
from socialclaw.providers.base import Measures, MeasuresAccount, Provider
from socialclaw.system import System
from socialclaw.turns import Party

log = logging.getLogger(__name__)

UNSUPPORTED = "{label} reports no figures of {what}"
UNAVAILABLE = "{label} reports totals only, and none was collected when this window began"
LATER = timedelta(hours=1)  # until the next try, where a network could not be asked
DAILY = timedelta(days=1)
MOST_DUE = 1000  # of all workspaces, found at a time

K = TypeVar("K", Post, Account)


@dataclass(frozen=True, slots=True)
class Subject:
    """What is measured: a post of an account, or the account itself."""

    account: Account
    test: bool
    post: Post | None = None

    @property
    def id(self) -> str:
        return self.post.id if self.post else self.account.id

    @property
    def provider(self) -> Provider:
        return provider_of(self.account)

    @property
    def supported(self) -> bool:
        if self.post is not None:
            return self.provider.can(Measures)
        return self.provider.can(MeasuresAccount) and target_of(self.account).publishes

    @property
    def windows(self) -> tuple[str, ...]:
        """Those that the network itself can answer for."""
        return self.provider.windows if self.post else self.provider.account_windows or self.provider.windows

    def since(self) -> datetime:
        """From when the totals count, as far as we know."""
        return (self.post.published_at or self.post.publish_at) if self.post else self.account.created_at


async def refresh(system: System, workspace_id: str, post_id: str, window: str, *, test: bool) -> Snapshot:
    """Collect the figures of a published post now. Raises Conflict `post_not_published`, or what the network did."""
    subject = await system.read(workspace_id, _post_of, post_id, test=test)
    [snapshot] = await collect(system, subject, [window])
    return snapshot


@dataclass(frozen=True, slots=True)
class Following:
    """When a post is to be measured next; never again where it is None."""

    at: datetime | None


async def collect(system: System, subject: Subject, wanted: Sequence[str], following: Following | None = None) -> list[Snapshot]:
    """A new snapshot of each of these windows, kept (with when the next is due). Raises what the network did; then nothing is kept."""
    found: dict[str, Mapping[str, int]] = {}
    now = utc_now()
    if subject.supported:
        for window in _asked(subject, wanted, now):
            found[window] = await _measure(system, subject, window)

    def keep(scope: Scope) -> list[Snapshot]:
        if following:
            _follow(scope, subject, following)
        return _keep(scope, subject, wanted, found, now)

    return await system.write(subject.account.workspace_id, keep, test=subject.test)


def _asked(subject: Subject, wanted: Sequence[str], now: datetime) -> list[str]:
    """The windows to ask the network for: what it cannot answer is made of the total."""
    direct = [w for w in wanted if w in subject.windows and not (subject.post and windows.is_whole(w, now - subject.since()))]
    return [*dict.fromkeys([*direct, *([LIFETIME] if set(wanted) - set(direct) else [])])]


async def _measure(system: System, subject: Subject, window: str) -> Mapping[str, int]:
    async def measured(adapter: Any, account: object) -> Mapping[str, int]:
        if subject.post is None:
            found: Mapping[str, int] = await adapter.account_metrics(window)
        else:
            found = await adapter.metrics(subject.post.provider_post_id, window)
        return found

    return await ask(system, subject.account, measured, test=subject.test)


def _keep(scope: Scope, subject: Subject, wanted: Sequence[str], found: Mapping[str, Mapping[str, int]], now: datetime) -> list[Snapshot]:
    kept = []
    for window in wanted:
        status, metrics, message = _worth(scope, subject, window, found, now)
        post_id = subject.post.id if subject.post else None
        row = Snapshot(account_id=subject.account.id, post_id=post_id, window=window, status=status, metrics=metrics, message=message)
        row.collected_at = now
        kept.append(scope.add(row))
    scope.session.flush()
    return kept


def _worth(
    scope: Scope, subject: Subject, window: str, found: Mapping[str, Mapping[str, int]], now: datetime
) -> tuple[str, dict[str, Any], str | None]:
    """Status, figures and message of one window."""
    label = subject.provider.label
    if not subject.supported:
        return "unsupported", {}, UNSUPPORTED.format(label=label, what="posts" if subject.post else "accounts")
    if window in found:
        return "ok", dict(found[window]), None
    total = found[LIFETIME]
    if subject.post and windows.is_whole(window, now - subject.since()):
        return "ok", dict(total), None
    before = _total_at(scope, subject, windows.span(window, now))
    if before is None:
        return "unavailable", {}, UNAVAILABLE.format(label=label)
    return "ok", windows.difference(total, before.metrics), f"Counted from the total of {before.collected_at:%Y-%m-%d %H:%M} UTC"


def _total_at(scope: Scope, subject: Subject, within: tuple[datetime, datetime]) -> Snapshot | None:
    of = Snapshot.post_id == subject.post.id if subject.post else Snapshot.post_id.is_(None)
    query = scope.all(Snapshot).where(Snapshot.account_id == subject.account.id, of, Snapshot.window == LIFETIME, Snapshot.status == "ok")
    query = query.where(Snapshot.collected_at.between(*within))
    return scope.session.scalars(query.order_by(Snapshot.collected_at.desc()).limit(1)).first()


def _post_of(scope: Scope, post_id: str) -> Subject:
    post = scope.one(Post, post_id)
    if post.status != "published" or not post.provider_post_id:
        message = f"Only a published post can be measured; this one is {post.status}"
        raise Conflict(message, code="post_not_published", postStatus=post.status)
    return Subject(scope.one(Account, post.account_id), scope.test, post)


# What the worker does.


def due(session: Session, now: datetime, most: int) -> list[tuple[str, Party]]:
    """The posts and accounts that are due to be measured where time runs, by id: first the one of each workspace and network that has
    waited longest, then the second ones, up to so many of each."""
    rows = [row for kind in (Post, Account) for row in session.execute(_due_in_turns(kind, now, most))]
    rows.sort(key=lambda row: (row.mode != "live", row.turn, row.collect_at))
    return [(row.id, Party(row.workspace_id, row.mode == "test", row.provider)) for row in rows]


def _due_in_turns(kind: type[Post] | type[Account], now: datetime, most: int) -> Select[Any]:
    lines = (kind.workspace_id, kind.provider)
    turn = func.row_number().over(partition_by=lines, order_by=kind.collect_at).label("turn")
    each = select(kind.id, *lines, kind.collect_at, turn).where(*_is_due(kind, now), _time_runs(kind)).subquery()
    query = select(each, Workspace.mode).join(Workspace, Workspace.id == each.c.workspace_id).where(each.c.turn <= most)
    return query.order_by(Workspace.mode, each.c.turn, each.c.collect_at).limit(MOST_DUE)


def _is_due(kind: type[Post] | type[Account], now: datetime) -> tuple[ColumnElement[bool], ...]:
    return kind.collect_at.is_not(None), kind.collect_at <= now


def _time_runs(kind: type[Post] | type[Account]) -> ColumnElement[bool]:
    return Account.clocked.is_(False) if kind is Account else Post.account_id.not_in(select(Account.id).where(Account.clocked))


def take(
    session: Session, now: datetime, *, most: int, workspace_id: str | None = None, only: Sequence[str] | None = None
) -> list[Subject]:
    """What is due to be measured (of `only` these), put off at once, so that no other worker takes it and a lost try is made up for.

    With `workspace_id` only what is due there; without it only where time runs.
    """
    found: list[Subject] = []
    tests = dict(session.execute(select(Workspace.id, Workspace.mode)).all())
    for post in session.scalars(_wanted(Post, now, most, workspace_id, only)):
        account = session.get_one(Account, post.account_id)
        found.append(Subject(account, tests[post.workspace_id] == "test", post))
        post.collect_at = now + LATER
    for account in session.scalars(_wanted(Account, now, most, workspace_id, only)):
        found.append(Subject(account, tests[account.workspace_id] == "test"))
        account.collect_at = now + DAILY
    return found


def take_named(session: Session, now: datetime, names: Sequence[str]) -> dict[str, Subject]:
    """Of these, what nobody else has taken."""
    return {subject.id: subject for subject in take(session, now, most=len(names), only=names)}


def _wanted(kind: type[K], now: datetime, most: int, workspace_id: str | None, only: Sequence[str] | None) -> Select[K]:
    here = (kind.workspace_id == workspace_id) if workspace_id else _time_runs(kind)
    named = () if only is None else (kind.id.in_(only),)
    query = select(kind).where(*_is_due(kind, now), here, *named).order_by(kind.collect_at).limit(most)
    return query.with_for_update(skip_locked=True)


async def collect_due(system: System, subject: Subject) -> None:
    """One scheduled collection. A failure is logged; the post or account is due again later."""
    now = utc_now()
    wanted = windows.checkpoint(now - subject.since()) if subject.post else tuple(dict.fromkeys((LIFETIME, *subject.windows)))
    following = Following(windows.next_checkpoint(subject.since(), now)) if subject.post else None
    try:
        if subject.account.status == "connected":
            await collect(system, subject, wanted, following)
        elif following:
            await system.write(subject.account.workspace_id, _follow, subject, following, test=subject.test)
    except SocialClawError as error:
        log.warning("figures of %s could not be collected: %s", subject.id, error.code)


def _follow(scope: Scope, subject: Subject, following: Following) -> None:
    if subject.post is not None:
        mine = (Post.id == subject.post.id, Post.workspace_id == scope.workspace_id)
        scope.session.execute(update(Post).where(*mine).values(collect_at=following.at).execution_options(synchronize_session=False))
