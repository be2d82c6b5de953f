"""How a subscription of the simulated App Store goes on: periods are renewed, payments fail and are tried again, people change their minds.

Pure: each function changes the subscription that it is given, at an instant, and answers what is told of it, as type and subtype.
"""

from __future__ import annotations

import calendar
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from socialclaw.merchants.app_store.sandbox.catalogue import PRODUCTS

ACTIVE, EXPIRED, RETRY, GRACE, REVOKED = 1, 2, 3, 4, 5
DAY = 86_400
GRACE_DAYS, RETRY_DAYS = 16, 60  # from the end of what was paid for

Sub = dict[str, Any]
Told = list[tuple[str, str | None]]


def begun(original_id: str, transaction_id: str, product_id: str, at: float, *, token: str | None, family: bool) -> Sub:
    return {
        "original_id": original_id,
        "transaction_id": transaction_id,
        "product_id": product_id,
        "next_product": product_id,
        "token": token,
        "family": family,
        "began_at": at,
        "purchased_at": at,
        "expires_at": period_after(product_id, at),
        "status": ACTIVE,
        "renews": True,
        "pays": True,
        "grace": True,
        "failed_at": None,
        "revoked_at": None,
        "consent": None,
        "former": None,
    }


def next_instant(sub: Sub) -> float | None:
    """When something happens by itself; None where nothing does."""
    match sub["status"]:
        case 1:
            return float(sub["expires_at"])
        case 4:
            return float(sub["failed_at"] + GRACE_DAYS * DAY)
        case 3:
            return float(sub["failed_at"] + RETRY_DAYS * DAY)
    return None


def step(sub: Sub, at: float, new_id: Callable[[], str]) -> Told:
    """What happens at the instant that `next_instant` names."""
    match sub["status"]:
        case 4:
            sub["status"] = RETRY
            return [("GRACE_PERIOD_EXPIRED", None)]
        case 3:
            sub["status"] = EXPIRED
            return [("EXPIRED", "BILLING_RETRY")]
    if not sub["renews"] or sub["consent"] == "pending":
        sub["status"] = EXPIRED
        return [("EXPIRED", "PRICE_INCREASE" if sub["renews"] else "VOLUNTARY")]
    if not sub["pays"]:
        sub |= {"status": GRACE if sub["grace"] else RETRY, "failed_at": at}
        return [("DID_FAIL_TO_RENEW", "GRACE_PERIOD" if sub["grace"] else None)]
    _period(sub, at, new_id)
    return [("DID_RENEW", None)]


def _period(sub: Sub, at: float, new_id: Callable[[], str]) -> None:
    sub |= {"product_id": sub["next_product"], "transaction_id": new_id(), "purchased_at": at, "status": ACTIVE, "failed_at": None}
    sub["expires_at"] = period_after(sub["product_id"], at)


def cancel(sub: Sub) -> Told:
    sub["renews"] = False
    return [("DID_CHANGE_RENEWAL_STATUS", "AUTO_RENEW_DISABLED")]


def resume(sub: Sub) -> Told:
    sub["renews"] = True
    return [("DID_CHANGE_RENEWAL_STATUS", "AUTO_RENEW_ENABLED")]


def change(sub: Sub, product_id: str, at: float, new_id: Callable[[], str]) -> Told:
    """An upgrade begins a new period at once; a downgrade waits for the next one."""
    if product_id == sub["product_id"]:
        sub["next_product"] = product_id
        return [("DID_CHANGE_RENEWAL_PREF", None)]
    sub["next_product"] = product_id
    if PRODUCTS[product_id].level < PRODUCTS[sub["product_id"]].level:
        return [("DID_CHANGE_RENEWAL_PREF", "DOWNGRADE")]
    sub["former"] = {name: sub[name] for name in ("transaction_id", "product_id", "purchased_at", "expires_at")}
    _period(sub, at, new_id)
    return [("DID_CHANGE_RENEWAL_PREF", "UPGRADE")]


def refund(sub: Sub, at: float) -> Told:
    sub |= {"status": REVOKED, "revoked_at": at}
    return [("REFUND", None)]


def revoke(sub: Sub, at: float) -> Told:
    """Whoever shared it with the family does so no more."""
    sub |= {"status": REVOKED, "revoked_at": at}
    return [("REVOKE", None)]


def refund_reversed(sub: Sub, at: float) -> Told:
    sub |= {"status": ACTIVE if sub["expires_at"] > at else EXPIRED, "revoked_at": None}
    return [("REFUND_REVERSED", None)]


def pay_again(sub: Sub, at: float, new_id: Callable[[], str]) -> Told:
    """The payment method works again; what is owed is paid at once."""
    sub["pays"] = True
    if sub["status"] not in (RETRY, GRACE):
        return []
    _period(sub, at, new_id)
    return [("DID_RENEW", "BILLING_RECOVERY")]


def ask_consent(sub: Sub) -> Told:
    sub["consent"] = "pending"
    return [("PRICE_INCREASE", "PENDING")]


def consent(sub: Sub) -> Told:
    sub["consent"] = "accepted"
    return [("PRICE_INCREASE", "ACCEPTED")]


def subscribe_again(sub: Sub, product_id: str, at: float, new_id: Callable[[], str]) -> Told:
    sub |= {"next_product": product_id, "renews": True, "pays": True, "consent": None, "revoked_at": None}
    _period(sub, at, new_id)
    return [("SUBSCRIBED", "RESUBSCRIBE")]


def period_after(product_id: str, at: float) -> float:
    """One period later, on the same day of the month, or the last one there is."""
    then = datetime.fromtimestamp(at, UTC)
    year, month = divmod(then.month - 1 + PRODUCTS[product_id].months, 12)
    year, month = then.year + year, month + 1
    return then.replace(year=year, month=month, day=min(then.day, calendar.monthrange(year, month)[1])).timestamp()
