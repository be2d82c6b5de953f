"""Subscriptions: a row for each at each source, and which plan they come to. Pure: no database, no clock of its own, no network.

`at` is the source's own clock on its newest news of it. A source's module makes the next row out of the last one and what it is told
(`None`: nothing changes); `ledger.put` writes it. Nothing is set to "ended" by a timer: `until` passes, and that is all.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from socialclaw.billing.plans import rank

GRANT, TRIAL, LEMON_SQUEEZY, APP_STORE = "grant", "trial", "lemonsqueezy", "app_store"
PAID = (LEMON_SQUEEZY, APP_STORE)  # the sources that somebody pays at
PRECEDENCE = {GRANT: 3, LEMON_SQUEEZY: 2, APP_STORE: 2, TRIAL: 1}
STATUSES = ("trialing", "active", "past_due", "paused", "canceled", "inactive")

ENDED = datetime(1970, 1, 1, tzinfo=UTC)  # `until` of what gives nothing any more
FOREVER = datetime.max.replace(tzinfo=UTC)  # only to compare with
UNCONFIRMED = timedelta(days=3)  # for how long a subscription outlives its renewal while nobody says whether that came
DUNNING = timedelta(days=16)  # for how long a store tries to get its money before access ends; Lemon Squeezy: four times in two weeks

REFUSALS = {
    "past_due": "subscription_past_due",
    "paused": "subscription_paused",
    "canceled": "subscription_canceled",
}
PLAN_REQUIRED, INACTIVE = "plan_required", "subscription_inactive"
CODES = (PLAN_REQUIRED, INACTIVE, *REFUSALS.values())
ENDS_SOON = {TRIAL: timedelta(days=3)}  # how long before its end somebody is told; else a week
WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Row:
    """One subscription at one source, known there by `external_id`. It gives `plan` before `until` (None: without an end).

    `realm`: "live", or "test" of the simulated stores; neither ever touches what is of the other. `renews_at`: when it is renewed, or
    its trial at the store ends. `resumes_at`: when a pause ends. `since`: since when a payment is missing. `ask`: news contradict each
    other, and the source has to be read. `next_plan`: what it changes to when it is renewed. `checkout_id`: the checkout it came from.
    """

    source: str
    external_id: str
    plan: str
    status: str
    until: datetime | None
    at: datetime
    realm: str = "live"
    interval: str | None = None
    renews_at: datetime | None = None
    resumes_at: datetime | None = None
    since: datetime | None = None
    ask: bool = False
    next_plan: str | None = None
    checkout_id: str | None = None
    card_brand: str | None = None
    card_last_four: str | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """What a workspace's subscriptions come to: `code` says why nothing that needs a plan may be done, None where it may.

    `row`: the one that decides; None where there is none.
    """

    plan: str | None
    status: str
    code: str | None
    row: Row | None

    @property
    def entitled(self) -> bool:
        return self.code is None

    @property
    def source(self) -> str | None:
        return self.row.source if self.row else None


def entitled(row: Row, now: datetime) -> bool:
    return row.until is None or now < row.until


def effective(rows: Iterable[Row], now: datetime) -> Standing:
    """What these rows come to now, whatever their order.

    Of those that give something: a grant comes before what is paid, that before a trial; then the larger plan, then the longer. Where
    none does, the one that changed last says why.
    """
    rows = list(rows)
    if running := [row for row in rows if entitled(row, now)]:
        best = max(running, key=_order)
        return Standing(best.plan, best.status, None, best)
    if not rows:
        return Standing(None, "inactive", PLAN_REQUIRED, None)
    last = max(rows, key=lambda row: (row.source != TRIAL, row.at, row.source, row.external_id))
    if last.source == TRIAL:
        return Standing(last.plan, "inactive", PLAN_REQUIRED, last)
    return Standing(last.plan, last.status if last.status in REFUSALS else "inactive", REFUSALS.get(last.status, INACTIVE), last)


def _order(row: Row) -> tuple[int, int, datetime, str, str]:
    return PRECEDENCE[row.source], rank(row.plan), row.until or FOREVER, row.source, row.external_id


def paying(rows: Iterable[Row], now: datetime) -> list[Row]:
    """The subscriptions that are live at a store: paid for, or about to be."""
    return [row for row in rows if row.source in PAID and (entitled(row, now) or row.status in ("past_due", "paused"))]


def notices(rows: Collection[Row], standing: Standing, now: datetime) -> list[dict[str, str]]:
    """What has to be said about them, as code and message."""
    said = []
    if sum(row.source in PAID and entitled(row, now) for row in rows) > 1:
        said.append(("double_billing", "Two subscriptions are paid for at once: cancel one of them where it was bought"))
    if standing.status == "past_due":
        said.append(("payment_failed", "The last payment failed: update the payment method, or the subscription ends"))
    if standing.entitled and (row := standing.row) and row.until is not None and _ending(row) and row.until - now <= _notice_of(row):
        said.append(("ends_soon", f"The {'trial' if row.source == TRIAL else 'plan'} ends on {row.until:%Y-%m-%d}"))
    return [{"code": code, "message": message} for code, message in said]


def _ending(row: Row) -> bool:
    return row.source in (TRIAL, GRANT) or row.status == "canceled"


def _notice_of(row: Row) -> timedelta:
    return ENDS_SOON.get(row.source, WEEK)
