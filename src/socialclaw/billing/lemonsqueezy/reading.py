"""Reading subscriptions from the store: after every piece of news, after something was to happen by itself, and now and then besides.

What is read is the truth. A reading that was lost is due again: `next_at` stands in the row.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from socialclaw.billing import ledger
from socialclaw.billing.lemonsqueezy import rows, stores
from socialclaw.billing.lemonsqueezy.stores import TEST, Store
from socialclaw.billing.subscriptions import ENDED, LEMON_SQUEEZY, Row
from socialclaw.clock import rehearsing
from socialclaw.db.base import utc_now
from socialclaw.db.billing import Subscription
from socialclaw.db.workspaces import Workspace
from socialclaw.errors import SocialClawError
from socialclaw.merchants.lemonsqueezy import resources
from socialclaw.merchants.lemonsqueezy.client import NotThere, StoreUnavailable
from socialclaw.system import System
from socialclaw.turns import Party

LEASE = timedelta(minutes=2)  # after which another may read what somebody was about to
AGAIN = timedelta(minutes=5)  # after the store did not answer
STORE = Party("lemonsqueezy", test=False)  # it is one store that is asked, whoever's subscription it is

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Reading:
    """A subscription that is to be read."""

    external_id: str
    realm: str
    workspace_id: str | None
    at: datetime  # the store's clock on the newest news there was then


def due(session: Session, now: datetime, most: int) -> list[tuple[str, Party]]:
    """Subscriptions that are to be read; where time stands only those in doubt: whoever moves it reads the others."""
    query = (
        select(Subscription.id)
        .outerjoin(Workspace, Workspace.id == Subscription.workspace_id)
        .where(Subscription.next_at.is_not(None), Subscription.source == LEMON_SQUEEZY)
        .where(
            or_(
                and_(Workspace.clock_at.is_(None), Subscription.next_at <= now),
                and_(Subscription.ask, Subscription.next_at <= Workspace.clock_at),
            )
        )
        .where(or_(Subscription.realm != TEST, Subscription.workspace_id.is_not(None)))  # else nobody knows in whose sandbox it is
    )
    return [(found, STORE) for found in session.scalars(query.order_by(Subscription.next_at).limit(most))]


def take(session: Session, now: datetime, names: Sequence[str]) -> dict[str, Reading]:
    """Of these, what nobody else has taken."""
    due = or_(Subscription.next_at <= now, and_(Subscription.ask, Subscription.next_at.is_not(None)))
    mine = (Subscription.id.in_(names), due, Subscription.source == LEMON_SQUEEZY)
    query = select(Subscription).where(*mine).with_for_update(skip_locked=True)
    taken = {}
    for kept in session.scalars(query):
        kept.next_at = max(now, kept.next_at or now) + LEASE
        taken[kept.id] = Reading(kept.external_id, kept.realm, kept.workspace_id, kept.at)
    return taken


async def work(system: System, reading: Reading) -> bool:
    """Read it, and keep what was read; whether the store answered."""
    store = stores.of_realm(system, reading.realm)
    async with system.acting(reading.workspace_id or "", test=reading.realm == TEST):
        if store is None:
            await system.database.write(_later, reading, None)
            return False
        try:
            said = await store.client.subscription(reading.external_id)
        except NotThere:
            log.warning("lemon squeezy has no subscription %s (any more)", reading.external_id)
            await system.database.write(_gone, reading)
            return True
        except SocialClawError as error:
            seconds = error.retry_after if isinstance(error, StoreUnavailable) else None
            await system.database.write(_later, reading, max(AGAIN, timedelta(seconds=seconds or 0)))
            return False
        await system.database.write(keep, store, said, asked_at=reading.at)
        return True


async def at_instant(system: System, subscription_id: str) -> bool:
    """Where time stands: read one that is due there now; whether that was done."""
    taken = await system.database.write(take, utc_now(), [subscription_id])
    return [await work(system, reading) for reading in taken.values()] == [True]


def keep(
    session: Session,
    store: Store,
    said: resources.Subscription,
    workspace_id: str | None = None,
    checkout_id: str | None = None,
    *,
    asked_at: datetime | None = None,
) -> Row:
    """The row after what was read. `workspace_id`, `checkout_id`: whose it turned out to be, and where it was bought. `asked_at`: `at` of
    the row when it was asked for; where that has changed, news came meanwhile, and what is older than those is read again."""
    now = utc_now()
    kept = ledger.find(session, LEMON_SQUEEZY, store.realm, said.id, lock=True)
    kept = kept or ledger.first(session, rows.unknown(said.id, store.realm), workspace_id)
    old = ledger.row_of(kept)
    outdated = said.updated_at < old.at
    settled = outdated and asked_at == old.at
    if settled:
        log.warning("lemon squeezy: of subscription %s news told what the store does not have; what was read holds", said.id)
    new = rows.following(old, said, store.variants, store.realm, read=True, settled=settled)
    new = new or replace(old, ask=outdated)
    if said.variant_id not in store.variants:
        log.error(
            "lemon squeezy: subscription %s is of variant %s, which sells no plan: see SOCIALCLAW_BILLING__VARIANTS",
            said.id,
            said.variant_id,
        )
    new = replace(new, checkout_id=new.checkout_id or checkout_id)
    at = rows.next_reading(new, now, rehearses=rehearsing())
    ledger.put(session, new, workspace_id, seen_at=now, next_at=at)
    return new


def _gone(session: Session, reading: Reading) -> None:
    """A subscription that the store does not know gives nothing."""
    kept = ledger.find(session, LEMON_SQUEEZY, reading.realm, reading.external_id, lock=True)
    if kept is not None:
        row = replace(ledger.row_of(kept), status="inactive", until=ENDED, ask=False, renews_at=None)
        ledger.put(session, row, None, seen_at=utc_now(), next_at=None)


def _later(session: Session, reading: Reading, pause: timedelta | None) -> None:
    """It was not read: again after a pause, or not at all where there is no store to read it from."""
    kept = ledger.find(session, LEMON_SQUEEZY, reading.realm, reading.external_id, lock=True)
    if kept is not None:
        kept.next_at = utc_now() + pause if pause is not None else None
