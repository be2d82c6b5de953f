"""What people see of their plan, and where they are led to buy, change and look after it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI

from socialclaw.billing import registry
from socialclaw.billing.plans import SOLD
from socialclaw.billing.sources import Order
from socialclaw.billing.subscriptions import APP_STORE, ENDED, GRANT, LEMON_SQUEEZY, TRIAL, Row
from socialclaw.db.base import iso, utc_now
from socialclaw.settings import Settings
from socialclaw.system import System
from tests import conftest
from tests.billing.conftest import Has, paid
from tests.conftest import Member, browser, person
from tests.publishing.desk import Desk

BUY = {"plan": "pro", "billingInterval": "monthly"}


@dataclass
class Shop:
    """A store that says what it was asked for."""

    name: str = LEMON_SQUEEZY
    asked: list[tuple[str, str]] = field(default_factory=list)

    def sells(self, settings: Settings, *, test: bool) -> Mapping[tuple[str, str], bool]:
        return {("pro", "monthly"): True, ("pro", "yearly"): True, ("plus", "monthly"): True} if test else {}

    async def checkout(self, system: System, order: Order) -> str:
        return self._page("checkout", f"{order.plan} {order.interval} {order.realm}")

    async def change(self, system: System, row: Row, order: Order) -> str:
        return self._page("change", f"{row.external_id} {order.plan} {order.interval}")

    async def manage(self, system: System, row: Row) -> str:
        return self._page("manage", row.external_id)

    def _page(self, what: str, of: str) -> str:
        self.asked.append((what, of))
        return f"https://shop.example/{what}"


@pytest.fixture
def shop(monkeypatch: pytest.MonkeyPatch) -> Shop:
    shop = Shop()
    monkeypatch.setattr(registry, "SOURCES", (shop,))
    return shop


async def billing(page: httpx2.AsyncClient) -> dict[str, Any]:
    answer = await page.get("/v1/billing/state")
    assert answer.status_code == 200, answer.text
    return dict(answer.json()["billing"])


async def test_a_workspace_that_nobody_sold_anything_to_has_everything(page: httpx2.AsyncClient, shop: Shop) -> None:
    found = await billing(page)
    assert (found["enabled"], found["plan"], found["status"], found["entitled"], found["source"]) == (
        True,
        "self_hosted",
        "active",
        True,
        "grant",
    )
    assert (found["canCheckout"], found["canManage"], found["notices"], found["testMode"]) == (True, False, [], True)
    assert found["usage"]["postsLimit"] is None


async def test_plans_are_listed_with_what_can_be_bought(page: httpx2.AsyncClient, has: Has, shop: Shop) -> None:
    await has(paid("plus", interval="monthly"))
    plans = (await page.get("/v1/billing/state")).json()["plans"]
    assert [plan["id"] for plan in plans] == [*SOLD]
    assert [plan["id"] for plan in plans if plan["current"]] == ["plus"]
    pro = plans[-1]
    assert pro["monthly"] == {"amount": 9900, "currency": "USD", "formatted": "$99.00", "available": True}
    assert pro["limits"] == {"connectedAccounts": 50, "postsPerMonth": 2500}
    assert [plan["id"] for plan in plans if plan["yearly"]["available"]] == ["pro"]


async def test_each_state_tells_the_times_that_it_has(page: httpx2.AsyncClient, has: Has, shop: Shop) -> None:
    later = utc_now() + timedelta(days=20)
    times = ("trialEndsAt", "renewsAt", "endsAt", "graceEndsAt", "resumesAt")
    expected = {
        "trialing": {"trialEndsAt": later},
        "active": {"renewsAt": later},
        "canceled": {"endsAt": later},
        "past_due": {"graceEndsAt": later},
        "paused": {"resumesAt": later},
    }
    for status, meant in expected.items():
        await has(
            paid("pro", status, later, renews_at=later, resumes_at=later, interval="yearly", card_brand="visa", card_last_four="4242")
        )
        found = await billing(page)
        assert (found["status"], found["interval"], found["entitled"]) == (status, "yearly", True)
        assert {name: found[name] for name in times if found[name]} == {name: iso(at) for name, at in meant.items()}
        assert found["cancelAtPeriodEnd"] == (status == "canceled")
        assert found["canManage"]
        assert found["card"] == {"brand": "visa", "lastFour": "4242"}


@pytest.mark.parametrize(("source", "status"), [(TRIAL, "trialing"), (LEMON_SQUEEZY, "canceled")])
async def test_what_never_began_has_no_end(page: httpx2.AsyncClient, has: Has, shop: Shop, source: str, status: str) -> None:
    await has(replace(paid("starter", status, ENDED), source=source))
    found = await billing(page)
    assert not found["entitled"]
    assert [found[name] for name in ("trialEndsAt", "renewsAt", "endsAt", "graceEndsAt", "resumesAt")] == [None] * 5


async def test_accounts_beyond_the_plan_are_told(desk: Desk, page: httpx2.AsyncClient, has: Has, shop: Shop) -> None:
    for who in ("ada", "bob", "eve", "dan"):
        await desk.connect("x", who)
    await has(paid("starter", "past_due", utc_now() + timedelta(days=1)))
    told = [notice["code"] for notice in (await billing(page))["notices"]]
    assert told == ["payment_failed", "over_account_limit"]


async def test_every_member_reads_it_and_those_who_may_buy_see_the_card(
    app: FastAPI, system: System, workspace: Member, has: Has, shop: Shop
) -> None:
    await has(paid("pro", card_brand="visa", card_last_four="4242"))
    for role in ("viewer", "admin"):
        async with browser(app, await person(system, (workspace.id, role))) as somebody:
            assert (await billing(somebody))["card"] is None
            for path in ("checkout", "manage"):
                refused = await somebody.post(f"/v1/billing/{path}", json=BUY)
                assert (refused.status_code, refused.json()["code"]) == (403, "role_required")
    assert shop.asked == []


async def test_buying_leads_to_the_store(page: httpx2.AsyncClient, has: Has, shop: Shop) -> None:
    answer = await page.post("/v1/billing/checkout", json=BUY)
    assert (answer.status_code, answer.json()) == (200, {"ok": True, "url": "https://shop.example/checkout"})
    assert answer.headers["cache-control"] == "no-store"
    await has(paid("pro", "inactive", ENDED, interval="monthly"))  # it has expired: it is bought anew
    await page.post("/v1/billing/checkout", json=BUY)
    assert shop.asked == [("checkout", "pro monthly test")] * 2


async def test_there_is_never_a_second_subscription(page: httpx2.AsyncClient, has: Has, shop: Shop) -> None:
    await has(paid("pro", interval="monthly"))
    same = await page.post("/v1/billing/checkout", json=BUY)
    assert (same.status_code, same.json()["code"]) == (409, "subscription_exists")
    for body in (BUY | {"billingInterval": "yearly"}, BUY | {"plan": "plus"}):
        assert (await page.post("/v1/billing/checkout", json=body)).json()["url"] == "https://shop.example/change"
    await has(paid("pro", "past_due", ENDED, interval="monthly"))
    assert (await page.post("/v1/billing/checkout", json=BUY | {"plan": "plus"})).json()["url"] == "https://shop.example/change"
    await has(paid("pro", "canceled", utc_now() + timedelta(days=3), interval="monthly"))
    assert (await page.post("/v1/billing/checkout", json=BUY)).json()["url"] == "https://shop.example/manage"  # it is resumed there
    await has(Row(APP_STORE, "2", "pro", "active", None, utc_now(), "test"))
    elsewhere = await page.post("/v1/billing/checkout", json=BUY)
    assert (elsewhere.status_code, elsewhere.json()["code"]) == (409, "subscription_elsewhere")
    assert elsewhere.json()["details"]["manageUrl"].startswith("https://apps.apple.com/")
    assert not (await billing(page))["canCheckout"]
    assert "checkout" not in {what for what, _ in shop.asked}


async def test_a_subscription_is_looked_after_where_it_was_bought(page: httpx2.AsyncClient, has: Has, shop: Shop) -> None:
    none = await page.post("/v1/billing/manage")
    assert (none.status_code, none.json()["code"]) == (409, "subscription_missing")
    assert none.json()["details"]["upgradePath"] == "/dashboard/billing"
    await has(paid("pro", "paused", ENDED))
    assert (await page.post("/v1/billing/manage")).json()["url"] == "https://shop.example/manage"
    await has(Row(APP_STORE, "2", "pro", "active", None, utc_now(), "test"))
    assert (await page.post("/v1/billing/manage")).json()["url"] == "https://apps.apple.com/account/subscriptions"


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"plan": "gold", "billingInterval": "monthly"}, 422, "plan_unknown"),
        ({"plan": "self_hosted", "billingInterval": "monthly"}, 422, "plan_unknown"),
        ({"plan": "pro", "billingInterval": "daily"}, 422, "billing_interval_invalid"),
        ({"plan": "plus", "billingInterval": "yearly"}, 409, "plan_not_sold"),
        ({"plan": "pro", "interval": "monthly"}, 422, "field_misnamed"),
    ],
)
async def test_what_cannot_be_bought_says_why(page: httpx2.AsyncClient, shop: Shop, body: dict[str, str], status: int, code: str) -> None:
    answer = await page.post("/v1/billing/checkout", json=body)
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert shop.asked == []


async def test_without_a_store_nothing_is_sold(page: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "SOURCES", ())
    for path in ("checkout", "manage"):
        assert (await page.post(f"/v1/billing/{path}", json=BUY)).status_code == 409
    assert (await page.post("/v1/billing/checkout", json=BUY)).json()["code"] == "billing_not_configured"


@pytest.fixture
async def live(app: FastAPI, system: System, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[httpx2.AsyncClient]:
    """The owner of a live workspace, which buys at the real store."""
    member = await conftest.member(system, "Live", "live")
    monkeypatch.setattr(Shop, "sells", lambda *_, **__: {("pro", "monthly"): True})
    store = {"api_key": "k", "store_id": "1", "webhook_secrets": "a-secret-of-the-store", "variants": "pro:monthly=1"}
    monkeypatch.setattr(
        system, "settings", system.settings.model_copy(update={"billing": type(system.settings.billing).model_validate(store)})
    )
    async with browser(app, await person(system, (member.id, "owner"))) as owner:
        yield owner


async def test_a_workspace_asks_the_real_store_a_few_times_an_hour(live: httpx2.AsyncClient) -> None:
    for path, what in (("checkout", "checkouts"), ("manage", "visits")):
        answers = [await live.post(f"/v1/billing/{path}", json=BUY) for _ in range(11)]
        assert [answer.status_code for answer in answers] == [409] * 10 + [429]
        assert "retry-after" in answers[-1].headers
        assert f"More than 10 {what}" in answers[-1].json()["message"]


async def test_the_simulated_store_is_asked_as_often_as_one_likes(page: httpx2.AsyncClient, shop: Shop) -> None:
    assert {(await page.post("/v1/billing/checkout", json=BUY)).status_code for _ in range(12)} == {200}


async def test_what_the_operator_gave_needs_no_buying(live: httpx2.AsyncClient) -> None:
    """In a live workspace: a test one buys in the sandbox, whatever it has."""
    found = await billing(live)
    assert (found["source"], found["canCheckout"], found["testMode"]) == (GRANT, False, False)
    answer = await live.post("/v1/billing/checkout", json=BUY)
    assert (answer.status_code, answer.json()["code"]) == (409, "plan_granted")
