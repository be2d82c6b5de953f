"""Buying: one page for one click or twenty, one subscription for one workspace, and a way on where there is one already."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import update

from socialclaw.db.base import utc_now
from socialclaw.db.checkouts import Checkout
from tests.billing.lemonsqueezy.shopper import Shopper, link, ours

both = pytest.mark.usefixtures("both_databases")


def place(url: str) -> str:
    """Where it is, whatever pass leads there."""
    return url.partition("/hosts/")[2]


@both
async def test_clicks_one_after_another_and_at_once_lead_to_one_page(shopper: Shopper) -> None:
    first = await shopper.begin()
    again = [await shopper.begin(), *[answer.json()["url"] for answer in await asyncio.gather(*(shopper.click() for _ in range(6)))]]
    assert {place(url) for url in again} == {place(first)}
    assert len(await shopper.checkouts()) == 1


@both
async def test_first_clicks_at_once_lead_to_one_page(shopper: Shopper) -> None:
    answers = await asyncio.gather(*(shopper.click() for _ in range(8)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({place(answer.json()["url"]) for answer in answers}) == 1
    assert len(await shopper.checkouts()) == 1


async def test_another_plan_is_another_page_and_sells_nothing_else(shopper: Shopper) -> None:
    pro, plus = await shopper.begin("pro"), await shopper.begin("plus")
    assert place(pro) != place(plus)
    page = (await shopper.page.get(plus)).text
    assert "Plus monthly" in page
    assert "Pro monthly" not in page
    refused = await shopper.pay(plus, variant="101")
    assert "The selected variant is invalid." in refused
    assert shopper.at_the_store() == []


async def test_ten_minutes_later_it_is_a_new_page(shopper: Shopper) -> None:
    first = await shopper.begin()
    past = utc_now() - timedelta(minutes=11)
    await shopper.system.database.write(lambda session: session.execute(update(Checkout).values(created_at=past)))
    assert place(await shopper.begin()) != place(first)


async def test_who_came_back_and_clicks_again_is_led_to_the_page_that_waits(shopper: Shopper) -> None:
    """They have paid, and nobody has told us yet: a second purchase is what must not come of that."""
    thanks = await shopper.buy()
    back = ours(link(thanks, "Continue"))
    await shopper.page.get(back)
    assert ours(await shopper.begin()) == back


@both
async def test_who_has_a_plan_changes_it_and_buys_no_second_one(shopper: Shopper) -> None:
    await shopper.buy("starter")
    await shopper.hear()
    again = await shopper.click("starter")
    assert (again.status_code, again.json()["code"]) == (409, "subscription_exists")
    url = await shopper.begin("pro")
    assert "/billing/" in place(url)
    assert "/update?" in place(url)
    await shopper.press(url, "swap", variant="107")
    await shopper.hear()
    assert await shopper.standing() == ("pro", "active", True)
    assert len(shopper.at_the_store()) == 1
    assert len(await shopper.rows()) == 1


async def test_who_has_canceled_is_led_to_where_it_is_resumed(shopper: Shopper) -> None:
    await shopper.buy()
    await shopper.hear()
    await shopper.press(await shopper.portal(), "cancel")
    await shopper.hear()
    state = await shopper.state()
    assert (state["status"], state["entitled"], state["cancelAtPeriodEnd"]) == ("canceled", True, True)
    url = await shopper.begin("pro")
    assert place(url).startswith("sandbox-store.lemonsqueezy.com/billing?")
    await shopper.press(url, "resume")
    await shopper.hear()
    assert (await shopper.state())["status"] == "active"


async def test_a_card_that_is_declined_buys_nothing(shopper: Shopper) -> None:
    url = await shopper.begin()
    assert "Your card was declined." in await shopper.pay(url, card="declined")
    assert (shopper.at_the_store(), shopper.waiting()) == ([], [])


@pytest.mark.parametrize("fault", ["timeout", "refuse", "error", "malformed", "rate_limit"])
async def test_a_store_that_does_not_answer_is_said_to_be_away(shopper: Shopper, fault: str) -> None:
    shopper.store.fail(fault, "POST /v1/checkouts", workspace=shopper.workspace.id, seconds=30)
    answer = await shopper.click()
    assert (answer.status_code, answer.json()["code"]) == (503, "billing_unavailable"), answer.text
    assert await shopper.checkouts() == []
    assert (await shopper.click()).status_code == 200


async def test_without_a_subscription_there_is_nothing_to_look_after(shopper: Shopper) -> None:
    answer = await shopper.page.post("/v1/billing/manage")
    assert (answer.status_code, answer.json()["code"]) == (409, "subscription_missing")
    assert "upgradePath" in answer.json()["details"]
