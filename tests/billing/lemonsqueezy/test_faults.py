"""What goes wrong between the store and the server, each by itself and all of it together: in the end the store's word holds."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest

from socialclaw.db.base import utc_now
from socialclaw.errors import NotReady
from socialclaw.merchants.lemonsqueezy.sandbox import deliveries
from tests.billing.lemonsqueezy.shopper import LATER, Shopper

WEBHOOK = "WEBHOOK"
both = pytest.mark.usefixtures("both_databases")


def arm(shopper: Shopper, kind: str, match: str = "", **how: Any) -> None:
    shopper.store.fail(kind, match, workspace=shopper.workspace.id, **how)


async def agree(shopper: Shopper) -> bool:
    """Whether the row says what the store has."""
    [sub], [row] = shopper.at_the_store(), await shopper.rows()
    words = {"cancelled": "canceled", "unpaid": "past_due", "on_trial": "trialing", "expired": "inactive"}
    status = words.get(sub["status"], sub["status"])
    return (row.status, row.at.timestamp()) == (status, sub["updated_at"]) and not row.ask


async def test_faults_can_be_armed_over_the_api(shopper: Shopper, api: Any) -> None:
    path = "/v1/sandbox/networks/lemonsqueezy/faults"
    for kind in deliveries.FAULTS:
        answer = await api.post(path, json={"kind": kind, "match": "subscription_updated"})
        assert answer.status_code == 201, answer.text
    assert {fault["kind"] for fault in answer.json()["faults"]} == set(deliveries.FAULTS)


@both
async def test_a_webhook_that_is_never_sent_is_made_good_by_reading(shopper: Shopper) -> None:
    await shopper.buy()
    await shopper.deliver()
    await shopper.read()
    arm(shopper, "drop", "subscription_")
    arm(shopper, "drop", "subscription_")
    await shopper.press(await shopper.portal(), "cancel")
    assert shopper.waiting() == []
    assert (await shopper.state())["status"] == "active", "nobody has told us"
    assert await shopper.read(utc_now() + 6 * 60 * LATER) == 1
    assert (await shopper.state())["status"] == "canceled"
    assert await agree(shopper)


async def test_a_webhook_that_is_sent_twice_is_a_duplicate(shopper: Shopper) -> None:
    arm(shopper, "double", times=3)
    await shopper.buy()
    assert len(shopper.waiting()) == 6
    assert await shopper.deliver() == 0
    assert len(await shopper.events()) == 3
    assert await shopper.standing() == ("pro", "active", True)


@both
async def test_a_webhook_that_is_overtaken_changes_nothing(shopper: Shopper) -> None:
    await shopper.buy()
    await shopper.deliver()
    arm(shopper, "late", "subscription_updated", seconds=900)
    url = await shopper.portal()
    await shopper.press(url, "pause", mode="void")
    [first] = [kept for kept in shopper.waiting() if kept["event"] == "subscription_updated"]
    shopper.at(utc_now().timestamp() + 30)
    await shopper.press(url, "unpause")
    later = utc_now().timestamp() + 60
    assert await shopper.deliver(later) == 0
    assert (await shopper.state())["status"] == "active"
    assert await shopper.deliver(later + 900) == 0
    assert first["body"] not in [kept["body"] for kept in shopper.waiting()]
    assert (await shopper.state())["status"] == "active", "what came late was older than what was known"


async def test_webhooks_that_change_places_come_to_the_same(shopper: Shopper) -> None:
    arm(shopper, "reorder", "subscription_created")
    await shopper.buy("startup")
    due = {kept["event"]: kept["due"] for kept in shopper.waiting()}
    assert max(due, key=lambda event: due[event]) == "subscription_created"
    assert await shopper.deliver(max(due.values())) == 0
    await shopper.read()
    assert await shopper.standing() == ("startup", "active", True)
    assert await agree(shopper)


async def test_a_webhook_with_a_wrong_signature_is_refused_as_often_as_it_comes(shopper: Shopper) -> None:
    arm(shopper, "bad_signature", times=3)
    await shopper.buy()
    now, refused = utc_now().timestamp() + 1, []
    for pause in (0, *deliveries.PAUSES):
        now += pause + 1
        shopper.at(now)
        refused.append(await shopper.deliver(now))
    assert refused == [3, 3, 3, 3], "at once, after 5, after 25 and after 125 seconds, and no more"
    assert shopper.waiting() == []
    assert await shopper.events() == []


async def test_a_server_that_is_away_for_a_while_hears_of_it_afterwards(shopper: Shopper, monkeypatch: pytest.MonkeyPatch) -> None:
    await shopper.buy()
    with monkeypatch.context() as away:
        away.setattr("socialclaw.billing.lemonsqueezy.news.receive", _down)
        assert await shopper.deliver() == 3
    assert await shopper.deliver() == 0, "not before its time"
    assert len(shopper.waiting()) == 3
    assert await shopper.deliver(utc_now().timestamp() + 6) == 0
    assert await shopper.standing() == ("pro", "active", True)


async def _down(*_: Any) -> str:
    raise NotReady("The database is away")


@both
async def test_two_changes_within_a_second_are_known_to_be_in_doubt_and_are_read(shopper: Shopper) -> None:
    await shopper.buy()
    await shopper.deliver()
    await shopper.read()
    arm(shopper, "same_second", times=2)
    url = await shopper.portal()
    await shopper.press(url, "cancel")
    await shopper.press(url, "resume")
    news = {json.loads(kept["body"])["data"]["attributes"]["updated_at"] for kept in shopper.waiting()}
    assert len(news) == 1, "the store's clock has whole seconds"
    for kept in sorted(shopper.waiting(), key=lambda kept: "cancelled" not in kept["body"]):
        assert (await shopper.send(kept)).status_code == 200
    [kept] = await shopper.kept()
    assert kept.ask
    await shopper.read()
    assert await agree(shopper)
    assert (await shopper.state())["status"] == "active"


@both
@pytest.mark.parametrize("seed", range(6))
async def test_after_any_storm_one_reading_is_the_truth(shopper: Shopper, seed: int) -> None:
    """A life in the portal, whose webhooks are doubled, lost and shuffled; nothing is in doubt after one reading."""
    rng, now = random.Random(seed), utc_now().timestamp()
    await shopper.buy(rng.choice(("starter", "plus")), rng.choice(("monthly", "yearly")))
    url = shopper.own_portal()
    for _ in range(8):
        now += rng.choice((0, 1, 3600))
        shopper.at(now)
        [sub] = shopper.at_the_store()
        presses: dict[str, list[tuple[str, dict[str, str]]]] = {
            "active": [("pause", {"mode": "free"}), ("cancel", {}), ("swap", {"variant": "107"}), ("card", {"card": "fails"})],
            "paused": [("unpause", {}), ("cancel", {})],
            "cancelled": [("resume", {})],
        }
        action, fields = rng.choice(presses[sub["status"]])
        await shopper.press(url, action, **fields)
    sent = [kept for kept in shopper.waiting() for _ in range(rng.choice((0, 1, 1, 2)))]
    rng.shuffle(sent)
    shopper.lose()
    for kept in sent:
        assert (await shopper.send(kept)).status_code == 200
    if not await shopper.rows():
        assert await shopper.look(utc_now() + 61 * LATER) == 1, "nothing arrived of what told whose it is"
    await shopper.read(utc_now() + LATER)
    assert await agree(shopper)
