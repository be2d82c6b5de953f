"""What follows of each thing that the App Store signs, in whichever order it comes. Pure."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from socialclaw.billing.app_store.rows import LATE, Said, following, next_reading, unknown
from socialclaw.billing.subscriptions import ENDED, Row, effective, entitled
from socialclaw.merchants.app_store.sandbox import life
from socialclaw.merchants.app_store.signed_data import Renewal, Transaction

NOW = datetime(2026, 6, 1, tzinfo=UTC)
END = NOW + timedelta(days=30)
PRODUCTS = {"pro.monthly": ("pro", "monthly"), "pro.yearly": ("pro", "yearly"), "starter.monthly": ("starter", "monthly")}
BOUGHT = Transaction("2", "1", "pro.monthly", "Auto-Renewable Subscription", "PURCHASED", NOW, END)
RENEWS, STOPS = Renewal("1", True, "pro.monthly"), Renewal("1", False, "pro.monthly")
GRACE = replace(RENEWS, grace_ends_at=END + timedelta(days=16))
LATER = END + timedelta(hours=1)


def said(status: int | None = 1, renewal: Renewal | None = RENEWS, at: datetime = NOW, *, newest: bool = True, **changes: object) -> Said:
    return Said(at, replace(BOUGHT, **changes), renewal, status, newest=newest)  # type: ignore[arg-type]


def after(*news: Said) -> Row:
    row = unknown("1", "live")
    for one in news:
        row = following(row, one, PRODUCTS, "live") or row
    return row


TABLE = [
    ("active, renews", said(1), "active", END + LATE),
    ("active, does not renew", said(1, STOPS), "canceled", END),
    ("active, nothing said of renewal", said(1, None), "active", END + LATE),
    ("in grace", said(4, GRACE, LATER), "past_due", END + timedelta(days=16)),
    ("in grace, without an end", said(4, RENEWS, LATER), "past_due", ENDED),
    ("payment is tried again", said(3, RENEWS, LATER), "past_due", ENDED),
    ("expired", said(2, STOPS, LATER), "inactive", END),
    ("refunded", said(5, STOPS, LATER, revoked_at=NOW + timedelta(days=3)), "inactive", NOW + timedelta(days=3)),
    ("no status: running", said(None, None), "active", END + LATE),
    ("no status: over", said(None, None, LATER), "inactive", END),
    ("no status: refunded", said(None, None, LATER, revoked_at=NOW), "inactive", NOW),
    ("of a product that sells nothing", said(1, product_id="lamp"), "inactive", ENDED),
]


@pytest.mark.parametrize(("news", "status", "until"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_state_is_read_off_status_and_dates(news: Said, status: str, until: datetime) -> None:
    row = after(news)
    assert (row.status, row.until, row.at) == (status, until, news.at)
    assert entitled(row, news.at) is (until > news.at)


def test_the_plan_and_what_it_changes_to() -> None:
    row = after(said(1, replace(RENEWS, next_product_id="starter.monthly")))
    assert (row.plan, row.interval, row.next_plan, row.renews_at) == ("pro", "monthly", "starter", END)
    back = after(said(1, replace(RENEWS, next_product_id="starter.monthly")), said(1, RENEWS, NOW + timedelta(hours=1)))
    assert back.next_plan is None


def test_what_was_signed_before_what_is_known_changes_nothing() -> None:
    known = after(said(1, STOPS, NOW + timedelta(hours=2)))
    assert following(known, said(1, RENEWS, NOW + timedelta(hours=1)), PRODUCTS, "live") is None
    assert following(known, said(1, RENEWS, NOW + timedelta(hours=2)), PRODUCTS, "live") is None


def test_a_refund_of_an_earlier_period_is_only_kept() -> None:
    second = said(1, at=END, id="3", expires_at=END + timedelta(days=30))
    refund = said(None, None, END + timedelta(days=1), newest=False, revoked_at=END + timedelta(days=1))
    assert after(second, refund) == after(second)
    current = replace(refund, transaction=replace(second.transaction, revoked_at=END + timedelta(days=1)))
    assert after(second, current).status == "inactive"


def test_an_upgrade_to_a_shorter_period_counts_at_once() -> None:
    yearly = said(1, product_id="pro.yearly", expires_at=NOW + timedelta(days=365))
    monthly = said(1, at=NOW + timedelta(days=1), id="3", expires_at=NOW + timedelta(days=31))
    assert after(yearly, monthly).interval == "monthly"
    assert after(yearly, said(1, at=NOW + timedelta(days=1), newest=False, upgraded=True)).interval == "yearly"


def test_when_a_payment_began_to_be_missing_stays() -> None:
    first = said(4, GRACE, LATER)
    assert after(first, said(3, RENEWS, LATER + timedelta(days=16))).since == LATER
    assert after(first, said(1, RENEWS, LATER + timedelta(days=2), expires_at=END + timedelta(days=30))).since is None


def test_it_is_read_again_when_something_was_to_happen_and_once_a_day() -> None:
    row = after(said(1))
    assert next_reading(row, NOW, rehearses=False) == NOW + timedelta(days=1)
    assert next_reading(row, NOW, rehearses=True) == END + timedelta(minutes=10)
    assert next_reading(after(said(2, STOPS, LATER)), LATER + timedelta(days=1), rehearses=False) is None


def lived(seed: int) -> list[Said]:
    """A life: what is signed of it, in order, each a second after the other at least."""
    chance, ids = random.Random(seed), iter(range(2, 10_000))
    sub = life.begun("1", "1", "com.example.socialclaw.pro.monthly", NOW.timestamp(), token=None, family=False)
    told, at = [_of(sub, NOW.timestamp())], NOW.timestamp()

    def new_id() -> str:
        return str(next(ids))

    for _ in range(chance.randint(1, 12)):
        instant = life.next_instant(sub)
        at += 1
        choices = ["cancel", "resume", "fail", "pay", "refund", "again", *(["step"] * 4 if instant else [])]
        match chance.choice(choices):
            case "step" if instant is not None:
                at = max(at, instant)
                life.step(sub, at, new_id)
            case "cancel" if sub["status"] == life.ACTIVE:
                life.cancel(sub)
            case "resume" if sub["status"] == life.ACTIVE:
                life.resume(sub)
            case "fail":
                sub["pays"] = False
            case "pay":
                life.pay_again(sub, at, new_id)
            case "refund" if sub["status"] == life.ACTIVE:
                life.refund(sub, at)
            case "again" if sub["status"] in (life.EXPIRED, life.REVOKED):
                life.subscribe_again(sub, sub["product_id"], at, new_id)
        told.append(_of(sub, at))
    return told


def _of(sub: life.Sub, at: float) -> Said:
    def instant(seconds: float | None) -> datetime | None:
        return None if seconds is None else datetime.fromtimestamp(seconds, UTC)

    bought = replace(BOUGHT, id=sub["transaction_id"], expires_at=instant(sub["expires_at"]), revoked_at=instant(sub["revoked_at"]))
    grace = sub["failed_at"] + life.GRACE_DAYS * life.DAY if sub["status"] == life.GRACE else None
    renewal = Renewal("1", sub["renews"], "pro.monthly", instant(grace))
    return Said(datetime.fromtimestamp(at, UTC), bought, renewal, sub["status"], newest=True)


@given(st.integers(0, 10**9), st.randoms(use_true_random=False))
def test_any_order_with_doubles_and_losses_comes_to_the_newest(seed: int, chance: random.Random) -> None:
    """What was signed last decides, whatever came before, after, twice or never; and one reading makes good what was lost."""
    news = lived(seed)
    truth = after(news[-1])
    shuffled = [*news, *chance.choices(news, k=len(news) // 2)]
    chance.shuffle(shuffled)
    comes_to = after(*shuffled)
    assert (comes_to.status, comes_to.until, comes_to.at) == (truth.status, truth.until, truth.at)
    lossy = [one for one in shuffled if chance.random() > 0.4]
    assert after(*lossy, replace(news[-1], at=news[-1].at + timedelta(seconds=1))).until == truth.until or truth.status == "inactive"
    assert effective([comes_to], NOW) == effective([comes_to], NOW)
