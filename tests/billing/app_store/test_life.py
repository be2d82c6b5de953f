"""A test workspace buys on the simulated iPhone, and lives through a year: news, readings and the clock together."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI

from socialclaw.billing.app_store import reading
from socialclaw.cli.consent import read_form
from socialclaw.db.base import iso
from socialclaw.merchants.app_store.sandbox.catalogue import SOLD_AS
from socialclaw.merchants.app_store.sandbox.simulator import AppStoreSandbox
from socialclaw.simulation.notices import Telling
from socialclaw.system import System
from tests.billing.app_store.conftest import PATH, Shop
from tests.billing.app_store.test_claims import at, iphone
from tests.conftest import BASE_URL, client


@pytest.fixture
def store(system: System, monkeypatch: pytest.MonkeyPatch) -> AppStoreSandbox:
    """Nothing is sent by itself: a test says when."""
    monkeypatch.setattr(Telling, "deliver_soon", lambda self: None)
    return iphone(system)


async def tell(app: FastAPI, shop: Shop, store: AppStoreSandbox) -> int:
    """What waits is sent to the server; how much that was."""
    loop, sent = asyncio.get_running_loop(), []
    async with client(app) as there:

        def send(url: str, content: bytes, headers: Mapping[str, str]) -> httpx2.Response:
            answer = asyncio.run_coroutine_threadsafe(there.post(url, content=content, headers=dict(headers)), loop).result(60)
            sent.append(answer.json())
            return answer

        store.server = replace(store.server, send=send)
        assert await at_rest(store, shop) == 0
    return len(sent)


async def at_rest(store: AppStoreSandbox, shop: Shop) -> int:
    from socialclaw.simulation.worlds import Caller, within

    def deliver() -> int:
        with within(Caller(shop.space.id)):
            return store.deliver()

    return await asyncio.to_thread(deliver)


async def press(app: FastAPI, shop: Shop, action: str, product: str, **more: str) -> httpx2.Response:
    url = (await shop.page.get(f"{PATH}/products")).json()["purchaseUrl"]
    async with client(app) as phone:
        page = await phone.get(url)
        form = read_form(page.text).values
        assert form["token"] == await shop.token()
        sent = {"product": product, "action": action, "token": form["token"], **more}
        return await phone.post(url, data=sent, headers={"origin": BASE_URL})


@pytest.mark.usefixtures("both_databases")
async def test_somebody_buys_upgrades_cancels_resumes_and_is_refunded_on_an_iphone(
    tried: Shop, app: FastAPI, store: AppStoreSandbox
) -> None:
    assert "Done." in (await press(app, tried, "buy", SOLD_AS["starter", "monthly"])).text
    assert await tell(app, tried, store) == 1
    assert ((await tried.state())["plan"], (await tried.state())["status"]) == ("starter", "active")
    [row] = await tried.rows()
    steps = [("change", ("pro", "active", True)), ("cancel", ("pro", "canceled", True)), ("resume", ("pro", "active", True)),
             ("refund", ("pro", "inactive", False))]  # fmt: skip
    for action, comes_to in steps:
        page = await press(app, tried, action, SOLD_AS["pro", "monthly"], of=row.external_id)
        assert "Done." in page.text
        assert await tell(app, tried, store) == 1
        state = await tried.state()
        assert (state["plan"], state["status"], state["entitled"]) == comes_to
    assert "cannot be done" in (await press(app, tried, "cancel", SOLD_AS["pro", "monthly"], of=row.external_id)).text


async def read(system: System, shop: Shop) -> None:
    """The subscription is read, wherever its time is."""
    [row] = await shop.everything()

    async with system.acting(shop.space.id, test=True):
        assert await reading.work(system, reading.Reading(row.external_id, row.realm, row.workspace_id))


@pytest.mark.usefixtures("both_databases")
async def test_what_nobody_told_is_found_by_reading(tried: Shop, app: FastAPI, store: AppStoreSandbox, system: System) -> None:
    """Every notification is lost; a year passes."""
    bought = await at(store, tried.space, lambda: store.buy(SOLD_AS["pro", "monthly"]))
    signed = await at(store, tried.space, lambda: store.signed_transaction(bought))
    assert (await tried.claim(signed)).status_code == 200
    key = {"authorization": f"Bearer {tried.space.secret}"}
    async with client(app) as api:
        assert (await api.post("/v1/sandbox/clock/freeze", headers=key)).status_code == 200
        for days in (40, 320):
            assert (await api.post("/v1/sandbox/clock/advance", json={"days": days}, headers=key)).status_code == 200
            await read(system, tried)
            state = await tried.state()
            assert (state["status"], state["entitled"]) == ("active", True)
        await at_now(system, store, tried, lambda: store.act(bought["original_id"], "fail"))
        renews = datetime.fromisoformat((await tried.state())["renewsAt"])
        for days, comes_to in ((1, ("past_due", True)), (17, ("past_due", False)), (61, ("inactive", False))):
            until = {"to": iso(renews + timedelta(days=days))}
            assert (await api.post("/v1/sandbox/clock/advance", json=until, headers=key)).status_code == 200
            await read(system, tried)
            state = await tried.state()
            assert (state["status"], state["entitled"]) == comes_to


async def at_now(system: System, store: AppStoreSandbox, shop: Shop, do: Any) -> None:
    """At the workspace's own time."""
    async with system.acting(shop.space.id, test=True):
        await at(store, shop.space, do)
