"""An installation whose test workspaces buy at the simulated store, and somebody who does."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from fastapi import FastAPI

from socialclaw.billing_settings import BillingSettings
from socialclaw.settings import Settings
from socialclaw.system import System
from tests.billing.lemonsqueezy.shopper import MAIL, Shopper
from tests.conftest import Member, browser, person


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"billing": BillingSettings(simulated=True)})


@pytest.fixture
async def shopper(system: System, app: FastAPI, workspace: Member) -> AsyncIterator[Shopper]:
    ada = await person(system, (workspace.id, "owner"), email=MAIL, email_verified=True)
    async with browser(app, ada) as page:
        yield Shopper(system, workspace, page)
