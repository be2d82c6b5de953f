"""Posts that are repeated by a rule: begun, looked at, changed from an occurrence on, and ended. What makes them is `occurrences`.

An occurrence that was made is a post like any other: changed or canceled by itself, it stays as it is when the rest is changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select

from socialclaw.clock import zone
from socialclaw.db.base import Scope, iso, utc_now
from socialclaw.db.planning import Repeat
from socialclaw.db.posts import Post, Run
from socialclaw.db.workspaces import hold
from socialclaw.errors import Conflict, InvalidRequest
from socialclaw.lifecycle.changes import UNSENT
from socialclaw.providers.issues import Issue
from socialclaw.publishing import occurrences, posts
from socialclaw.scheduling import recurrence
from socialclaw.scheduling.aliases import canonical, given
from socialclaw.scheduling.judge import refusal
from socialclaw.scheduling.plan import MODES
from socialclaw.scheduling.planning import planned
from socialclaw.scheduling.post_reader import GRACE
from socialclaw.system import System
from socialclaw.workspaces import reckoning

MOST = 100  # of a workspace that have not ended
WHERE = "posts[0]"
# What the rule says, or what only a post that stands in a schedule with others can say.
NOT_OWN = ("publish_at", "latest_at", "timezone", "reply_to_step_id", "interaction_type")
TICK = timedelta(milliseconds=1)
UNTOUCHED = ("draft", "scheduled")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be repeated, and when: `starts` without an offset is a time on the wall of `timezone`. What is None stays, or is usual."""

    rule: str | None = None
    starts: datetime | None = None
    timezone: str | None = None
    mode: str | None = None
    post: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Ready:
    """What was found sound, and its occurrences."""

    rule: str
    starts: str
    timezone: str
    mode: str
    content: dict[str, Any]
    instants: list[datetime]

    @property
    def values(self) -> dict[str, Any]:
        said = {"rule": self.rule, "starts": self.starts, "timezone": self.timezone, "mode": self.mode, "content": self.content}
        return {**said, "occurrences": len(self.instants), "ends_at": self.instants[-1]}


async def judged(system: System, workspace_id: str, wanted: Wanted, *, test: bool) -> Ready:
    """What is to be begun, found sound."""
    usual = await system.read(workspace_id, reckoning.zone_of, test=test)
    return await _ready(system, workspace_id, replace(wanted, timezone=wanted.timezone or usual), utc_now() - GRACE, test=test)


async def begin(system: System, workspace_id: str, what: Ready, *, by: str | None, test: bool) -> str:
    """Repeat a post; the id of that. Its first occurrences are there when this returns."""
    row_id = await system.write(workspace_id, _insert, what, by, test=test)
    await occurrences.make(system, workspace_id, row_id, test=test)
    return row_id


async def change(system: System, workspace_id: str, repeat_id: str, wanted: Wanted, since: datetime | None, *, test: bool) -> None:
    """Say or do something else from an occurrence on, at the earliest from now.

    Posts of those occurrences that nobody has touched are made anew; what was changed, canceled or sent stays.
    """
    row = await system.read(workspace_id, _one, repeat_id, test=test)
    if row.following_at is None and row.stops_at is not None:
        raise Conflict("This repeat was ended: begin another one", code="repeat_ended")
    since = max(since or utc_now(), utc_now())
    if since > utc_now() + occurrences.AHEAD:
        message = "Of this repeat only occurrences of the next 30 days are there yet: changes begin at one of those"
        raise InvalidRequest(message, code="repeat_from_invalid", path="from")
    kept = Wanted(row.rule, datetime.fromisoformat(row.starts), row.timezone, row.mode, row.content)
    said = {name: value for name in Wanted.__slots__ if (value := getattr(wanted, name)) is not None}
    what = await _ready(system, workspace_id, replace(kept, **said), since, test=test)
    await system.write(workspace_id, _change, row, what, since, test=test)
    await occurrences.make(system, workspace_id, repeat_id, test=test)


async def _ready(system: System, workspace_id: str, wanted: Wanted, since: datetime, *, test: bool) -> Ready:
    """What is wanted, judged at its first occurrence from `since` on."""
    timezone, mode = reckoning.zone_name(wanted.timezone or "UTC"), wanted.mode or MODES[0]
    if mode not in MODES:
        message = f"mode must be one of {', '.join(MODES)}"
        raise InvalidRequest(message, code="schedule_mode_invalid", path="mode", supportedValues=list(MODES))
    starts, content = _on_the_wall(wanted.starts or utc_now(), timezone), _own(wanted.post or {})
    try:
        instants = recurrence.instants(wanted.rule or "", starts, timezone)
    except ValueError as error:
        raise InvalidRequest(f"The rule {error}", code="repeat_rule_invalid", path="rule") from None
    first = next((at for at in instants if at >= since), None)
    if first is None:
        message = f"The rule ends before that: its last occurrence is at {iso(instants[-1])}"
        raise InvalidRequest(message, code="repeat_rule_invalid", path="rule", lastAtUtc=iso(instants[-1]))
    plan = await planned(system, workspace_id, occurrences.document(content, timezone, mode, first), test=test)
    if plan.issues:
        raise refusal([*_named(plan.issues)])
    return Ready(wanted.rule or "", starts.isoformat(), timezone, mode, content, instants)


def listed(scope: Scope) -> list[Repeat]:
    """All repeats of the workspace, those that have ended among them, the newest first."""
    return list(scope.session.scalars(scope.all(Repeat).order_by(Repeat.created_at.desc(), Repeat.id.desc())))


def _one(scope: Scope, repeat_id: str) -> Repeat:
    return scope.one(Repeat, repeat_id)


def one(scope: Scope, repeat_id: str) -> dict[str, Any]:
    """A repeat on the wire. NotFound `repeat_not_found`."""
    return wire(_one(scope, repeat_id))


def end(scope: Scope, repeat_id: str, since: datetime | None) -> None:
    """Make none any more from an instant on, or from now, and cancel what was made for then and has not been sent."""
    row = scope.one(Repeat, repeat_id, lock=True)
    since = max(since or utc_now(), utc_now())
    row.stops_at = min(since, row.stops_at or since)
    if row.following_at is not None and row.following_at >= row.stops_at:
        row.following_at = row.next_at = None
    row.revision += 1
    scope.session.flush()
    left = scope.all(Post).where(Post.repeat_id == repeat_id, Post.occurrence_at >= row.stops_at, Post.status.in_(UNSENT))
    for post_id in scope.session.scalars(left.with_only_columns(Post.id).order_by(Post.id)).all():
        posts.cancel(scope, post_id)


def wire(row: Repeat) -> dict[str, Any]:
    """A repeat on the wire."""
    return {
        "id": row.id,
        "rule": row.rule,
        "startsAt": row.starts,
        "timezone": row.timezone,
        "mode": row.mode,
        "post": row.content,
        "occurrences": row.occurrences,
        "nextAtUtc": iso(row.following_at) if row.following_at else None,
        "endsAtUtc": iso(min(row.ends_at, row.stops_at or row.ends_at)),
        "ended": row.following_at is None,
        "skipped": row.skipped,
        "madeBy": row.made_by,
        "createdAt": iso(row.created_at),
        "updatedAt": iso(row.updated_at),
    }


def _insert(scope: Scope, what: Ready, by: str | None) -> str:
    hold(scope)
    if scope.count(scope.all(Repeat).where(Repeat.following_at.is_not(None))) >= MOST:
        raise Conflict(f"A workspace repeats {MOST} posts at most: end one that is not needed any more", code="repeats_too_many", most=MOST)
    row = scope.add(Repeat(**what.values, skipped=[], made_by=by))
    row.following_at = occurrences.upcoming(row, utc_now() - GRACE)
    row.next_at = utc_now()
    scope.session.flush()
    return row.id


def _change(scope: Scope, seen: Repeat, what: Ready, since: datetime) -> None:
    row = scope.one(Repeat, seen.id, lock=True)
    if row.revision != seen.revision:
        raise Conflict("This repeat was changed meanwhile: read it again, then change it", code="repeat_changed")
    _take_away(scope, row.id, since)
    for name, value in what.values.items():
        setattr(row, name, value)
    row.following_at, row.next_at = occurrences.upcoming(row, since - TICK), utc_now()
    row.revision += 1


def _take_away(scope: Scope, repeat_id: str, since: datetime) -> None:
    """The runs of these occurrences in which nobody has touched anything yet."""
    mine = Post.workspace_id == scope.workspace_id, Post.repeat_id == repeat_id, Post.occurrence_at >= since
    rows = scope.session.scalars(select(Post).where(*mine).order_by(Post.id).with_for_update()).all()
    touched = {row.run_id for row in rows if row.status not in UNTOUCHED or row.attempt_count or row.edited_at is not None}
    runs = {row.run_id for row in rows} - touched
    scope.session.execute(delete(Post).where(Post.run_id.in_(runs)))
    scope.session.execute(delete(Run).where(Run.id.in_(runs)))


def _on_the_wall(starts: datetime, timezone: str) -> datetime:
    local = starts.astimezone(zone(timezone)).replace(tzinfo=None) if starts.tzinfo else starts
    return local.replace(microsecond=0)


def _own(post: Mapping[str, Any]) -> dict[str, Any]:
    """The post without what says nothing. InvalidRequest where it says what is not its own to say."""
    content = {name: value for name, value in canonical(dict(post)).items() if given(value)}
    for name in NOT_OWN:
        if name in content and content[name] != "post":
            message = f"A repeated post has no {name}: the rule, startsAt and timezone say when, and it replies to nothing"
            raise InvalidRequest(message, code="repeat_post_invalid", path=f"post.{name}")
    return content


def _named(issues: Iterable[Issue]) -> Iterator[Issue]:
    """The same, where each is in what was sent."""
    for issue in issues:
        yield replace(issue, path=f"post{issue.path.removeprefix(WHERE)}" if issue.path.startswith(WHERE) else issue.path)
