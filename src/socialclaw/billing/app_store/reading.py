"""Reading subscriptions from the App Store, where a key for that is set: after something was to happen by itself, and once a day."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from socialclaw.billing import ledger
from socialclaw.billing.app_store import rows
from socialclaw.billing.app_store.rows import Said
from socialclaw.billing.app_store.trust import TEST, Trust, of_realm
from socialclaw.billing.subscriptions import APP_STORE
from socialclaw.clock import rehearsing
from socialclaw.db.base import utc_now
from socialclaw.db.billing import Subscription
from socialclaw.db.workspaces import Workspace
from socialclaw.errors import SocialClawError
from socialclaw.merchants.app_store.client import NotThere, Standing
from socialclaw.system import System
from socialclaw.turns import Party

LEASE = timedelta(minutes=2)  # after which another may read what somebody was about to
AGAIN = timedelta(minutes=30)  # after the App Store did not answer
STORE = Party("app_store", test=False)  # it is one App Store that is asked, whoever's subscription it is

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Reading:
    """A subscription that is to be read."""

    original_id: str
    realm: str
    workspace_id: str | None


def due(session: Session, now: datetime, most: int) -> list[tuple[str, Party]]:
    """Subscriptions that are to be read, but for those of workspaces whose time stands: whoever moves it reads them."""
    query = select(Subscription.id).outerjoin(Workspace, Workspace.id == Subscription.workspace_id)
    query = query.where(Subscription.next_at <= now, Subscription.source == APP_STORE, Workspace.clock_at.is_(None))
    return [(found, STORE) for found in session.scalars(query.order_by(Subscription.next_at).limit(most))]


def take(session: Session, now: datetime, names: Sequence[str]) -> dict[str, Reading]:
    """Of these, what nobody else has taken."""
    mine = (Subscription.id.in_(names), Subscription.next_at <= now, Subscription.source == APP_STORE)
    taken = {}
    for kept in session.scalars(select(Subscription).where(*mine).with_for_update(skip_locked=True)):
        kept.next_at = now + LEASE
        taken[kept.id] = Reading(kept.external_id, kept.realm, kept.workspace_id)
    return taken


async def work(system: System, reading: Reading) -> bool:
    """Read it, and keep what was read; whether the App Store answered."""
    trust = of_realm(system, reading.realm)
    async with system.acting(reading.workspace_id or "", test=reading.realm == TEST):
        if trust is None or not trust.apis:
            await system.database.write(_later, reading, None)
            return False
        try:
            said = await _standing(trust, reading.original_id)
        except SocialClawError:
            await system.database.write(_later, reading, AGAIN)
            return False
        await system.database.write(_keep, trust, reading, said)
        return True


async def at_instant(system: System, subscription_id: str) -> bool:
    """Where time stands: read one that is due there now; whether that was done."""
    taken = await system.database.write(take, utc_now(), [subscription_id])
    return [await work(system, reading) for reading in taken.values()] == [True]


async def _standing(trust: Trust, original_id: str) -> Standing | None:
    """How it stands, wherever it was bought; None where the App Store does not know it any more."""
    for api in trust.apis:
        try:
            found = [one for one in await api.subscriptions(original_id) if one.transaction.original_id == original_id]
        except NotThere:
            continue
        return max(found, key=lambda one: one.transaction.signed_at, default=None)
    return None


def _keep(session: Session, trust: Trust, reading: Reading, standing: Standing | None) -> None:
    kept = ledger.find(session, APP_STORE, reading.realm, reading.original_id, lock=True)
    if kept is None:
        return
    now, row = utc_now(), ledger.row_of(kept)
    if standing is None:
        log.warning("app store: it does not know %s (any more)", reading.original_id)
        kept.seen_at, kept.next_at = now, None
        return
    said = Said(standing.transaction.signed_at, standing.transaction, standing.renewal, standing.status, newest=True)
    row = rows.following(row, said, trust.products, trust.realm) or row
    ledger.put(session, row, None, seen_at=now, next_at=rows.next_reading(row, now, rehearses=rehearsing()))


def _later(session: Session, reading: Reading, pause: timedelta | None) -> None:
    """It was not read: again after a pause, or not at all where it cannot be read."""
    kept = ledger.find(session, APP_STORE, reading.realm, reading.original_id, lock=True)
    if kept is not None:
        kept.next_at = utc_now() + pause if pause is not None else None
