"""Runs: their derived status, their parts, publishing a draft."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import and_, case, func, or_, select

from socialclaw.billing import counting, terms
from socialclaw.db import cursors
from socialclaw.db.base import Scope, utc_now
from socialclaw.db.posts import Attempt, Post, Run
from socialclaw.db.run_status import status_of
from socialclaw.errors import Conflict, InvalidRequest
from socialclaw.events.facts import of_run
from socialclaw.events.record import record_all
from socialclaw.lifecycle.changes import scheduled
from socialclaw.lifecycle.writing import act
from socialclaw.publishing.listing import LONGEST_TEXT
from socialclaw.publishing.posts import STATUSES
from socialclaw.scheduling import quotas
from socialclaw.scheduling.judge import refusal
from socialclaw.scheduling.post_reader import GRACE
from socialclaw.scheduling.quotas import Timed
from socialclaw.scheduling.times import LAST_YEAR, stamp
from socialclaw.settings import Settings

LATEST = datetime(LAST_YEAR, 12, 31, 23, 59, 59, 999000, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class RunView:
    """A run with its status and the number of its posts by status (`summary`: total plus one key a status)."""

    run: Run
    status: str
    summary: dict[str, int]


def view(scope: Scope, run_id: str) -> RunView:
    run = scope.one(Run, run_id)
    rows = scope.session.execute(select(Post.status, func.count()).where(Post.run_id == run.id).group_by(Post.status))
    return _view(run, {status: count for status, count in rows})


def _view(run: Run, counts: Mapping[str, int]) -> RunView:
    started = bool(counts.keys() - {"scheduled", "draft", "canceled"})
    summary = {"total": sum(counts.values())} | {status: counts.get(status, 0) for status in STATUSES}
    return RunView(run, status_of(run.mode, summary, started=started), summary)


@dataclass(frozen=True, slots=True)
class Listed:
    """A run in a list: with what its first post says, and from when to when its posts are due."""

    view: RunView
    text: str
    first_at: datetime | None
    last_at: datetime | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which runs a list is of. `before`: the cursor that the page before it ended with."""

    mode: str | None = None
    made_by: str | None = None
    before: str | None = None
    limit: int = 50


def listed(scope: Scope, wanted: Wanted) -> tuple[list[Listed], str | None]:
    """Runs of the workspace, the newest first, and the cursor of what comes after them.

    Three statements, however many runs there are.
    """
    query = scope.all(Run).order_by(Run.created_at.desc(), Run.id.desc()).limit(wanted.limit + 1)
    if wanted.mode is not None:
        query = query.where(Run.mode == wanted.mode)
    if wanted.made_by is not None:
        query = query.where(Run.made_by == wanted.made_by)
    if wanted.before is not None:
        at, run_id = cursors.read(wanted.before)
        query = query.where(or_(Run.created_at < at, and_(Run.created_at == at, Run.id < run_id)))
    found = list(scope.session.scalars(query))
    rows, ids = found[: wanted.limit], [run.id for run in found[: wanted.limit]]
    after = cursors.write(rows[-1].created_at, rows[-1].id) if len(found) > wanted.limit else None
    counts: dict[str, dict[str, int]] = {run_id: {} for run_id in ids}
    times: dict[str, list[datetime]] = {run_id: [] for run_id in ids}
    grouped = select(Post.run_id, Post.status, func.count(), func.min(Post.publish_at), func.max(Post.publish_at))
    for run_id, status, count, first, last in scope.session.execute(grouped.where(Post.run_id.in_(ids)).group_by(Post.run_id, Post.status)):
        counts[run_id][status] = count
        times[run_id] += [first, last]
    own = case((Post.generated_name, ""), else_=Post.name)  # a name that nobody wrote says nothing
    first_posts = select(Post.run_id, own, Post.description).where(Post.run_id.in_(ids), Post.position == 0)
    texts = {run_id: name or description for run_id, name, description in scope.session.execute(first_posts)}
    return [_listed(run, counts[run.id], times[run.id], texts.get(run.id, "")) for run in rows], after


def _listed(run: Run, counts: Mapping[str, int], due: Sequence[datetime], text: str) -> Listed:
    return Listed(_view(run, counts), text[:LONGEST_TEXT], min(due, default=None), max(due, default=None))


def posts(scope: Scope, run_id: str) -> Sequence[Post]:
    """The run's posts as rows, in the order of its document."""
    run = scope.one(Run, run_id)
    return scope.session.scalars(select(Post).where(Post.run_id == run.id).order_by(Post.position)).all()


def attempts(scope: Scope, run_id: str) -> Sequence[Attempt]:
    run = scope.one(Run, run_id)
    query = select(Attempt).join(Post, Post.id == Attempt.post_id).where(Post.run_id == run.id)
    return scope.session.scalars(query.order_by(Attempt.started_at, Attempt.post_id, Attempt.attempt_no)).all()


def publish(
    scope: Scope, run_id: str, *, start_at: datetime | None = None, honour_quotas: bool = False, sells: Settings | None = None
) -> RunView:
    """Schedule a draft run. `start_at` moves the earliest post to it and keeps all distances.

    Without it the posts keep their times; those already past are published at once. With `honour_quotas`, InvalidRequest where that is
    more than their networks take by now: a draft counts nothing until it is published. `sells`: see `apply`.
    """
    paid = terms.held(scope, sells)
    run = scope.one(Run, run_id, lock=True)
    if run.mode != "draft":
        raise Conflict("This run is not a draft: it was scheduled when it was applied", code="run_not_draft", runId=run.id)
    now = utc_now()
    drafts = select(Post).where(Post.run_id == run.id, Post.status == "draft").order_by(Post.id)
    rows = list(scope.session.scalars(drafts.with_for_update()))  # one that is being canceled is no draft any more
    if not rows:
        raise Conflict("This draft has no posts left to publish", code="run_empty", runId=run.id)
    by = _distance(rows, start_at, now) if start_at is not None else timedelta(0)
    if honour_quotas:
        timed = [Timed(f"posts[{post.position}]", post.provider, post.account_id, max(post.publish_at + by, now)) for post in rows]
        if issues := quotas.check(scope, timed, lock=True):
            raise refusal(issues)
    run.mode, run.updated_at = "scheduled", now
    changes = [(post, scheduled(post, now, publish_at=post.publish_at + by)) for post in rows]
    if paid:
        counting.check_changes(scope, paid, changes)
    act(scope, changes, now)
    scope.session.flush()
    found = view(scope, run_id)
    counts = {status: found.summary[status] for status in STATUSES}
    record_all(scope.session, [of_run(scope.workspace_id, "run.scheduled", run.id, status=found.status, mode=run.mode, counts=counts)])
    return found


def _distance(posts: Sequence[Post], start_at: datetime, now: datetime) -> timedelta:
    """By how much all move, so that the earliest is at `start_at`. The same times are refused as when a schedule is applied."""
    if start_at < now - GRACE:
        message = f"startAt is in the past: {stamp(start_at)}. Leave it out to publish at once what is due"
        raise InvalidRequest(message, code="publish_time_in_past", path="startAt", publishAtUtc=stamp(start_at), now=stamp(now))
    first, last = min(post.publish_at for post in posts), max(post.publish_at for post in posts)
    if last - first > LATEST - start_at:
        message = f"With this startAt a post would be due after the year {LAST_YEAR}"
        raise InvalidRequest(message, code="invalid_publish_time", path="startAt")
    return start_at - first
