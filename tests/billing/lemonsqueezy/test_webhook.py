"""`POST /v1/billing/webhook`: what is believed, what is stored once, and that nobody is asked anything meanwhile."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import random
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx2
import pytest

from socialclaw.billing import ledger
from socialclaw.billing.lemonsqueezy import reading, stores
from socialclaw.billing_settings import BillingSettings
from socialclaw.settings import Settings
from socialclaw.system import System
from tests.billing.lemonsqueezy.shopper import Shopper
from tests.conftest import Member, client, member

WEBHOOK = "/v1/billing/webhook"
both = pytest.mark.usefixtures("both_databases")


def changed(kept: dict[str, Any], **attributes: Any) -> dict[str, Any]:
    """The same webhook about something else; who sends it signs it anew."""
    body = json.loads(kept["body"])
    body["data"]["attributes"] |= attributes
    return {**kept, "body": json.dumps(body)}


@both
async def test_a_purchase_gives_the_plan_whatever_arrives_first(shopper: Shopper) -> None:
    assert await shopper.standing() == ("self_hosted", "active", True), "who has bought nothing in the sandbox has no limits there"
    await shopper.buy("plus", "yearly")
    assert sorted(kept["event"] for kept in shopper.waiting()) == ["order_created", "subscription_created", "subscription_payment_success"]
    assert await shopper.deliver() == 0
    state = await shopper.state()
    assert (state["plan"], state["status"], state["interval"], state["source"]) == ("plus", "active", "yearly", "lemonsqueezy")
    assert state["card"] == {"brand": "visa", "lastFour": "4242"}
    assert state["testMode"] is True
    [row] = await shopper.rows()
    [checkout] = await shopper.checkouts()
    assert (row.checkout_id, checkout.subscription_id, checkout.next_at) == (checkout.id, row.external_id, None)
    assert len(await shopper.events()) == 3


@both
async def test_a_webhook_that_comes_twice_is_done_once(shopper: Shopper) -> None:
    await shopper.buy()
    waiting = shopper.waiting()
    answers = [await shopper.send(kept) for kept in [*waiting, *reversed(waiting)]]
    assert [answer.json() for answer in answers] == [{"ok": True}] * 3 + [{"ok": True, "duplicate": True}] * 3
    assert (len(await shopper.events()), len(await shopper.rows())) == (3, 1)


@both
async def test_of_twenty_at_once_one_is_done(shopper: Shopper) -> None:
    await shopper.buy()
    created = next(kept for kept in shopper.waiting() if kept["event"] == "subscription_created")
    answers = await asyncio.gather(*(shopper.send(created) for _ in range(20)))
    assert all(answer.status_code == 200 for answer in answers)
    assert sum("duplicate" not in answer.json() for answer in answers) == 1
    assert (len(await shopper.events()), len(await shopper.rows())) == (1, 1)


async def test_what_is_not_signed_is_refused_and_changes_nothing(shopper: Shopper) -> None:
    await shopper.buy()
    kept = shopper.waiting()[0]
    for header in ({"x-signature": ""}, {"x-signature": "0" * 64}, {"x-signature": "sha256=" + "0" * 64}):
        answer = await shopper.send(kept, **header)
        assert (answer.status_code, answer.json()["code"]) == (401, "webhook_signature_invalid")
    unsigned = await shopper.page.post(WEBHOOK, content=kept["body"].encode())
    assert unsigned.status_code == 401
    assert await shopper.events() == []


async def test_a_body_is_judged_by_its_bytes_before_anything_is_made_of_it(shopper: Shopper, anonymous: httpx2.AsyncClient) -> None:
    """What no other operation would take as JSON is refused here for its signature, and what is too large for its size."""
    for body in (b"{not json", b'{"a": 1e999}', b"\xff\xfe", b'"\\u0000"'):
        answer = await anonymous.post(WEBHOOK, content=body, headers={"content-type": "application/json", "x-signature": "0" * 64})
        assert (answer.status_code, answer.json()["code"]) == (401, "webhook_signature_invalid")
        answer = await anonymous.post(WEBHOOK, content=body, headers=shopper.store.signed(body))
        assert (answer.status_code, answer.json()["code"]) == (422, "webhook_unreadable")
    large = b" " * (1024 * 1024 + 1)
    assert (await anonymous.post(WEBHOOK, content=large, headers=shopper.store.signed(large))).status_code == 413


@both
@pytest.mark.parametrize("name", ["a\ud800b", "a\0b"])
async def test_a_text_that_cannot_be_kept_is_refused_wherever_it_is(shopper: Shopper, name: str) -> None:
    await shopper.buy()
    kept = next(kept for kept in shopper.waiting() if kept["event"] == "subscription_created")
    event = json.loads(kept["body"])
    event["meta"]["event_name"] = name
    for body in (json.dumps(event), changed(kept, card_brand=name)["body"], changed(kept, urls={name: ""})["body"]):
        answer = await shopper.send({"body": body})
        assert (answer.status_code, answer.json()["code"]) == (422, "webhook_unreadable")
    assert await shopper.events() == []


@both
async def test_what_the_store_does_not_have_holds_until_it_is_read(shopper: Shopper) -> None:
    """Signed as it must be, and later than anything that the store has."""
    await shopper.buy()
    created = next(kept for kept in shopper.waiting() if kept["event"] == "subscription_created")
    await shopper.hear()
    assert await shopper.standing() == ("pro", "active", True)
    lie = changed(created, updated_at="2099-01-01T00:00:00.000000Z", status="expired")
    assert (await shopper.send(lie)).json() == {"ok": True}
    assert (await shopper.standing())[1:] == ("inactive", False)
    await shopper.read()
    assert await shopper.standing() == ("pro", "active", True)
    await shopper.send(lie)
    await shopper.read()
    assert await shopper.standing() == ("pro", "active", True)


async def test_news_that_come_while_the_store_is_asked_are_not_overruled_by_an_older_answer(shopper: Shopper) -> None:
    await shopper.buy()
    await shopper.hear()
    store, [before] = stores.of_workspace(shopper.system, test=True), await shopper.rows()
    async with shopper.system.acting(shopper.workspace.id, test=True):
        answer = await store.client.subscription(before.external_id)
    answer = replace(answer, updated_at=answer.updated_at - timedelta(seconds=1))  # the store's clock has whole seconds
    await shopper.press(await shopper.portal(), "cancel")
    assert await shopper.deliver() == 0
    kept = await shopper.system.database.write(reading.keep, store, answer, asked_at=answer.updated_at)
    assert kept.ask, "it is read again"
    assert kept.at > answer.updated_at
    await shopper.read()
    assert (await shopper.state())["status"] == "canceled"


@pytest.mark.parametrize("attributes", [{"test_mode": False, "store_id": 1}, {"store_id": 2}])
async def test_what_another_store_tells_is_ignored(shopper: Shopper, attributes: dict[str, Any]) -> None:
    await shopper.buy()
    kept = changed(shopper.waiting()[0], **attributes)
    if "test_mode" in attributes:
        body = json.loads(kept["body"])
        body["meta"]["test_mode"] = False
        kept["body"] = json.dumps(body)
    answer = await shopper.send(kept)
    assert answer.json() == {"ok": True, "ignored": True}
    assert await shopper.events() == []


async def test_a_checkout_that_somebody_made_up_gives_nobody_a_plan(shopper: Shopper, other_workspace: Member) -> None:
    """Anybody may write anything into a buy link: only what we have signed says whose a purchase is."""
    await shopper.buy()
    [checkout] = await shopper.checkouts()
    for custom in ({"checkout": checkout.id}, {"checkout": f"{checkout.id}.AAAA"}, {"workspace_id": other_workspace.id}, {}, None):
        body = json.loads(next(kept for kept in shopper.waiting() if kept["event"] == "subscription_created")["body"])
        body["meta"]["custom_data"] = custom
        body["data"]["id"] = str(random.randrange(10**6, 10**9))
        assert (await shopper.send({"body": json.dumps(body)})).json() == {"ok": True}
    assert await shopper.rows() == []
    assert {kept.workspace_id for kept in await shopper.kept()} == {None}, "they are kept, as nobody's"
    assert len(await shopper.kept()) == 5


async def test_an_invoice_of_a_subscription_that_nobody_has_told_of_has_it_read(shopper: Shopper) -> None:
    await shopper.buy()
    [paid] = [kept for kept in shopper.waiting() if kept["event"] == "subscription_payment_success"]
    assert (await shopper.send(paid)).json() == {"ok": True}
    assert await shopper.standing() == ("self_hosted", "active", True), "a plan that nobody knows yet gives and takes nothing"
    assert await shopper.read() == 1
    assert await shopper.standing() == ("pro", "active", True)


async def test_nobody_is_asked_anything_while_a_webhook_is_taken(shopper: Shopper, monkeypatch: pytest.MonkeyPatch) -> None:
    await shopper.buy()

    async def refused(*_: Any, **__: Any) -> None:
        raise AssertionError("a webhook called somebody")

    for way in (shopper.system.outbound.test, shopper.system.outbound.live):
        monkeypatch.setattr(way, "request", refused)
    assert await shopper.deliver() == 0
    assert await shopper.standing() == ("pro", "active", True)


class TestALiveStore:
    """An installation with a store of its own beside the simulated one."""

    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        own = {
            "api_key": "an api key",
            "store_id": "77",
            "webhook_secrets": "old-secret-of-16, new-secret-of-16",
            "variants": "pro:monthly=555",
        }
        return settings.model_copy(update={"billing": BillingSettings(**own)})  # type: ignore[arg-type]

    async def test_neither_store_touches_what_is_of_the_other(self, shopper: Shopper, system: System) -> None:
        live = await member(system, "Live", "live")
        await shopper.buy()
        created = next(kept for kept in shopper.waiting() if kept["event"] == "subscription_created")
        body = json.loads(created["body"])
        body["meta"]["test_mode"] = body["data"]["attributes"]["test_mode"] = False
        body["data"]["attributes"] |= {"store_id": 77, "variant_id": 555}
        real = json.dumps(body)
        assert (await shopper.send({"body": real})).json() == {"ok": True, "ignored": True}, "the simulated store cannot speak for ours"
        for secret, raw in (("old-secret-of-16", real.encode()), ("new-secret-of-16", f"{real} ".encode())):
            signature = hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()
            assert (await shopper.page.post(WEBHOOK, content=raw, headers={"x-signature": signature})).json() == {"ok": True}
        assert (await shopper.send(created)).json() == {"ok": True}
        rows = await system.database.read(lambda session: ledger.rows(session, live.id))
        assert rows == [], "the checkout was a test workspace's: what the real store tells of it is nobody's"
        assert [(row.realm, row.plan) for row in await shopper.rows()] == [("test", "pro")]
        assert sorted((kept.realm, kept.workspace_id is None) for kept in await shopper.kept()) == [("live", True), ("test", False)]


class TestWithoutAStore:
    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return settings.model_copy(update={"billing": BillingSettings()})

    async def test_nothing_is_taken(self, system: System, app: Any) -> None:
        async with client(app) as anybody:
            answer = await anybody.post(WEBHOOK, json={}, headers={"x-signature": "0" * 64})
        assert (answer.status_code, answer.json()["code"]) == (503, "billing_not_configured")
