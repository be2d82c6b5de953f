"""Numbering events: 1, 2, 3 … in each workspace, in an order in which nobody who reads on from a number ever skips one.

A number that is drawn while an event is written would not do: on PostgreSQL a transaction that drew the smaller one may be committed later.
So events are written without, and numbered after they are committed, by whoever has locked the workspace's counter: one at a time, and what
is numbered is seen all at once. There is no lease to be taken over: a lock ends with its connection.

Every process numbers what it has written itself, a moment later, so that many events are numbered together. What a process leaves behind
that dies in this moment is found by the workers.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from contextvars import Context
from datetime import datetime
from typing import Any

from sqlalchemy import Table, bindparam, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from socialclaw.db.database import INSIST, Database
from socialclaw.db.events import Event, EventCounter
from socialclaw.db.trouble import DatabaseTrouble
from socialclaw.events.fan_out import Numbered, fan_out
from socialclaw.events.kinds import ENDING
from socialclaw.events.record import Happened, row
from socialclaw.events.run_ends import over
from socialclaw.turns import Party

GATHER_SECONDS = 0.1  # in which events come together
MOST_WORKSPACES = 200  # of one transaction
MOST_EVENTS = 2000

log = logging.getLogger(__name__)
_EVENTS: Table = Event.__table__  # type: ignore[assignment]
_COUNTERS: Table = EventCounter.__table__  # type: ignore[assignment]
_NUMBER = update(_EVENTS).where(_EVENTS.c.n == bindparam("b_n")).values(seq=bindparam("b_seq"))
_COUNT = update(_COUNTERS).where(_COUNTERS.c.workspace_id == bindparam("b_workspace")).values(last=bindparam("b_last"))


class Sequencer:
    """Of one process. It sleeps until a transaction that recorded events is committed."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._running: asyncio.Task[None] | None = None
        self._wanted = self._closed = False
        self._busy = asyncio.Lock()
        self.due: Callable[[Sequence[str]], Awaitable[None]] | None = None  # called with the endpoints that have something to be sent
        database.recording.told = self.wake

    def wake(self) -> None:
        """There is something to number."""
        self._wanted = True
        if self._running is None and not self._closed:
            self._running = asyncio.create_task(self._run(), context=Context())  # for nobody: not at the time of whoever has written

    async def settle(self) -> None:
        """Return once all that this process has written is numbered."""
        async with self._busy:
            if self._wanted:
                await self._number()

    async def number(self) -> None:
        """Number what there is, now, and have it sent."""
        async with self._busy:
            await self._number()

    async def _number(self) -> None:
        self._wanted, due, more = False, set[str](), True
        while more:
            more, endpoints = await self._database.write(number)
            due |= endpoints
        if due and self.due is not None:
            await self.due(sorted(due))

    async def close(self) -> None:
        """Number what this process has written, unless the database is away: then a worker will."""
        self._closed = True
        if self._running is not None:
            self._running.cancel()
            await asyncio.gather(self._running, return_exceptions=True)
        with suppress(DatabaseTrouble):
            await self.settle()

    async def _run(self) -> None:
        waits = iter(INSIST)
        try:
            while self._wanted:
                await asyncio.sleep(GATHER_SECONDS)
                try:
                    await self.settle()
                    waits = iter(INSIST)
                except DatabaseTrouble:  # told once for all
                    self._wanted = True
                    await asyncio.sleep(next(waits))
                except Exception:
                    log.exception("events could not be numbered; a worker will try again")
        finally:
            self._running = None


def due(session: Session, _now: datetime, _most: int) -> list[tuple[str, Party]]:
    """Whether there are events without a number: its process does that in a moment, or is gone."""
    found = session.scalar(select(Event.n).where(Event.seq.is_(None)).limit(1))
    return [] if found is None else [("events", Party("", test=False))]


def take(_session: Session, _now: datetime, names: Sequence[str]) -> dict[str, None]:
    return dict.fromkeys(names)


def number(session: Session) -> tuple[bool, set[str]]:
    """Give the next events their numbers, and those that follow from them; whether there may be more, and which endpoints are sent some."""
    waiting = select(Event.workspace_id).where(Event.seq.is_(None)).distinct().limit(MOST_WORKSPACES)
    spaces = sorted(session.scalars(waiting))
    if not spaces:
        return False, set()
    last = _locked(session, spaces)
    columns = (Event.n, Event.workspace_id, Event.id, Event.type, Event.run_id, Event.account_id, Event.thing_id, Event.at)
    query = select(*columns).where(Event.seq.is_(None), Event.workspace_id.in_(last)).order_by(Event.n).limit(MOST_EVENTS)
    found = session.execute(query).all()  # after the lock: what others have numbered meanwhile is not among it
    if not found:
        return False, set()
    numbers, told = [], []
    for each in found:
        seq = last[each.workspace_id] = last[each.workspace_id] + 1
        numbers.append({"b_n": each.n, "b_seq": seq})
        told.append(Numbered(each.workspace_id, each.id, seq, each.type, each.account_id, each.thing_id))
    session.connection().execute(_NUMBER, numbers)
    ended = {each.run_id: each.at for each in found if each.run_id and each.type in ENDING}
    told += _follow(session, over(session, ended) if ended else (), last)
    counted = {each.workspace_id for each in found}
    session.connection().execute(_COUNT, [{"b_workspace": one, "b_last": last[one]} for one in sorted(counted)])
    return len(found) == MOST_EVENTS or len(spaces) == MOST_WORKSPACES, fan_out(session, told)


def _locked(session: Session, spaces: Sequence[str]) -> dict[str, int]:
    """The last number of each of these workspaces, which are ours to number until this transaction ends."""
    query = select(EventCounter.workspace_id, EventCounter.last).where(EventCounter.workspace_id.in_(spaces))
    locked = query.order_by(EventCounter.workspace_id).with_for_update()
    found = {each.workspace_id: each.last for each in session.execute(locked)}
    if new := [one for one in spaces if one not in found]:
        into = (postgresql if session.get_bind().dialect.name == "postgresql" else sqlite).insert(EventCounter)
        session.connection().execute(into.on_conflict_do_nothing(), [{"workspace_id": one, "last": 0, "swept": 0} for one in new])
        found = {each.workspace_id: each.last for each in session.execute(locked)}
    return found


def _follow(session: Session, happened: Sequence[Happened], last: dict[str, int]) -> list[Numbered]:
    """What follows from numbered events is numbered at once."""
    rows: list[dict[str, Any]] = []
    for each in happened:
        last[each.workspace_id] += 1
        rows.append({**row(each), "seq": last[each.workspace_id]})
    if rows:
        session.connection().execute(insert(_EVENTS), rows)
    return [Numbered(one["workspace_id"], one["id"], one["seq"], one["type"], one["account_id"], one["thing_id"]) for one in rows]
