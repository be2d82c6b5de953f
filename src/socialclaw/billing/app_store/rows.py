"""The row of a subscription, after what the App Store has signed of it. Pure.

All of it comes with the millisecond at which it was signed, so that the newest decides, in whichever order it comes. What follows is read
off the status and the dates, and not off the type of a notification: that is for the history.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from socialclaw.billing.subscriptions import APP_STORE, ENDED, Row, entitled
from socialclaw.merchants.app_store.signed_data import Renewal, Transaction

KIND, FAMILY = "Auto-Renewable Subscription", "FAMILY_SHARED"
ACTIVE, EXPIRED, RETRY, GRACE, REVOKED = 1, 2, 3, 4, 5
LATE = timedelta(days=1)  # for how long a subscription outlives its renewal while nobody says whether that came
NEWS_IS_LATE = timedelta(minutes=10)  # after something was to happen by itself, until it is looked at
AT_LEAST_EVERY = timedelta(days=1)  # a live subscription is looked at
# Types of notifications of which something may follow. What else there is, and what there will be, is kept and changes nothing.
TELLING = {
    *("SUBSCRIBED", "DID_RENEW", "OFFER_REDEEMED", "RENEWAL_EXTENDED", "REFUND_REVERSED", "DID_CHANGE_RENEWAL_STATUS"),
    *("DID_CHANGE_RENEWAL_PREF", "DID_FAIL_TO_RENEW", "GRACE_PERIOD_EXPIRED", "EXPIRED", "REVOKE", "REFUND"),
}
OF_ANY_PERIOD = {"REFUND", "REFUND_REVERSED"}  # which may be about a transaction that is not the newest

Products = Mapping[str, tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Said:
    """What was signed `at` that instant: a transaction, what is to become of it, and the App Store's own word for how it stands.

    `newest`: it is sure to be of the period that counts now.
    """

    at: datetime
    transaction: Transaction
    renewal: Renewal | None = None
    status: int | None = None
    newest: bool = False


def unknown(original_id: str, realm: str) -> Row:
    """A subscription of which we know that there is one, and nothing else."""
    return Row(APP_STORE, original_id, "", "inactive", ENDED, ENDED, realm)


def following(old: Row | None, said: Said, products: Products, realm: str) -> Row | None:
    """The row after this; None where nothing changes: it is older than what is known, or about an earlier period."""
    bought = said.transaction
    if old is not None and (said.at <= old.at or (not said.newest and _is_earlier(said, old))):
        return None
    plan, interval = products.get(bought.product_id, ("", None))
    status, until = _standing(said)
    kept = status if plan else "inactive"
    next_id = said.renewal.next_product_id if said.renewal and said.renewal.auto_renews else None
    following_plan = products.get(next_id or "", ("", None))[0]
    since = (old.since if old and old.status == "past_due" and old.since else said.at) if kept == "past_due" else None
    return Row(
        APP_STORE,
        bought.original_id,
        plan,
        kept,
        until if plan else ENDED,
        said.at,
        realm,
        interval=interval,
        renews_at=bought.expires_at,
        since=since,
        next_plan=following_plan if following_plan and following_plan != plan else None,
    )


def _is_earlier(said: Said, old: Row) -> bool:
    """Whether it is of a period before the one that is known: a refund of long ago, say, or one that an upgrade has ended."""
    ends, known = said.transaction.expires_at, old.renews_at
    return said.transaction.upgraded or (ends is not None and known is not None and ends < known and ends <= said.at)


def _standing(said: Said) -> tuple[str, datetime]:
    """What it is called here, and until when it gives something."""
    bought, ends = said.transaction, said.transaction.expires_at or ENDED
    match said.status:
        case 1:
            return _running(said, ends)
        case 4:
            grace = said.renewal.grace_ends_at if said.renewal else None
            return "past_due", grace or ENDED
        case 3:
            return "past_due", ENDED
        case 2:
            return "inactive", min(ends, said.at)
        case 5:
            return "inactive", min(bought.revoked_at or said.at, said.at)
    if bought.revoked_at is not None:
        return "inactive", min(bought.revoked_at, said.at)
    return _running(said, ends) if ends > said.at else ("inactive", ends)


def _running(said: Said, ends: datetime) -> tuple[str, datetime]:
    stops = said.renewal is not None and said.renewal.auto_renews is False
    return ("canceled", ends) if stops else ("active", ends + LATE)


def next_reading(row: Row, now: datetime, *, rehearses: bool) -> datetime | None:
    """When to read it again, where it can be read. Where time stands, the instants at which something was to happen are enough."""
    instants = [at + NEWS_IS_LATE for at in (row.renews_at, row.until) if at is not None]
    if not rehearses and (entitled(row, now) or row.status == "past_due"):
        instants.append(now + AT_LEAST_EVERY)
    return min((at for at in instants if at > now), default=None)
