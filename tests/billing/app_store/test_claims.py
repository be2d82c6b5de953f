"""Claiming a purchase: every rule, in its order; whose it is, and who has it already. Live ones trust Apple, test ones the sandbox."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI
from sqlalchemy import func, select

from socialclaw.billing.app_store import trust
from socialclaw.db.app_store import AppAccount
from socialclaw.db.base import utc_now
from socialclaw.merchants.app_store import signed_data
from socialclaw.merchants.app_store.sandbox.authority import PURPOSE, authority
from socialclaw.merchants.app_store.sandbox.catalogue import BUNDLE_ID, SOLD_AS
from socialclaw.merchants.app_store.sandbox.simulator import AppStoreSandbox
from socialclaw.simulation.worlds import Caller, within
from socialclaw.system import System
from tests.billing.app_store.conftest import PATH, Shop, sold
from tests.conftest import Member, browser, client, person
from tests.merchants.app_store.minting import APPLE, BUNDLE, DAY, Chain, notification, now, renewal, transaction


def simulated(system: System, **changes: Any) -> str:
    """The same transaction, signed by the simulated App Store."""
    secret = system.door.derived(PURPOSE)[0]
    product = SOLD_AS["pro", "monthly"]
    return authority(secret).sign(transaction(**{"environment": "Sandbox", "bundleId": BUNDLE_ID, "productId": product, **changes}))


# What the app asks before it sells.


@pytest.mark.usefixtures("both_databases")
async def test_a_workspace_has_one_token_and_keeps_it(live: Shop, other: Shop, system: System) -> None:
    first, again = await asyncio.gather(live.token(), live.token())
    assert first == again == await live.token()
    assert first != await other.token()
    answer = (await live.page.get(f"{PATH}/account-token")).json()
    assert answer == {"ok": True, "appAccountToken": first, "accountToken": first, "bundleId": BUNDLE, "environment": "Production"}
    assert await system.database.read(lambda session: session.scalar(select(func.count()).select_from(AppAccount))) == 2


async def test_the_products_are_those_of_the_settings(live: Shop) -> None:
    answer = (await live.page.get(f"{PATH}/products")).json()
    assert (answer["provider"], answer["enabled"], answer["bundleId"], answer["environment"]) == ("app-store", True, BUNDLE, "Production")
    assert [(one["productId"], one["plan"], one["billingInterval"], one["rank"]) for one in answer["products"]] == [
        ("starter.monthly", "starter", "monthly", 1),
        ("starter.yearly", "starter", "yearly", 1),
        ("pro.monthly", "pro", "monthly", 4),
        ("pro.yearly", "pro", "yearly", 4),
    ]
    assert "purchaseUrl" not in answer


async def test_a_test_workspace_is_sold_what_the_sandbox_sells(tried: Shop) -> None:
    answer = (await tried.page.get(f"{PATH}/products")).json()
    assert (answer["enabled"], answer["bundleId"], answer["environment"], len(answer["products"])) == (True, BUNDLE_ID, "Sandbox", 8)
    assert f"?token={await tried.token()}" in answer["purchaseUrl"]


async def test_without_the_library_nothing_is_sold_and_nothing_is_taken(
    live: Shop, tried: Shop, app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trust, "available", lambda: False)
    for one in (live, tried):
        answer = (await one.page.get(f"{PATH}/products")).json()
        assert answer == {"ok": True, "provider": "app-store", "enabled": False, "bundleId": None, "environment": None, "products": []}
        assert await one.refused(APPLE.sign(transaction())) == (409, "billing_not_configured")
        assert (await one.page.get(f"{PATH}/account-token")).status_code == 200
    async with client(app) as apple:
        answer = await apple.post(f"{PATH}/notifications", json={"signedPayload": "a.b.c"})
    assert (answer.status_code, answer.json()["code"]) == (503, "billing_not_configured")


async def test_the_library_is_found_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    assert signed_data.available()
    monkeypatch.setattr(signed_data, "LIBRARY", "a_library_that_nobody_has")
    assert not signed_data.available()


# The table, row by row.


@pytest.mark.usefixtures("both_databases")
async def test_a_purchase_gives_the_workspace_its_plan(live: Shop) -> None:
    bought = transaction(appAccountToken=await live.token())
    answer = await live.claim(APPLE.sign(bought))
    assert answer.status_code == 200, answer.text
    state = answer.json()["billing"]
    assert (state["plan"], state["status"], state["entitled"], state["source"]) == ("pro", "active", True, "app_store")
    assert (state["interval"], state["code"], state["canCheckout"], state["canManage"]) == ("monthly", None, False, True)
    [row] = await live.rows()
    assert (row.external_id, row.realm, row.until) == ("1000", "live", row.renews_at and row.renews_at + (row.until - row.renews_at))
    again = await live.claim(APPLE.sign(bought), "transactionJws")
    assert (again.status_code, await live.rows()) == (200, [row]), "a double tap"
    assert (await live.claim(APPLE.sign(bought), "signed_transaction_info")).status_code == 200
    managed = await live.page.post("/v1/billing/manage")
    assert managed.json()["url"] == "https://apps.apple.com/account/subscriptions"


FORGED = Chain()
INVALID = {
    "signed by somebody": lambda token: FORGED.sign(transaction(appAccountToken=token)),
    "of another app": lambda token: APPLE.sign(transaction(bundleId="org.evil", appAccountToken=token)),
    "of Xcode": lambda token: FORGED.sign(transaction(environment="Xcode")),
    "no token at all": lambda token: "a.b.c",
    "empty": lambda token: "",
}


@pytest.mark.parametrize("made", INVALID.values(), ids=INVALID)
async def test_what_apple_did_not_sign_for_this_app_is_invalid(live: Shop, made: Any) -> None:
    assert await live.refused(made(await live.token())) == (422, "transaction_invalid")
    assert await live.everything() == []


@pytest.mark.usefixtures("both_databases")
async def test_a_purchase_of_apples_sandbox_counts_in_a_live_workspace_for_app_review_alone(live: Shop) -> None:
    signed = APPLE.sign(transaction(environment="Sandbox", appAccountToken=await live.token()))
    assert await live.refused(signed) == (409, "app_store_environment")
    await live.review()
    assert (await live.claim(signed)).status_code == 200
    assert (await live.state())["plan"] == "pro"


async def test_neither_root_counts_in_the_other_realm(live: Shop, tried: Shop, system: System) -> None:
    """Not even where App Review is on: the sandbox's own root is nobody to a live workspace, and Apple's nobody to a test one."""
    await live.review()
    for made in (simulated(system, appAccountToken=await live.token()), simulated(system, bundleId=BUNDLE, environment="Production")):
        assert await live.refused(made) == (422, "transaction_invalid")
    for environment in ("Production", "Sandbox"):
        signed = APPLE.sign(transaction(environment=environment, bundleId=BUNDLE_ID, productId=SOLD_AS["pro", "monthly"]))
        assert await tried.refused(signed) == (422, "transaction_invalid")
    assert await live.everything() == []
    assert (await tried.claim(simulated(system))).status_code == 200


@pytest.mark.parametrize(
    "changes",
    [{"type": "Consumable"}, {"type": "Non-Renewing Subscription"}, {"productId": "lamp"}, {"inAppOwnershipType": "FAMILY_SHARED"}],
    ids=["a consumable", "one that does not renew", "an unknown product", "shared by the family"],
)
async def test_what_is_no_subscription_of_ours_is_not_supported(live: Shop, changes: dict[str, Any]) -> None:
    assert await live.refused(APPLE.sign(transaction(**changes))) == (422, "transaction_unsupported")


async def test_what_the_family_shares_is_taken_where_the_operator_lets_it(live: Shop, system: System) -> None:
    system.settings = system.settings.model_copy(update={"app_store": sold(family_sharing=True)})
    assert (await live.claim(APPLE.sign(transaction(inAppOwnershipType="FAMILY_SHARED")))).status_code == 200


async def test_a_refunded_purchase_gives_nothing(live: Shop) -> None:
    assert await live.refused(APPLE.sign(transaction(revocationDate=now(), revocationReason=0))) == (422, "transaction_revoked")


@pytest.mark.usefixtures("both_databases")
async def test_a_purchase_for_another_workspace_is_not_taken_and_nobody_says_whose_it_is(live: Shop, other: Shop) -> None:
    signed = APPLE.sign(transaction(appAccountToken=await other.token()))
    answer = await live.claim(signed)
    assert (answer.status_code, answer.json()["code"], answer.json()["details"].keys()) == (409, "transaction_claimed", {"next"})
    assert (await other.claim(signed)).status_code == 200
    unnamed = APPLE.sign(transaction(originalTransactionId="7", transactionId="7"))
    assert (await other.claim(unnamed)).status_code == 200
    answer = await live.claim(unnamed)
    assert (answer.status_code, answer.json()["code"], answer.json()["details"].keys()) == (409, "transaction_claimed", {"next"})
    nobodys = APPLE.sign(transaction(originalTransactionId="8", appAccountToken="7e3fb204-2f0a-4d37-a5b2-ea4c9a9a6b6f"))
    assert await live.refused(nobodys) == (409, "transaction_claimed")


async def test_what_the_workspace_has_is_applied_where_it_is_newer(live: Shop) -> None:
    first, second = transaction(), transaction(transactionId="2001", signedDate=now(), expiresDate=now() + 60 * DAY)
    assert (await live.claim(APPLE.sign(second))).status_code == 200
    [row] = await live.rows()
    assert (await live.claim(APPLE.sign(first))).status_code == 200
    assert await live.rows() == [row]
    third = transaction(transactionId="2002", signedDate=now() + 1000, expiresDate=now() + 90 * DAY)
    assert (await live.claim(APPLE.sign(third))).status_code == 200
    [newer] = await live.rows()
    assert newer.renews_at is not None
    assert row.renews_at is not None
    assert newer.renews_at > row.renews_at
    over = transaction(signedDate=now() - 60 * DAY, expiresDate=now() - 30 * DAY)
    assert (await live.claim(APPLE.sign(over))).status_code == 200, "what is theirs is theirs, also when an old one is shown"
    assert await live.rows() == [newer]


@pytest.mark.parametrize(
    "changes", [{"expiresDate": now() - DAY}, {"expiresDate": None}, {"isUpgraded": True}], ids=["over", "without an end", "upgraded"]
)
async def test_a_period_that_is_over_gives_nothing_where_nobody_can_be_asked(live: Shop, changes: dict[str, Any]) -> None:
    assert await live.refused(APPLE.sign(transaction(**changes))) == (422, "transaction_expired")
    assert await live.everything() == []


async def test_a_purchase_without_a_token_goes_to_who_comes_first(live: Shop, other: Shop) -> None:
    signed = APPLE.sign(transaction())
    answers = await asyncio.gather(*(one.claim(signed) for one in (live, other) for _ in range(3)))
    assert sorted({answer.status_code for answer in answers}) == [200, 409]
    assert len([one for one in (live, other) if await one.rows()]) == 1


async def test_who_may_not_pay_claims_nothing(app: FastAPI, system: System, live: Shop) -> None:
    editor = await person(system, (live.space.id, "editor"))
    async with browser(app, editor) as page:
        answer = await page.post(f"{PATH}/transactions/claim", json={"signedTransactionInfo": APPLE.sign(transaction())})
        assert (answer.status_code, answer.json()["code"]) == (403, "role_required")
        assert (await page.get(f"{PATH}/products")).status_code == 200
        assert (await page.get(f"{PATH}/account-token")).status_code == 200


async def test_twenty_claims_an_hour_are_enough(live: Shop) -> None:
    for _ in range(20):
        assert await live.refused("a.b.c") == (422, "transaction_invalid")
    assert await live.refused("a.b.c") == (429, "rate_limited")


async def test_two_subscriptions_at_once_are_told(live: Shop) -> None:
    for original in ("1", "2"):
        assert (await live.claim(APPLE.sign(transaction(originalTransactionId=original)))).status_code == 200
    [notice] = (await live.state())["notices"]
    assert "Two subscriptions are paid for at once" in notice["message"]


# At the simulated App Store, where there is always somebody to ask.


def iphone(system: System) -> AppStoreSandbox:
    assert system.sandbox is not None
    found = system.sandbox.simulators["app_store"]
    assert isinstance(found, AppStoreSandbox)
    return found


async def at(store: AppStoreSandbox, space: Member, do: Any) -> Any:
    """What somebody does there, in the world of a workspace."""

    def done() -> Any:
        with within(Caller(space.id, utc_now().timestamp())), store.store.transaction():
            return do()

    return await asyncio.to_thread(done)


@pytest.mark.usefixtures("both_databases")
async def test_a_purchase_outside_of_the_app_is_bound_and_the_app_store_is_told_whose_it_is(tried: Shop, system: System) -> None:
    store = iphone(system)
    sub = await at(store, tried.space, lambda: store.buy(SOLD_AS["pro", "monthly"]))
    signed = await at(store, tried.space, lambda: store.signed_transaction(sub))
    assert (await tried.claim(signed)).status_code == 200
    known = await at(store, tried.space, lambda: store.shelf.get("subscriptions", sub["original_id"]))
    assert known["token"] == await tried.token()


async def test_a_transaction_that_an_upgrade_has_ended_leads_to_the_one_that_counts(tried: Shop, system: System) -> None:
    store = iphone(system)
    sub = await at(store, tried.space, lambda: store.buy(SOLD_AS["starter", "monthly"]))
    assert await at(store, tried.space, lambda: store.act(sub["original_id"], "change", SOLD_AS["pro", "monthly"]))
    sub = await at(store, tried.space, lambda: store.shelf.get("subscriptions", sub["original_id"]))
    former = await at(store, tried.space, lambda: store.signed_former(sub))
    assert (await tried.claim(former)).status_code == 200
    assert (await tried.state())["plan"] == "pro"


@pytest.mark.parametrize("fault", ["error", "rate_limit", "refuse", "malformed"])
async def test_where_the_app_store_does_not_answer_a_claim_is_to_be_sent_again(tried: Shop, system: System, fault: str) -> None:
    store = iphone(system)
    sub = await at(store, tried.space, lambda: store.buy(SOLD_AS["starter", "monthly"]))
    await at(store, tried.space, lambda: store.act(sub["original_id"], "change", SOLD_AS["pro", "monthly"]))
    sub = await at(store, tried.space, lambda: store.shelf.get("subscriptions", sub["original_id"]))
    former = await at(store, tried.space, lambda: store.signed_former(sub))
    store.fail(fault, workspace=tried.space.id)
    assert await tried.refused(former) == (503, "billing_unavailable")
    assert (await tried.claim(former)).status_code == 200


async def test_what_the_app_store_does_not_know_is_over(tried: Shop, system: System) -> None:
    assert await tried.refused(simulated(system, expiresDate=now() - DAY)) == (422, "transaction_expired")


async def test_a_stranger_is_told_nothing_by_the_simulated_app_store(system: System, tried: Shop) -> None:
    store = iphone(system)
    sub = await at(store, tried.space, lambda: store.buy(SOLD_AS["pro", "monthly"]))
    http = system.outbound.network(test=True)
    url = f"https://api.storekit-sandbox.apple.com/inApps/v1/subscriptions/{sub['original_id']}"
    async with system.acting(tried.space.id, test=True):
        for token in ("", "a.b.c", simulated(system)):
            answer: httpx2.Response = await http.get(url, headers={"authorization": f"Bearer {token}"})
            assert answer.status_code == 401


# What was told before anybody knew whose it was.


@pytest.mark.usefixtures("both_databases")
async def test_a_claim_has_what_was_told_of_the_purchase_before(live: Shop, app: FastAPI) -> None:
    bought = transaction()
    canceled = notification("DID_CHANGE_RENEWAL_STATUS", "AUTO_RENEW_DISABLED", of=bought, then=renewal(autoRenewStatus=0))
    assert await live.told(app, APPLE.sign(canceled)) == {"ok": True, "ignored": True}
    assert [event.workspace_id for event in await live.events()] == [None]
    assert (await live.claim(APPLE.sign(bought))).status_code == 200
    assert (await live.state())["status"] == "canceled"
    assert [event.workspace_id for event in await live.events()] == [live.space.id]
