"""Taking a webhook: stored once and applied, in one transaction, without asking anybody anything. What is in doubt is read afterwards.

Whoever is killed before the commit has not answered, and it is sent again; after it, all that is to be done stands in the rows.
"""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from socialclaw.billing import ledger
from socialclaw.billing.lemonsqueezy import checkouts, rows, stores
from socialclaw.billing.lemonsqueezy.stores import Store
from socialclaw.billing.subscriptions import LEMON_SQUEEZY, Row
from socialclaw.clock import act_for, rehearsing
from socialclaw.db.base import utc_now
from socialclaw.db.billing import Subscription
from socialclaw.db.checkouts import Checkout
from socialclaw.db.workspaces import Workspace
from socialclaw.errors import NotReady
from socialclaw.merchants.lemonsqueezy import webhooks
from socialclaw.merchants.lemonsqueezy.webhooks import News
from socialclaw.system import System
from socialclaw.vault import Vault

TAKEN, DUPLICATE, IGNORED = "taken", "duplicate", "ignored"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Arrived:
    """A webhook whose signature is good: `digest` of its bytes is what it is known by, since it has no id."""

    store: Store
    news: News
    body: bytes

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.body).hexdigest()


async def receive(system: System, body: bytes, signature: str | None) -> str:
    """What became of it: TAKEN, DUPLICATE or IGNORED. Raises SignatureInvalid, NotReady `billing_not_configured`, InvalidRequest."""
    known = [(secret, store) for store in stores.all_of(system) for secret in store.secrets]
    if not known:
        raise NotReady("No webhooks are taken here: SOCIALCLAW_BILLING__WEBHOOK_SECRETS is not set", code="billing_not_configured")
    store = known[webhooks.signed_by(body, signature, [secret for secret, _ in known])][1]
    news = webhooks.read(body)
    if news.test_mode != store.client.test_mode or news.store_id not in (store.client.store_id, None):
        log.warning("lemon squeezy: %s of store %s (test mode: %s) is not meant for us", news.event, news.store_id, news.test_mode)
        return IGNORED
    return await system.database.write(_take, system.vault, Arrived(store, news, body))


def _take(session: Session, vault: Vault, arrived: Arrived) -> str:
    news, realm = arrived.news, arrived.store.realm
    checkout = checkouts.of_ticket(session, vault, news.checkout, realm)
    subject = news.subject or (checkout.subscription_id if checkout else None)  # an order's: a refund, say
    kept = ledger.find(session, LEMON_SQUEEZY, realm, subject, lock=True) if subject else None
    workspace_id = (kept and kept.workspace_id) or (checkout and checkout.workspace_id) or None
    event = ledger.once(
        session,
        LEMON_SQUEEZY,
        realm,
        arrived.digest,
        news.event,
        workspace_id=workspace_id,
        subject=subject,
        sealed=vault.seal(arrived.body.decode(errors="replace"), bound_to=f"billing_events:{arrived.digest}:sealed"),
        at=news.subscription.updated_at if news.subscription else None,
    )
    with act_for(workspace_id or "", _clock(session, workspace_id)):
        if event is None:
            _doubt(session, arrived, kept)
            return DUPLICATE
        _apply(session, arrived, subject, checkout, kept, workspace_id)
    return TAKEN


def _doubt(session: Session, arrived: Arrived, kept: Subscription | None) -> None:
    """What comes again is done already, unless it came about again within the same second: canceled, resumed, canceled."""
    if kept is None or arrived.news.subscription is None:
        return
    old = ledger.row_of(kept)
    new = rows.following(old, arrived.news.subscription, arrived.store.variants, arrived.store.realm, read=False)
    if new is not None and new.at == old.at:
        write(session, new, None, None, seen_at=kept.seen_at, now=utc_now())


def _clock(session: Session, workspace_id: str | None) -> datetime | None:
    """Where the time of the workspace stands, where it does."""
    found = session.get(Workspace, workspace_id) if workspace_id else None
    return found.clock_at if found else None


def _apply(
    session: Session, arrived: Arrived, subject: str | None, checkout: Checkout | None, kept: Subscription | None, workspace_id: str | None
) -> None:
    news, store, now = arrived.news, arrived.store, utc_now()
    if checkout is not None and checkout.order_id is None and news.order_id:
        checkout.order_id = news.order_id
    if subject is None:
        return
    if kept is None:
        kept = ledger.first(session, rows.unknown(subject, store.realm), workspace_id)
    old = ledger.row_of(kept)
    new = rows.following(old, news.subscription, store.variants, store.realm, read=False) if news.subscription else replace(old, ask=True)
    write(session, new or old, checkout, workspace_id, seen_at=kept.seen_at, now=now)


def write(
    session: Session, row: Row, checkout: Checkout | None, workspace_id: str | None, *, seen_at: datetime | None, now: datetime
) -> Subscription:
    """Keep what news says; it is read soon, whatever it says, and not more often than is good."""
    if checkout is not None:
        row = replace(row, checkout_id=row.checkout_id or checkout.id)
        checkouts.bought(session, checkout, row.external_id)
    soon = max(now, seen_at + rows.BETWEEN) if seen_at and seen_at <= now and not rehearsing() else now
    return ledger.put(session, row, workspace_id, next_at=soon)
