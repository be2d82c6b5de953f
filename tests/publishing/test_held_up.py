"""What was held up: an account to be connected again, or no worker for days. Late, in order, spaced; and not at all once it is too late."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update

from socialclaw.db.base import iso, utc_now
from socialclaw.db.posts import Post
from socialclaw.db.workspaces import Workspace
from tests.publishing.desk import Desk

both = pytest.mark.usefixtures("both_databases")

HOUR, DAY = 3600.0, 86_400.0


@pytest.fixture(autouse=True)
async def a_day_late_at_most(desk: Desk) -> None:
    """As an installation has it by default."""
    await desk.system.database.write(lambda session: session.execute(update(Workspace).values(max_late_minutes=24 * 60)))


async def waiting(desk: Desk, *hours: int) -> tuple[str, list[str]]:
    """An account that must be connected again, and posts of it, due so many hours from now; their ids."""
    account = await desk.connect()
    later = [
        await desk.apply({"account": account, "description": f"In {n} h", "publish_at": iso(utc_now() + timedelta(hours=n))}) for n in hours
    ]
    desk.network().fail("revoke_token")
    [first] = await desk.publish(account, "First")
    await desk.work()
    assert (await desk.post(first))["blockedBy"] == "account"
    return account, [first, *(run["posts"][0]["id"] for run in later)]


@both
async def test_a_post_that_was_canceled_while_it_waited_for_its_account_stays_canceled(desk: Desk) -> None:
    _, [post] = await waiting(desk)
    assert (await desk.do(post, "cancel")).json()["post"]["status"] == "canceled"
    assert (await desk.post(post))["blockedBy"] is None
    await desk.connect()
    await desk.wait(DAY)
    assert desk.seen() == []
    assert (await desk.post(post))["status"] == "canceled"


@both
async def test_what_waited_too_long_fails_and_says_so_and_a_person_may_send_it_all_the_same(desk: Desk) -> None:
    _, [post] = await waiting(desk)
    await desk.pass_time(10 * DAY)
    await desk.connect()
    await desk.work()
    found = await desk.post(post)
    assert desk.seen() == []
    assert (found["status"], found["errorCode"]) == ("failed", "publish_too_late")
    assert "10 days late" in found["error"]
    assert (await desk.do(post, "retry")).status_code == 200
    await desk.work()
    assert desk.seen() == ["First"]


@both
async def test_replies_to_a_post_that_is_too_late_fail_with_it(desk: Desk) -> None:
    account = await desk.connect()
    posts = await desk.thread(account, "Parent", "Reply")
    await desk.pass_time(2 * DAY)  # without a worker
    await desk.work()
    assert [(await desk.post(post))["errorCode"] for post in posts] == ["publish_too_late", "parent_post_failed"]
    assert desk.seen() == []
    await desk.do(posts[0], "retry")
    await desk.work()
    assert desk.seen() == ["Parent", "Reply"]


@both
async def test_what_was_held_up_goes_out_in_order_and_spaced_as_planned_but_faster(desk: Desk) -> None:
    _, posts = await waiting(desk, 8, 4)  # applied in another order than they are due
    for _ in range(10):
        await desk.wait(HOUR)  # each comes due, and is held up behind the account
    await desk.connect()
    await desk.work()
    assert desk.seen() == ["First"]
    await desk.wait(0.9 * HOUR)
    assert desk.seen() == ["First"]
    await desk.wait(0.2 * HOUR)  # four hours, four times as fast
    assert desk.seen() == ["First", "In 4 h"]
    await desk.wait(1.1 * HOUR)
    assert desk.seen() == ["First", "In 4 h", "In 8 h"]
    assert len(posts) == 3


@both
async def test_posts_that_are_a_little_late_do_not_wait_for_each_other(desk: Desk) -> None:
    account = await desk.connect()
    await desk.apply(
        *({"account": account, "description": f"Post {n}", "publish_at": iso(utc_now() + timedelta(seconds=60 * n))} for n in range(3))
    )
    await desk.pass_time(200)
    await desk.work()
    assert desk.seen() == ["Post 0", "Post 1", "Post 2"]


@both
async def test_without_a_latest_time_a_post_goes_out_however_late(desk: Desk) -> None:
    account = await desk.connect()
    [post] = await desk.publish(account, "Whenever")
    await desk.system.database.write(lambda session: session.execute(update(Post).where(Post.id == post).values(latest_at=None)))
    await desk.pass_time(30 * DAY)
    await desk.work()
    assert desk.seen() == ["Whenever"]


@both
async def test_why_a_post_waits_is_told_by_its_attempt(desk: Desk) -> None:
    account = await desk.connect()
    desk.network().fail("timeout_after")
    desk.network().fail("refuse", "GET /2/users", times=2)
    [post] = await desk.publish(account, "Where is it?")
    await desk.work()
    await desk.wait(3)
    [lost, look] = await desk.attempts(post)
    assert (lost["stage"], look["stage"], look["finishedAt"]) == ("publish", "reconcile", None)
    assert "api.x.com" in look["message"] or "X" in look["message"]
