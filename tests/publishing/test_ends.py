"""Every post comes to an end that is named, whatever its network does, and a person may end it sooner."""

from __future__ import annotations

import asyncio
import re
from itertools import pairwise
from typing import Any

import pytest

from socialclaw.db.base import iso, utc_now
from socialclaw.errors import RateLimited
from socialclaw.networks import providers
from socialclaw.networks.x.adapter import X
from socialclaw.providers.base import Provider
from socialclaw.providers.draft import Published
from socialclaw.publishing import policy
from socialclaw.publishing.steps import DurableSteps
from tests.crash import users
from tests.publishing.desk import Desk, Json
from tests.publishing.test_lost_answers import LOOKED, LOST, SETTLED, lost, no_look_before_its_time  # noqa: F401

both = pytest.mark.usefixtures("both_databases")

ALL_TRIES = 6
CREATES = "POST /2/tweets"


async def use_up_tries(desk: Desk) -> None:
    """Time passes until all creating calls were lost and looked for."""
    await desk.work()
    for _ in range(ALL_TRIES * 2):
        await desk.wait(3700)


@both
@pytest.mark.parametrize("fault", LOST)
async def test_a_post_that_never_gets_a_usable_answer_fails_after_all_its_tries(desk: Desk, fault: str) -> None:
    account = await desk.connect()
    desk.network().fail(fault, times=1000)
    [post] = await desk.publish(account, "Never answered")
    await use_up_tries(desk)
    found = await desk.post(post)
    assert (found["status"], found["errorCode"], found["reconciliationStatus"]) == ("failed", "provider_never_answered", "not_found")
    assert found["error"].startswith("X gave no usable answer in 6 tries, and has no such post: it was not published.")
    assert (await desk.attempts(post))[-1]["code"] == "provider_never_answered"
    assert desk.network().requests.count(CREATES) == ALL_TRIES
    assert found["nextAttemptAt"] is None
    desk.network().shelf.disarm()
    assert (await desk.do(post, "retry")).status_code == 200, "that it is not there is known: nothing has to be forced"
    await desk.work()
    assert desk.seen() == ["Never answered"]


async def test_its_replies_fail_with_it(desk: Desk) -> None:
    account = await desk.connect()
    desk.network().fail("error", times=1000)
    _, reply = await desk.thread(account, "Parent", "Reply")
    await use_up_tries(desk)
    assert (await desk.post(reply))["errorCode"] == "parent_post_failed"


async def test_tries_whose_answers_were_lost_are_further_and_further_apart(desk: Desk) -> None:
    account = await desk.connect()
    desk.network().fail("error", times=1000)
    await desk.publish(account, "Patience")
    await desk.work()
    sent_at, now = [0], 0
    while len(sent_at) < ALL_TRIES and now < 4 * 3600:
        await desk.wait(20)
        now += 20
        if desk.network().requests.count(CREATES) > len(sent_at):
            sent_at.append(now)
    pauses = [later - earlier for earlier, later in pairwise(sent_at)]
    for pause, least in zip(pauses, (60, 120, 240, 480, 960), strict=True):
        assert max(SETTLED - 1, least * 0.95) <= pause <= max(SETTLED, least * 1.05) + 45, pauses


async def rightful(desk: Desk, provider: Provider, account: str) -> Json:
    """A post that validation has nothing against, with the files and settings that the provider demands."""
    post: Json = {
        "account": account,
        "description": "Words",
        "settings": users.required(provider, (await desk.account(account)).account_type),
    }
    schedule = {"timezone": "UTC", "posts": [{**post, "publish_at": iso(utc_now())}]}
    if not await users.is_right(desk.system, desk.workspace.id, schedule):
        shape = provider.rules.shapes[0]
        post["assets"] = [await users.upload(desk.system, desk.workspace.id, shape, 0)]
    return post


@pytest.mark.parametrize("key", providers())
@pytest.mark.parametrize("fault", LOST)
async def test_on_every_network_it_ends_named_and_is_sent_no_more_often_than_its_tries(desk: Desk, key: str, fault: str) -> None:
    provider = providers()[key]
    network = desk.network(provider.network)
    account = await desk.connect(key)
    post = await rightful(desk, provider, account)
    network.fail(fault, times=1000)
    post_id = (await desk.apply(post))["posts"][0]["id"]
    await desk.work()
    for _ in range(30):
        await desk.wait(3700)
        if (await desk.post(post_id))["status"] == "failed":
            break
    for _ in range(3):  # and no more comes of it
        await desk.wait(24 * 3600)
    found = await desk.post(post_id)
    assert (found["status"], found["nextAttemptAt"]) == ("failed", None)
    assert found["errorCode"]
    assert found["error"]
    assert sum(re.search(network.creates, line) is not None for line in network.requests) <= ALL_TRIES


@pytest.mark.parametrize("seconds", [1, 10**9, float("inf")])
async def test_rate_limits_without_end_come_to_an_end(desk: Desk, monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    async def publish(self: X, draft: Any, steps: Any) -> Published:
        raise RateLimited("Slow down", retry_after=seconds)

    monkeypatch.setattr(X, "publish", publish)
    [post] = await desk.publish(await desk.connect(), "Limited")
    await desk.work()
    for _ in range(3):
        await desk.wait(policy.LONGEST_LIMIT.total_seconds() + 1)
    assert (await desk.post(post))["errorCode"] == "provider_rate_limited"
    assert (await desk.post(post))["status"] == "failed"


# A person may end it sooner.


@both
@pytest.mark.parametrize("fault", LOST)
async def test_a_post_that_is_looked_for_and_is_not_there_is_canceled_when_somebody_wants_it_back(desk: Desk, fault: str) -> None:
    account = await desk.connect()
    desk.network().fail(fault, times=1000)
    [post] = await desk.publish(account, "Back")
    await desk.work()
    answer = await desk.do(post, "cancel")
    wanted = answer.json()["post"]
    assert (answer.status_code, wanted["status"], wanted["cancelRequestedAt"] is not None) == (202, "publishing", True)
    again = (await desk.do(post, "cancel")).json()["post"]
    assert again["cancelRequestedAt"] == wanted["cancelRequestedAt"]
    await desk.work()
    assert (await desk.post(post))["status"] == "publishing", "it may still turn up"
    await desk.wait(SETTLED)
    found = await desk.post(post)
    assert (found["status"], found["reconciliationStatus"], found["nextAttemptAt"]) == ("canceled", "not_found", None)
    assert (await desk.attempts(post))[-1]["code"] == "canceled"
    await desk.wait(10 * 24 * 3600)
    assert desk.network().requests.count(CREATES) == 1


@both
async def test_one_that_is_there_is_published_all_the_same(desk: Desk) -> None:
    post = await lost(desk)
    assert (await desk.do(post, "cancel")).status_code == 202
    await desk.wait(LOOKED)
    found = await desk.post(post)
    assert (found["status"], found["reconciliationStatus"]) == ("published", "confirmed")
    assert (await desk.do(post, "delete")).status_code == 200
    assert desk.seen() == []


@both
async def test_one_whose_network_cannot_be_read_is_unknown_as_soon_as_that_is_all_that_can_be_said(desk: Desk) -> None:
    post = await lost(desk)
    desk.network().fail("error", r"GET /2/users", times=1000)
    await desk.wait(SETTLED)
    assert (await desk.post(post))["status"] == "publishing"
    await desk.do(post, "cancel")
    await desk.work()
    found = await desk.post(post)
    assert (found["status"], found["errorCode"], found["reconciliationStatus"]) == ("failed", "publish_outcome_unknown", "unresolved")
    assert found["error"].startswith("The post was canceled when it may already have been sent")


@both
async def test_one_whose_account_waits_to_be_connected_again_is_unknown(desk: Desk) -> None:
    post = await lost(desk)
    desk.network().fail("revoke_token", r"GET /2/users")
    await desk.wait(LOOKED)
    assert (await desk.post(post))["blockedBy"] == "account"
    assert (await desk.do(post, "cancel")).status_code == 202
    await desk.work()
    found = await desk.post(post)
    assert (found["status"], found["errorCode"], found["blockedBy"]) == ("failed", "publish_outcome_unknown", None)


@both
async def test_replies_to_a_post_that_is_wanted_back_are_canceled_at_once(desk: Desk) -> None:
    account = await desk.connect()
    desk.network().fail("timeout_after")
    parent, reply, second = await desk.thread(account, "Parent", "Reply", "Second")
    await desk.work()
    await desk.do(parent, "cancel")
    assert [(await desk.post(post))["status"] for post in (reply, second)] == ["canceled", "canceled"]
    await desk.wait(3600)
    assert desk.seen() == ["Parent"]


class Pausing:
    """An adapter's `publish` that stands still, before or after its irreversible call, until it is let go on."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *, before: bool) -> None:
        self.there, self.go_on, publish = asyncio.Event(), asyncio.Event(), X.publish

        async def paused(x: X, draft: Any, steps: Any) -> Published:
            if before:
                await self._stand()
                return await publish(x, draft, steps)
            done = await publish(x, draft, steps)
            await self._stand()
            return done

        monkeypatch.setattr(X, "publish", paused)

    async def _stand(self) -> None:
        self.there.set()
        await self.go_on.wait()


@both
async def test_a_post_that_a_worker_prepares_is_canceled_at_once_and_never_sent(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    pausing = Pausing(monkeypatch, before=True)
    account = await desk.connect()
    [post] = await desk.publish(account, "Prepared")
    working = asyncio.create_task(desk.worker.work(account))
    await pausing.there.wait()
    answer = await desk.do(post, "cancel")
    assert (answer.status_code, answer.json()["post"]["status"]) == (200, "canceled")
    pausing.go_on.set()
    await working
    await desk.wait(3600)
    assert (await desk.post(post))["status"] == "canceled"
    assert [a["code"] for a in await desk.attempts(post)] == ["canceled"]
    assert CREATES not in desk.network().requests
    [following] = await desk.publish(account, "Following")
    await desk.work()
    assert (await desk.post(following))["status"] == "published", "the account is free for others"


@both
async def test_a_post_that_is_canceled_while_the_network_answers_is_published(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    pausing = Pausing(monkeypatch, before=False)
    account = await desk.connect()
    [post] = await desk.publish(account, "Answered")
    working = asyncio.create_task(desk.worker.work(account))
    await pausing.there.wait()
    assert (await desk.do(post, "cancel")).status_code == 202
    pausing.go_on.set()
    await working
    assert (await desk.post(post))["status"] == "published"


@both
async def test_nothing_is_sent_after_it_is_wanted_back_though_a_call_was_made_before(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A network that takes a post back of its own accord lets its adapter make a second one."""
    calls: list[str] = []

    async def publish(self: X, draft: Any, steps: Any) -> Published:
        async def create(name: str) -> str:
            calls.append(name)
            return name

        await steps.irreversible("first", create, "first")
        if not await steps.once("pause", asyncio.sleep, 0, 1):
            steps.wait(5, "X is processing the post")
        return Published(await steps.irreversible("second", create, "second"))

    seen = False

    async def once(self: DurableSteps, name: str, do: Any, *args: Any) -> bool:
        nonlocal seen
        before, seen = seen, True
        return before

    monkeypatch.setattr(X, "publish", publish)
    monkeypatch.setattr(DurableSteps, "once", once)
    [post] = await desk.publish(await desk.connect(), "Twice")
    await desk.work()
    assert (await desk.do(post, "cancel")).status_code == 202
    await desk.wait(10)
    assert ((await desk.post(post))["status"], calls) == ("canceled", ["first"])
