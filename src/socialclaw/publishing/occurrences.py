"""Making what is repeated: each occurrence becomes a run of its own, thirty days before it is due, or is skipped, and why is written down.

Exactly once: a run is made in the transaction that moves on to the next occurrence, and only from the revision that was looked at.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from socialclaw.billing.counting import POSTS
from socialclaw.billing.subscriptions import CODES
from socialclaw.db.base import Scope, iso, utc_now
from socialclaw.db.planning import Repeat
from socialclaw.db.posts import Post
from socialclaw.db.workspaces import Workspace
from socialclaw.errors import InvalidRequest, PlanRequired
from socialclaw.scheduling import recurrence, same_text
from socialclaw.scheduling.apply import Maker, Occurrence, apply, fingerprint
from socialclaw.scheduling.plan import Plan
from socialclaw.scheduling.planning import planned
from socialclaw.settings import Settings
from socialclaw.system import System
from socialclaw.turns import Party

AHEAD = timedelta(days=30)  # before it is due
AGAIN = timedelta(hours=1)  # until the next look, where it cannot be made now and may be later
LEASE = timedelta(minutes=5)
MOST_SKIPPED = 50  # that are remembered
MOST_DUE = 1000  # looked at, of all workspaces
PASSING = frozenset({"account_reconnect_required", POSTS, *CODES})  # what is wrong now, and may be right by the time it is due
SAME = "repeat_same_text"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Job:
    """A repeat that is ours to work on."""

    repeat_id: str
    workspace_id: str
    test: bool


def due(session: Session, now: datetime, most: int) -> list[tuple[str, Party]]:
    """Repeats of which an occurrence is to be made, where time runs and nothing is being closed."""
    query = select(Repeat.id, Repeat.workspace_id, Workspace.mode).join(Workspace, Workspace.id == Repeat.workspace_id)
    query = query.where(Repeat.next_at.is_not(None), Repeat.next_at <= now, Workspace.clock_at.is_(None), Workspace.erase_at.is_(None))
    rows = session.execute(query.order_by(Repeat.next_at).limit(min(most, MOST_DUE)))
    return [(row.id, Party(row.workspace_id, row.mode == "test")) for row in rows]


def take(session: Session, now: datetime, names: Sequence[str]) -> dict[str, Job]:
    """Of these, what nobody else has taken; due again later should we die."""
    query = select(Repeat, Workspace.mode).join(Workspace, Workspace.id == Repeat.workspace_id)
    query = query.where(Repeat.id.in_(names), Repeat.next_at <= now).order_by(Repeat.id).with_for_update(of=Repeat, skip_locked=True)
    taken = {}
    for row, mode in session.execute(query):
        row.next_at = now + LEASE
        taken[row.id] = Job(row.id, row.workspace_id, mode == "test")
    return taken


async def work(system: System, job: Job) -> None:
    """What the worker does."""
    async with system.acting(job.workspace_id, test=job.test):
        await make(system, job.workspace_id, job.repeat_id, test=job.test)


async def make(system: System, workspace_id: str, repeat_id: str, *, test: bool) -> int:
    """Make all occurrences that are due to be made; how many runs that were."""
    made = 0
    while (row := await system.read(workspace_id, _found, repeat_id, test=test)) is not None:
        at = row.following_at
        if at is None or at - AHEAD > utc_now():
            await system.write(workspace_id, _wait, row, at - AHEAD if at else None, test=test)
            break
        if at in await system.read(workspace_id, _there, repeat_id, test=test):
            await system.write(workspace_id, _move_on, row, None, test=test)
            continue
        plan = await planned(system, workspace_id, document(row.content, row.timezone, row.mode, at), test=test)
        waits = plan.issues and {issue.code for issue in plan.issues} <= PASSING
        try:
            made += not waits and await _one(system, workspace_id, row, plan, test=test)
        except PlanRequired:  # others have used up what there was when it was judged
            waits = True
        if waits:
            await system.write(workspace_id, _wait, row, utc_now() + AGAIN, test=test)
            break
    return made


async def _one(system: System, workspace_id: str, row: Repeat, plan: Plan, *, test: bool) -> bool:
    """Make the occurrence, or skip it; whether it was made."""
    if plan.issues:
        why = {"code": plan.issues[0].code, "message": plan.issues[0].message}
        await system.write(workspace_id, _move_on, row, why, test=test)
        return False
    try:
        return await system.write(workspace_id, _apply, row, plan, system.settings, test=test)
    except InvalidRequest as error:  # of what was true when it was judged, something is so no more
        await system.write(workspace_id, _move_on, row, {"code": error.code, "message": error.message}, test=test)
        return False


def document(content: dict[str, Any], timezone: str, mode: str, at: datetime) -> dict[str, Any]:
    """The schedule that an occurrence is."""
    return {"timezone": timezone, "mode": mode, "posts": [{**content, "publish_at": iso(at)}]}


def upcoming(row: Repeat, after: datetime) -> datetime | None:
    """The first occurrence after an instant; None where there is none any more."""
    found = recurrence.instants(row.rule, datetime.fromisoformat(row.starts), row.timezone)
    following = next((at for at in found if at > after), None)
    return None if following and row.stops_at and following >= row.stops_at else following


def _apply(scope: Scope, seen: Repeat, plan: Plan, settings: Settings) -> bool:
    row, at = _same_revision(scope, seen), seen.following_at
    if row is None or at is None:
        return False
    if same_text.refused(scope, plan.posts[0], at):
        account = plan.posts[0].account
        message = f"{account} says the same there around that time, which its network refuses: say it in other words"
        _skip(row, at, {"code": SAME, "message": message})
        return False
    limits: dict[str, Any] = {"max_late": timedelta(minutes=settings.max_late_minutes), "honour_quotas": settings.honour_quotas}
    content = fingerprint(document(row.content, row.timezone, row.mode, at))
    by, of = Maker("repeat", row.made_by), Occurrence(row.id, at)
    apply(scope, plan, content, base_url=settings.base_url, sells=settings, by=by, of=of, **limits)
    _next(row, at)
    return True


def _move_on(scope: Scope, seen: Repeat, why: dict[str, str] | None) -> None:
    row, at = _same_revision(scope, seen), seen.following_at
    if row is None or at is None:
        return
    if why is None:
        _next(row, at)
    else:
        _skip(row, at, why)


def _skip(row: Repeat, at: datetime, why: dict[str, str]) -> None:
    log.info("%s: the occurrence at %s is skipped: %s", row.id, iso(at), why["code"])
    row.skipped = [*row.skipped, {"atUtc": iso(at), **why}][-MOST_SKIPPED:]
    _next(row, at)


def _next(row: Repeat, after: datetime) -> None:
    row.following_at = upcoming(row, after)
    row.next_at = row.following_at - AHEAD if row.following_at else None
    row.revision += 1


def _wait(scope: Scope, seen: Repeat, until: datetime | None) -> None:
    if row := _same_revision(scope, seen):
        row.next_at = until


def _same_revision(scope: Scope, seen: Repeat) -> Repeat | None:
    """The row, locked, if nobody has changed it, or worked on it, since."""
    query = scope.all(Repeat).where(Repeat.id == seen.id, Repeat.revision == seen.revision)
    return scope.session.scalar(query.with_for_update())


def _found(scope: Scope, repeat_id: str) -> Repeat | None:
    return scope.session.scalar(scope.all(Repeat).where(Repeat.id == repeat_id))


def _there(scope: Scope, repeat_id: str) -> set[datetime]:
    """The occurrences that there is a post for, whatever became of it: one that was canceled or moved is not made anew."""
    query = select(Post.occurrence_at).where(Post.workspace_id == scope.workspace_id, Post.repeat_id == repeat_id)
    return {at for at in scope.session.scalars(query) if at}
