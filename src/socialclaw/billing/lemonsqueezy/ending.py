"""A workspace that is deleted must not be billed on: what it bought is canceled at the store."""

from __future__ import annotations

import logging

from sqlalchemy import select
from sqlalchemy.orm import Session

from socialclaw.billing.lemonsqueezy import stores
from socialclaw.billing.subscriptions import LEMON_SQUEEZY
from socialclaw.db.billing import Subscription
from socialclaw.merchants.lemonsqueezy.client import NotThere
from socialclaw.system import System

log = logging.getLogger(__name__)


async def cancel_all(system: System, workspace_id: str, *, test: bool) -> None:
    """Raises what the store answers where it is away: nothing of the workspace is forgotten before this is done."""
    for external_id in await system.database.read(_running, workspace_id):
        store = stores.of_realm(system, stores.TEST if test else stores.LIVE)
        if store is None:
            log.error("subscription %s of a deleted workspace goes on: there is no store here to cancel it at", external_id)
            continue
        async with system.acting(workspace_id, test=test):
            try:
                await store.client.cancel(external_id)
            except NotThere:
                continue
        log.info("subscription %s was canceled: its workspace is deleted", external_id)


def _running(session: Session, workspace_id: str) -> list[str]:
    """Those that would be paid for again."""
    mine = (Subscription.workspace_id == workspace_id, Subscription.source == LEMON_SQUEEZY)
    running = Subscription.status.not_in(("canceled", "inactive"))
    return list(session.scalars(select(Subscription.external_id).where(*mine, running).order_by(Subscription.id)))
