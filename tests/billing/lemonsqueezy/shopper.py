"""Somebody who buys a plan at the simulated store, and what passes between that store and the server meanwhile."""

from __future__ import annotations

import asyncio
import html
import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import httpx2
from sqlalchemy import select

from socialclaw.billing import ledger
from socialclaw.billing.lemonsqueezy import finding, reading
from socialclaw.billing.subscriptions import Row
from socialclaw.db.base import utc_now
from socialclaw.db.billing import BillingEvent, Subscription
from socialclaw.db.checkouts import Checkout
from socialclaw.merchants.lemonsqueezy.sandbox.simulator import LemonSqueezySandbox
from socialclaw.simulation.worlds import Caller, within
from socialclaw.system import System
from tests.conftest import BASE_URL, SAME, Member

MAIL = "ada@acme.example"
LATER = timedelta(minutes=1)


def link(page: str, words: str) -> str:
    """Where the link leads that says this."""
    found = re.search(rf'href="([^"]+)"[^>]*>{re.escape(words)}<', page)
    assert found, f"there is no link {words!r} on the page: {page[-600:]}"
    return html.unescape(found[1])


@dataclass
class Shopper:
    """`page`: the API with the session of somebody who may buy. Nothing is sent by itself: `deliver` does it."""

    system: System
    workspace: Member
    page: httpx2.AsyncClient

    def __post_init__(self) -> None:
        self.url = httpx2.URL(BASE_URL)  # of the checkout that was paid last
        loop, sends = asyncio.get_running_loop(), self.page
        self.store.by_itself = False

        def send(url: str, content: bytes, headers: Any) -> httpx2.Response:
            asked = sends.post(url, content=content, headers={**headers})
            return asyncio.run_coroutine_threadsafe(asked, loop).result(60)

        self.store.server = replace(self.store.server, send=send)

    @property
    def store(self) -> LemonSqueezySandbox:
        assert self.system.sandbox is not None
        found = self.system.sandbox.simulators["lemonsqueezy"]
        assert isinstance(found, LemonSqueezySandbox)
        return found

    # In the browser.

    async def click(self, plan: str = "pro", interval: str = "monthly") -> httpx2.Response:
        return await self.page.post("/v1/billing/checkout", json={"plan": plan, "billingInterval": interval})

    async def begin(self, plan: str = "pro", interval: str = "monthly") -> str:
        """To the page that sells a plan."""
        answer = await self.click(plan, interval)
        assert answer.status_code == 200, answer.text
        url: str = answer.json()["url"]
        return url

    async def pay(self, url: str, *, mail: str = MAIL, card: str = "pays", trial: str = "", variant: str = "") -> str:
        """Fill in the checkout; the page that comes then."""
        shown = await self.page.get(url)
        self.url = shown.url
        assert shown.status_code == 200, shown.text
        chosen = variant or re.findall(r'<option value="(\d+)" selected', shown.text)[0]
        form = {"variant": chosen, "email": mail, "name": "Ada", "card": card, "trial": trial, "action": "pay"}
        return (await self.page.post(url, data=form, headers=SAME)).text

    async def buy(self, plan: str = "pro", interval: str = "monthly", **how: Any) -> str:
        return await self.pay(await self.begin(plan, interval), **how)

    async def portal(self) -> str:
        answer = await self.page.post("/v1/billing/manage")
        assert answer.status_code == 200, answer.text
        url: str = answer.json()["url"]
        return url

    def own_portal(self) -> str:
        """The portal as the store's own mails lead there, whatever the server knows."""
        with within(Caller(self.workspace.id)):
            [sub] = self.store.shelf.all("subscriptions").values()
            url = self.store.portal(sub["customer_id"])
        return self.system.consent_link(url, self.workspace.id, test=True, seconds=3600)

    async def press(self, url: str, action: str, **fields: str) -> None:
        """A button of the portal, of the newest subscription there."""
        shown = await self.page.get(url)
        of = re.findall(r'name="subscription" value="(\d+)"', shown.text)[0]
        answer = await self.page.post(url, data={"subscription": of, "action": action, **fields}, headers=SAME)
        assert answer.status_code == 303, answer.text

    async def state(self) -> dict[str, Any]:
        answer = await self.page.get("/v1/billing/state")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()["billing"]
        return found

    async def standing(self) -> tuple[str | None, str, bool]:
        found = await self.state()
        return found["plan"], found["status"], found["entitled"]

    # Between the store and the server.

    async def deliver(self, now: float | None = None) -> int:
        """Everything that waits to be sent; how much of it was not taken."""
        return await asyncio.to_thread(self.store.deliver, now)

    async def hear(self) -> None:
        """All news, and what is read after it: two changes within a second are in doubt until then."""
        assert await self.deliver() == 0
        await self.read()

    def at(self, now: float) -> None:
        """It is that time at the store."""
        self.store._time = lambda: now

    def waiting(self) -> list[dict[str, Any]]:
        with within(Caller(self.workspace.id)):
            return [*self.store.shelf.all("deliveries").values()]

    def lose(self) -> int:
        """What waits is never sent; how much that was."""
        with within(Caller(self.workspace.id)), self.store.store.transaction():
            found = [*self.store.shelf.all("deliveries")]
            for key in found:
                self.store.shelf.drop("deliveries", key)
        return len(found)

    async def send(self, kept: dict[str, Any], **headers: str) -> httpx2.Response:
        """One webhook, by hand, signed as the store does it."""
        body = kept["body"].encode()
        return await self.page.post("/v1/billing/webhook", content=body, headers={**self.store.signed(body), **headers})

    # What the worker does.

    async def read(self, now: datetime | None = None) -> int:
        """Read what is due, as the worker does; how much that was."""
        at = now or utc_now() + LATER
        due = [name for name, _ in await self.system.database.read(reading.due, at, 10)]
        taken = await self.system.database.write(reading.take, at, due)
        for one in taken.values():
            await reading.work(self.system, one)
        return len(taken)

    async def look(self, now: datetime) -> int:
        """Look for what was bought, as the worker does an hour later; how many purchases were found."""
        due = [name for name, _ in await self.system.database.read(finding.due, now, 10)]
        taken = await self.system.database.write(finding.take, now, due)
        return sum([await finding.work(self.system, one) for one in taken.values()])

    async def rows(self) -> list[Row]:
        return await self.system.database.read(ledger.rows, self.workspace.id)

    async def kept(self) -> list[Subscription]:
        return await self.system.database.read(lambda session: [*session.scalars(select(Subscription).order_by(Subscription.id))])

    async def events(self) -> list[BillingEvent]:
        return await self.system.database.read(lambda session: [*session.scalars(select(BillingEvent).order_by(BillingEvent.id))])

    async def checkouts(self) -> list[Checkout]:
        return await self.system.database.read(lambda session: [*session.scalars(select(Checkout).order_by(Checkout.created_at))])

    def at_the_store(self) -> list[dict[str, Any]]:
        """The subscriptions as the store has them: the witness."""
        with within(Caller(self.workspace.id)):
            return [*self.store.shelf.all("subscriptions").values()]


def ours(url: str) -> str:
    return url.removeprefix(BASE_URL)
