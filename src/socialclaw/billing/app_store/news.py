"""Taking what the App Store tells: verified, stored once, and applied, in one transaction, without asking anybody anything.

What is nobody's yet is kept: whoever claims the purchase later has what was told of it until then.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from socialclaw import signed_json
from socialclaw.billing import ledger
from socialclaw.billing.app_store import accounts, rows
from socialclaw.billing.app_store.rows import Said
from socialclaw.billing.app_store.trust import Trust, all_of
from socialclaw.billing.subscriptions import APP_STORE
from socialclaw.clock import act_for, rehearsing
from socialclaw.db.base import utc_now
from socialclaw.db.billing import BillingEvent
from socialclaw.db.workspaces import Workspace
from socialclaw.errors import NotReady, Unauthenticated
from socialclaw.merchants.app_store.signed_data import SANDBOX, Notification, Unverified
from socialclaw.system import System
from socialclaw.vault import Vault

TAKEN, DUPLICATE, IGNORED = "taken", "duplicate", "ignored"

log = logging.getLogger(__name__)


class Arrived(NamedTuple):
    """A notification that is signed by whom we trust."""

    trust: Trust
    notification: Notification
    signed: str


async def receive(system: System, body: bytes) -> str:
    """What became of it: TAKEN, DUPLICATE or IGNORED. 401 `notification_invalid`; 503 `billing_not_configured`."""
    trusts = all_of(system)
    if not trusts:
        raise NotReady("No notifications are taken here: SOCIALCLAW_APP_STORE__BUNDLE_ID is not set", code="billing_not_configured")
    signed = _signed_in(body)
    arrived = await asyncio.to_thread(_verified, trusts, signed)
    return await system.database.write(_take, system.vault, arrived)


def _signed_in(body: bytes) -> str:
    try:
        found = signed_json.document(body)
        signed = found.get("signedPayload") if isinstance(found, dict) else None
    except (ValueError, RecursionError):
        signed = None
    if not isinstance(signed, str):
        raise _invalid()
    return signed


def _verified(trusts: Sequence[Trust], signed: str) -> Arrived:
    """By whichever of those whom we trust has signed it."""
    why = []
    for trust in trusts:
        try:
            return Arrived(trust, trust.notification(signed), signed)
        except Unverified as error:
            why.append(f"{trust.realm}: {error}")
    log.warning("app store: a notification is not signed by whom we trust (%s)", "; ".join(why))
    raise _invalid()


def _take(session: Session, vault: Vault, arrived: Arrived) -> str:
    trust, told, _ = arrived
    original_id = told.transaction.original_id if told.transaction else None
    space = _whose(session, trust, told)
    event = ledger.once(
        session,
        APP_STORE,
        trust.realm,
        told.id,
        f"{told.kind}.{told.subtype}" if told.subtype else told.kind,
        workspace_id=space.id if space else None,
        subject=original_id,
        sealed=vault.seal(arrived.signed, bound_to=_bound_to(told.id)),
        at=told.signed_at,
    )
    if event is None:
        return DUPLICATE
    if space is None or original_id is None:
        return IGNORED
    _apply(session, trust, told, space.id, space.clock_at)
    return TAKEN


def _whose(session: Session, trust: Trust, told: Notification) -> Workspace | None:
    """Whose purchase it is about: as we know it, or as its token says. At Apple's sandbox a live one has some for App Review alone."""
    bought, renewal = told.transaction, told.renewal
    if bought is None or (bought.ownership == rows.FAMILY and not trust.family):
        return None
    kept = ledger.find(session, APP_STORE, trust.realm, bought.original_id, lock=True)
    token = bought.account_token or (renewal.account_token if renewal else None)
    known = session.get(Workspace, kept.workspace_id) if kept and kept.workspace_id else None
    space = known or accounts.named_by(session, token, test=trust.test)
    if space is not None and told.environment == SANDBOX and not trust.test and not space.app_review:
        return None
    return space


def _apply(session: Session, trust: Trust, told: Notification, workspace_id: str, clock: datetime | None) -> None:
    bought = told.transaction
    if bought is None or told.kind not in rows.TELLING or bought.kind != rows.KIND:
        return
    with act_for(workspace_id, clock):
        kept = ledger.first(session, rows.unknown(bought.original_id, trust.realm), workspace_id)
        said = Said(told.signed_at, bought, told.renewal, told.status, newest=told.kind not in rows.OF_ANY_PERIOD)
        new = rows.following(ledger.row_of(kept), said, trust.products, trust.realm)
        if new is None:
            return
        if not new.plan:
            log.error("app store: %s is of a product that sells no plan: see SOCIALCLAW_APP_STORE__PRODUCTS", bought.original_id)
        at = rows.next_reading(new, utc_now(), rehearses=rehearsing()) if trust.apis else None
        ledger.put(session, new, workspace_id, next_at=at)


def catch_up(session: Session, vault: Vault, trust: Trust, original_id: str, workspace_id: str) -> None:
    """What was told of a purchase while nobody knew whose it is: it is this workspace's now."""
    mine = (BillingEvent.source == APP_STORE, BillingEvent.realm == trust.realm, BillingEvent.subject == original_id)
    waiting = select(BillingEvent).where(*mine, BillingEvent.workspace_id.is_(None)).order_by(BillingEvent.at, BillingEvent.id)
    space = session.get_one(Workspace, workspace_id)
    for event in session.scalars(waiting).all():
        event.workspace_id = workspace_id
        if event.sealed is None:
            continue
        try:
            told = trust.notification(vault.unseal(event.sealed, bound_to=_bound_to(event.external_id)))
        except Unverified:  # it was good once: the key may have changed
            continue
        _apply(session, trust, told, workspace_id, space.clock_at)


def _bound_to(notification_id: str) -> str:
    return f"billing_events:{notification_id}:sealed"


def _invalid() -> Unauthenticated:
    """One code for all of it: who forges one learns nothing."""
    return Unauthenticated("This notification is not signed by the App Store for our app", code="notification_invalid")
