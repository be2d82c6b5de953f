"""What opens something at the store, or is a buyer's, is in no log, no error and no table as it is."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from sqlalchemy import select, text

from socialclaw.api import logs
from socialclaw.billing.lemonsqueezy import checkouts, finding, stores
from socialclaw.db.base import Base, utc_now
from socialclaw.settings import Settings
from tests.billing.lemonsqueezy.shopper import LATER, MAIL, Shopper, link, ours


async def test_a_whole_life_leaves_no_secret_anywhere(shopper: Shopper, caplog: pytest.LogCaptureFixture, anonymous: Any) -> None:
    caplog.set_level(logging.DEBUG)
    caplog.handler.setFormatter(logs.Lines())
    store = stores.of_workspace(shopper.system, test=True)
    answers = []
    for fault in ("error", "malformed", "timeout"):
        shopper.store.fail(fault, "POST /v1/checkouts", workspace=shopper.workspace.id)
        answers.append((await shopper.click()).text)
    url = await shopper.begin()
    thanks = await shopper.pay(url)
    back = ours(link(thanks, "Continue"))
    await anonymous.get(back)
    body = shopper.waiting()[0]["body"]
    answers.append((await shopper.send(shopper.waiting()[0], **{"x-signature": "0" * 64})).text)
    await shopper.deliver()
    await shopper.read()
    portal = await shopper.portal()
    await shopper.press(portal, "cancel")
    await shopper.deliver()
    shopper.store.fail("error", "GET /v1/subscriptions", workspace=shopper.workspace.id, times=5)
    await shopper.read(utc_now() + 500 * LATER)
    answers.append((await shopper.page.post("/v1/billing/manage")).text)
    [checkout] = await shopper.checkouts()
    ticket = checkouts.ticket(shopper.system.vault, checkout.id)
    signature = shopper.store.signed(body.encode())["x-signature"]
    secrets = {
        "API key": store.client.api_key,
        "webhook secret": store.secrets[0],
        "signature": signature,
        "signature of the portal's link": portal.rpartition("signature=")[2][:64],
        "signature of the checkout's link": url.rpartition("signature=")[2][:64],
        "ticket": ticket.rpartition(".")[2],
    }
    written = caplog.text + "".join(answers)
    assert [name for name, secret in secrets.items() if secret in written] == []
    assert MAIL not in caplog.text
    rows = await shopper.system.database.read(_everything)
    assert [name for name, secret in secrets.items() if secret in rows] == []


def _everything(session: Any) -> str:
    tables = ("subscriptions", "billing_events", "checkouts", "audit_lines")
    return "".join(
        str(row) for table in tables if table in Base.metadata.tables for row in session.execute(select(text("*")).select_from(text(table)))
    )


def test_no_secret_of_the_settings_is_shown_by_them() -> None:
    from socialclaw.billing_settings import BillingSettings

    given = BillingSettings(api_key="the api key", store_id="1", webhook_secrets="the secret of the store", variants="pro:monthly=1")  # type: ignore[arg-type]
    assert "the api key" not in repr(given) + str(given.model_dump())
    assert "the secret of the store" not in repr(Settings(billing=given))


async def test_neither_client_nor_news_show_what_they_hold(shopper: Shopper) -> None:
    store = stores.of_workspace(shopper.system, test=True)
    assert store.client.api_key not in repr(store.client)
    assert await finding.look(shopper.system) is None
