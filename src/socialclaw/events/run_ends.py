"""Runs that are over: found when the events of their posts are numbered, once for however many of these there are.

A run is over when the last of its posts is. Who writes that one down cannot know that it is the last, where others are being written at the
same time; whoever numbers them can: they come one after another there.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from socialclaw.db.events import Event
from socialclaw.db.posts import Post, Run
from socialclaw.db.run_status import ENDED, status_of
from socialclaw.events.facts import of_run
from socialclaw.events.kinds import ENDING
from socialclaw.events.record import Happened


def over(session: Session, ended: Mapping[str, datetime]) -> list[Happened]:
    """Of these runs, those that are over. `ended`: when a post of theirs was, of which an event has just been numbered."""
    found = [run_id for run_id in ended if not _goes_on(session, run_id)]
    if not found:
        return []
    later = select(Event.run_id).where(Event.run_id.in_(found), Event.seq.is_(None), Event.type.in_(ENDING))
    untold = set(session.scalars(later))  # whose last post has an event still to be numbered: that is when it is told
    runs = session.execute(select(Run.id, Run.workspace_id, Run.mode).where(Run.id.in_(found), Run.mode != "draft")).all()
    return [_end(session, run.workspace_id, run.id, run.mode, ended[run.id]) for run in runs if run.id not in untold]


def _goes_on(session: Session, run_id: str) -> bool:
    """Posts are mostly published in their order: what is left is found at the end."""
    unfinished = select(Post.id).where(Post.run_id == run_id, Post.status.not_in(ENDED)).order_by(Post.position.desc())
    return session.scalar(unfinished.limit(1)) is not None


def _end(session: Session, workspace_id: str, run_id: str, mode: str, at: datetime) -> Happened:
    by_status = select(Post.status, func.count()).where(Post.run_id == run_id).group_by(Post.status)
    counts = {status: count for status, count in session.execute(by_status)}
    status = status_of(mode, counts, started=True)
    return of_run(workspace_id, f"run.{status}", run_id, status=status, mode=mode, counts=counts)._replace(at=at)
