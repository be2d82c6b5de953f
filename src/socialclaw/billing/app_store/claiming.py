"""Claiming a purchase: our app shows what the App Store has signed for it, and the workspace has the plan. The first rule that fits counts.

Who brings a transaction need not be who bought it. So it goes where its token says; without a token, to whoever comes first.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from socialclaw.billing import ledger
from socialclaw.billing.app_store import accounts, news, rows
from socialclaw.billing.app_store.rows import Said
from socialclaw.billing.app_store.trust import Trust, of_workspace
from socialclaw.billing.subscriptions import APP_STORE, Row
from socialclaw.clock import rehearsing
from socialclaw.db.base import Scope, utc_now
from socialclaw.db.billing import Subscription
from socialclaw.db.workspaces import Workspace
from socialclaw.errors import Conflict, InvalidRequest, NotReady
from socialclaw.merchants.app_store.client import AppStore, NotThere, Standing
from socialclaw.merchants.app_store.signed_data import SANDBOX, Environment, Transaction, Unverified
from socialclaw.system import System

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Left:
    """What a claim has left to do: to read the subscription, or to tell the App Store whose it is."""

    read: bool = False
    token: str | None = None


async def claim(system: System, workspace_id: str, signed: str, *, test: bool) -> None:
    """Have the workspace own what was bought. Raises InvalidRequest or Conflict as each rule says it."""
    trust = of_workspace(system, test=test)
    try:
        environment, bought = await asyncio.to_thread(trust.transaction, signed)
    except Unverified as error:
        log.info("app store: a transaction was not taken: %s", error)
        raise _refused("transaction_invalid", "This transaction is not signed by the App Store for this app, or cannot be read") from None
    left = await system.write(workspace_id, _claim, system, trust, environment, bought, test=test)
    api = next((one for one in trust.apis if one.verifier.environment == environment), None)
    if left.read:
        left = await _read(system, trust, api, workspace_id, environment, bought, test=test)
    if left.token and api is not None:
        await _tell(api, bought.original_id, left.token)


def _claim(scope: Scope, system: System, trust: Trust, environment: Environment, bought: Transaction) -> Left:
    kept = _owned(scope, trust, environment, bought, bought.account_token)
    mine = kept is not None and kept.workspace_id == scope.workspace_id
    over = bought.upgraded or bought.expires_at is None or bought.expires_at <= utc_now()
    if over and not mine:
        return Left(read=True)
    _apply(scope, system, trust, Said(bought.signed_at, bought))
    return Left(token=None if mine or bought.account_token else accounts.token_of(scope))


def _owned(scope: Scope, trust: Trust, environment: Environment, bought: Transaction, token: str | None) -> Subscription | None:
    """The row that there is, where the workspace may have it; refused as the first rule says that forbids it."""
    if environment == SANDBOX and not trust.test and not scope.session.get_one(Workspace, scope.workspace_id).app_review:
        message = "This was bought at Apple's sandbox, where nobody pays: it counts for App Review alone"
        raise Conflict(message, code="app_store_environment", environment=environment)
    if bought.kind != rows.KIND or bought.product_id not in trust.products:
        raise _refused("transaction_unsupported", "This is no subscription that is sold here", productId=bought.product_id)
    if bought.ownership == rows.FAMILY and not trust.family:
        raise _refused("transaction_unsupported", "What the family shares gives no plan here: subscribe with an own Apple Account")
    if bought.revoked_at is not None:
        raise _refused("transaction_revoked", "This purchase was refunded")
    if token is not None and token != accounts.token_of(scope):
        raise _claimed()
    kept = ledger.find(scope.session, APP_STORE, trust.realm, bought.original_id, lock=True)
    if kept is not None and kept.workspace_id not in (None, scope.workspace_id):
        raise _claimed()
    return kept


def _apply(scope: Scope, system: System, trust: Trust, said: Said) -> None:
    """Write it, as the workspace's own; and what was told of it while nobody knew whose it is. Of two at once, the first has it."""
    session, original_id = scope.session, said.transaction.original_id
    kept = ledger.first(session, rows.unknown(original_id, trust.realm), scope.workspace_id)
    if kept.workspace_id not in (None, scope.workspace_id):
        raise _claimed()
    old = ledger.row_of(kept)
    new = rows.following(old, said, trust.products, trust.realm) or old
    now = utc_now()
    ledger.put(session, new, scope.workspace_id, seen_at=now, next_at=_next(trust, new))
    news.catch_up(session, system.vault, trust, original_id, scope.workspace_id)


def _next(trust: Trust, row: Row) -> datetime | None:
    return rows.next_reading(row, utc_now(), rehearses=rehearsing()) if trust.apis else None


async def _read(
    system: System, trust: Trust, api: AppStore | None, workspace_id: str, environment: Environment, bought: Transaction, *, test: bool
) -> Left:
    """What was shown is of a period that is over: the App Store says how it stands now."""
    expired = _refused("transaction_expired", "This subscription has ended, or was changed since: show its newest transaction")
    if api is None:
        raise expired
    async with system.acting(workspace_id, test=test):
        try:
            found = await api.subscriptions(bought.original_id)
        except NotThere:
            raise expired from None
        standing = _of(found, bought.original_id)
        if standing is None:
            raise expired
        return await system.write(workspace_id, _claim_read, system, trust, environment, standing, test=test)


def _of(found: Sequence[Standing], original_id: str) -> Standing | None:
    """The newest that is signed of this one; the answer may be about others of the same buyer too."""
    mine = [one for one in found if one.transaction.original_id == original_id]
    return max(mine, key=lambda one: one.transaction.signed_at, default=None)


def _claim_read(scope: Scope, system: System, trust: Trust, environment: Environment, standing: Standing) -> Left:
    bought, renewal = standing.transaction, standing.renewal
    token = bought.account_token or (renewal.account_token if renewal else None)
    _owned(scope, trust, environment, bought, token)
    _apply(scope, system, trust, Said(bought.signed_at, bought, renewal, standing.status, newest=True))
    return Left(token=None if token else accounts.token_of(scope))


async def _tell(api: AppStore, original_id: str, token: str) -> None:
    """From then on whatever is told of it says whose it is. It is known here anyway, so a failure is none of the claim's."""
    try:
        await api.set_account_token(original_id, token)
    except (NotReady, NotThere) as error:
        log.warning("app store: %s could not be told whose it is: %s", original_id, error)


def _claimed() -> Conflict:
    """Without a word of whose it is."""
    return Conflict("This subscription belongs to another workspace", code="transaction_claimed")


def _refused(code: str, message: str, **details: Any) -> InvalidRequest:
    issue = {"path": "signedTransactionInfo", "code": code, "message": message}
    return InvalidRequest(message, code=code, issues=[issue], **details)
