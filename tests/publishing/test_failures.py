"""What becomes of a post after each failure that is not a lost answer."""

from __future__ import annotations

import time
from typing import Any

import pytest

from socialclaw.backoff import Backoff
from socialclaw.db import database
from socialclaw.db.trouble import DatabaseTrouble, full
from socialclaw.errors import Rejected, Unavailable
from socialclaw.networks.telegram.adapter import Telegram
from socialclaw.networks.x.adapter import X
from socialclaw.providers.draft import Published
from socialclaw.publishing.steps import Write
from tests.accounts.world import change
from tests.duties import duty
from tests.publishing.desk import Desk

both = pytest.mark.usefixtures("both_databases")


@both
async def test_a_refusal_is_final_and_told(desk: Desk) -> None:
    account = await desk.connect()
    await desk.publish(account, "Said before")
    await desk.work()
    [post] = await desk.publish(account, "Said before")
    await desk.work()
    found = await desk.post(post)
    assert (found["status"], found["nextAttemptAt"]) == ("failed", None)
    assert "already" in found["error"]
    [attempt] = await desk.attempts(post)
    assert (attempt["ok"], attempt["retryable"], attempt["message"]) == (False, False, found["error"])
    assert desk.seen() == ["Said before"]


@both
async def test_a_network_that_is_down_is_tried_again_later_each_time_and_then_given_up(desk: Desk) -> None:
    account = await desk.connect()
    desk.network().fail("refuse", times=100)
    [post] = await desk.publish(account, "Down")
    for _ in range(6):
        await desk.wait(3700)
    found = await desk.post(post)
    assert (found["status"], found["errorCode"], found["attempts"]) == ("failed", "provider_unavailable", 6)
    assert [a["retryable"] for a in await desk.attempts(post)] == [True] * 5 + [False]


@both
async def test_between_tries_it_waits_and_can_be_canceled(desk: Desk) -> None:
    account = await desk.connect()
    desk.network().fail("refuse")
    [post] = await desk.publish(account, "Down once")
    await desk.work()
    assert (await desk.post(post))["status"] == "retry_pending"
    await desk.wait(50)
    assert desk.network().requests.count("POST /2/tweets") == 1, "tried again too early"
    await desk.wait(20)
    assert (await desk.post(post))["status"] == "published"


@both
async def test_a_limit_holds_the_whole_account_and_uses_up_no_try(desk: Desk) -> None:
    account, other = await desk.connect(), await desk.connect(who="grace")
    desk.network().fail("rate_limit", seconds=100)
    first, second = await desk.publish(account, "First", "Second")
    await desk.work()
    [elsewhere] = await desk.publish(other, "Elsewhere")
    await desk.wait(90)
    assert (await desk.post(elsewhere))["status"] == "published", "another account is not held"
    assert [(await desk.post(post))["status"] for post in (first, second)] == ["retry_pending", "scheduled"]
    assert (await desk.row(first)).tries == 0
    await desk.wait(15)
    assert desk.seen() == ["Elsewhere", "First", "Second"], "in order, once the limit is over"


@both
async def test_a_limit_outlives_the_worker_that_met_it(desk: Desk) -> None:
    account = await desk.connect()
    desk.network().fail("rate_limit", seconds=100)
    await desk.publish(account, "First", "Second")
    await desk.work()
    successor = desk.new_worker()
    await desk.system.database.write(successor._presence.sign_in)
    await desk.work()
    assert desk.network().requests.count("POST /2/tweets") == 1


@both
async def test_refused_credentials_are_refreshed_once_and_the_post_goes_out(desk: Desk) -> None:
    account = await desk.connect()
    desk.network().fail("expire_token")
    [post] = await desk.publish(account, "Expired")
    await desk.work()
    assert ((await desk.post(post))["status"], (await desk.post(post))["attempts"]) == ("published", 1)
    assert desk.network().requests.count("POST /2/oauth2/token") == 2, "the first one, and one refresh"


@both
async def test_a_refresh_that_the_network_does_not_answer_delays_and_disconnects_nobody(desk: Desk) -> None:
    account = await desk.connect()
    desk.network().fail("expire_token")
    desk.network().fail("refuse", "oauth2/token")
    [post] = await desk.publish(account, "Expired")
    await desk.work()
    assert ((await desk.post(post))["status"], (await desk.post(post))["blockedBy"]) == ("retry_pending", None)
    assert (await desk.account(account)).status == "connected"
    await desk.wait(70)
    assert (await desk.post(post))["status"] == "published"


@both
@pytest.mark.parametrize("key", ["x", "telegram"])
async def test_withdrawn_access_parks_every_post_until_the_account_is_connected_again(desk: Desk, key: str) -> None:
    account = await desk.connect(key)
    desk.network(key).fail("revoke_token")
    first, second = await desk.publish(account, "First", "Second")
    await desk.work()
    assert (await desk.account(account)).status == "reconnect_required"
    assert [(await desk.post(post))["blockedBy"] for post in (first, second)] == ["account", "account"]
    assert await desk.refused(first, "retry") == "account_reconnect_required"
    await desk.wait(7 * 24 * 3600)
    assert desk.seen(key) == []
    assert await desk.connect(key) == account
    await desk.work()
    assert sorted(desk.seen(key)) == ["First", "Second"]


@both
async def test_a_disconnected_account_fails_its_posts(desk: Desk) -> None:
    account = await desk.connect()
    [post] = await desk.publish(account, "Alone")
    assert (await desk.api.delete(f"/v1/accounts/{account}")).status_code == 200
    await desk.work()
    assert ((await desk.post(post))["status"], (await desk.post(post))["errorCode"]) == ("failed", "account_disconnected")


async def test_a_bug_of_ours_is_tried_again_and_tells_nobody_its_insides(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    account = await desk.connect()
    publish = X.publish

    async def broken(*_: Any) -> Published:
        raise KeyError("secret insides")

    monkeypatch.setattr(X, "publish", broken)
    [post] = await desk.publish(account, "Unlucky")
    await desk.work()
    found = await desk.post(post)
    assert (found["status"], found["errorCode"]) == ("retry_pending", "internal_error")
    assert "insides" not in str(await desk.attempts(post)) + str(found)
    monkeypatch.setattr(X, "publish", publish)
    await desk.wait(70)
    assert (await desk.post(post))["status"] == "published"


async def test_a_secret_in_the_networks_words_is_told_to_nobody(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    account = await desk.connect("telegram")
    token: list[str] = []

    async def chatty(self: Telegram, *_: Any) -> Published:
        token.append(self.account.secrets["botToken"])
        raise Rejected(f"no such thing as /bot{token[0]}/sendMessage", said=f"bot{token[0]}")

    monkeypatch.setattr(Telegram, "publish", chatty)
    [post] = await desk.publish(account, "Hush")
    await desk.work()
    told = str(await desk.post(post)) + str(await desk.attempts(post))
    assert "no such thing" in told
    assert token[0] not in told


class Deciding:
    """A network that accepts at once and says later what it thinks of it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.sent, self.asked = 0, 0
        self.says: Published | Exception | None = None
        owner = self

        async def publish(self: X, draft: Any, steps: Any) -> Published:
            return Published(await steps.irreversible("create", owner._create), final=False)

        async def find(self: X, draft: Any, mark: Any) -> list[Published]:
            owner.asked += 1
            if isinstance(owner.says, Exception):
                raise owner.says
            return [owner.says] if owner.says else []

        monkeypatch.setattr(X, "publish", publish)
        monkeypatch.setattr(X, "find", find)

    async def _create(self) -> str:
        self.sent += 1
        return f"accepted-{self.sent}"


@both
async def test_an_accepted_post_is_published_and_asked_about_until_it_is_visible(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    network, account = Deciding(monkeypatch), await desk.connect()
    [post] = await desk.publish(account, "Accepted")
    await desk.work()
    found = await desk.post(post)
    assert (found["status"], found["providerStatus"], network.asked) == ("published", "accepted", 0)
    await desk.wait(31)
    assert (await desk.post(post))["providerStatus"] == "accepted"
    network.says = Published("accepted-1", url="https://x.com/i/1")
    await desk.wait(60)
    found = await desk.post(post)
    assert (found["providerStatus"], found["nextAttemptAt"]) == ("published", None)
    assert found["providerUrl"].endswith("x.com/i/1")
    assert network.sent == 1


async def test_a_network_that_never_says_more_is_not_asked_for_ever(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    network, account = Deciding(monkeypatch), await desk.connect()
    [post] = await desk.publish(account, "Accepted")
    for _ in range(100):
        await desk.wait(8 * 3600)
    found = await desk.post(post)
    assert (found["status"], found["providerStatus"], found["nextAttemptAt"]) == ("published", "accepted", None)
    assert found["errorCode"] is None
    assert network.asked < 60, "ever more seldom"


async def test_a_post_that_waits_for_a_person_there_is_looked_at_ever_more_seldom(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    network, account = Deciding(monkeypatch), await desk.connect()
    [post] = await desk.publish(account, "For review")
    network.says = Published("accepted-1", final=False)
    for _ in range(32):
        await desk.wait(24 * 3600)
    asked = network.asked
    found = await desk.post(post)
    assert (found["status"], found["providerStatus"], found["nextAttemptAt"]) == ("published", "accepted", None)
    assert 10 < asked < 60
    await desk.wait(24 * 3600)
    assert network.asked == asked


async def test_one_look_that_fails_does_not_end_a_long_review(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    network, account = Deciding(monkeypatch), await desk.connect()
    network.says = Published("accepted-1", final=False)
    [post] = await desk.publish(account, "In review")
    for _ in range(9):
        await desk.wait(8 * 3600)
    network.says = Unavailable("down", sent=False)
    await desk.wait(24 * 3600)
    assert (await desk.post(post))["providerStatus"] == "accepted"
    network.says = Published("accepted-1")
    for _ in range(9):
        await desk.wait(8 * 3600)
    found = await desk.post(post)
    assert (found["providerStatus"], found["errorCode"], network.sent) == ("published", None, 1)


@both
async def test_a_post_taken_back_by_the_network_fails_and_a_retry_makes_it_anew(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    network, account = Deciding(monkeypatch), await desk.connect()
    [post] = await desk.publish(account, "Accepted")
    await desk.work()
    network.says = Rejected("The video could not be processed", code="x_processing_failed")
    await desk.wait(31)
    found = await desk.post(post)
    assert (found["status"], found["errorCode"], found["providerStatus"]) == ("failed", "x_processing_failed", "failed")
    network.says = Published("accepted-2")
    assert (await desk.do(post, "retry")).status_code == 200
    await desk.wait(31)
    found = await desk.post(post)
    assert (found["status"], found["providerPostId"], network.sent) == ("published", "accepted-2", 2)


@both
@pytest.mark.parametrize("parent", [False, True])
async def test_whoever_asks_about_a_post_taken_back_is_told_so(desk: Desk, monkeypatch: pytest.MonkeyPatch, parent: bool) -> None:
    network, account = Deciding(monkeypatch), await desk.connect()
    [post, *replies] = await desk.thread(account, "Accepted", "Reply") if parent else await desk.publish(account, "Accepted")
    await desk.work()
    network.says = Rejected("The video could not be processed", code="x_processing_failed")
    for _ in range(2):
        await desk.do(post, "reconcile") if (await desk.post(post))["status"] == "published" else None
        found = await desk.post(post)
        assert (found["status"], found["errorCode"], found["providerStatus"]) == ("failed", "x_processing_failed", "failed")
    assert found["nextAttemptAt"] is None
    assert all(attempt["finishedAt"] for attempt in await desk.attempts(post))
    network.says = Published("accepted-9")
    await desk.wait(24 * 3600)
    assert (await desk.post(post))["status"] == "failed", "no look is left over"
    assert [(await desk.post(reply))["status"] for reply in replies] == ["published"] * parent, "it was out before"


@both
@pytest.mark.parametrize("error", [DatabaseTrouble(), full()], ids=lambda error: error.code)
async def test_what_the_network_answered_is_saved_when_the_database_is_there_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    monkeypatch.setattr(database, "INSIST", Backoff((0.01,)))
    away = iter([error] * 30)
    log = desk.worker.engine.attempts.steps
    write = log.write

    async def unless_away(change: Write) -> bool:
        if change.kind == "keep" and (failure := next(away, None)):
            raise failure
        return await write(change)

    monkeypatch.setattr(log, "write", unless_away)
    [post] = await desk.publish(await desk.connect("telegram"), "Once")
    await desk.work()
    assert (await desk.post(post))["status"] == "published"
    assert next(away, None) is None
    assert desk.seen("telegram") == ["Once"]


async def test_a_worker_whose_clock_is_not_that_of_the_database_takes_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    drift = 60.0

    async def told(self: object) -> float:
        return drift

    monkeypatch.setattr(database.Database, "drift", told)
    account = await desk.connect()
    [post] = await desk.publish(account, "In time")
    await desk.system.database.write(desk.worker._presence.sign_in)
    await desk.worker._presence.beat()
    await desk.worker.work(account)
    assert (await desk.post(post))["status"] == "scheduled"
    drift = -0.5
    await desk.worker._presence.beat()
    await desk.work()
    assert (await desk.post(post))["status"] == "published"


@both
async def test_the_drift_of_our_clock_is_measured_against_the_databases(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    assert abs(await desk.system.database.drift()) < 5
    ours = time.time
    monkeypatch.setattr(time, "time", lambda: ours() + 3600)
    assert (await desk.system.database.drift() > 3500) is not desk.system.database.is_sqlite


@both
async def test_a_network_that_names_a_post_of_another_as_the_new_one_fails_it(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    async def publish(self: X, draft: Any, steps: Any) -> Published:
        async def create() -> str:
            return "always the same"

        return Published(await steps.irreversible("create", create))

    monkeypatch.setattr(X, "publish", publish)
    account = await desk.connect()
    first, second, third = await desk.publish(account, "First", "Second", "Third")
    await desk.work()
    statuses = [((await desk.post(post))["status"], (await desk.post(post))["errorCode"]) for post in (first, second, third)]
    assert statuses == [("published", None), ("failed", "provider_post_taken"), ("failed", "provider_post_taken")]
    assert (await desk.attempts(second))[-1]["ok"] is False


@both
async def test_a_token_about_to_end_is_refreshed_before_anything_is_due(desk: Desk) -> None:
    account = await desk.connect()
    row = await desk.account(account)
    await change(desk.system, account, refresh_at=row.created_at)
    refreshes = duty(desk.system, "refresh a token")
    await refreshes.look()
    await refreshes.stopped()
    after = await desk.account(account)
    assert (after.refresh_status, after.sealed != row.sealed) == ("ok", True)
