"""What several subscriptions come to: by examples, and as properties of whatever rows there are, in whatever order they came."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from socialclaw.billing import ledger
from socialclaw.billing.plans import PLANS, rank
from socialclaw.billing.subscriptions import (
    APP_STORE,
    CODES,
    ENDED,
    FOREVER,
    GRANT,
    LEMON_SQUEEZY,
    PAID,
    PRECEDENCE,
    STATUSES,
    TRIAL,
    Row,
    effective,
    entitled,
    notices,
    paying,
)
from socialclaw.db.billing import Subscription
from socialclaw.db.workspaces import Workspace
from socialclaw.system import System
from tests.conftest import Member

NOW = datetime(2026, 12, 1, tzinfo=UTC)
DAY = timedelta(days=1)
LONG = datetime(2100, 1, 1, tzinfo=UTC)


def row(source: str, plan: str, status: str, until: datetime | None, at: datetime = NOW) -> Row:
    return Row(source, source, plan, status, until, at)


# Plan, status, source, and the code that refuses.
EXAMPLES = {
    "nothing at all": ([], (None, "inactive", None, "plan_required")),
    "a trial runs": ([row(TRIAL, "starter", "trialing", NOW + DAY)], ("starter", "trialing", TRIAL, None)),
    "a trial is over": ([row(TRIAL, "starter", "trialing", NOW)], ("starter", "inactive", TRIAL, "plan_required")),
    "what is paid comes before a larger trial": (
        [row(TRIAL, "pro", "trialing", NOW + DAY), row(LEMON_SQUEEZY, "starter", "active", NOW + DAY)],
        ("starter", "active", LEMON_SQUEEZY, None),
    ),
    "both stores are paid: the larger counts": (
        [row(LEMON_SQUEEZY, "starter", "active", NOW + 9 * DAY), row(APP_STORE, "pro", "active", NOW + DAY)],
        ("pro", "active", APP_STORE, None),
    ),
    "one has lapsed, the other is active": (
        [row(LEMON_SQUEEZY, "pro", "inactive", ENDED, NOW + DAY), row(APP_STORE, "starter", "active", NOW + DAY)],
        ("starter", "active", APP_STORE, None),
    ),
    "canceled, still paid for": ([row(LEMON_SQUEEZY, "pro", "canceled", NOW + DAY)], ("pro", "canceled", LEMON_SQUEEZY, None)),
    "canceled, over": ([row(LEMON_SQUEEZY, "pro", "canceled", NOW)], ("pro", "canceled", LEMON_SQUEEZY, "subscription_canceled")),
    "dunning": ([row(LEMON_SQUEEZY, "pro", "past_due", NOW + DAY)], ("pro", "past_due", LEMON_SQUEEZY, None)),
    "unpaid": ([row(LEMON_SQUEEZY, "pro", "past_due", ENDED)], ("pro", "past_due", LEMON_SQUEEZY, "subscription_past_due")),
    "paused void": ([row(LEMON_SQUEEZY, "pro", "paused", ENDED)], ("pro", "paused", LEMON_SQUEEZY, "subscription_paused")),
    "paused free": ([row(LEMON_SQUEEZY, "pro", "paused", None)], ("pro", "paused", LEMON_SQUEEZY, None)),
    "nobody could say for days whether it was renewed": (
        [row(LEMON_SQUEEZY, "pro", "active", NOW - DAY)],
        ("pro", "inactive", LEMON_SQUEEZY, "subscription_inactive"),
    ),
    "a grant comes before what is paid": (
        [row(GRANT, "starter", "active", None), row(LEMON_SQUEEZY, "pro", "active", NOW + DAY)],
        ("starter", "active", GRANT, None),
    ),
    "a grant has ended": ([row(GRANT, "pro", "active", NOW)], ("pro", "inactive", GRANT, "subscription_inactive")),
    "what was paid once says why, and no trial": (
        [row(TRIAL, "starter", "trialing", ENDED, NOW + DAY), row(LEMON_SQUEEZY, "pro", "canceled", ENDED)],
        ("pro", "canceled", LEMON_SQUEEZY, "subscription_canceled"),
    ),
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_subscriptions_come_to_a_plan(name: str) -> None:
    rows, expected = EXAMPLES[name]
    found = effective(rows, NOW)
    assert (found.plan, found.status, found.source, found.code) == expected


instants = st.integers(-3, 3).map(lambda days: NOW + days * DAY)
some_rows = st.builds(
    Row,
    source=st.sampled_from(tuple(PRECEDENCE)),
    external_id=st.sampled_from("abcd"),
    plan=st.sampled_from([*PLANS, "forgotten"]),
    status=st.sampled_from(STATUSES),
    until=st.none() | instants,
    at=instants,
)
rows_once = st.lists(some_rows, max_size=6, unique_by=lambda row: (row.source, row.external_id))


@given(rows=rows_once, order=st.randoms(use_true_random=False))
def test_the_order_of_arrival_changes_nothing(rows: list[Row], order: object) -> None:
    shuffled = list(rows)
    order.shuffle(shuffled)  # type: ignore[attr-defined]
    assert effective(shuffled, NOW) == effective(rows, NOW)


@given(rows=rows_once)
def test_whoever_has_something_that_runs_is_entitled_to_the_best_of_it(rows: list[Row]) -> None:
    found, running = effective(rows, NOW), [row for row in rows if entitled(row, NOW)]
    assert found.entitled == bool(running)
    if running:
        assert found.row in running
        assert found.row is not None
        best = (PRECEDENCE[found.row.source], rank(found.row.plan), found.row.until or FOREVER)
        assert all((PRECEDENCE[row.source], rank(row.plan), row.until or FOREVER) <= best for row in running)
    else:
        assert found.code in CODES


@given(rows=rows_once, ended=some_rows)
def test_what_has_ended_takes_nothing_from_what_runs(rows: list[Row], ended: Row) -> None:
    others = [row for row in rows if (row.source, row.external_id) != (ended.source, ended.external_id)]
    over = Row(ended.source, ended.external_id, ended.plan, ended.status, ENDED, ended.at)
    if effective(others, NOW).entitled:
        assert effective([*others, over], NOW) == effective(others, NOW)


@given(rows=rows_once, days=st.integers(0, 10))
def test_time_alone_takes_and_never_gives(rows: list[Row], days: int) -> None:
    if not effective(rows, NOW).entitled:
        assert not effective(rows, NOW + days * DAY).entitled


@st.composite
def lives(draw: st.DrawFn) -> list[Row]:
    """The news of one subscription, each newer than the one before it."""
    source, name = draw(st.sampled_from(PAID)), draw(st.sampled_from("ab"))
    told = draw(st.lists(st.tuples(st.sampled_from(STATUSES), st.sampled_from([*PLANS]), st.none() | instants), min_size=1, max_size=8))
    return [Row(source, name, plan, status, until, NOW + n * DAY) for n, (status, plan, until) in enumerate(told)]


@given(of=st.lists(lives(), min_size=1, max_size=3, unique_by=lambda life: (life[0].source, life[0].external_id)), data=st.data())
def test_news_in_any_order_doubled_and_of_both_stores_come_to_the_truth(of: list[list[Row]], data: st.DataObject) -> None:
    """What each source does with news: what is newer by its clock replaces what is older. A lost one is mended by one reading."""
    sent = [news for life in of for news in life]
    doubled = sent + data.draw(st.lists(st.sampled_from(sent), max_size=8))
    lost = set(data.draw(st.lists(st.sampled_from(range(len(doubled))), max_size=8)))
    arriving = data.draw(st.permutations([news for place, news in enumerate(doubled) if place not in lost]))
    known: dict[tuple[str, str], Row] = {}
    for news in (*arriving, *(life[-1] for life in of)):  # the last ones are what a reading shows
        name = news.source, news.external_id
        if name not in known or news.at >= known[name].at:
            known[name] = news
    assert effective(known.values(), NOW) == effective([life[-1] for life in of], NOW)


def test_notices_tell_what_somebody_has_to_do() -> None:
    def told(*rows: Row) -> list[str]:
        return [each["code"] for each in notices(rows, effective(rows, NOW), NOW)]

    paid, other = row(LEMON_SQUEEZY, "pro", "active", NOW + 30 * DAY), row(APP_STORE, "pro", "active", NOW + 30 * DAY)
    assert told(paid) == []
    assert told(paid, other) == ["double_billing"]
    assert told(row(LEMON_SQUEEZY, "pro", "past_due", NOW + DAY)) == ["payment_failed"]
    assert told(row(LEMON_SQUEEZY, "pro", "past_due", ENDED)) == ["payment_failed"]
    assert told(row(TRIAL, "pro", "trialing", NOW + 2 * DAY)) == ["ends_soon"]
    assert told(row(TRIAL, "pro", "trialing", NOW + 6 * DAY)) == []
    assert told(row(LEMON_SQUEEZY, "pro", "canceled", NOW + 6 * DAY)) == ["ends_soon"]
    assert told(row(LEMON_SQUEEZY, "pro", "canceled", NOW + 9 * DAY)) == []


def test_what_still_runs_at_a_store_is_known_also_where_it_gives_nothing() -> None:
    rows = [
        row(GRANT, "pro", "active", None),
        row(LEMON_SQUEEZY, "pro", "past_due", ENDED),
        Row(LEMON_SQUEEZY, "paused", "pro", "paused", ENDED, NOW),
        Row(LEMON_SQUEEZY, "over", "pro", "canceled", ENDED, NOW),
        Row(APP_STORE, "expired", "pro", "inactive", ENDED, NOW),
    ]
    assert [one.external_id for one in paying(rows, NOW)] == [LEMON_SQUEEZY, "paused"]


# As they are kept.


@pytest.mark.usefixtures("both_databases")
async def test_a_subscription_is_kept_once_and_its_workspace_shows_what_it_comes_to(system: System, workspace: Member) -> None:
    def write(session: Session) -> tuple[str, str, int]:
        for plan in ("starter", "pro"):
            ledger.put(session, Row(LEMON_SQUEEZY, "7", plan, "active", LONG, NOW, "test"), workspace.id, next_at=NOW)
        space = session.get_one(Workspace, workspace.id)
        return space.plan, space.subscription_status, session.query(Subscription).count()

    assert await system.database.write(write) == ("pro", "active", 1)

    def read(session: Session) -> tuple[Row, datetime | None]:
        kept = ledger.find(session, LEMON_SQUEEZY, "test", "7")
        assert kept is not None
        return ledger.row_of(kept), kept.next_at

    kept, next_at = await system.database.read(read)
    assert kept == Row(LEMON_SQUEEZY, "7", "pro", "active", LONG, NOW, "test")
    assert next_at == NOW


@pytest.mark.usefixtures("both_databases")
async def test_live_and_test_never_touch_each_other(system: System, workspace: Member, other_workspace: Member) -> None:
    """Ids of the simulated store are those of a real one, some day."""

    def write(session: Session) -> tuple[str | None, str | None]:
        ledger.put(session, Row(LEMON_SQUEEZY, "7", "pro", "active", None, NOW, "test"), workspace.id)
        ledger.put(session, Row(LEMON_SQUEEZY, "7", "starter", "active", None, NOW, "live"), other_workspace.id)
        return ledger.standing(session, workspace.id).plan, ledger.standing(session, other_workspace.id).plan

    assert await system.database.write(write) == ("pro", "starter")


@pytest.mark.usefixtures("both_databases")
async def test_news_are_stored_once_for_all_who_bring_them(system: System) -> None:
    def write(session: Session, realm: str) -> bool:
        return ledger.once(session, LEMON_SQUEEZY, realm, "digest", "subscription_updated", subject="7") is not None

    assert [await system.database.write(write, realm) for realm in ("live", "live", "test")] == [True, False, True]


async def test_what_was_bought_in_the_sandbox_is_forgotten(system: System, workspace: Member) -> None:
    def write(session: Session) -> tuple[str | None, str, str | None, str]:
        ledger.put(session, Row(LEMON_SQUEEZY, "7", "pro", "active", None, NOW, "test"), workspace.id)
        had = ledger.standing(session, workspace.id).plan, session.get_one(Workspace, workspace.id).plan
        ledger.forget(session, workspace.id)
        return *had, ledger.standing(session, workspace.id).plan, session.get_one(Workspace, workspace.id).plan

    assert await system.database.write(write) == ("pro", "pro", "self_hosted", "self_hosted")
