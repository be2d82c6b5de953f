"""Whose a purchase is where no webhook has told us: by the order with which somebody comes back, by the address that we sent to the store,
or by the operator's word. What fits two is nobody's until a person decides."""

from __future__ import annotations

import hmac
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from socialclaw.billing import ledger
from socialclaw.billing.lemonsqueezy import checkouts, reading, stores
from socialclaw.billing.lemonsqueezy.stores import LIVE, TEST, Store
from socialclaw.billing.subscriptions import LEMON_SQUEEZY
from socialclaw.db.base import utc_now
from socialclaw.db.billing import Subscription
from socialclaw.db.checkouts import Checkout
from socialclaw.db.workspaces import Workspace
from socialclaw.errors import Conflict, NotFound, SocialClawError
from socialclaw.merchants.lemonsqueezy import resources
from socialclaw.merchants.lemonsqueezy.client import NotThere
from socialclaw.system import System
from socialclaw.turns import Party

APART = timedelta(minutes=2)  # between the store's clock and ours

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Sought:
    """A checkout of which it is not known what was bought there."""

    id: str
    workspace_id: str
    realm: str
    order_id: str | None


def due(session: Session, now: datetime, most: int) -> list[tuple[str, Party]]:
    """Checkouts of which nobody has told us for an hour."""
    query = select(Checkout.id).join(Workspace, Workspace.id == Checkout.workspace_id)
    query = query.where(Checkout.next_at <= now, Workspace.clock_at.is_(None))
    return [(found, reading.STORE) for found in session.scalars(query.order_by(Checkout.next_at).limit(most))]


def take(session: Session, now: datetime, names: Sequence[str]) -> dict[str, Sought]:
    """Of these, what nobody else has taken; after the last time they are left."""
    query = select(Checkout).where(Checkout.id.in_(names), Checkout.next_at <= now).with_for_update(skip_locked=True)
    taken = {}
    for row in session.scalars(query):
        checkouts.later(row, now)
        taken[row.id] = _sought(row)
    return taken


async def work(system: System, sought: Sought) -> bool:
    """Look for what was bought there; whether it was found. The store may be away: then it is looked for an hour later."""
    store = stores.of_realm(system, sought.realm)
    if store is None:
        return False
    async with system.acting(sought.workspace_id, test=store.test):
        try:
            found = await store.client.subscriptions(order_id=sought.order_id)
        except (SocialClawError, NotThere) as error:
            log.warning("lemon squeezy: what was bought at %s is looked for later: %s", sought.id, error)
            return False
        return await system.database.write(_bind_one, store, sought.id, found)


async def at_instant(system: System, checkout_id: str) -> bool:
    """Where time stands: look for what was bought at one; whether that is known now."""
    taken = await system.database.write(take, utc_now(), [checkout_id])
    return [await work(system, sought) for sought in taken.values()] == [True]


async def by_order(system: System, sought: Sought, order_id: str, identifier: str) -> bool:
    """The same by an order that somebody says is theirs. Its identifier is the proof: ids are counted up, and can be guessed."""
    store = stores.of_realm(system, sought.realm)
    if store is None:
        return False
    async with system.acting(sought.workspace_id, test=store.test):
        try:
            order = await store.client.order(order_id)
            if not await system.database.write(_ordered, store, sought.id, order, identifier):
                return False
            found = await store.client.subscriptions(order_id=order_id)
        except (SocialClawError, NotThere) as error:
            log.warning("lemon squeezy: order %s is looked at later: %s", order_id, error)
            return False
        return await system.database.write(_bind_one, store, sought.id, found)


def _sought(row: Checkout) -> Sought:
    return Sought(row.id, row.workspace_id, row.realm, row.order_id)


def _ordered(session: Session, store: Store, checkout_id: str, order: resources.Order, identifier: str) -> bool:
    """Whether this order is what was bought at a checkout; remembered, if it is."""
    row = session.get(Checkout, checkout_id, with_for_update=True)
    if row is None or row.subscription_id is not None:
        return False
    fits = (
        hmac.compare_digest(order.identifier.encode(), identifier.encode(errors="replace"))
        and order.store_id == store.client.store_id
        and order.variant_id == row.variant_id
        and order.created_at >= row.created_at - APART
        and session.scalar(select(Checkout.id).where(Checkout.order_id == order.id, Checkout.realm == row.realm, Checkout.id != row.id))
        is None
    )
    if fits:
        row.order_id = order.id
    return fits


def _bind_one(session: Session, store: Store, checkout_id: str, found: Sequence[resources.Subscription]) -> bool:
    """The one subscription that can only have been bought at this checkout, if there is just one; the others are kept as nobody's."""
    row = session.get(Checkout, checkout_id, with_for_update=True)
    if row is None or row.subscription_id is not None:
        return False
    known = {said.id: ledger.find(session, LEMON_SQUEEZY, store.realm, said.id) for said in found}
    free = [said for said in found if not (kept := known[said.id]) or kept.workspace_id is None]
    fitting = [said for said in free if _fits(row, said)]
    if len(fitting) == 1 and not _rival(session, row, fitting[0]):
        bind(session, store, row, fitting[0])
        return True
    for said in free:
        if known[said.id] is None and said.variant_id in store.variants and store.realm == LIVE:
            reading.keep(session, store, said)
    return False


def _fits(row: Checkout, said: resources.Subscription) -> bool:
    if said.variant_id != row.variant_id or said.created_at < row.created_at - APART:
        return False
    return str(said.order_id) == row.order_id if row.order_id else row.email is not None and said.email == row.email


def _rival(session: Session, row: Checkout, said: resources.Subscription) -> bool:
    """Whether it may as well have been bought at another checkout, by the same person for another workspace."""
    if row.order_id:
        return False
    others = select(Checkout).where(
        Checkout.id != row.id, Checkout.realm == row.realm, Checkout.email == row.email, Checkout.workspace_id != row.workspace_id
    )
    if row.realm == TEST:
        return False  # each test workspace has a store of its own
    return any(_fits(other, said) for other in session.scalars(others.where(Checkout.subscription_id.is_(None))))


def bind(session: Session, store: Store, row: Checkout, said: resources.Subscription) -> None:
    """It was bought at this checkout."""
    checkouts.bought(session, row, said.id)
    reading.keep(session, store, said, row.workspace_id, row.id)
    log.info("lemon squeezy: subscription %s is of workspace %s, found without a webhook", said.id, row.workspace_id)


async def look(system: System) -> None:
    """What was bought at our own store and is not known here at all: nobody's, until somebody says whose."""
    store = stores.of_realm(system, LIVE)
    if store is None:
        return
    try:
        found = await store.client.subscriptions()
    except SocialClawError as error:
        log.warning("lemon squeezy: purchases are looked for later: %s", error)
        return
    await system.database.write(_keep_unknown, store, found)


def _keep_unknown(session: Session, store: Store, found: Sequence[resources.Subscription]) -> None:
    for said in found:
        if said.variant_id in store.variants and ledger.find(session, LEMON_SQUEEZY, store.realm, said.id) is None:
            reading.keep(session, store, said)
            log.warning("lemon squeezy: subscription %s is nobody's: `socialclaw billing orphans`", said.id)


# By the operator.


def orphans(session: Session) -> Sequence[Subscription]:
    """Subscriptions that are nobody's, the oldest first."""
    query = select(Subscription).where(Subscription.source == LEMON_SQUEEZY, Subscription.workspace_id.is_(None))
    return session.scalars(query.order_by(Subscription.created_at, Subscription.id)).all()


def give(session: Session, external_id: str, workspace: str, *, move: bool) -> tuple[Subscription, Workspace]:
    """The operator says whose a subscription is. Conflict `subscription_bound` where it is another's already, unless it is to be moved."""
    space = session.scalar(select(Workspace).where((Workspace.id == workspace) | (Workspace.name == workspace)))
    if space is None:
        raise NotFound(f"There is no workspace {workspace!r}", code="workspace_not_found")
    kept = ledger.find(session, LEMON_SQUEEZY, space.mode, external_id, lock=True)
    if kept is None:
        raise NotFound(f"There is no subscription {external_id!r} in the {space.mode} store", code="subscription_not_found")
    if kept.workspace_id not in (None, space.id) and not move:
        raise Conflict("This subscription is another workspace's already: say --move", code="subscription_bound")
    if kept.workspace_id != space.id:
        ledger.put(session, ledger.row_of(kept), space.id, next_at=utc_now())
    return kept, space
