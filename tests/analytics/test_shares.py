"""Figures are collected in turns: a network that never answers, and a workspace with much that is due, hold up nobody else."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from socialclaw.analytics import collect
from socialclaw.analytics.collect import Subject
from socialclaw.db.accounts import Account
from socialclaw.db.base import Scope, new_id, utc_now
from socialclaw.system import System
from tests.api import rows
from tests.conftest import Member, member
from tests.duties import duty

pytestmark = pytest.mark.usefixtures("both_databases")


class Network:
    """In the place of what collects: on X it hangs until the test ends; whose collections were begun is written down."""

    def __init__(self) -> None:
        self.begun: list[tuple[str, str]] = []
        self.ended = asyncio.Event()

    async def collect(self, _: System, subject: Subject) -> None:
        self.begun.append((subject.account.workspace_id, subject.provider.key))
        if subject.provider.key == "x":
            await self.ended.wait()


@pytest.fixture
def network() -> Iterator[Network]:
    network = Network()
    yield network
    network.ended.set()


async def due(system: System, workspace: Member, many: int, *, provider: str = "x", minutes: float = 1) -> None:
    """So many posts of one account, and the account itself, to be measured for so long."""

    def fill(scope: Scope) -> None:
        at = utc_now() - timedelta(minutes=minutes)
        run, account = rows.run(scope), rows.account(scope, new_id("h"), provider=provider)
        account.collect_at = at
        for _ in range(many):
            rows.post(scope, account, run, status="published", next_at=None, published_at=at, provider_post_id=new_id("p"), collect_at=at)

    await system.write(workspace.id, fill, test=workspace.test)


async def test_a_network_that_never_answers_keeps_nobody_elses_figures_waiting(system: System, network: Network) -> None:
    hog, other, real = await member(system, "Hog", "live"), await member(system, "Test"), await member(system, "Live", "live")
    await due(system, hog, 100, minutes=60)
    await due(system, hog, 1, provider="reddit")
    collections = duty(system, "collect figures", network.collect)
    for _ in range(3):
        await collections.look()
        await asyncio.sleep(0)
    await due(system, real, 1)
    await due(system, other, 1)
    await collections.look()
    await asyncio.sleep(0)
    assert network.begun.count((hog.id, "x")) <= collections.duty.most
    assert network.begun.count((hog.id, "reddit")) == 2, "the post, and the account"
    assert network.begun.count((real.id, "x")) == 2
    assert network.begun.count((other.id, "x")) >= 1
    collections.stop()
    await collections.stopped()


async def test_what_is_due_comes_in_turns_of_workspaces_and_networks(system: System) -> None:
    many, one = await member(system, "Many", "live"), await member(system, "One", "live")
    await due(system, many, 30, minutes=60)
    await due(system, many, 1, provider="reddit", minutes=10)
    await due(system, one, 1)
    found = [party for _, party in await system.database.read(collect.due, utc_now(), 5)]
    assert {(party.workspace_id, party.provider) for party in found[:6]} == {(many.id, "x"), (many.id, "reddit"), (one.id, "x")}
    assert len(found) == 5 + 2 + 2 + 1, "the account of X has its own turn"


async def test_what_another_worker_took_is_not_measured_twice(system: System, network: Network) -> None:
    ours = await member(system, "Ours", "live")
    await due(system, ours, 3, provider="reddit")
    first, second = duty(system, "collect figures", network.collect), duty(system, "collect figures", network.collect)
    await asyncio.gather(first.look(), second.look())
    await first.stopped()
    await second.stopped()
    assert len(network.begun) == 4

    def put_off(session: Session) -> bool:
        return all(row.collect_at and row.collect_at > utc_now() for row in session.query(Account))

    assert await system.database.read(put_off)
