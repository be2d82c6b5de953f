"""Delivering: each event at least once, again and again at growing distances, until it is taken or given up, and what its log shows."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from socialclaw.db.base import iso, real_now, utc_now
from socialclaw.db.webhooks import Delivery
from socialclaw.system import System
from socialclaw.webhooks import lanes, sending
from socialclaw.webhooks.verdict import DISABLED_AFTER, SCHEDULE, Answer, next_try
from tests.duties import duty
from tests.events.followed import happened, types
from tests.rehearsal.test_clock import advance, frozen
from tests.webhooks.post_office import PostOffice
from tests.webhooks.receiver import Receiver

both = pytest.mark.usefixtures("both_databases")
PAUSES = (5, 300, 1800, 7200, 18_000, 36_000, 36_000)
HALF_A_BODY = b"HTTP/1.1 500 Broken\r\ncontent-length: 500\r\n\r\nhalf of it"
TAKEN_AND_HALF_A_BODY = b"HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\nhalf of it"


@both
async def test_an_event_is_sent_once_to_each_who_wants_it(office: PostOffice, receiver: Receiver) -> None:
    first, second = await office.add(receiver.url, types=["key.*"]), await office.add(receiver.url, types=["key.created"])
    await office.add(receiver.url, types=["post.*"])
    await office.happen("one")
    await office.send()
    await office.send()
    assert receiver.types == ["key.created"] * 2
    for hook in (first, second):
        [delivery] = await office.deliveries(hook)
        assert (delivery["status"], delivery["tries"], delivery["lastStatus"], delivery["nextTryAt"]) == ("delivered", 1, 200, None)


@both
@pytest.mark.parametrize("answer", [500, 404, 301, 429, "drop", HALF_A_BODY], ids=["500", "404", "301", "429", "drop", "half a body"])
async def test_what_is_not_taken_is_tried_again_after_five_seconds(office: PostOffice, receiver: Receiver, answer: Any) -> None:
    hook = await office.add(receiver.url)
    receiver.answers.append(answer)
    await office.happen("again")
    await office.send()
    [delivery] = await office.deliveries(hook)
    assert (delivery["status"], delivery["tries"]) == ("retrying", 1)
    due = datetime.fromisoformat(delivery["nextTryAt"]) - datetime.fromisoformat(delivery["lastTryAt"])
    assert timedelta(seconds=4.4) <= due <= timedelta(seconds=5.6)
    await office.wait(6)
    assert [got.headers["webhook-id"] for got in receiver.received] == [delivery["eventId"]] * 2, "the id stays"
    assert receiver.received[0].body == receiver.received[1].body
    [delivery] = await office.deliveries(hook)
    assert (delivery["status"], delivery["tries"]) == ("delivered", 2)
    log = (await office.delivery(delivery["id"]))["log"]
    assert [each["status"] for each in log] == [answer if isinstance(answer, int) else 500 if answer == HALF_A_BODY else None, 200]


async def test_a_status_is_what_counts_and_not_the_rest_of_the_answer(office: PostOffice, receiver: Receiver) -> None:
    hook = await office.add(receiver.url)
    receiver.answers.append(TAKEN_AND_HALF_A_BODY)
    await office.happen("taken")
    await office.send()
    assert [each["status"] for each in await office.deliveries(hook)] == ["delivered"]


async def test_a_receiver_that_is_late_has_not_taken_it(office: PostOffice, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "SECONDS", 0.05)
    hook = await office.add(receiver.url)
    receiver.answers.append("late")
    await office.happen("late")
    await office.send()
    [delivery] = await office.deliveries(hook)
    assert (delivery["status"], delivery["lastStatus"]) == ("retrying", None)
    assert delivery["lastError"] == "No answer within 0.05 seconds"


@both
async def test_a_receiver_that_never_takes_it_is_asked_eight_times_in_27_hours(office: PostOffice, receiver: Receiver) -> None:
    hook = await office.add(receiver.url)
    receiver.usual = 500
    await office.happen("never")
    await office.send()
    for number, pause in enumerate(PAUSES, 1):
        assert len(receiver.received) == number
        await office.wait(pause * 0.85)
        assert len(receiver.received) == number, "not before its time"
        await office.wait(pause * 0.3)
    assert len(receiver.received) == 8
    [delivery] = await office.deliveries(hook)
    assert (delivery["status"], delivery["tries"], delivery["nextTryAt"]) == ("exhausted", 8, None)
    assert len((await office.delivery(delivery["id"]))["log"]) == 8


def test_the_pauses_are_these_with_a_tenth_of_chance_and_never_less_than_asked_for() -> None:
    now = real_now()
    assert SCHEDULE.tries == len(PAUSES) + 1
    for tries, pause in enumerate(PAUSES, 1):
        for _ in range(20):
            at = next_try(Answer(500, 1), tries, now)
            assert at is not None
            assert pause * 0.9 <= (at - now).total_seconds() <= pause * 1.1
    assert next_try(Answer(500, 1), 8, now) is None
    assert next_try(Answer(410, 1), 1, now) is None
    assert next_try(Answer(429, 1, retry_after=3600), 1, now) == now + timedelta(hours=1)
    assert next_try(Answer(503, 1, retry_after=1e9), 1, now) == now + timedelta(days=1), "but not for ever"


@pytest.mark.parametrize("said", ["120", "date"])
async def test_a_receiver_that_says_when_is_asked_then(office: PostOffice, receiver: Receiver, said: str) -> None:
    when = said if said != "date" else (real_now() + timedelta(seconds=121)).strftime("%a, %d %b %Y %H:%M:%S GMT")
    receiver.answers.append(f"HTTP/1.1 429 Later\r\nretry-after: {when}\r\ncontent-length: 0\r\n\r\n".encode())
    hook = await office.add(receiver.url)
    await office.happen("later")
    await office.send()
    [delivery] = await office.deliveries(hook)
    pause = datetime.fromisoformat(delivery["nextTryAt"]) - datetime.fromisoformat(delivery["lastTryAt"])
    assert timedelta(seconds=118) <= pause <= timedelta(seconds=122)


@both
async def test_gone_disables_at_once_and_tells_the_others(office: PostOffice, receiver: Receiver, system: System) -> None:
    hook = await office.add(receiver.url)
    await office.add(receiver.url, types=["webhook.*"])
    receiver.answers.append(410)
    await office.happen("one")
    await office.send()
    found = await office.endpoint(hook)
    assert (found["status"], found["disabledBecause"]) == ("disabled", "It answered 410 Gone: it wants no more events")
    await office.happen("unheard")
    await office.send()
    assert len(await office.deliveries(hook)) == 1
    events = await happened(system, office.api, types="webhook.*")
    assert [(event["type"], event["subject"]) for event in events] == [("webhook.disabled", {"webhook": hook["id"]})]
    assert receiver.types == ["key.created", "webhook.disabled"], "an endpoint is not told of itself, others are"


@both
async def test_an_endpoint_that_takes_nothing_is_failing_then_disabled_and_well_again_with_the_first_that_it_takes(
    office: PostOffice, receiver: Receiver, system: System
) -> None:
    hook = await office.add(receiver.url, types=["key.*"])
    receiver.usual = 503
    await office.happen("one", "two")
    await office.send()
    assert (await office.endpoint(hook))["status"] == "enabled", "once is nothing"
    for pause in PAUSES[:3]:
        await office.wait(pause * 1.2)
    assert (await office.endpoint(hook))["status"] == "failing"
    receiver.usual = 200
    await office.wait(PAUSES[3] * 1.2)
    found = await office.endpoint(hook)
    assert (found["status"], found["failingSince"]) == ("enabled", None)
    receiver.usual = 503
    await office.happen("three", "four")
    await office.send()
    for pause in PAUSES:
        await office.wait(pause * 1.2)
    assert (await office.endpoint(hook))["status"] == "failing", "given up, but not for five days yet"
    await office.pass_time(DISABLED_AFTER.total_seconds())
    await office.happen("five")
    await office.send()
    found = await office.endpoint(hook)
    assert found["status"] == "disabled"
    assert found["disabledBecause"].startswith("Nothing was taken for 5 days")
    told = [event["type"] for event in await happened(system, office.api, types="webhook.*")]
    assert told == ["webhook.failing", "webhook.failing", "webhook.disabled"]
    assert [each["status"] for each in await office.deliveries(hook)][2:] == ["exhausted", "exhausted", "abandoned"]


@both
async def test_once_it_is_enabled_what_was_missed_is_sent_again(office: PostOffice, receiver: Receiver) -> None:
    hook = await office.add(receiver.url, types=["key.*"])
    before = iso(utc_now())
    await office.happen("taken")
    await office.send()
    receiver.usual = 410
    await office.happen("refused")
    await office.send()
    await office.happen("missed")
    await office.send()
    replay = f"/v1/webhooks/{hook['id']}/replay"
    answer = await office.api.post(replay, json={"since": before})
    assert (answer.status_code, answer.json()["code"]) == (409, "webhook_disabled")
    assert (await office.api.patch(f"/v1/webhooks/{hook['id']}", json={"enabled": True})).json()["webhook"]["status"] == "enabled"
    receiver.usual = 200
    receiver.received.clear()
    answer = await office.api.post(replay, json={"since": before, "onlyFailed": True})
    assert (answer.status_code, answer.json()["replayed"], answer.json()["hasMore"]) == (202, 1, False)
    await office.send()
    assert [event["data"]["key"]["label"] for event in receiver.events] == ["refused"]
    assert (await office.api.post(replay, json={"since": before})).json()["replayed"] == 3
    await office.send()
    assert sorted(event["data"]["key"]["label"] for event in receiver.events[1:]) == ["missed", "refused", "taken"]
    assert (await office.api.post(replay, json={"since": before, "onlyFailed": True})).json()["replayed"] == 0
    assert (await office.api.post(replay, json={"since": iso(utc_now() + timedelta(hours=1))})).json()["replayed"] == 0


@both
async def test_one_delivery_is_sent_again_by_hand_with_all_its_tries(office: PostOffice, receiver: Receiver) -> None:
    hook = await office.add(receiver.url)
    receiver.usual = 500
    await office.happen("one")
    await office.send()
    [delivery] = await office.deliveries(hook)
    receiver.usual = 200
    answer = await office.api.post(f"/v1/deliveries/{delivery['id']}/retry")
    assert (answer.status_code, answer.json()["delivery"]["status"]) == (202, "pending")
    await office.send()
    whole = await office.delivery(delivery["id"])
    assert (whole["status"], [each["status"] for each in whole["log"]]) == ("delivered", [500, 200])
    assert whole["answer"] == "ok"
    assert whole["request"]["body"].encode() == receiver.received[-1].body
    await office.api.patch(f"/v1/webhooks/{hook['id']}", json={"enabled": False})
    assert (await office.api.post(f"/v1/deliveries/{delivery['id']}/retry")).json()["code"] == "webhook_disabled"


async def test_the_beginning_of_an_answer_is_kept_and_no_more(office: PostOffice, receiver: Receiver) -> None:
    hook = await office.add(receiver.url)
    said = b"no \x00\xff" + b"x" * 100_000
    receiver.answers.append(b"HTTP/1.1 500 Wordy\r\ncontent-length: %d\r\n\r\n%b" % (len(said), said))
    await office.happen("one")
    await office.send()
    [delivery] = await office.deliveries(hook)
    answer = (await office.delivery(delivery["id"]))["answer"]
    assert answer.startswith("no \ufffd\ufffdxxx")
    assert len(answer) == 2048


@both
async def test_an_ordered_endpoint_gets_one_after_another_and_none_before_the_one_before_it(office: PostOffice, receiver: Receiver) -> None:
    await office.add(receiver.url, ordered=True)
    receiver.answers.extend([200, 500])
    await office.happen("one", "two", "three")
    await office.send()
    await office.happen("four")
    await office.send()
    assert [event["data"]["key"]["label"] for event in receiver.events] == ["one", "two"]
    await office.wait(6)
    assert [event["data"]["key"]["label"] for event in receiver.events] == ["one", "two", "two", "three", "four"]
    assert receiver.at_once == 1


async def test_others_get_eight_at_a_time(office: PostOffice, receiver: Receiver) -> None:
    await office.add(receiver.url)
    receiver.answers.extend(["late"] * 8)
    await office.happen(*(f"key {n}" for n in range(20)))
    sending_ = asyncio.create_task(office.send())
    async with asyncio.timeout(30):
        while receiver.open < 8:  # noqa: ASYNC110  until all places are taken
            await asyncio.sleep(0.01)
        receiver.released.set()
        await sending_
    assert receiver.at_once == 8
    assert len(receiver.received) == 20


async def test_a_sample_of_any_type_is_sent_and_is_in_no_feed(office: PostOffice, receiver: Receiver, system: System) -> None:
    hook = await office.add(receiver.url, types=["run.*"])
    before = types(await happened(system, office.api))
    for type in ("test.ping", "post.failed"):
        answer = await office.api.post(f"/v1/webhooks/{hook['id']}/test", json={"type": type})
        assert answer.status_code == 202, answer.text
    await office.send()
    assert sorted(receiver.types) == ["post.failed", "test.ping"]
    assert all(event["id"].startswith("evt_test_") for event in receiver.events)
    assert types(await happened(system, office.api)) == before
    answer = await office.api.post(f"/v1/webhooks/{hook['id']}/test", json={"type": "post.*"})
    assert (answer.status_code, answer.json()["code"]) == (422, "event_type_unknown")


@both
async def test_of_two_workers_one_sends_to_an_endpoint_at_a_time(office: PostOffice, receiver: Receiver, system: System) -> None:
    await office.add(receiver.url)
    await office.happen(*(f"key {n}" for n in range(10)))
    await system.sequencer.settle()
    loops = [duty(system, "deliver events") for _ in range(4)]
    await asyncio.gather(*(loop.look() for loop in loops))
    await asyncio.gather(*(task for loop in loops for task in loop._tasks.values()))
    assert len(receiver.received) == 10


@both
async def test_what_a_worker_had_that_was_lost_is_sent_by_the_next_when_its_lease_is_over(
    office: PostOffice, receiver: Receiver, system: System
) -> None:
    await office.add(receiver.url)
    await office.happen("one")
    await system.sequencer.settle()
    due = [name for name, _ in await system.database.read(lanes.due, utc_now(), 1)]
    assert await system.database.write(lanes.take, utc_now(), due), "taken, and never heard of again"
    await office.send()
    assert receiver.received == []
    await office.wait(lanes.LEASE.total_seconds() + 1)
    assert len(receiver.received) == 1


async def test_a_worker_that_is_told_to_stop_lets_end_what_is_on_its_way_and_begins_nothing(
    office: PostOffice, receiver: Receiver, system: System
) -> None:
    await office.add(receiver.url, ordered=True)
    receiver.answers.append("late")
    await office.happen("one", "two")
    await system.sequencer.settle()
    await office.loop.look()
    async with asyncio.timeout(30):
        while not receiver.received:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        office.loop.stop()
        receiver.released.set()
        await office.loop.stopped()
    assert len(receiver.received) == 1
    rows = await system.database.read(lambda session: list(session.scalars(select(Delivery).order_by(Delivery.seq))))
    assert [(row.tries, row.next_at is not None) for row in rows] == [(1, True), (0, True)]
    assert await system.database.read(lanes.due, utc_now() + timedelta(minutes=1), 1), "the lane is free"


@both
async def test_where_time_stands_events_are_sent_and_tried_again_by_that_time(office: PostOffice, receiver: Receiver) -> None:
    start = await frozen(office.api)
    hook = await office.add(receiver.url)
    receiver.answers.extend([500, 500])
    await office.happen("then")
    await office.send()
    assert receiver.received == [], "no time passes"
    await advance(office.api, minutes=10)
    assert [got.headers["webhook-id"] for got in receiver.received] == [receiver.events[0]["id"]] * 3
    [delivery] = await office.deliveries(hook)
    log = (await office.delivery(delivery["id"]))["log"]
    after = [(datetime.fromisoformat(each["at"]) - start).total_seconds() for each in log]
    assert [each["status"] for each in log] == [500, 500, 200]
    assert after[0] < 1
    assert 4 <= after[1] <= 6
    assert 270 <= after[2] - after[1] <= 331
    assert abs(int(receiver.received[-1].headers["webhook-timestamp"]) - real_now().timestamp()) < 60, "signed for the receiver's clock"
