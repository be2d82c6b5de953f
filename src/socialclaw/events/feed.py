"""Reading events on from a number: what came after it, in order, each once, for as long as they are kept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from socialclaw.db.base import real_now
from socialclaw.db.database import Database
from socialclaw.db.events import Event, EventCounter
from socialclaw.db.grouped import GroupedReads
from socialclaw.db.webhooks import Delivery
from socialclaw.errors import InvalidRequest, SocialClawError
from socialclaw.events.kinds import KINDS, families
from socialclaw.events.wire import COLUMNS, told
from socialclaw.spelling import nearest

KEPT = timedelta(days=30)
LATEST = "latest"
MOST_PASSED = 10_000  # events of other types, say, that one look goes past
MOST_TOGETHER = 50  # looks in one transaction


class CursorExpired(SocialClawError):
    """What came after the cursor is no longer kept."""

    code, status = "cursor_expired", 410


class Asked(NamedTuple):
    """What somebody wants to read. `after`: a number, None for the first that is kept; `types`: empty for all."""

    workspace_id: str
    after: int | None
    types: tuple[str, ...] = ()
    subject: str | None = None
    limit: int = 100
    links: str | None = None


class Page(NamedTuple):
    """Events as JSON, each with its number; up to which number that was; and whether there is more already."""

    events: Sequence[tuple[int, bytes]]
    through: int
    more: bool


class Feed:
    """Of one process: those who follow one workspace from one number cost one look, however many they are.

    Nothing waits here for a slow reader: each asks for what comes next when it has taken what came before.
    """

    def __init__(self, database: Database) -> None:
        self._read = GroupedReads[Asked, Page | SocialClawError](database, pages, most=MOST_TOGETHER)
        self._heads = GroupedReads[str, int](database, heads)

    async def page(self, asked: Asked) -> Page:
        """Raises CursorExpired, or InvalidRequest `cursor_invalid`."""
        found = await self._read(asked)
        if isinstance(found, SocialClawError):
            raise found
        return found

    async def head(self, workspace_id: str) -> int:
        """The number of the last event."""
        return await self._heads(workspace_id)


def heads(session: Session, spaces: Sequence[str]) -> list[int]:
    known = select(EventCounter.workspace_id, EventCounter.last).where(EventCounter.workspace_id.in_(set(spaces)))
    found = {each.workspace_id: each.last for each in session.execute(known)}
    return [found.get(one, 0) for one in spaces]


def pages(session: Session, asked: Sequence[Asked]) -> list[Page | SocialClawError]:
    found = {one: _page(session, one) for one in dict.fromkeys(asked)}
    return [found[one] for one in asked]


def _page(session: Session, asked: Asked) -> Page | SocialClawError:
    counter = session.execute(
        select(EventCounter.last, EventCounter.swept).where(EventCounter.workspace_id == asked.workspace_id)
    ).one_or_none()
    last, swept = (counter.last, counter.swept) if counter else (0, 0)
    after = swept if asked.after is None else asked.after
    if after < swept:
        message = (
            f"Events are kept for {KEPT.days} days, and some after this cursor are gone: go on from `details.oldest`, or from `latest`"
        )
        return CursorExpired(message, oldest=str(swept), latest=str(last))
    if after > last:
        return _not_ours("This cursor is ahead of all events of this workspace: begin again from `latest`")
    end = min(last, after + MOST_PASSED)
    query = select(*COLUMNS).where(Event.workspace_id == asked.workspace_id, Event.seq > after, Event.seq <= end)
    if asked.types:
        query = query.where(Event.type.in_(asked.types))
    if asked.subject:
        things = (Event.post_id, Event.run_id, Event.account_id, Event.thing_id)
        query = query.where(or_(*(thing == asked.subject for thing in things)))
    rows = session.execute(query.order_by(Event.seq).limit(asked.limit + 1)).all()
    shown = rows[: asked.limit]
    through = int(shown[-1].seq) if len(rows) > asked.limit else end
    return Page([(row.seq, told(row, asked.links)) for row in shown], through, through < last)


def number_of(cursor: str | None) -> int | None:
    """The number that a cursor stands for; `latest` and none are not for here. InvalidRequest `cursor_invalid`."""
    if not cursor:
        return None
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) <= 18):
        raise _not_ours("This cursor is none of ours: take `nextCursor` of an answer, `latest`, or leave it out")
    return int(cursor)


def _not_ours(message: str) -> InvalidRequest:
    return InvalidRequest(message, code="cursor_invalid", path="cursor")


def types_of(words: str | None) -> tuple[str, ...]:
    """The types that a list of types and families names: `post.*,run.completed`. InvalidRequest `event_type_unknown`."""
    found: dict[str, None] = {}
    for word in (words or "").split(","):
        if word := word.strip():
            found |= dict.fromkeys(expanded(word))
    return tuple(sorted(found))


def expanded(word: str, *, path: str = "types", single: bool = False) -> list[str]:
    """The types that a word stands for: one, or, unless a `single` one is wanted, a family or `*`."""
    allowed = [*KINDS] if single else ["*", *families(), *KINDS]
    if word not in allowed:
        near = nearest(word, allowed)
        meant = f": did you mean {near}?" if near else ""
        message = f"There is no event type {word[:60]!r}{meant} There are {', '.join(KINDS)}"
        raise InvalidRequest(message, code="event_type_unknown", path=path, allowed=allowed)
    return [name for name in KINDS if word in ("*", name) or (word.endswith(".*") and name.startswith(word[:-1]))]


def sweep(session: Session, most: int) -> int:
    """Delete some of the events that are over, the oldest first, and what was noted of sending them; how many."""
    oldest = session.execute(select(Event.n, Event.workspace_id, Event.seq, Event.recorded_at).order_by(Event.n).limit(most)).all()
    before = real_now() - KEPT
    over = [row for row in oldest if row.recorded_at < before and row.seq is not None]
    if not over:
        return 0
    through: dict[str, int] = {}
    for row in over:
        through[row.workspace_id] = max(row.seq, through.get(row.workspace_id, 0))
    for one, seq in sorted(through.items()):
        swept = update(EventCounter).where(EventCounter.workspace_id == one, EventCounter.swept < seq).values(swept=seq)
        session.execute(swept)
        told = (Delivery.workspace_id == one, Delivery.seq <= seq, Delivery.created_at < before)
        session.execute(delete(Delivery).where(*told, Delivery.next_at.is_(None)))
    session.execute(delete(Event).where(Event.n.in_([row.n for row in over])))
    return len(over)
