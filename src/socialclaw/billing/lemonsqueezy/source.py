"""Lemon Squeezy as a store at which plans are bought: the pages that people are led to.

The addresses of its portal are asked for each time, since they sign in whoever has them, for a day.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

from socialclaw.billing import ledger
from socialclaw.billing.lemonsqueezy import checkouts, stores
from socialclaw.billing.lemonsqueezy.checkouts import LIFE, Made
from socialclaw.billing.lemonsqueezy.stores import TEST, Store
from socialclaw.billing.sources import Order
from socialclaw.billing.subscriptions import LEMON_SQUEEZY, Row
from socialclaw.db.base import Scope, utc_now
from socialclaw.errors import Conflict
from socialclaw.merchants.lemonsqueezy import resources
from socialclaw.merchants.lemonsqueezy.client import NotThere, StoreUnavailable, Wanted
from socialclaw.settings import Settings
from socialclaw.system import System

RETURN = "/billing/return"
PORTAL, CHANGE = "customer_portal", "customer_portal_update_subscription"


class LemonSqueezySource:
    name = LEMON_SQUEEZY

    def sells(self, settings: Settings, *, test: bool) -> Mapping[tuple[str, str], bool]:
        return dict.fromkeys(stores.sold_by(settings, test=test), True)

    async def checkout(self, system: System, order: Order) -> str:
        """A page for what is bought, or where somebody waits who came back from there and of whose purchase we do not know yet."""
        store = stores.of_workspace(system, test=order.test)
        async with system.acting(order.workspace_id, test=order.test):
            if (url := await system.write(order.workspace_id, _again, system, order, test=order.test)) is None:
                made = await _make(system, store, order)
                url = await system.write(order.workspace_id, checkouts.keep, system.vault, order, made, test=order.test)
        return _shown(system, url, order.workspace_id, test=order.test)

    async def change(self, system: System, row: Row, order: Order) -> str:
        return await _portal(system, row, CHANGE)

    async def manage(self, system: System, row: Row) -> str:
        return await _portal(system, row, PORTAL)


def _again(scope: Scope, system: System, order: Order) -> str | None:
    """Where the last click led; to the page that waits, once somebody has come back from there."""
    found = checkouts.recent(scope, system.vault, order)
    if found is None:
        return None
    row, url = found
    return url if row.returned_at is None else return_url(system, row.id)


def return_url(system: System, checkout_id: str) -> str:
    """Where the store sends people back to. It knows no more of them than what this says."""
    return f"{system.settings.base_url}{RETURN}?checkout={quote(checkouts.ticket(system.vault, checkout_id))}"


async def _make(system: System, store: Store, order: Order) -> Made:
    checkout_id = checkouts.fresh_id()
    back, expires_at, variant_id = return_url(system, checkout_id), utc_now() + LIFE, store.sold[order.plan, order.interval]
    wanted = Wanted(
        variant_id=variant_id,
        redirect_url=back,
        # What is in brackets is replaced by the store: for a link of the receipt its documentation says so.
        receipt_url=f"{back}&order_id=[order_id]&order_identifier=[order_identifier]",
        custom=checkouts.ticket(system.vault, checkout_id),
        expires_at=expires_at,
        email=order.email or "",
        name=order.name or "",
    )
    external_id, url = await store.client.checkout(wanted)
    return Made(checkout_id, external_id, variant_id, url, expires_at)


async def _portal(system: System, row: Row, which: str) -> str:
    """A page of the portal, fresh from the store."""
    test = row.realm == TEST
    store = stores.of_workspace(system, test=test)
    workspace_id = await system.database.read(
        lambda session: (kept := ledger.find(session, row.source, row.realm, row.external_id)) and kept.workspace_id
    )
    async with system.acting(workspace_id or "", test=test):
        said = await _read(store, row.external_id)
    url = said.links.get(which) or said.links.get(PORTAL)
    if not url or not url.startswith("https://"):
        raise StoreUnavailable("The store has no page for this subscription at this moment: try again in a minute")
    return _shown(system, url, workspace_id or "", test=test)


async def _read(store: Store, external_id: str) -> resources.Subscription:
    try:
        return await store.client.subscription(external_id)
    except NotThere:
        message = "The store does not know this subscription any more: the operator has to look at it"
        raise Conflict(message, code="subscription_missing") from None


def _shown(system: System, url: str, workspace_id: str, *, test: bool) -> str:
    """Where a person finds a page of the store; one of ours is where it is."""
    ours = url.startswith(f"{system.settings.base_url}/")
    return url if ours else system.consent_link(url, workspace_id, test=test, seconds=LIFE.total_seconds())
