"""Posts are counted exactly: by the month in which they go out, from the posts themselves, however many ask at once."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest
from sqlalchemy import Engine, event, select
from sqlalchemy.orm import Session

from socialclaw.billing import counting, plans
from socialclaw.billing.subscriptions import ENDED
from socialclaw.db.base import Scope, iso, utc_now
from socialclaw.db.posts import Post
from socialclaw.lifecycle import changes as life
from socialclaw.lifecycle.writing import write
from socialclaw.publishing import outcomes
from socialclaw.settings import Settings
from socialclaw.system import System
from tests.billing.conftest import Has, paid
from tests.conftest import Member
from tests.publishing.desk import Desk, composed

both = pytest.mark.usefixtures("both_databases")
LIMIT = "post_limit_reached"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"honour_quotas": False})


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """A plan with three posts a month."""
    monkeypatch.setitem(plans.PLANS, "starter", replace(plans.STARTER, posts_per_month=3))  # type: ignore[arg-type]


async def used(desk: Desk, month: datetime | None = None) -> int:
    start = counting.month_of(month or utc_now())
    return await desk.system.read(desk.workspace.id, counting.posts_used, start, test=True)


async def statements(desk: Desk, text: str) -> list[str]:
    """What the database is asked for while a post is applied, but for who numbers the events behind it."""
    said: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not re.search(r"\b(events|event_counters|endpoints|deliveries)\b", statement):
            said.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        assert (await take(desk, text)).status_code == 201
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    return said


async def take(desk: Desk, *texts: str, at: str | None = None, **root: Any) -> httpx2.Response:
    posts = [{"account": "x:@ada", "description": text, **({"publish_at": at} if at else {})} for text in texts]
    return await desk.api.post("/v1/posts/apply", json={"schedule": {"timezone": "UTC", "posts": posts, **root}})


async def fail(desk: Desk, *posts: str) -> None:
    """Their network refuses them."""

    def refuse(session: Session) -> None:
        rows = list(session.scalars(select(Post).where(Post.id.in_(posts)).order_by(Post.id)))
        write(session, [(row, life.failed("provider_rejected", "No")) for row in rows], utc_now())

    await desk.system.database.write(refuse)


async def counted(desk: Desk, post_id: str) -> str | None:
    row = await desk.row(post_id)
    return iso(row.counted_at) if row.counted_at else None


# The months.


@pytest.mark.parametrize(
    ("at", "start", "end"),
    [
        ("2026-12-31T23:59:59.999+00:00", "2026-12-01", "2027-01-01"),
        ("2027-01-01T00:00:00+00:00", "2027-01-01", "2027-02-01"),
        ("2028-02-29T12:00:00+00:00", "2028-02-01", "2028-03-01"),
        ("2028-03-01T00:30:00+01:00", "2028-02-01", "2028-03-01"),  # the leap day is not over in UTC
        ("2027-10-31T23:30:00-05:00", "2027-11-01", "2027-12-01"),
    ],
)
def test_a_month_is_one_of_the_calendar_in_utc(at: str, start: str, end: str) -> None:
    found = counting.period(datetime.fromisoformat(at))
    assert found == (datetime.fromisoformat(f"{start}T00:00:00+00:00"), datetime.fromisoformat(f"{end}T00:00:00+00:00"))


@both
async def test_the_edge_of_a_month_is_that_of_the_instant_and_no_zone_moves_it(desk: Desk, has: Has, small: None) -> None:
    await has(paid())
    await desk.connect()
    year = utc_now().year + 1
    january, february = datetime(year, 1, 1, tzinfo=UTC), datetime(year, 2, 1, tzinfo=UTC)
    for at in (f"{year}-01-31T23:59:59.999Z", f"{year}-02-01T00:00:00.000Z"):
        assert (await take(desk, at, at=at)).status_code == 201
    assert [await used(desk, january), await used(desk, february)] == [1, 1]
    answer = await take(desk, "In New York", at=f"{year}-01-31T20:00:00", timezone="America/New_York")
    assert answer.status_code == 201
    assert [await used(desk, january), await used(desk, february)] == [1, 2]


async def test_clocks_that_are_changed_change_no_month(desk: Desk, has: Has, small: None) -> None:
    """In Berlin the night of 2027-10-31 has an hour more, and that of 2027-03-28 one less."""
    await has(paid())
    await desk.connect()
    for local, month in (("2027-11-01T00:30:00", 10), ("2027-11-01T01:30:00", 11), ("2027-04-01T01:30:00", 3), ("2027-04-01T02:30:00", 4)):
        before = await used(desk, datetime(2027, month, 1, tzinfo=UTC))
        answer = await take(desk, local, at=local, timezone="Europe/Berlin")
        assert answer.status_code == 201, answer.text
        assert await used(desk, datetime(2027, month, 1, tzinfo=UTC)) == before + 1, local


# Which posts count.


@both
async def test_a_post_counts_from_when_it_is_to_go_out_until_it_is_known_that_it_will_not(desk: Desk, has: Has) -> None:
    await has(paid("pro"))
    await desk.connect()
    soon = iso(utc_now() + timedelta(minutes=30))
    draft = (await take(desk, "Draft", at=soon, mode="draft")).json()
    post = draft["posts"][0]["id"]
    assert await counted(desk, post) is None
    assert (await desk.api.post(f"/v1/runs/{draft['run']['id']}/publish")).status_code == 200
    assert await counted(desk, post) == soon
    await desk.do(post, "cancel")
    assert await counted(desk, post) is None


@both
async def test_what_fails_gives_its_place_back_and_takes_one_when_it_is_sent_again(desk: Desk, has: Has) -> None:
    await has(paid("pro"))
    account = await desk.connect()
    parent, reply, last = await desk.thread(account, "One", "Two", "Three")
    assert await used(desk) == 3
    await fail(desk, parent)
    assert [(await desk.row(post)).status for post in (parent, reply, last)] == ["failed"] * 3
    assert await used(desk) == 0
    assert (await desk.do(parent, "retry")).status_code == 200
    assert await used(desk) == 3  # those that follow it come back at once, and wait for it
    await desk.work()
    assert [(await desk.row(post)).status for post in (parent, reply, last)] == ["published"] * 3
    assert await used(desk) == 3
    assert (await desk.do(parent, "delete")).status_code == 200
    assert await used(desk) == 3  # it was live


@both
async def test_what_may_be_live_counts_until_somebody_says_that_it_is_not(desk: Desk, has: Has) -> None:
    await has(paid("pro"))
    [post] = await desk.publish(await desk.connect("discord"), "Lost")
    desk.network("discord").fail("reset_after", "", times=1, workspace=desk.workspace.id)
    await desk.work()
    await desk.wait(3600)
    row = await desk.row(post)
    assert (row.status, row.error_code) == ("failed", outcomes.UNKNOWN)
    assert row.counted_at is not None


@both
async def test_what_goes_out_late_counts_in_the_month_that_it_was_accepted_for(desk: Desk, has: Has) -> None:
    await has(paid("pro"))
    account = await desk.connect()
    [post] = await desk.publish(account, "Late")
    accepted = await counted(desk, post)

    def a_month_ago(session: Session) -> None:
        row = session.get_one(Post, post)
        row.publish_at -= timedelta(days=32)
        row.counted_at = row.publish_at

    await desk.system.database.write(a_month_ago)
    await desk.work()
    row = await desk.row(post)
    assert row.status == "published"
    assert row.counted_at == row.publish_at
    assert iso(row.counted_at) != accepted


@both
async def test_a_post_that_is_moved_counts_in_the_month_to_which_it_is_moved(
    desk: Desk, has: Has, page: httpx2.AsyncClient, small: None
) -> None:
    await has(paid())
    account = await desk.connect()
    year = utc_now().year + 1
    june, july = f"{year}-06-15T12:00:00.000Z", f"{year}-07-15T12:00:00.000Z"
    first = await composed(page, account=account, text="First", publishAt=june)
    post = first["posts"][0]["id"]
    for text in "abc":
        assert (await take(desk, text, at=july)).status_code == 201
    refused = await page.patch(f"/v1/dashboard/posts/{post}", json={"account": account, "publishAt": july})
    assert (refused.status_code, refused.json()["code"]) == (402, LIMIT)
    assert await counted(desk, post) == june
    same = await page.patch(
        f"/v1/dashboard/posts/{post}", json={"account": account, "publishAt": f"{year}-06-16T12:00:00.000Z", "text": "Moved"}
    )
    assert same.status_code == 200, same.text
    assert await counted(desk, post) == f"{year}-06-16T12:00:00.000Z"
    moved = await page.post("/v1/dashboard/posts/move", json={"posts": [{"id": post, "publishAt": july}]})
    assert (moved.status_code, moved.json()["code"]) == (402, LIMIT)


# The limit.


@both
async def test_a_schedule_fits_whole_or_not_at_all_and_validation_says_so_before(desk: Desk, has: Has, small: None) -> None:
    await has(paid())
    await desk.connect()
    year = utc_now().year + 1
    at = f"{year}-06-15T12:00:00.000Z"
    assert (await take(desk, "a", "b", at=at)).status_code == 201
    posts = [{"account": "x:@ada", "description": text, "publish_at": at} for text in "cd"]
    for path in ("/v1/posts/validate", "/v1/posts/apply"):
        answer = await desk.api.post(path, json={"schedule": {"timezone": "UTC", "posts": posts}})
        assert (answer.status_code, answer.json()["code"]) == (402, LIMIT), answer.text
        details = answer.json()["details"]
        assert (details["plan"], details["limit"], details["used"], details["requested"]) == ("starter", 3, 2, 2)
        assert (details["periodStart"], details["periodEnd"]) == (f"{year}-06-01T00:00:00.000Z", f"{year}-07-01T00:00:00.000Z")
        assert details["upgradePath"] == "/dashboard/billing"
        assert details["upgradeUrl"] == f"http://socialclaw.test/dashboard/w/{desk.workspace.id}/billing"
        [issue] = details["issues"]
        assert (issue["code"], issue["path"]) == (LIMIT, "posts")
    assert await used(desk, datetime(year, 6, 1, tzinfo=UTC)) == 2
    assert (await take(desk, "c", at=at)).status_code == 201
    assert (await take(desk, "d", "e", at=at, mode="draft")).status_code == 201  # a draft takes nothing


async def test_each_month_of_a_schedule_is_told(desk: Desk, has: Has, small: None) -> None:
    await has(paid())
    await desk.connect()
    year = utc_now().year + 1
    posts = [
        {"account": "x:@ada", "description": f"{month} {n}", "publish_at": f"{year}-{month:02}-10T10:00:00Z"}
        for month in (3, 4, 5)
        for n in range(3 if month == 4 else 4)
    ]
    answer = await desk.api.post("/v1/posts/validate", json={"schedule": {"timezone": "UTC", "posts": posts}})
    assert [issue["details"]["periodStart"][:7] for issue in answer.json()["details"]["issues"]] == [f"{year}-03", f"{year}-05"]


async def test_a_draft_is_published_only_where_there_is_room(desk: Desk, has: Has, small: None) -> None:
    await has(paid())
    await desk.connect()
    soon = iso(utc_now() + timedelta(seconds=50))
    draft = (await take(desk, *"abcd", at=soon, mode="draft")).json()["run"]["id"]
    refused = await desk.api.post(f"/v1/runs/{draft}/publish")
    assert (refused.status_code, refused.json()["code"]) == (402, LIMIT)
    assert await used(desk) == 0


async def test_replies_that_come_back_with_their_post_need_room_too(desk: Desk, has: Has, small: None) -> None:
    await has(paid())
    account = await desk.connect()
    parent, *_ = await desk.thread(account, "One", "Two", "Three")
    await fail(desk, parent)
    assert (await take(desk, "Another")).status_code == 201
    refused = await desk.do(parent, "retry")
    assert (refused.status_code, refused.json()["code"], refused.json()["details"]["requested"]) == (402, LIMIT, 3)


@both
async def test_replies_take_their_places_when_their_post_is_retried_and_nobody_takes_them_meanwhile(
    desk: Desk, has: Has, small: None
) -> None:
    """They were once counted only when their post was published, whether there was room or not."""
    await has(paid())
    account = await desk.connect()
    threads = []
    for name in "ab":
        threads.append(await desk.thread(account, *(f"{name} {n}" for n in range(3))))
        await fail(desk, threads[-1][0])
    first, second = threads
    assert (await desk.do(first[0], "retry")).status_code == 200
    assert [(post["status"], post["blockedBy"]) for post in [await desk.post(one) for one in first[1:]]] == [("scheduled", "parent")] * 2
    for refused in (await desk.do(second[0], "retry"), await desk.do(second[1], "retry"), await take(desk, "Between")):
        assert (refused.status_code, refused.json()["code"], refused.json()["details"]["used"]) == (402, LIMIT, 3)
    await desk.work()
    assert desk.seen() == ["a 0", "a 1", "a 2"]
    assert await used(desk) == 3
    assert (await desk.do(second[0], "retry")).json()["code"] == LIMIT


async def test_replies_that_come_back_fail_with_their_post_again_or_are_canceled_with_it(desk: Desk, has: Has, small: None) -> None:
    await has(paid())
    posts = await desk.thread(await desk.connect(), "One", "Two", "Three")
    for _ in range(3):
        await fail(desk, posts[0])
        assert [(await desk.row(post)).status for post in posts] == ["failed"] * 3
        assert await used(desk) == 0
        assert (await desk.do(posts[0], "retry")).status_code == 200
        assert await used(desk) == 3
    assert (await desk.do(posts[0], "cancel")).status_code == 200
    assert [(await desk.row(post)).status for post in posts] == ["canceled"] * 3
    assert await used(desk) == 0


async def found(desk: Desk, page: httpx2.AsyncClient, post: str, how: str) -> None:
    """Somebody finds the post, whose answer was lost, on its network."""
    if how == "reconcile":
        answer = await desk.do(post, "reconcile")
    else:
        there = desk.network().seen()[0].id
        answer = await page.post(f"/v1/dashboard/posts/{post}/resolve", json={"outcome": "published", "providerPostId": there})
    assert answer.status_code == 200, answer.text
    assert answer.json()["post"]["status"] == "published"


async def lost_thread(desk: Desk) -> list[str]:
    """A post that is live and whose outcome nobody knows, and two replies that failed with it."""
    posts = await desk.thread(await desk.connect(), "One", "Two", "Three")
    desk.network().fail("timeout_after", times=1, workspace=desk.workspace.id)
    await desk.work()

    def give_up(session: Session) -> None:
        write(session, [(session.get_one(Post, posts[0]), life.unknown(outcomes.UNKNOWN, "Look there"))], utc_now())

    await desk.system.database.write(give_up)
    assert [(await desk.row(post)).error_code for post in posts] == [outcomes.UNKNOWN, *[life.PARENT_FAILED] * 2]
    return posts


@both
@pytest.mark.parametrize("how", ["resolve", "reconcile"])
async def test_replies_to_a_post_that_is_found_stay_failed_where_there_is_no_room_and_can_be_retried(
    desk: Desk, has: Has, page: httpx2.AsyncClient, small: None, how: str
) -> None:
    await has(paid())
    parent, reply, last = await lost_thread(desk)
    assert await used(desk) == 1  # the lost one, which may be live
    others = [post["id"] for post in (await take(desk, "a", "b")).json()["posts"]]
    await found(desk, page, parent, how)
    told = await desk.post(reply)
    assert (told["status"], told["errorCode"], (await desk.post(last))["errorCode"]) == ("failed", LIMIT, life.PARENT_FAILED)
    assert "Starter has 3 posts a month" in told["error"]
    assert await used(desk) == 3
    assert (await desk.do(reply, "retry")).json()["code"] == LIMIT
    for other in others:
        assert (await desk.do(other, "cancel")).status_code == 200
    assert (await desk.do(reply, "retry")).status_code == 200
    await desk.work()
    assert desk.seen() == ["One", "Two", "Three"]
    assert [post.reply_to for post in desk.network().seen()][1:] == [post.id for post in desk.network().seen()][:2]
    assert await used(desk) == 3


@pytest.mark.parametrize("how", ["resolve", "reconcile"])
async def test_a_post_is_found_without_a_plan_too_and_its_replies_wait_for_one(
    desk: Desk, has: Has, page: httpx2.AsyncClient, how: str
) -> None:
    await has(paid())
    parent, reply, _ = await lost_thread(desk)
    await has(paid("starter", "inactive", ENDED))
    await found(desk, page, parent, how)
    assert (await desk.post(reply))["errorCode"] == "subscription_inactive"
    await has(paid())
    assert (await desk.do(reply, "retry")).status_code == 200
    await desk.work()
    assert desk.seen() == ["One", "Two", "Three"]


@pytest.mark.parametrize("how", ["resolve", "reconcile"])
async def test_replies_to_a_post_that_is_found_count_from_then_on(desk: Desk, has: Has, page: httpx2.AsyncClient, how: str) -> None:
    await has(paid())
    parent, *_ = await lost_thread(desk)
    await found(desk, page, parent, how)
    assert await used(desk) == 3
    await desk.work()
    assert desk.seen() == ["One", "Two", "Three"]
    assert await used(desk) == 3


@both
async def test_the_same_schedule_sent_twice_at_the_limit_is_one_run(desk: Desk, has: Has, small: None) -> None:
    await has(paid())
    await desk.connect()
    answers = await asyncio.gather(*(take(desk, "a", "b", "c", idempotencyKey="once") for _ in range(6)))
    assert sorted(answer.status_code for answer in answers) == [200] * 5 + [201]
    assert len({answer.json()["run"]["id"] for answer in answers}) == 1


@both
async def test_fifty_takers_at_the_limit_take_exactly_what_is_left(desk: Desk, has: Has) -> None:
    """While others cancel and retry: never one too many, and none is lost."""
    await has(paid())
    account = await desk.connect()
    full = await desk.publish(account, *(f"Post {n}" for n in range(200)))
    failing, canceling = full[:10], full[10:20]

    await fail(desk, *failing)
    assert await used(desk) == 190
    calls = [take(desk, f"Taker {n}") for n in range(50)]
    calls += [desk.do(post, "retry") for post in failing]
    calls += [desk.do(post, "cancel") for post in canceling]
    order = sorted(range(len(calls)), key=lambda n: (n * 37) % len(calls))
    answers = dict(zip(order, await asyncio.gather(*(calls[n] for n in order)), strict=True))
    took = Counter(answers[n].status_code for n in range(50))
    retried = Counter(answers[n].status_code for n in range(50, 60))
    assert took.keys() | retried.keys() <= {200, 201, 402}
    assert {answers[n].json()["code"] for n in range(60) if answers[n].status_code == 402} <= {LIMIT}
    assert all(answers[n].status_code == 200 for n in range(60, 70))
    left = await used(desk)
    assert left == 190 - 10 + took[201] + retried[200]
    assert 190 <= left <= 200
    more = await asyncio.gather(*(take(desk, f"Late {n}") for n in range(25)))
    assert Counter(answer.status_code for answer in more) == Counter({201: 200 - left}) + Counter({402: 25 - (200 - left)})
    assert await used(desk) == 200
    assert (await desk.api.get("/v1/me/usage")).json()["usage"]["postsThisPeriod"] == 200


@both
async def test_batches_at_the_limit_fit_whole_or_not(desk: Desk, has: Has, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(plans.PLANS, "starter", replace(plans.STARTER, posts_per_month=10))  # type: ignore[arg-type]
    await has(paid())
    await desk.connect()
    answers = await asyncio.gather(*(take(desk, *(f"{n} {text}" for text in "abc")) for n in range(20)))
    assert Counter(answer.status_code for answer in answers) == {201: 3, 402: 17}
    assert await used(desk) == 9


# Changes of plan.


@both
async def test_a_smaller_plan_takes_nothing_away_and_adds_nothing(desk: Desk, has: Has, small: None) -> None:
    await has(paid("pro"))
    account = await desk.connect()
    posts = await desk.publish(account, *"abcde")
    await has(paid("starter"))
    refused = await take(desk, "f")
    assert (refused.json()["code"], refused.json()["details"]["used"]) == (LIMIT, 5)
    await desk.work()
    assert {(await desk.row(post)).status for post in posts} == {"published"}  # what was accepted goes out
    await has(paid("pro"))
    assert (await take(desk, "f")).status_code == 201  # at once


async def test_where_nothing_is_sold_no_statement_is_made_for_it(desk: Desk, has: Has, monkeypatch: pytest.MonkeyPatch) -> None:
    await desk.connect()
    await statements(desk, "The first one, which says of the key when it was used")
    with_plans = await statements(desk, "With plans")
    unsold = desk.system.settings.model_copy(update={"billing": Settings().billing})
    monkeypatch.setattr(desk.system, "settings", unsold)
    without = await statements(desk, "Without")
    added = Counter(with_plans) - Counter(without)
    assert Counter(without) - Counter(with_plans) == Counter()
    assert {one for one in added if "subscriptions" not in one} == {one for one in added if "FROM workspaces" in one}
    assert not [one for one in without if "subscriptions" in one or "counted_at >=" in one]


async def test_a_workspace_without_a_subscription_has_no_limit(desk: Desk, small: None) -> None:
    """As all had that were there before somebody began to sell plans, and a test workspace that has bought nothing."""
    account = await desk.connect()
    await desk.publish(account, *"abcdef")
    assert (await desk.api.get("/v1/me/usage")).json()["usage"]["postsLimit"] is None


async def test_another_workspace_s_posts_do_not_count(desk: Desk, has: Has, system: System, other_workspace: Member, small: None) -> None:
    await has(paid())
    await desk.connect()
    assert (await take(desk, "a")).status_code == 201
    start = counting.month_of(utc_now())
    assert await system.read(other_workspace.id, lambda scope: counting.posts_used(Scope(scope.session, scope.workspace_id), start)) == 0
