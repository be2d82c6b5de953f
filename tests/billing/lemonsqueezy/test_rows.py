"""The row of a subscription after any news, in any order, doubled or lost: what is not known to be true is known to be in doubt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from socialclaw.billing.lemonsqueezy import rows
from socialclaw.billing.subscriptions import DUNNING, ENDED, UNCONFIRMED, Row, entitled
from socialclaw.merchants.lemonsqueezy.resources import Subscription

VARIANTS = {1: ("starter", "monthly"), 2: ("startup", "monthly"), 3: ("plus", "yearly"), 4: ("pro", "monthly")}
BEGIN = datetime(2026, 1, 31, 12, tzinfo=UTC)
DAY = timedelta(days=1)
BORN = Subscription(
    "7",
    1,
    3,
    4,
    "on_trial",
    "ada@acme.example",
    BEGIN,
    BEGIN,
    BEGIN + 7 * DAY,
    None,
    BEGIN + 7 * DAY,
    None,
    None,
    "visa",
    "4242",
    False,
    {},
)
AFTER = {
    "on_trial": ("pay", "cancel", "swap"),
    "active": ("renew", "fail", "cancel", "swap", "pause", "pause_free"),
    "past_due": ("pay", "give_up", "cancel", "fail"),
    "unpaid": ("pay", "expire"),
    "paused": ("pay", "cancel"),
    "cancelled": ("pay", "expire"),
    "expired": (),
}


def happens(said: Subscription, what: str, variant: int) -> Subscription:
    """What the store says of a subscription next: the oracle, which is not our code."""
    at = said.updated_at
    match what:
        case "pay" | "renew":
            return replace(said, status="active", renews_at=at + 30 * DAY, trial_ends_at=None, pause=None, ends_at=None)
        case "fail":
            return replace(said, status="past_due", renews_at=at + 3 * DAY)
        case "give_up":
            return replace(said, status="unpaid")
        case "cancel":
            return replace(said, status="cancelled", ends_at=at + 20 * DAY, trial_ends_at=None, pause=None)
        case "expire":
            return replace(said, status="expired", ends_at=at)
        case "pause" | "pause_free":
            return replace(said, status="paused", pause="free" if what == "pause_free" else "void")
    return replace(said, variant_id=variant)


@st.composite
def lives(draw: st.DrawFn) -> list[Subscription]:
    """A life of a subscription, as the store says of it after each event; some events share a second."""
    life = [BORN]
    for _ in range(draw(st.integers(1, 12))):
        if not AFTER[life[-1].status]:
            break
        what, variant = draw(st.sampled_from(AFTER[life[-1].status])), draw(st.sampled_from([*VARIANTS]))
        apart = draw(st.one_of(st.just(0), st.integers(1, 10 * 86_400)))
        life.append(happens(replace(life[-1], updated_at=life[-1].updated_at + timedelta(seconds=apart)), what, variant))
    return life


@st.composite
def storms(draw: st.DrawFn) -> tuple[list[Subscription], list[Subscription]]:
    """A life, and what of it arrives: some of it, some twice, in any order."""
    life = draw(lives())
    sent = [each for each in life for _ in range(draw(st.sampled_from((0, 1, 1, 1, 2))))]
    return life, draw(st.permutations(sent))


def told(news: Sequence[Subscription], row: Row | None = None) -> Row | None:
    for each in news:
        row = rows.following(row, each, VARIANTS, "live", read=False) or row
    return row


def same(row: Row | None, truth: Row | None) -> bool:
    """All but since when a payment is missing, which depends on what of it was heard."""
    assert truth is not None
    return row is not None and _apart_from_since(row) == _apart_from_since(truth)


def _apart_from_since(row: Row) -> Row:
    return replace(row, since=None, until=None if row.status == "past_due" else row.until)


@given(storms())
def test_after_any_storm_one_reading_is_the_truth(storm: tuple[list[Subscription], list[Subscription]]) -> None:
    life, arrived = storm
    row = told(arrived)
    row = rows.following(row, life[-1], VARIANTS, "live", read=True) or row
    assert same(row, rows.following(None, life[-1], VARIANTS, "live", read=True))
    assert row is not None
    assert not row.ask


@given(lives(), st.data())
def test_where_nothing_is_lost_the_row_is_the_truth_or_asks(life: list[Subscription], data: st.DataObject) -> None:
    arrived = data.draw(st.permutations([*life, *life]))
    row, truth = told(arrived), rows.following(None, life[-1], VARIANTS, "live", read=True)
    assert row is not None
    assert row.ask or same(row, truth)
    apart = [each.updated_at for each in life]
    if len(set(apart)) == len(apart):
        assert not row.ask, "each had a second of its own: there is nothing to ask for"


@given(lives())
def test_the_same_news_again_changes_nothing(life: list[Subscription]) -> None:
    row = told(life)
    for each in (life[-1], life[0]):
        again = rows.following(row, each, VARIANTS, "live", read=False)
        assert again is None or again.ask


@pytest.mark.parametrize(
    ("said", "status", "until"),
    [
        (BORN, "trialing", BEGIN + 7 * DAY + UNCONFIRMED),
        (replace(BORN, status="active", renews_at=BEGIN + 30 * DAY), "active", BEGIN + 30 * DAY + UNCONFIRMED),
        (replace(BORN, status="past_due", renews_at=BEGIN + 3 * DAY), "past_due", BEGIN + DUNNING),
        (replace(BORN, status="unpaid"), "past_due", ENDED),
        (replace(BORN, status="paused", pause="void"), "paused", ENDED),
        (replace(BORN, status="paused", pause="free"), "paused", None),
        (replace(BORN, status="cancelled", ends_at=BEGIN + 5 * DAY), "canceled", BEGIN + 5 * DAY),
        (replace(BORN, status="expired"), "inactive", ENDED),
        (replace(BORN, status="a word of next year"), "inactive", ENDED),
        (replace(BORN, variant_id=999), "trialing", ENDED),
    ],
)
def test_what_each_word_of_the_store_gives(said: Subscription, status: str, until: datetime | None) -> None:
    row = rows.following(None, said, VARIANTS, "live", read=True)
    assert row is not None
    assert (row.status, row.until) == (status, until)


def test_a_payment_is_missing_since_it_first_was() -> None:
    """They try again and again, and each try is news: the store's patience does not begin anew with it."""
    first = happens(replace(BORN, updated_at=BEGIN + 30 * DAY), "fail", 4)
    row = told([BORN, first, replace(first, updated_at=first.updated_at + 5 * DAY, renews_at=BEGIN + 37 * DAY)])
    assert row is not None
    assert (row.since, row.until) == (first.updated_at, first.updated_at + DUNNING)


def test_it_is_read_when_something_was_to_happen_and_now_and_then() -> None:
    row = rows.following(None, replace(BORN, status="active", renews_at=BEGIN + 30 * DAY), VARIANTS, "live", read=True)
    assert row is not None
    assert rows.next_reading(row, BEGIN, rehearses=False) == BEGIN + rows.AT_LEAST_EVERY
    assert rows.next_reading(row, BEGIN, rehearses=True) == BEGIN + 30 * DAY + rows.NEWS_IS_LATE
    assert rows.next_reading(replace(row, ask=True), BEGIN, rehearses=True) == BEGIN
    ended = replace(row, status="inactive", until=ENDED, renews_at=None)
    assert not entitled(ended, BEGIN)
    assert rows.next_reading(ended, BEGIN, rehearses=False) is None
