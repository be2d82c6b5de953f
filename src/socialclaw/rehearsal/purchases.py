"""What a test workspace has bought at the simulated store, forgotten: it has no limits again, as if it had never bought anything."""

from __future__ import annotations

import asyncio

from sqlalchemy import delete
from sqlalchemy.orm import Session

from socialclaw.billing import ledger
from socialclaw.db.checkouts import Checkout
from socialclaw.merchants.lemonsqueezy.sandbox.shop import Shop
from socialclaw.rehearsal import feeds
from socialclaw.system import System


async def forget(system: System, workspace_id: str) -> int:
    """How many subscriptions that were. The store forgets first: what it knew would be found there again."""
    for simulator in feeds.sandbox(system).simulators.values():
        if isinstance(simulator, Shop):
            await asyncio.to_thread(simulator.forget_purchases, workspace_id)
    return await system.database.write(_forget, workspace_id)


def _forget(session: Session, workspace_id: str) -> int:
    session.execute(delete(Checkout).where(Checkout.workspace_id == workspace_id))
    return ledger.forget(session, workspace_id)
