"""A server whose app is in the App Store, and an Apple whose keys we have; test workspaces buy at the simulated one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI
from sqlalchemy import select

from socialclaw.app_store_settings import AppStoreSettings
from socialclaw.billing import ledger
from socialclaw.billing.app_store import trust
from socialclaw.billing.subscriptions import Row
from socialclaw.billing_settings import BillingSettings
from socialclaw.db.billing import BillingEvent, Subscription
from socialclaw.db.workspaces import Workspace
from socialclaw.settings import Settings
from socialclaw.system import System
from tests.conftest import Member, browser, client, member, person
from tests.merchants.app_store.minting import APP_ID, APPLE, BUNDLE
from tests.publishing.conftest import desk

__all__ = ["desk"]

PRODUCTS = "starter:monthly=starter.monthly, starter:yearly=starter.yearly, pro:monthly=pro.monthly, pro:yearly=pro.yearly"
PATH = "/v1/billing/app-store"


def sold(**more: Any) -> AppStoreSettings:
    return AppStoreSettings(bundle_id=BUNDLE, app_apple_id=str(APP_ID), products=PRODUCTS, **more)


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"billing": BillingSettings(simulated=True), "app_store": sold()})


@pytest.fixture(autouse=True)
def apple(monkeypatch: pytest.MonkeyPatch) -> None:
    """Apple's root is one whose keys these tests have."""
    monkeypatch.setattr(trust, "apple_root", lambda: APPLE.chain[2])


@dataclass
class Shop:
    """A workspace, its owner's browser, and what is kept of its subscriptions."""

    system: System
    space: Member
    page: httpx2.AsyncClient

    async def token(self) -> str:
        answer = await self.page.get(f"{PATH}/account-token")
        assert answer.status_code == 200, answer.text
        return str(answer.json()["appAccountToken"])

    async def claim(self, signed: str, name: str = "signedTransactionInfo") -> httpx2.Response:
        return await self.page.post(f"{PATH}/transactions/claim", json={name: signed})

    async def refused(self, signed: str) -> tuple[int, str]:
        answer = await self.claim(signed)
        return answer.status_code, answer.json()["code"]

    async def state(self) -> dict[str, Any]:
        return dict((await self.page.get("/v1/billing/state")).json()["billing"])

    async def rows(self) -> list[Row]:
        return await self.system.database.read(lambda session: ledger.rows(session, self.space.id))

    async def told(self, app: FastAPI, signed: str) -> dict[str, Any]:
        """What the App Store is answered."""
        async with client(app) as apple:
            answer = await apple.post(f"{PATH}/notifications", json={"signedPayload": signed})
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def events(self) -> list[BillingEvent]:
        query = select(BillingEvent).where(BillingEvent.source == "app_store").order_by(BillingEvent.at)
        return await self.system.database.read(lambda session: list(session.scalars(query)))

    async def everything(self) -> list[Subscription]:
        return await self.system.database.read(lambda session: list(session.scalars(select(Subscription))))

    async def review(self, on: bool = True) -> None:
        def mark(session: Any) -> None:
            session.get_one(Workspace, self.space.id).app_review = on

        await self.system.database.write(mark)


async def shop(app: FastAPI, system: System, name: str, mode: str) -> Shop:
    space = await member(system, name, mode)
    return Shop(system, space, browser(app, await person(system, (space.id, "owner"))))


@pytest.fixture
async def live(app: FastAPI, system: System) -> AsyncIterator[Shop]:
    found = await shop(app, system, "Real", "live")
    yield found
    await found.page.aclose()


@pytest.fixture
async def other(app: FastAPI, system: System) -> AsyncIterator[Shop]:
    found = await shop(app, system, "Other", "live")
    yield found
    await found.page.aclose()


@pytest.fixture
async def tried(app: FastAPI, system: System) -> AsyncIterator[Shop]:
    found = await shop(app, system, "Tried", "test")
    yield found
    await found.page.aclose()
