"""How a subscription of the simulated store goes on by itself: trials end, periods are paid for, payments fail and are tried again.

Pure: each function changes the subscription that it is given, at an instant, and answers the names of the events that this makes.
"""

from __future__ import annotations

import calendar
from datetime import UTC, datetime, timedelta
from typing import Any

DAY = 86_400
TRIAL_DAYS = 7
RETRIES = (3, 5, 7, 14)  # days after a payment has failed on which it is tried again; how many and how long is theirs, which days is ours
UPDATED = "subscription_updated"

Sub = dict[str, Any]


def next_instant(sub: Sub) -> float | None:
    """When something happens by itself; None where nothing does."""
    match sub["status"]:
        case "on_trial":
            return float(sub["trial_ends_at"])
        case "active" | "past_due":
            return float(sub["renews_at"])
        case "paused":
            resumes = sub["pause"]["resumes_at"]
            return float(min(sub["renews_at"], resumes) if resumes is not None else sub["renews_at"])
        case "cancelled":
            return float(sub["ends_at"])
    return None


def step(sub: Sub, at: float) -> list[str]:
    """What happens at the instant that `next_instant` names."""
    match sub["status"]:
        case "cancelled":
            sub["status"] = "expired"
            return ["subscription_expired", UPDATED]
        case "paused" if sub["pause"]["resumes_at"] is not None and sub["pause"]["resumes_at"] <= at:
            return unpause(sub)
        case "paused":  # nothing is collected, and the periods go on
            sub["renews_at"] = period_after(sub, at)
            return [UPDATED]
        case "past_due":
            return _again(sub, at)
    return _charge(sub, at)


def _charge(sub: Sub, at: float) -> list[str]:
    sub["trial_ends_at"] = None
    if sub["card"] == "pays":
        sub |= {"status": "active", "renews_at": period_after(sub, at)}
        return [UPDATED, "subscription_payment_success"]
    sub |= {"status": "past_due", "failed_at": at, "tries": 0, "renews_at": at + RETRIES[0] * DAY}
    return [UPDATED, "subscription_payment_failed"]


def _again(sub: Sub, at: float) -> list[str]:
    """A payment that has failed is tried once more; `renews_at` is when that happens next."""
    if sub["card"] == "pays":
        return recover(sub, at)
    sub["tries"] += 1
    if sub["tries"] == len(RETRIES):
        sub["status"] = "unpaid"
    else:
        sub["renews_at"] = sub["failed_at"] + RETRIES[sub["tries"]] * DAY
    return [UPDATED, "subscription_payment_failed"]


def recover(sub: Sub, at: float) -> list[str]:
    """The money has come after all; the period began when it was due."""
    renews_at = period_after(sub, sub["failed_at"])
    while renews_at <= at:
        renews_at = period_after(sub, renews_at)
    sub |= {"status": "active", "renews_at": renews_at, "failed_at": None, "tries": 0}
    return [UPDATED, "subscription_payment_recovered", "subscription_payment_success"]


def cancel(sub: Sub, at: float) -> list[str]:
    """It goes on until what is paid for ends. What is not paid for ends at once."""
    paid = sub["status"] in ("active", "on_trial", "paused")
    sub |= {"ends_at": sub["renews_at"] if paid else at, "cancelled": True, "before": sub["status"], "status": "cancelled", "pause": None}
    return ["subscription_cancelled", UPDATED]


def resume(sub: Sub, at: float) -> list[str]:
    back = "on_trial" if sub["trial_ends_at"] is not None and sub["trial_ends_at"] > at else "active"
    sub |= {"status": back, "ends_at": None, "cancelled": False}
    return ["subscription_resumed", UPDATED]


def pause(sub: Sub, mode: str, resumes_at: float | None) -> list[str]:
    sub |= {"status": "paused", "pause": {"mode": mode, "resumes_at": resumes_at}}
    return ["subscription_paused", UPDATED]


def unpause(sub: Sub) -> list[str]:
    sub |= {"status": "active", "pause": None}
    return ["subscription_unpaused", UPDATED]


def swap(sub: Sub, variant_id: int, interval: str, at: float) -> list[str]:
    """Another variant, at once. Where its interval is another one, a new period begins."""
    if interval != sub["interval"] and sub["status"] == "active":
        sub |= {"interval": interval, "billing_anchor": datetime.fromtimestamp(at, UTC).day}
        sub["renews_at"] = period_after(sub, at)
    sub |= {"variant_id": variant_id, "interval": interval}
    return ["subscription_plan_changed", UPDATED]


def change_card(sub: Sub, card: str, brand: str, last_four: str, at: float) -> list[str]:
    """Another card; what is owed is taken from it at once."""
    sub |= {"card": card, "card_brand": brand, "card_last_four": last_four}
    if sub["status"] in ("past_due", "unpaid") and card == "pays":
        return recover(sub, at)
    return [UPDATED]


def period_after(sub: Sub, at: float) -> float:
    """One interval later, on the day of the month on which it is billed, or the last one there is."""
    then = datetime.fromtimestamp(at, UTC)
    months = 12 if sub["interval"] == "year" else 1
    year, month = divmod(then.month - 1 + months, 12)
    year, month = then.year + year, month + 1
    day = min(sub["billing_anchor"], calendar.monthrange(year, month)[1])
    return then.replace(year=year, month=month, day=day).timestamp()


def text(at: float | None) -> str | None:
    """An instant as Lemon Squeezy writes it."""
    if at is None:
        return None
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=at)).strftime("%Y-%m-%dT%H:%M:%S.%f") + "Z"
