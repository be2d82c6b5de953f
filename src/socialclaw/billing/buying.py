"""Buying a plan, changing it, and looking after it: which page a person is led to. There is never a second subscription by our doing."""

from __future__ import annotations

from typing import NamedTuple

from socialclaw.billing import ledger, plans, registry, terms
from socialclaw.billing.sources import Order, Source
from socialclaw.billing.subscriptions import APP_STORE, GRANT, Row, Standing, paying
from socialclaw.db.base import Scope, utc_now
from socialclaw.db.people import User
from socialclaw.errors import Conflict, NotReady
from socialclaw.system import System

MANAGED_BY_APPLE = "https://apps.apple.com/account/subscriptions"


class Known(NamedTuple):
    """What a workspace has when somebody wants to buy."""

    standing: Standing
    live: list[Row]  # the subscriptions that run at a store, the best first
    email: str | None
    name: str | None


def known(scope: Scope, user_id: str) -> Known:
    rows, now = ledger.rows(scope.session, scope.workspace_id), utc_now()
    standing = ledger.standing_of(rows, now)
    user = scope.session.get(User, user_id)
    live = sorted(paying(rows, now), key=lambda row: (row is not standing.row, row.source, row.external_id))
    return Known(standing, live, user.email if user and user.email_verified else None, user.name if user else None)


async def checkout(system: System, workspace_id: str, user_id: str, plan: str, interval: str, *, test: bool) -> str:
    """The address of the page where this plan is bought, or what there is is changed to it.

    Conflict `billing_not_configured`, `plan_not_sold`, `plan_granted`, `subscription_exists`, `subscription_elsewhere`.
    """
    wanted, interval = plans.sold(plan).id, plans.interval(interval)
    store = _seller(system, test=test)
    found = await system.read(workspace_id, known, user_id, test=test)
    order = Order(workspace_id, test, wanted, interval, user_id, found.email, found.name)
    if running := next(iter(found.live), None):
        return await _instead(system, store, running, order)
    if found.standing.source == GRANT and found.standing.entitled and not test:
        label = plans.PLANS[found.standing.plan or ""].label
        raise Conflict(f"The operator has given this workspace the plan {label}: nothing has to be bought", code="plan_granted")
    if not store.sells(system.settings, test=test).get((wanted, interval)):
        message = f"The plan {plans.SOLD[wanted].label} is not sold {interval} here"
        raise Conflict(message, code="plan_not_sold", plan=wanted, billingInterval=interval)
    return await store.checkout(system, order)


async def _instead(system: System, store: Source, running: Row, order: Order) -> str:
    """Where somebody is led who has a subscription already."""
    if running.source == APP_STORE:
        message = "This workspace has a subscription at the App Store: it is changed there, on the device that bought it"
        raise Conflict(message, code="subscription_elsewhere", source=APP_STORE, manageUrl=MANAGED_BY_APPLE)
    if running.status == "canceled":
        return await store.manage(system, running)
    if (running.plan, running.interval) == (order.plan, order.interval):
        message = "This workspace has that plan already"
        raise Conflict(message, code="subscription_exists", plan=order.plan, billingInterval=order.interval)
    return await store.change(system, running, order)


async def manage(system: System, workspace_id: str, user_id: str, *, test: bool) -> str:
    """The address of the page where the subscription is looked after. Conflict `subscription_missing` where there is none."""
    if not terms.sold(system.settings, test=test):
        raise _not_configured()
    found = await system.read(workspace_id, known, user_id, test=test)
    if not found.live:
        where = terms.upgrade(system.settings.base_url, workspace_id)
        raise Conflict("This workspace has no subscription: choose a plan first", code="subscription_missing", **where)
    running = found.live[0]
    if running.source == APP_STORE:
        return MANAGED_BY_APPLE
    if (store := registry.source(running.source)) is None:
        raise NotReady("The store does not answer now: try again in a moment", code="billing_unavailable")
    return await store.manage(system, running)


def _seller(system: System, *, test: bool) -> Source:
    store = registry.seller(system.settings, test=test) if terms.sold(system.settings, test=test) else None
    if store is None:
        raise _not_configured()
    return store


def _not_configured() -> Conflict:
    return Conflict("Nothing is sold here: the operator has set up no store", code="billing_not_configured")
