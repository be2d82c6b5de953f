"""Coming back from the store's page: what was bought there is known by a webhook, and if that does not come, by asking."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.orm import Session

from socialclaw.billing.lemonsqueezy import checkouts, finding
from socialclaw.billing.lemonsqueezy.finding import Sought
from socialclaw.db.base import real_now
from socialclaw.db.checkouts import Checkout
from socialclaw.system import System
from socialclaw.vault import Vault

PATIENCE = timedelta(seconds=10)  # in which a webhook usually comes, and between two questions
ORDER = 18  # digits of an order's id, at most
IDENTIFIER = 64


@dataclass(frozen=True, slots=True)
class Back:
    """Somebody who came back: `bought` once it is known; `ask`: it is time to ask the store."""

    sought: Sought
    bought: bool
    ask: bool


async def come_back(system: System, ticket: str, order_id: str, identifier: str) -> tuple[str, bool] | None:
    """For which workspace, and whether it is known what was bought; None where the ticket names no checkout."""
    back = await system.database.write(_back, system.vault, ticket)
    if back is None:
        return None
    bought = back.bought
    if not bought and back.ask:
        if order_id.isascii() and order_id.isdecimal() and len(order_id) <= ORDER and 0 < len(identifier) <= IDENTIFIER:
            bought = await finding.by_order(system, back.sought, order_id, identifier)
        else:
            bought = await finding.work(system, back.sought)
    return back.sought.workspace_id, bought


def _back(session: Session, vault: Vault, ticket: str) -> Back | None:
    """Times here are real ones: it is a person that waits."""
    row: Checkout | None = checkouts.of_ticket(session, vault, ticket)
    if row is None:
        return None
    now, before = real_now(), row.returned_at
    ask = before is not None and now - before >= PATIENCE
    if before is None or ask:
        row.returned_at = now
    return Back(Sought(row.id, row.workspace_id, row.realm, row.order_id), row.subscription_id is not None, ask)
