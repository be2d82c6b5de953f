"""A year of a subscription in seconds: trial, renewals, a payment that fails, dunning, a pause, the end. Only the clock is moved."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import httpx2
import pytest

from socialclaw.db.base import iso
from tests.billing.lemonsqueezy.shopper import Shopper

pytestmark = pytest.mark.usefixtures("both_databases")
DAY = timedelta(days=1)


class Clock:
    def __init__(self, api: httpx2.AsyncClient, at: datetime) -> None:
        self.api, self.at = api, at

    @classmethod
    async def frozen(cls, api: httpx2.AsyncClient) -> Clock:
        answer = await api.post("/v1/sandbox/clock/freeze")
        return cls(api, datetime.fromisoformat(answer.json()["clock"]["now"]))

    async def advance(self, days: float) -> None:
        self.at += days * DAY
        answer = await self.api.post("/v1/sandbox/clock/advance", json={"to": iso(self.at)})
        assert answer.status_code == 200, answer.text
        assert answer.json()["rehearsed"]["complete"]


def history(shopper: Shopper) -> list[str]:
    return sorted(invoice["status"] for invoice in _invoices(shopper))


def _invoices(shopper: Shopper) -> list[dict[str, Any]]:
    from socialclaw.simulation.worlds import Caller, within

    with within(Caller(shopper.workspace.id)):
        return [*shopper.store.shelf.all("invoices").values()]


async def test_a_year_of_payments(shopper: Shopper, api: httpx2.AsyncClient) -> None:
    clock = await Clock.frozen(api)
    await shopper.buy("plus", trial="trial")
    await shopper.deliver()
    assert await shopper.standing() == ("plus", "trialing", True)
    await clock.advance(8)
    assert await shopper.standing() == ("plus", "active", True)
    for _ in range(12):
        await clock.advance(31)
        state = await shopper.state()
        assert (state["plan"], state["status"], state["entitled"]) == ("plus", "active", True)
        assert datetime.fromisoformat(state["renewsAt"]) > clock.at
    assert len(history(shopper)) == 13, "one after the trial, and twelve"
    assert set(history(shopper)) == {"paid"}
    assert await shopper.deliver() == 0, "what the store has told meanwhile is all old news"
    assert await shopper.standing() == ("plus", "active", True)


async def test_a_payment_that_fails_ends_access_when_the_store_gives_up_and_a_new_card_brings_it_back(
    shopper: Shopper, api: httpx2.AsyncClient
) -> None:
    clock = await Clock.frozen(api)
    await shopper.buy("pro", card="fails")
    await shopper.deliver()
    await clock.advance(32)
    state = await shopper.state()
    assert (state["status"], state["entitled"]) == ("past_due", True), "accounts go on while the store tries"
    assert [notice["message"].partition(":")[0] for notice in state["notices"]] == ["The last payment failed"]
    assert state["graceEndsAt"]
    await clock.advance(14)
    state = await shopper.state()
    assert (state["status"], state["entitled"], state["code"]) == ("past_due", False, "subscription_past_due")
    assert shopper.at_the_store()[0]["status"] == "unpaid"
    assert history(shopper) == ["paid", *["pending"] * 5], "the payment, and four more tries"
    await shopper.press(await shopper.portal(), "card", card="pays")
    await shopper.deliver()
    assert await shopper.standing() == ("pro", "active", True)
    await clock.advance(31)
    assert await shopper.standing() == ("pro", "active", True)


async def test_what_is_canceled_runs_to_its_end_and_is_bought_again(shopper: Shopper, api: httpx2.AsyncClient) -> None:
    clock = await Clock.frozen(api)
    await shopper.buy("pro", "yearly")
    await shopper.deliver()
    await clock.advance(100)
    await shopper.press(await shopper.portal(), "cancel")
    await shopper.deliver()
    state = await shopper.state()
    assert (state["status"], state["entitled"]) == ("canceled", True)
    ends = datetime.fromisoformat(state["endsAt"])
    await clock.advance((ends - clock.at) / DAY - 1)
    assert (await shopper.state())["entitled"]
    await clock.advance(2)
    state = await shopper.state()
    assert (state["status"], state["entitled"]) == ("inactive", False)
    assert shopper.at_the_store()[0]["status"] == "expired"
    await shopper.buy("starter")
    await shopper.deliver()
    assert await shopper.standing() == ("starter", "active", True)


async def test_a_pause_gives_nothing_or_everything_as_it_was_meant(shopper: Shopper, api: httpx2.AsyncClient) -> None:
    clock = await Clock.frozen(api)
    await shopper.buy("startup")
    await shopper.deliver()
    for mode, entitled in (("void", False), ("free", True)):
        await shopper.press(await shopper.portal(), "pause", mode=mode)
        await shopper.deliver()
        await clock.advance(40)
        assert await shopper.standing() == ("startup", "paused", entitled)
        await shopper.press(await shopper.portal(), "unpause")
        await shopper.deliver()
        assert await shopper.standing() == ("startup", "active", True)


async def test_a_purchase_of_which_nobody_tells_is_found_as_time_goes_on(shopper: Shopper, api: httpx2.AsyncClient) -> None:
    clock = await Clock.frozen(api)
    await shopper.buy("pro")
    shopper.lose()
    await clock.advance(0.1)
    assert await shopper.standing() == ("pro", "active", True)


async def test_back_in_the_real_time_it_is_as_the_store_has_it(shopper: Shopper, api: httpx2.AsyncClient) -> None:
    clock = await Clock.frozen(api)
    await shopper.buy("pro")
    await shopper.deliver()
    await clock.advance(45)
    assert (await api.post("/v1/sandbox/clock/resume")).status_code == 200
    await shopper.press(await shopper.portal(), "cancel")
    await shopper.deliver()
    await shopper.read()
    state = await shopper.state()
    assert (state["status"], state["entitled"]) == ("canceled", True)


async def test_changes_while_time_stands_are_known_as_well(shopper: Shopper, api: httpx2.AsyncClient) -> None:
    """They all share one second, so that the store has to be read to tell which came last."""
    clock = await Clock.frozen(api)
    await shopper.buy("pro")
    await shopper.hear()
    await clock.advance(3)
    for action, status in (("cancel", "canceled"), ("resume", "active"), ("cancel", "canceled")):
        await shopper.press(await shopper.portal(), action)
        await shopper.hear()
        assert (await shopper.state())["status"] == status
