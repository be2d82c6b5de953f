"""What the App Store tells: whose it is, what follows of each type, and that everything is kept once."""

from __future__ import annotations

import asyncio
import json
import random
from typing import Any

import pytest
from fastapi import FastAPI

from socialclaw.merchants.app_store.sandbox.authority import PURPOSE, authority
from socialclaw.merchants.app_store.sandbox.catalogue import BUNDLE_ID, SOLD_AS
from socialclaw.system import System
from tests.billing.app_store.conftest import PATH, Shop
from tests.conftest import client
from tests.merchants.app_store.minting import APPLE, DAY, Chain, notification, now, renewal, transaction

MONTH = 30 * DAY

# What is told of a subscription that runs, and what it comes to: type, subtype, status, changes of transaction and renewal.
ACTIVE = ("active", True, "pro")
Row = tuple[str, str | None, int | None, dict[str, Any], dict[str, Any], tuple[str, bool, str]]
FOLLOWS: list[Row] = [
    ("SUBSCRIBED", "INITIAL_BUY", 1, {}, {}, ACTIVE),
    ("SUBSCRIBED", "RESUBSCRIBE", 1, {}, {}, ACTIVE),
    ("DID_RENEW", None, 1, {"expiresDate": now() + 2 * MONTH}, {}, ACTIVE),
    ("DID_RENEW", "BILLING_RECOVERY", 1, {}, {}, ACTIVE),
    ("OFFER_REDEEMED", None, 1, {}, {}, ACTIVE),
    ("RENEWAL_EXTENDED", None, 1, {"expiresDate": now() + 2 * MONTH}, {}, ACTIVE),
    ("REFUND_REVERSED", None, 1, {}, {}, ACTIVE),
    ("DID_CHANGE_RENEWAL_STATUS", "AUTO_RENEW_DISABLED", 1, {}, {"autoRenewStatus": 0}, ("canceled", True, "pro")),
    ("DID_CHANGE_RENEWAL_STATUS", "AUTO_RENEW_ENABLED", 1, {}, {}, ACTIVE),
    ("DID_CHANGE_RENEWAL_PREF", "UPGRADE", 1, {"productId": "pro.yearly"}, {"autoRenewProductId": "pro.yearly"}, ACTIVE),
    ("DID_CHANGE_RENEWAL_PREF", "DOWNGRADE", 1, {}, {"autoRenewProductId": "starter.monthly"}, ACTIVE),
    ("DID_CHANGE_RENEWAL_PREF", None, 1, {}, {}, ACTIVE),
    (
        "DID_FAIL_TO_RENEW",
        "GRACE_PERIOD",
        4,
        {"expiresDate": now() - DAY},
        {"gracePeriodExpiresDate": now() + DAY},
        ("past_due", True, "pro"),
    ),
    ("DID_FAIL_TO_RENEW", None, 3, {"expiresDate": now() - DAY}, {}, ("past_due", False, "pro")),
    ("GRACE_PERIOD_EXPIRED", None, 3, {"expiresDate": now() - 17 * DAY}, {}, ("past_due", False, "pro")),
    ("EXPIRED", "VOLUNTARY", 2, {"expiresDate": now() - DAY}, {"autoRenewStatus": 0}, ("inactive", False, "pro")),
    ("EXPIRED", "BILLING_RETRY", 2, {"expiresDate": now() - 60 * DAY}, {}, ("inactive", False, "pro")),
    ("EXPIRED", "PRICE_INCREASE", 2, {"expiresDate": now() - DAY}, {}, ("inactive", False, "pro")),
    ("EXPIRED", "PRODUCT_NOT_FOR_SALE", 2, {"expiresDate": now() - DAY}, {}, ("inactive", False, "pro")),
    ("REVOKE", None, 5, {"revocationDate": now() - DAY}, {}, ("inactive", False, "pro")),
    ("REFUND", None, 5, {"revocationDate": now() - DAY}, {}, ("inactive", False, "pro")),
    ("REFUND", None, None, {"revocationDate": now() - DAY}, {}, ("inactive", False, "pro")),
    ("DID_RENEW", None, 1, {"productId": "lamp"}, {}, ("inactive", False, "")),
]
KEPT = [
    "CONSUMPTION_REQUEST", "PRICE_INCREASE", "PRICE_CHANGE", "TEST", "REFUND_DECLINED", "METADATA_UPDATE", "MIGRATION", "RENEWAL_EXTENSION",
    "EXTERNAL_PURCHASE_TOKEN", "RESCIND_CONSENT", "ONE_TIME_CHARGE", "A_TYPE_THAT_IS_NEWER",
]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "subtype", "status", "bought", "then", "comes_to"), FOLLOWS, ids=[f"{r[0]}-{r[1]}-{r[2]}" for r in FOLLOWS]
)
async def test_what_follows_of_each_type(
    live: Shop,
    app: FastAPI,
    kind: str,
    subtype: str | None,
    status: int | None,
    bought: dict[str, Any],
    then: dict[str, Any],
    comes_to: Any,
) -> None:
    token = await live.token()
    assert (await live.claim(APPLE.sign(transaction(appAccountToken=token)))).status_code == 200
    told = notification(kind, subtype, status=status, of=transaction(appAccountToken=token, **bought), then=renewal(**then))
    assert await live.told(app, APPLE.sign(told)) == {"ok": True}
    [row] = await live.rows()
    state = await live.state()
    assert (row.status, state["entitled"], row.plan) == comes_to
    if subtype == "DOWNGRADE":
        assert row.next_plan == "starter"
    if subtype == "UPGRADE":
        assert row.interval == "yearly"
    if kind == "DID_FAIL_TO_RENEW" and subtype:
        [notice] = state["notices"]
        assert "The last payment failed" in notice["message"]


@pytest.mark.parametrize("kind", KEPT)
async def test_what_changes_nothing_is_kept_and_taken(live: Shop, app: FastAPI, kind: str) -> None:
    token = await live.token()
    assert (await live.claim(APPLE.sign(transaction(appAccountToken=token)))).status_code == 200
    before = await live.rows()
    told = notification(kind, status=2, of=transaction(appAccountToken=token, expiresDate=now() - DAY), then=renewal(autoRenewStatus=0))
    assert await live.told(app, APPLE.sign(told)) == {"ok": True}
    assert await live.rows() == before
    assert [event.kind for event in await live.events()] == [kind]
    assert (await live.told(app, APPLE.sign(notification(kind, status=None))))["ok"] is True


async def test_a_refund_of_an_earlier_period_is_only_kept(live: Shop, app: FastAPI) -> None:
    token = await live.token()
    current = transaction(appAccountToken=token, transactionId="2002", expiresDate=now() + MONTH)
    assert (await live.claim(APPLE.sign(current))).status_code == 200
    old = transaction(appAccountToken=token, expiresDate=now() - DAY, revocationDate=now())
    assert await live.told(app, APPLE.sign(notification("REFUND", status=1, of=old, then=renewal()))) == {"ok": True}
    assert (await live.state())["status"] == "active"
    assert [event.kind for event in await live.events()] == ["REFUND"]


@pytest.mark.usefixtures("both_databases")
async def test_a_purchase_is_whose_its_token_says_before_anybody_claims_it(live: Shop, other: Shop, app: FastAPI) -> None:
    told = notification("SUBSCRIBED", "INITIAL_BUY", of=transaction(appAccountToken=await live.token()), then=renewal())
    signed = APPLE.sign(told)
    assert await live.told(app, signed) == {"ok": True}
    assert await live.told(app, signed) == {"ok": True, "duplicate": True}
    assert (await live.state())["plan"] == "pro"
    assert await other.rows() == []
    [event] = await live.events()
    assert (event.kind, event.subject, event.workspace_id) == ("SUBSCRIBED.INITIAL_BUY", "1000", live.space.id)
    assert signed not in (event.sealed or ""), "kept sealed"
    only_then = notification("DID_RENEW", of=transaction(originalTransactionId="5"), then=renewal(appAccountToken=await other.token()))
    assert await live.told(app, APPLE.sign(only_then)) == {"ok": True}
    assert [row.external_id for row in await other.rows()] == ["5"]


async def test_what_is_nobodys_is_kept_and_gives_nobody_anything(live: Shop, app: FastAPI) -> None:
    for of in (transaction(), transaction(appAccountToken="7e3fb204-2f0a-4d37-a5b2-ea4c9a9a6b6f"), None):
        told = notification("DID_RENEW", of=of, then=renewal() if of else None)
        assert await live.told(app, APPLE.sign(told)) == {"ok": True, "ignored": True}
    assert await live.everything() == []
    assert len(await live.events()) == 3


async def test_a_sandbox_notification_touches_a_live_workspace_for_app_review_alone(live: Shop, app: FastAPI) -> None:
    """They come to the URL of production where App Store Connect has none for the sandbox."""
    bought = transaction(environment="Sandbox", appAccountToken=await live.token())
    assert await live.told(app, APPLE.sign(notification("SUBSCRIBED", of=bought, then=renewal()))) == {"ok": True, "ignored": True}
    assert await live.rows() == []
    await live.review()
    assert await live.told(app, APPLE.sign(notification("DID_RENEW", of=bought, then=renewal()))) == {"ok": True}
    assert [row.status for row in await live.rows()] == ["active"]


async def test_neither_root_tells_of_the_other_realm(live: Shop, tried: Shop, app: FastAPI, system: System) -> None:
    sandbox = authority(system.door.derived(PURPOSE)[0])
    product = SOLD_AS["pro", "monthly"]
    ours = transaction(environment="Sandbox", bundleId=BUNDLE_ID, productId=product, appAccountToken=await live.token())
    told = notification("SUBSCRIBED", of=ours, then=renewal(productId=product), by=sandbox)
    told["data"]["bundleId"] = BUNDLE_ID
    assert await live.told(app, sandbox.sign(told)) == {"ok": True, "ignored": True}, "it is no test workspace's token"
    theirs = transaction(appAccountToken=await tried.token())
    assert await live.told(app, APPLE.sign(notification("SUBSCRIBED", of=theirs, then=renewal()))) == {"ok": True, "ignored": True}
    assert await live.everything() == []


FORGED = Chain()
BODIES: dict[str, Any] = {
    "of somebody": json.dumps({"signedPayload": FORGED.sign(notification("TEST"))}),
    "without what is signed": "{}",
    "a list": "[]",
    "no JSON": "{",
    "nothing": "",
    "deep": "[" * 20_000,
    "a payload that is a number": '{"signedPayload": 5}',
    "a payload that is none": '{"signedPayload": "a.b.c"}',
    "of another app": json.dumps(
        {"signedPayload": APPLE.sign({**notification("TEST"), "data": {"bundleId": "org.evil", "environment": "Production"}})}
    ),
}


@pytest.mark.parametrize("content", BODIES.values(), ids=BODIES)
async def test_what_apple_did_not_send_is_refused_with_one_code_and_not_kept(live: Shop, app: FastAPI, content: str) -> None:
    async with client(app) as somebody:
        answer = await somebody.post(f"{PATH}/notifications", content=content, headers={"content-type": "application/json"})
        assert (answer.status_code, answer.json()["code"]) == (401, "notification_invalid")
        large = await somebody.post(f"{PATH}/notifications", content=b"x" * (1024 * 1024 + 1))
        assert (large.status_code, large.json()["code"]) == (413, "payload_too_large")
    assert await live.events() == []


@pytest.mark.usefixtures("both_databases")
async def test_a_storm_comes_to_what_was_signed_last(live: Shop, app: FastAPI) -> None:
    """Any order, some of it twice, some of it at once."""
    token = await live.token()
    news, at = [], now()
    for number in range(12):
        stops = number % 3 == 2
        bought = transaction(appAccountToken=token, expiresDate=at + MONTH)
        told = notification("DID_CHANGE_RENEWAL_STATUS", of=bought, then=renewal(autoRenewStatus=int(not stops)), signedDate=at + number)
        news.append(APPLE.sign(told))
    last = news[-1]
    shuffled = [*news, *news[:5], last]
    random.Random(7).shuffle(shuffled)
    await asyncio.gather(*(live.told(app, signed) for signed in shuffled))
    [row] = await live.rows()
    assert (row.status, int(row.at.timestamp() * 1000)) == ("canceled", at + 11)
    assert len(await live.events()) == 12
