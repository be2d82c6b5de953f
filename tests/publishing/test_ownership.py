"""A post of a network is one post of ours alone, however often its destination is connected, and in how many workspaces."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import update

from socialclaw.db.workspaces import Workspace
from socialclaw.networks.x.adapter import X
from socialclaw.outbound import Outbound
from socialclaw.providers.draft import Published
from socialclaw.simulation import sandbox
from socialclaw.simulation.worlds import NOBODY
from socialclaw.system import System
from tests.conftest import client, member
from tests.publishing.desk import Desk
from tests.publishing.test_lost_answers import LOOKED, SETTLED, no_look_before_its_time  # noqa: F401

both = pytest.mark.usefixtures("both_databases")
Desks = tuple[Desk, Desk]


@pytest.fixture
async def desks(system: System, app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Two workspaces. When they have connected their accounts they are live, and their networks are the simulators all the same."""
    monkeypatch.setattr(Outbound, "network", lambda self, *, test: self.test)
    monkeypatch.setattr(sandbox, "calling", lambda: NOBODY)  # one world for both, as live networks are
    rows = [await member(system, name) for name in ("Ours", "Theirs")]
    async with client(app, rows[0].secret) as ours, client(app, rows[1].secret) as theirs:
        yield Desk(system, rows[0], ours), Desk(system, rows[1], theirs)


async def connect(desks: Desks, key: str) -> tuple[str, str]:
    """The same account of a network in both, which are live from then on."""
    accounts = await desks[0].connect(key), await desks[1].connect(key)
    live = update(Workspace).values(mode="live")
    await desks[0].system.database.write(lambda session: session.execute(live))
    return accounts


async def publish_twice(first: Desk, second: Desk, accounts: tuple[str, str], fault: str, network: str) -> tuple[str, str]:
    """The same words through both accounts; the second call meets a fault. Their ids, when all has settled."""
    settings = {"subreddit": "test"} if network == "reddit" else {}
    [one] = await first.publish(accounts[0], "The same words", settings=settings)
    await first.work()
    assert (await first.post(one))["status"] == "published"
    second.network(network).fail(fault)
    [other] = await second.publish(accounts[1], "The same words", settings=settings)
    await second.work()
    for _ in range(4):
        await second.wait(SETTLED)
    return one, other


@both
@pytest.mark.parametrize("key", ["x", "reddit", "facebook"])
@pytest.mark.parametrize("fault", ["error", "timeout"])
async def test_two_workspaces_with_one_account_of_a_network_never_share_a_post(desks: Desks, key: str, fault: str) -> None:
    ours, theirs = desks
    network = "meta" if key == "facebook" else key
    accounts = await connect(desks, key)
    one, other = await publish_twice(ours, theirs, accounts, fault, network)
    first, second = await ours.post(one), await theirs.post(other)
    assert first["status"] == "published"
    assert second["providerPostId"] != first["providerPostId"]
    published = [post["providerPostId"] for post in (first, second) if post["status"] == "published"]
    assert sorted(seen.id for seen in ours.network(network).seen()) == sorted(published)
    told = str(second) + str(await theirs.attempts(other))
    assert first["providerPostId"] not in told, "nothing of another workspace's posts is told"
    assert ours.workspace.id not in told


@both
async def test_a_page_that_is_connected_in_two_ways_is_one_page(desk: Desk) -> None:
    accounts = await desk.connect("facebook"), await desk.connect("meta")
    rows = [await desk.account(account) for account in accounts]
    assert rows[0].external_id == rows[1].external_id
    assert rows[0].provider != rows[1].provider
    one, other = await publish_twice(desk, desk, accounts, "error", "meta")
    found = [await desk.post(post) for post in (one, other)]
    published = [post["providerPostId"] for post in found if post["status"] == "published"]
    assert len(set(published)) == len(published)
    assert sorted(seen.id for seen in desk.network("meta").seen()) == sorted(published)


@both
async def test_two_lost_posts_that_are_found_at_once_are_each_given_one(desks: Desks) -> None:
    ours, theirs = desks
    accounts = await connect(desks, "reddit")
    posts = []
    for desk, account in zip(desks, accounts, strict=True):
        desk.network("reddit").fail("timeout_after")
        posts += await desk.publish(account, "The same words", settings={"subreddit": "test"})
        await desk.work()
    for _ in range(6):
        await ours.wait(LOOKED)
    found = [await ours.post(posts[0]), await theirs.post(posts[1])]
    assert [post["status"] for post in found] == ["published", "published"]
    assert sorted(post["providerPostId"] for post in found) == sorted(seen.id for seen in ours.network("reddit").seen())


@both
async def test_messages_are_counted_by_each_chat_for_itself(desk: Desk) -> None:
    """A message of Telegram is told by its chat and its number: two chats both have a message 1."""
    accounts = [await desk.connect("telegram", who) for who in ("ada", "bob")]
    posts = [(await desk.publish(account, "Words"))[0] for account in accounts]
    await desk.work()
    assert [(await desk.post(post))["status"] for post in posts] == ["published", "published"]


@both
async def test_what_another_workspace_has_is_refused_without_a_word_of_it(desks: Desks, monkeypatch: pytest.MonkeyPatch) -> None:
    async def publish(self: X, draft: Any, steps: Any) -> Published:
        async def create() -> str:
            return "always the same"

        return Published(await steps.irreversible("create", create))

    monkeypatch.setattr(X, "publish", publish)
    posts = []
    for desk, account in zip(desks, await connect(desks, "x"), strict=True):
        posts += await desk.publish(account, "Words")
        await desk.work()
    ours, theirs = desks
    assert (await ours.post(posts[0]))["status"] == "published"
    refused = await theirs.post(posts[1])
    assert (refused["status"], refused["errorCode"]) == ("failed", "provider_post_taken")
    assert "another" not in refused["error"]
