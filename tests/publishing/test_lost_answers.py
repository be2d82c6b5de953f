"""A post whose answer was lost is decided about by evidence: found, not there, or named as unknown."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from sqlalchemy import delete

from socialclaw.db.assets import Asset
from socialclaw.db.base import utc_now
from socialclaw.db.posts import Step
from socialclaw.errors import Rejected, Unavailable, Uncertain
from socialclaw.networks import providers
from socialclaw.networks.x.adapter import X
from socialclaw.publishing import policy
from socialclaw.publishing.claims import Wanted, claim
from socialclaw.publishing.steps import DurableSteps, Write, apply
from tests.crash import users
from tests.publishing.desk import Desk

both = pytest.mark.usefixtures("both_databases")

LOST = ("reset", "timeout", "error", "malformed")
SETTLED = 121  # seconds: beyond the settle time of X
LOOKED = 31  # seconds after which the first look is due


@pytest.fixture(autouse=True)
def no_look_before_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """However busy the machine is: no test takes so long to arrange what a look is to find."""
    monkeypatch.setattr(policy, "LOOKS", (LOOKED - 1, 45, 80))


async def lost(desk: Desk, text: str = "Lost", fault: str = "timeout_after", key: str = "x") -> str:
    """A post whose answer never came."""
    account = await desk.connect(key)
    desk.network(key).fail(fault)
    [post] = await desk.publish(account, text)
    await desk.work()
    return post


@both
@pytest.mark.parametrize("fault", [f"{kind}_after" for kind in LOST])
async def test_it_is_found_and_confirmed(desk: Desk, fault: str) -> None:
    post = await lost(desk, fault=fault)
    pending = await desk.post(post)
    assert (pending["status"], pending["reconciliationStatus"]) == ("publishing", "pending")
    await desk.wait(LOOKED)
    found = await desk.post(post)
    assert (found["status"], found["reconciliationStatus"], found["errorCode"]) == ("published", "confirmed", None)
    assert [seen.id for seen in desk.network().seen()] == [found["providerPostId"]]


@both
async def test_what_the_network_can_tell_neither_way_is_looked_for_and_then_named_as_unknown(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def cannot_tell(*_: object) -> Any:
        raise Uncertain("Only the app shows whether it is there")

    monkeypatch.setattr(X, "find", cannot_tell)
    post = await lost(desk, fault="timeout")
    await desk.wait(SETTLED - 20)
    assert (await desk.post(post))["status"] == "publishing"
    await desk.wait(20)
    found = await desk.post(post)
    assert (found["status"], found["errorCode"], found["reconciliationStatus"]) == ("failed", "publish_outcome_unknown", "unresolved")
    assert found["error"] == "Only the app shows whether it is there"
    assert desk.network().requests.count("POST /2/tweets") == 1


@both
@pytest.mark.parametrize("fault", LOST)
async def test_it_is_sent_again_only_when_it_is_not_there_after_the_settle_time(desk: Desk, fault: str) -> None:
    post = await lost(desk, fault=fault)
    calls = desk.network().requests
    for _ in range(5):
        await desk.wait(20)
        assert (await desk.post(post))["status"] == "publishing"
        assert calls.count("POST /2/tweets") == 1, "sent again too early"
    await desk.wait(SETTLED - 100)
    assert (await desk.post(post))["status"] == "published"
    assert calls.count("POST /2/tweets") == 2
    assert desk.seen() == ["Lost"]
    codes = [(a["stage"], a["ok"], a["code"]) for a in await desk.attempts(post)]
    assert codes == [("publish", False, "provider_uncertain"), ("reconcile", True, "not_found"), ("publish", True, "published")]


@both
async def test_a_post_that_looks_alike_is_not_taken_from_its_owner(desk: Desk) -> None:
    account = await desk.connect()
    asset = await users.upload(desk.system, desk.workspace.id, providers()["x"].rules.shapes[0], 1)
    [first] = await desk.publish(account, "Twice", assets=[asset])  # X lets a text be repeated where it has files
    await desk.work()
    desk.network().fail("timeout")
    [second] = await desk.publish(account, "Twice", assets=[asset])
    await desk.work()
    await desk.wait(LOOKED)
    assert (await desk.post(second))["status"] == "publishing", "the first post is not the second one"
    await desk.wait(SETTLED)
    ids = [(await desk.post(post))["providerPostId"] for post in (first, second)]
    assert ids == [seen.id for seen in desk.network().seen()]
    assert len(set(ids)) == 2


@both
@pytest.mark.parametrize("key", ["telegram", "discord"])
@pytest.mark.parametrize("fault", ["timeout_after", "timeout"])
async def test_a_network_that_cannot_be_read_leaves_it_unknown_and_says_so(desk: Desk, key: str, fault: str) -> None:
    post = await lost(desk, fault=fault, key=key)
    await desk.wait(LOOKED)
    found = await desk.post(post)
    assert (found["status"], found["errorCode"]) == ("failed", "publish_outcome_unknown")
    assert found["reconciliationStatus"] == "unresolved"
    assert providers()[key].label in found["error"]
    assert len(desk.seen(key)) == fault.endswith("_after")


@both
@pytest.mark.parametrize("fault", ["refuse", "timeout", "error", "rate_limit"])
async def test_a_look_that_fails_proves_nothing(desk: Desk, fault: str) -> None:
    post = await lost(desk)
    desk.network().fail(fault, r"GET /2/users", times=8, seconds=1)
    for _ in range(4):
        await desk.wait(SETTLED / 2)
    assert (await desk.post(post))["status"] == "publishing"
    desk.network().shelf.disarm()
    await desk.wait(400)
    assert (await desk.post(post))["status"] == "published"
    assert desk.seen() == ["Lost"]


async def test_after_a_day_without_an_answer_a_person_decides(desk: Desk) -> None:
    post = await lost(desk)
    desk.network().fail("refuse", r"GET /2/users", times=1000)
    await desk.wait(25 * 3600)
    found = await desk.post(post)
    assert (found["errorCode"], found["reconciliationStatus"]) == ("publish_outcome_unknown", "unresolved")


@both
async def test_a_token_that_ends_meanwhile_is_refreshed_for_the_look(desk: Desk) -> None:
    post = await lost(desk)
    desk.network().fail("expire_token", r"GET /2/users")
    await desk.wait(LOOKED)
    assert (await desk.post(post))["status"] == "published"
    assert (await desk.account((await desk.row(post)).account_id)).status == "connected"


@both
async def test_withdrawn_access_parks_the_look_until_the_account_is_connected_again(desk: Desk) -> None:
    post = await lost(desk)
    desk.network().fail("revoke_token", r"GET /2/users")
    await desk.wait(LOOKED)
    parked = await desk.post(post)
    assert (parked["status"], parked["blockedBy"]) == ("publishing", "account")
    await desk.connect()
    await desk.work()
    assert (await desk.post(post))["status"] == "published"
    assert desk.seen() == ["Lost"]


@both
async def test_a_refusal_to_be_asked_says_nothing_of_the_post(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    post = await lost(desk)

    async def find(*_: Any) -> Any:
        raise Rejected("You are not permitted to read this", code="x_forbidden")

    monkeypatch.setattr(X, "find", find)
    await desk.wait(LOOKED)
    found = await desk.post(post)
    assert (found["status"], found["errorCode"]) == ("failed", "publish_outcome_unknown")
    assert found["reconciliationStatus"] == "unresolved"
    assert "You are not permitted to read this" in found["error"]


async def test_a_bug_in_a_look_ends_in_an_unknown_outcome_and_in_nothing_else(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    async def find(*_: Any) -> Any:
        raise KeyError("a bug")

    monkeypatch.setattr(X, "find", find)
    post = await lost(desk)
    for _ in range(8):
        await desk.wait(4000)
    assert (await desk.post(post))["errorCode"] == "publish_outcome_unknown"


async def test_files_that_are_gone_by_then_leave_it_unknown(desk: Desk) -> None:
    account = await desk.connect()
    asset = await users.upload(desk.system, desk.workspace.id, providers()["x"].rules.shapes[0], 1)
    desk.network().fail("timeout_after")
    [post] = await desk.publish(account, "With a picture", assets=[asset])
    await desk.work()
    await desk.system.database.write(lambda session: session.execute(delete(Asset)))
    await desk.wait(LOOKED)
    assert (await desk.post(post))["errorCode"] == "publish_outcome_unknown"


async def test_an_account_that_is_disconnected_meanwhile_leaves_it_unknown(desk: Desk) -> None:
    post = await lost(desk)
    account = (await desk.row(post)).account_id
    assert (await desk.api.delete(f"/v1/accounts/{account}")).status_code == 200
    await desk.wait(LOOKED)
    assert (await desk.post(post))["errorCode"] == "publish_outcome_unknown"


@both
async def test_an_answer_that_comes_after_all_is_evidence(desk: Desk) -> None:
    """A worker that was thought to be gone writes down what the network said; the one after it needs no look."""
    account = await desk.connect("telegram")
    [post] = await desk.publish(account, "Late")
    [held] = await desk.system.database.write(claim, [Wanted(account, "slow worker", 30)])
    assert held
    log = desk.worker.engine.attempts.steps
    called, answer = asyncio.Event(), asyncio.get_running_loop().create_future()

    async def send() -> dict[str, Any]:
        called.set()
        return await answer

    late = asyncio.create_task(DurableSteps(held, log).irreversible("message", send))
    await called.wait()
    assert await desk.steps(post) == {"message": False}
    await desk.wait(31)  # its lease ends, and the next worker finds the mark
    assert (await desk.post(post))["reconciliationStatus"] == "pending"
    answer.set_result({"message_id": 7, "chat_id": -100, "username": "ada_channel"})
    await late
    await desk.wait(LOOKED)
    found = await desk.post(post)
    assert (found["status"], found["providerPostId"], found["reconciliationStatus"]) == ("published", "7", "confirmed")
    assert desk.seen("telegram") == [], "it was not sent again"


@both
async def test_a_long_call_whose_worker_vanished_is_looked_for_from_then_on(desk: Desk) -> None:
    """Its last byte may have been sent long after its mark, and it may be missing from the network's lists as long as any other post."""
    account = await desk.connect("x")
    [post] = await desk.publish(account, "A long film")
    [held] = await desk.system.database.write(claim, [Wanted(account, "uploading", 30)])
    assert held
    await desk.system.database.write(apply, [Write("mark", post, "create", held.fence, utc_now())])
    await desk.wait(SETTLED)
    await desk.wait(LOOKED)
    assert (await desk.post(post))["reconciliationStatus"] == "pending"
    assert desk.seen() == [], "nothing says yet that it is not there"
    await desk.wait(SETTLED - LOOKED)
    assert (await desk.post(post))["status"] == "published"
    assert desk.seen() == ["A long film"]


@both
@pytest.mark.parametrize("ends", ["keep", "erase"])
async def test_a_worker_that_was_thought_to_be_gone_cannot_touch_a_newer_mark(desk: Desk, ends: str) -> None:
    account = await desk.connect("telegram")
    [post] = await desk.publish(account, "Late")
    log = desk.worker.engine.attempts.steps
    [old] = await desk.system.database.write(claim, [Wanted(account, "slow worker", 30)])
    assert old
    called, refusal = asyncio.Event(), asyncio.get_running_loop().create_future()

    async def send() -> str:
        called.set()
        return await refusal

    late = asyncio.create_task(DurableSteps(old, log).irreversible("message", send))
    await called.wait()
    await desk.pass_time(31)
    [new] = await desk.system.database.write(claim, [Wanted(account, "next worker", 30)])
    assert new
    assert new.undone == ["message"]

    def mark_anew(session: Any) -> None:
        session.execute(delete(Step))
        session.add(Step(post_id=post, name="message", done=False, fence=new.fence, at=utc_now()))

    await desk.system.database.write(mark_anew)
    if ends == "keep":
        refusal.set_result("an old answer")
        assert await late == "an old answer"
    else:
        refusal.set_exception(Unavailable("it never left", sent=False))
        with pytest.raises(Unavailable):
            await late
    assert await desk.steps(post) == {"message": False}


async def test_told_to_stop_while_the_mark_is_written_nothing_may_have_been_sent(desk: Desk) -> None:
    account = await desk.connect("telegram")
    [post] = await desk.publish(account, "Stopped")
    [held] = await desk.system.database.write(claim, [Wanted(account, "worker", 30)])
    assert held
    sent: list[bool] = []

    async def send() -> None:
        sent.append(True)

    steps = DurableSteps(held, desk.worker.engine.attempts.steps)
    stopped = asyncio.create_task(steps.irreversible("message", send))
    await asyncio.sleep(0)
    stopped.cancel()
    with pytest.raises(asyncio.CancelledError):
        await stopped
    assert (sent, await desk.steps(post), held.undone) == ([], {}, [])
