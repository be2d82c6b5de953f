"""Places are shared: whoever holds on to them, or has thousands of posts due, keeps nobody else waiting."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from socialclaw.db.accounts import Account
from socialclaw.db.base import Scope, new_id, utc_now
from socialclaw.jobs import scan
from socialclaw.jobs.queue import Queue
from socialclaw.publishing.attempt import Attempts
from socialclaw.publishing.claims import Claim
from socialclaw.system import System
from socialclaw.work import Worker
from tests.api import rows
from tests.conftest import Member, member
from tests.duties import duty

pytestmark = pytest.mark.usefixtures("both_databases")

BOUND_SECONDS = 60


class Network:
    """In the place of attempts: those of `slow` accounts hang until the test ends; what was begun is written down."""

    def __init__(self) -> None:
        self.slow: set[str] = set()
        self.begun: list[str] = []  # workspaces
        self.ended = asyncio.Event()
        self._changed = asyncio.Condition()

    async def run(self, _: Attempts, held: Claim) -> None:
        async with self._changed:
            self.begun.append(held.post.workspace_id)
            self._changed.notify_all()
        if held.account.id in self.slow:
            await self.ended.wait()

    async def until(self, workspace: Member, many: int) -> None:
        async with asyncio.timeout(BOUND_SECONDS), self._changed:
            await self._changed.wait_for(lambda: self.begun.count(workspace.id) >= many)


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch) -> Iterator[Network]:
    network = Network()
    monkeypatch.setattr(Attempts, "run", lambda attempts, held: network.run(attempts, held))
    yield network
    network.ended.set()


async def accounts(system: System, workspace: Member, many: int, *, posts: int = 1, provider: str = "x", minutes: float = 1) -> list[str]:
    """Accounts with so many posts each that have been due for so long."""
    due = utc_now() - timedelta(minutes=minutes)

    def fill(scope: Scope) -> list[str]:
        run, made = rows.run(scope), []
        for n in range(many):
            account = rows.account(scope, f"{provider}{n}{new_id('h')}", provider=provider)
            made.append(account.id)
            for _ in range(posts):
                rows.post(scope, account, run, status="scheduled", publish_at=due, next_at=due)
        return made

    return await system.write(workspace.id, fill, test=workspace.test)


@asynccontextmanager
async def working(system: System, *, count: int = 1) -> AsyncIterator[None]:
    """So many workers."""
    queues = [await Queue.open(system.database) for _ in range(count)]
    running = [asyncio.create_task(Worker(system, queue).run()) for queue in queues]
    try:
        yield
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        for queue in queues:
            await queue.close()


@pytest.fixture
def system(system: System) -> System:
    system.settings = system.settings.model_copy(update={"scan_seconds": 0.2, "stop_seconds": 0.1})
    return system


async def test_sixty_four_accounts_on_a_network_that_never_answers_keep_nobody_elses_post_waiting(system: System, network: Network) -> None:
    hog, other, real = await member(system, "Hog"), await member(system, "Test"), await member(system, "Live", "live")
    network.slow |= set(await accounts(system, hog, 64, minutes=60))
    async with working(system):
        await network.until(hog, 60)
        await accounts(system, other, 1)
        await accounts(system, real, 3)
        await network.until(other, 1)
        await network.until(real, 3)


async def test_two_hundred_more_accounts_than_places_keep_nobody_elses_post_waiting(system: System, network: Network) -> None:
    """They wait in line, and their posts have been due for longer than all others."""
    hog, real = await member(system, "Hog", "live"), await member(system, "Live", "live")
    network.slow |= set(await accounts(system, hog, 300, posts=4, minutes=60))
    await accounts(system, real, 1)
    async with working(system):
        await network.until(real, 1)
        assert network.begun.count(hog.id) <= 64


async def test_a_slow_network_keeps_the_others_of_its_own_workspace_not_waiting(system: System, network: Network) -> None:
    ours, theirs = await member(system, "Ours", "live"), await member(system, "Theirs", "live")
    network.slow |= set(await accounts(system, ours, 100, minutes=60))
    await accounts(system, ours, 1, provider="telegram")
    await accounts(system, theirs, 1, provider="x")
    async with working(system):
        await network.until(theirs, 1)
        await network.until(ours, 65)


async def test_two_workers_are_not_filled_either(system: System, network: Network) -> None:
    count = 1 if system.database.is_sqlite else 2
    hog, real = await member(system, "Hog"), await member(system, "Live", "live")
    network.slow |= set(await accounts(system, hog, 140, minutes=60))
    async with working(system, count=count):
        await network.until(hog, 60 * count)
        await accounts(system, real, 1)
        await network.until(real, 1)


async def test_the_scan_sees_past_an_account_with_a_thousand_posts_due(system: System) -> None:
    ours, theirs = await member(system, "Ours", "live"), await member(system, "Theirs", "live")
    [busy] = await accounts(system, ours, 1, posts=1000, minutes=60)
    [single] = await accounts(system, theirs, 1)

    async def found(**more: Any) -> list[str]:
        return await system.database.read(scan.overdue, utc_now(), **{"most": 10, **more})

    assert await found() == [busy, single]
    assert await found(skip=[busy]) == [single]
    [party] = await system.database.read(scan.parties, [busy])
    assert party is not None
    assert await found(crowded=[party]) == [single]


async def test_tokens_are_refreshed_in_turns_of_workspaces_and_none_is_begun_twice(system: System) -> None:
    many, one = await member(system, "Many", "live"), await member(system, "One", "live")
    ids = [await accounts(system, workspace, count, posts=0) for workspace, count in ((many, 30), (one, 1))]

    def expire(session: Session) -> None:
        for n, account_id in enumerate([*ids[0], *ids[1]]):
            session.get_one(Account, account_id).refresh_at = utc_now() - timedelta(minutes=60 - n)

    await system.database.write(expire)
    found = await system.database.read(scan.refreshes, utc_now(), 50)
    assert [name for name, _ in found][:2] == [ids[0][0], ids[1][0]]
    assert len(found) == 31
    begun, ended = list[str](), asyncio.Event()

    async def refresh(_: System, account_id: str) -> None:
        begun.append(account_id)
        await ended.wait()

    loop = duty(system, "refresh a token", refresh)
    for _ in range(3):
        await loop.look()
        await asyncio.sleep(0)
    assert len(begun) == len(set(begun)) < 31, "what is under way is not begun again"
    assert ids[1][0] in begun
    ended.set()
    await loop.stopped()
    await loop.look()
    await asyncio.sleep(0)
    assert {*begun[20:]} & {*ids[0]} != set(), "the next ones follow"
    loop.stop()
    await loop.stopped()
