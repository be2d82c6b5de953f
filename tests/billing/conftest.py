"""A server on which test workspaces need a plan, as live ones do where a store is set."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import delete
from sqlalchemy.orm import Session

from socialclaw.billing import ledger
from socialclaw.billing.subscriptions import LEMON_SQUEEZY, Row
from socialclaw.billing_settings import BillingSettings
from socialclaw.db.base import utc_now
from socialclaw.db.billing import Subscription
from socialclaw.settings import Settings
from socialclaw.system import System
from tests.conftest import Member
from tests.publishing.conftest import desk, page

__all__ = ["desk", "page"]

Has = Callable[..., Awaitable[None]]


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"billing": BillingSettings(simulated=True)})


def paid(plan: str = "starter", status: str = "active", until: datetime | None = None, **more: Any) -> Row:
    """A subscription at the simulated store."""
    return Row(LEMON_SQUEEZY, "1", plan, status, until, utc_now(), "test", **more)


@pytest.fixture
def has(system: System, workspace: Member) -> Has:
    """Lets the workspace have these subscriptions, and no others."""

    def write(session: Session, rows: Sequence[Row]) -> None:
        session.execute(delete(Subscription).where(Subscription.workspace_id == workspace.id))
        for row in rows:
            ledger.put(session, replace(row, realm="test"), workspace.id)
        ledger.remember(session, workspace.id)

    async def has(*rows: Row) -> None:
        await system.database.write(write, rows)

    return has
