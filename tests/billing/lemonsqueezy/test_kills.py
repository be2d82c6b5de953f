"""The server is killed with SIGKILL while it takes a webhook, and the worker while it reads: nothing is lost, and nothing is done twice."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from socialclaw.app import build
from socialclaw.billing.lemonsqueezy import news, reading
from socialclaw.db.base import utc_now
from socialclaw.db.billing import Subscription
from socialclaw.settings import Settings
from socialclaw.system import System
from tests.billing.lemonsqueezy.shopper import LATER, Shopper
from tests.crash.processes import kill_at
from tests.forked import context

both = pytest.mark.usefixtures("both_databases")
KILLED = -9


def take(settings: dict[str, Any], body: bytes, signature: str, moment: str) -> None:
    """Another process takes a webhook, and dies at its write."""

    async def run() -> None:
        system = System.open(Settings(**settings))
        with contextlib.suppress(Exception):
            await news.receive(system, body, signature)

    kill_at(1, moment)
    asyncio.run(run())


def read(settings: dict[str, Any], boundary: int, moment: str) -> None:
    """Another worker reads a subscription, and dies at one of its writes: taking it, and keeping what it says."""

    async def run() -> None:
        system, now = System.open(Settings(**settings)), utc_now() + LATER
        due = [name for name, _ in await system.database.read(reading.due, now, 10)]
        for one in (await system.database.write(reading.take, now, due)).values():
            await reading.work(system, one)

    kill_at(boundary, moment)
    asyncio.run(run())


async def died(target: Any, *args: Any) -> None:
    process = context.Process(target=target, args=args, daemon=True)
    process.start()
    await asyncio.to_thread(process.join, 120)
    assert process.exitcode == KILLED


def given(settings: Settings) -> dict[str, Any]:
    return settings.model_dump(include={"data_dir", "database_url", "public_base_url", "billing"}) | {"billing": {"simulated": True}}


@both
@pytest.mark.parametrize("moment", ["before", "after"])
async def test_whoever_dies_while_taking_a_webhook_has_taken_it_or_not(shopper: Shopper, settings: Settings, moment: str) -> None:
    await shopper.buy()
    created = next(kept for kept in shopper.waiting() if kept["event"] == "subscription_created")
    body = created["body"].encode()
    await died(take, given(settings), body, shopper.store.signed(body)["x-signature"], moment)
    taken = moment == "after"
    assert (len(await shopper.events()), len(await shopper.rows())) == (taken, taken), "both or neither"
    if taken:
        due = await shopper.system.database.read(reading.due, utc_now(), 10)
        assert len(due) == 1, "that it is to be read stands in its row: no hint was lost"
    again = await shopper.send(created)
    assert again.json() == ({"ok": True, "duplicate": True} if taken else {"ok": True})
    assert await shopper.standing() == ("pro", "active", True)
    assert (len(await shopper.events()), len(await shopper.rows())) == (1, 1)


async def test_what_a_killed_server_left_to_be_sent_is_sent_when_the_next_one_begins(shopper: Shopper) -> None:
    """Nobody buys anything else meanwhile."""
    await shopper.buy()
    assert len(shopper.waiting()) == 3
    shopper.store.by_itself = True
    app = build(shopper.system)
    async with app.router.lifespan_context(app):
        pump = shopper.store._pump
        assert pump is not None, "somebody sends what waits"
        await asyncio.to_thread(pump.join, 60)
    assert shopper.waiting() == []
    assert await shopper.standing() == ("pro", "active", True)


@both
@pytest.mark.parametrize(("boundary", "moment"), [(1, "after"), (2, "before")])
async def test_whoever_dies_while_reading_leaves_it_to_be_read(shopper: Shopper, settings: Settings, boundary: int, moment: str) -> None:
    await shopper.buy()
    await shopper.deliver()
    await shopper.read()
    shopper.store.fail("drop", times=10, workspace=shopper.workspace.id)
    await shopper.press(await shopper.portal(), "cancel")
    await shopper.system.database.write(lambda session: setattr(session.scalar(select(Subscription)), "next_at", utc_now()))
    await died(read, given(settings), boundary, moment)
    assert (await shopper.state())["status"] == "active", "nothing was kept of what was read"
    await shopper.read(utc_now() + LATER + reading.LEASE + timedelta(seconds=1))
    assert (await shopper.state())["status"] == "canceled"
    assert len(await shopper.rows()) == 1
