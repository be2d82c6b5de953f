"""Purchases of which no webhook tells: found by who comes back, by the address, by the operator; and never guessed."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from sqlalchemy import update

from socialclaw.billing.lemonsqueezy import returning
from socialclaw.db.base import utc_now
from socialclaw.db.checkouts import Checkout
from tests.billing.lemonsqueezy.shopper import Shopper, link, ours

HOUR = timedelta(hours=1, minutes=1)
both = pytest.mark.usefixtures("both_databases")
WAITS, DONE = "Confirming your purchase", "Your plan is active."


async def receipt(shopper: Shopper, thanks: str) -> str:
    """Where the receipt's button leads."""
    page = await shopper.page.get(shopper.url.join(link(thanks, "View receipt")))
    return ours(link(page.text, "Back to SocialClaw"))


async def waited(shopper: Shopper) -> None:
    """Ten seconds go by for whoever waits on the page."""
    past = utc_now() - 2 * returning.PATIENCE
    await shopper.system.database.write(
        lambda session: session.execute(update(Checkout).where(Checkout.returned_at.is_not(None)).values(returned_at=past))
    )


@both
async def test_who_comes_back_with_the_receipt_has_the_plan_without_any_webhook(shopper: Shopper, anonymous: httpx2.AsyncClient) -> None:
    thanks = await shopper.buy()
    shopper.lose()
    back = await receipt(shopper, thanks)
    first = await anonymous.get(back)
    assert (first.status_code, WAITS in first.text, first.headers["refresh"]) == (200, True, "3")
    assert "in the receipt" in first.text, "whoever waits in vain is told what to do"
    assert await shopper.rows() == [], "the webhook has ten seconds"
    await waited(shopper)
    assert DONE in (await anonymous.get(back)).text
    assert await shopper.standing() == ("pro", "active", True)
    [checkout] = await shopper.checkouts()
    assert checkout.order_id == "1" or checkout.order_id == str(shopper.at_the_store()[0]["order_id"])


async def test_who_comes_back_after_the_webhook_sees_it_at_once(shopper: Shopper, anonymous: httpx2.AsyncClient) -> None:
    thanks = await shopper.buy()
    await shopper.deliver()
    back = ours(link(thanks, "Continue"))
    answer = await anonymous.get(back)
    assert DONE in answer.text
    assert f'/dashboard/w/{shopper.workspace.id}/billing"' in answer.text, "to the workspace that has bought, whichever was looked at last"
    assert "refresh" not in answer.headers
    assert answer.headers["cache-control"] == "no-store"


async def test_an_order_is_believed_for_its_identifier_alone(shopper: Shopper, anonymous: httpx2.AsyncClient) -> None:
    """Order ids are counted up: whoever guesses one must not get what somebody else has bought."""
    thanks = await shopper.buy(mail="somebody@else.example")
    shopper.lose()
    back = await receipt(shopper, thanks)
    await anonymous.get(back)
    proof = back.rpartition("=")[2]
    for guessed in ("00000000-0000-4000-8000-000000000000", "", "é", proof[:-1], proof.upper() + "x"):
        await waited(shopper)
        assert WAITS in (await anonymous.get(back.replace(proof, guessed))).text
    for order in ("0", "999999", "-1", "1 or 1", "../1", "9" * 30):
        await waited(shopper)
        asked = back.replace(f"order_id={shopper.at_the_store()[0]['order_id']}&", f"order_id={order}&")
        assert WAITS in (await anonymous.get(asked)).text
    assert await shopper.rows() == []
    await waited(shopper)
    assert DONE in (await anonymous.get(back)).text


@pytest.mark.parametrize("ticket", ["", "x", "checkout_1", "checkout_1.AAAA", "é", "a" * 5000])
async def test_a_return_that_nobody_has_begun_is_nowhere(anonymous: httpx2.AsyncClient, ticket: str) -> None:
    for accepted, kind in (("text/html", "text/html"), ("*/*", "application/json")):
        answer = await anonymous.get("/billing/return", params={"checkout": ticket}, headers={"accept": accepted})
        assert (answer.status_code, answer.headers["content-type"].partition(";")[0]) == (404, kind)


@both
async def test_an_hour_later_it_is_found_by_the_address(shopper: Shopper) -> None:
    await shopper.buy("startup")
    shopper.lose()
    assert await shopper.look(utc_now()) == 0, "not yet"
    assert await shopper.look(utc_now() + HOUR) == 1
    assert await shopper.standing() == ("startup", "active", True)


async def test_what_may_have_been_bought_at_either_of_two_is_left_for_a_person(shopper: Shopper) -> None:
    """Two purchases with one address, and no webhook: which was bought at which checkout cannot be known."""
    url = await shopper.begin()
    await shopper.pay(url)
    await shopper.pay(url)
    shopper.lose()
    assert await shopper.look(utc_now() + HOUR) == 0
    assert await shopper.rows() == []


async def test_another_address_is_not_taken_for_theirs(shopper: Shopper) -> None:
    await shopper.buy(mail="somebody@else.example")
    shopper.lose()
    assert await shopper.look(utc_now() + HOUR) == 0
    assert await shopper.rows() == []


async def test_after_a_while_it_is_not_looked_for_any_more(shopper: Shopper) -> None:
    await shopper.begin()
    now = utc_now()
    for _ in range(60):
        now += HOUR
        await shopper.look(now)
    [checkout] = await shopper.checkouts()
    assert checkout.next_at is None


async def test_a_store_that_is_away_is_asked_again_later(shopper: Shopper) -> None:
    await shopper.buy()
    shopper.lose()
    shopper.store.fail("timeout", "GET /v1/subscriptions", workspace=shopper.workspace.id)
    assert await shopper.look(utc_now() + HOUR) == 0
    assert await shopper.look(utc_now() + 2 * HOUR) == 1


async def test_a_purchase_whose_checkout_is_not_told_is_nobodys_until_it_is_found(shopper: Shopper) -> None:
    await shopper.buy()
    created = next(kept for kept in shopper.waiting() if kept["event"] == "subscription_created")
    shopper.lose()
    body = json.loads(created["body"])
    del body["meta"]["custom_data"]
    assert (await shopper.send({"body": json.dumps(body)})).json() == {"ok": True}
    [orphan] = await shopper.kept()
    assert (orphan.workspace_id, orphan.plan) == (None, "pro")
    assert await shopper.look(utc_now() + HOUR) == 1
    [row] = await shopper.rows()
    assert row.external_id == orphan.external_id
    assert await shopper.standing() == ("pro", "active", True)


async def test_the_operator_says_whose_it_is(shopper: Shopper, other_workspace: Any) -> None:
    from socialclaw.billing.lemonsqueezy import finding
    from socialclaw.errors import Conflict, NotFound

    await shopper.buy(mail="somebody@else.example")
    created = next(kept for kept in shopper.waiting() if kept["event"] == "subscription_created")
    body = json.loads(created["body"])
    del body["meta"]["custom_data"]
    await shopper.send({"body": json.dumps(body)})
    write = shopper.system.database.write
    [orphan] = await shopper.system.database.read(finding.orphans)
    with pytest.raises(NotFound):
        await write(lambda session: finding.give(session, "999", shopper.workspace.name, move=False))
    await write(lambda session: finding.give(session, orphan.external_id, shopper.workspace.name, move=False))
    assert await shopper.standing() == ("pro", "active", True)
    assert await shopper.system.database.read(finding.orphans) == []
    with pytest.raises(Conflict):
        await write(lambda session: finding.give(session, orphan.external_id, other_workspace.id, move=False))
    await write(lambda session: finding.give(session, orphan.external_id, other_workspace.id, move=True))
    assert await shopper.rows() == []
