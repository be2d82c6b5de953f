"""Numbers: whatever is committed by whomever and however late, a reader who goes on from a cursor gets each event once and skips none."""

from __future__ import annotations

import asyncio
import random
from contextlib import AsyncExitStack
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from socialclaw.db.database import Database
from socialclaw.db.events import Event
from socialclaw.db.posts import Post
from socialclaw.events.feed import Asked, Feed
from socialclaw.events.record import record
from socialclaw.events.sequencer import Sequencer, number
from socialclaw.lifecycle import changes as life
from socialclaw.lifecycle.writing import write
from socialclaw.system import System
from tests.api import rows
from tests.conftest import Member

WRITERS, EACH = 4, 60


def happen(session: Session, workspace_id: str, what: str, late: float) -> None:
    """One event, of a transaction that is committed so much later."""
    record(session, workspace_id, "test.ping", {}, {"ping": {"message": what}})
    if late and session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_sleep(:late)"), {"late": late})


async def read_all(database: Database, workspace_id: str, done: asyncio.Event) -> list[tuple[int, bytes]]:
    """A reader that goes on from its cursor, and forgets everything but that now and then, as one does who is killed."""
    feed, found, after = Feed(database), list[tuple[int, bytes]](), 0
    while True:
        last = done.is_set()
        page = await feed.page(Asked(workspace_id, after, limit=random.randint(1, 20)))
        found += page.events
        after = page.through
        if random.random() < 0.1:
            feed = Feed(database)
        if last and not page.more and not page.events:
            return found
        await asyncio.sleep(0.001)


@pytest.mark.usefixtures("both_databases")
async def test_a_reader_skips_nothing_and_repeats_nothing_while_four_write(system: System, workspace: Member) -> None:
    """Each writer has connections of its own, and numbers what it wrote; transactions are committed in another order than they began in."""
    url, done = str(system.settings.database), asyncio.Event()
    async with AsyncExitStack() as stack:
        writers = [Database(url) for _ in range(WRITERS)]
        for database in writers:
            stack.push_async_callback(database.close)
        sequencers = [Sequencer(database) for database in writers]
        reading = asyncio.create_task(read_all(system.database, workspace.id, done))

        async def work(who: int) -> None:
            for n in range(EACH):
                await writers[who].write(happen, workspace.id, f"{who}.{n}", random.choice((0, 0, 0.002, 0.01)))
                if random.random() < 0.2:
                    await sequencers[who].number()

        await asyncio.gather(*(work(who) for who in range(WRITERS)))
        for sequencer in sequencers:
            await sequencer.close()
        done.set()
        async with asyncio.timeout(60):
            found = await reading
    numbers = [seq for seq, _ in found]
    assert numbers == list(range(1, len(numbers) + 1))
    pings = [event for _, event in found if b'"test.ping"' in event]
    assert len(pings) == len(set(pings)) == WRITERS * EACH
    for who in range(WRITERS):  # what one writer commits after another stays after it
        own = [event for event in pings if b'"message":"%d.' % who in event]
        assert [int(event.split(b".")[-1].split(b'"')[0]) for event in own] == list(range(EACH))


@pytest.mark.usefixtures("both_databases")
async def test_many_who_number_at_once_number_once(system: System, workspace: Member, other_workspace: Member) -> None:
    system.database.recording.told = None
    for n in range(30):
        await system.database.write(happen, (workspace, other_workspace)[n % 2].id, str(n), 0)
    await asyncio.gather(*(system.database.write(number) for _ in range(8)))

    def seqs(session: Session) -> dict[str, list[Any]]:
        found: dict[str, list[Any]] = {}
        for one, seq in session.execute(select(Event.workspace_id, Event.seq).order_by(Event.workspace_id, Event.seq)):
            found.setdefault(one, []).append(seq)
        return found

    assert await system.database.read(seqs) == {one.id: list(range(1, 17)) for one in (workspace, other_workspace)}


@pytest.mark.usefixtures("both_databases")
async def test_a_run_whose_last_posts_end_at_the_same_time_is_over_once(system: System, workspace: Member) -> None:
    """Whichever of their events is numbered first, and however many at once."""

    def make(scope: Any) -> list[Post]:
        account, run = rows.account(scope), rows.run(scope, posts=6)
        return [rows.post(scope, account, run, position=position) for position in range(6)]

    posts = await system.write(workspace.id, make, test=True)

    def end(session: Session, post_id: str) -> None:
        row = session.get_one(Post, post_id, with_for_update=True)
        write(session, [(row, life.canceled(row))], row.created_at)

    async def end_and_number(post: Post) -> None:
        await system.database.write(end, post.id)
        await system.database.write(number)

    await asyncio.gather(*(end_and_number(post) for post in posts))
    await system.sequencer.number()
    found = await system.database.read(lambda session: list(session.scalars(select(Event.type).order_by(Event.seq))))
    assert found.count("run.completed") == 1
    assert found.count("post.canceled") == 6
    assert found[-1] == "run.completed", "after all that it follows from"
