"""Replies: they wait for their parent, go out below it, fail with it, and come back with it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from socialclaw.db.base import iso, utc_now
from tests.publishing.desk import Desk

both = pytest.mark.usefixtures("both_databases")

THREAD = ("Parent", "Reply", "Reply to the reply")


async def states(desk: Desk, posts: list[str]) -> list[tuple[str, str | None, str | None]]:
    found = [await desk.post(post) for post in posts]
    return [(post["status"], post["blockedBy"], post["errorCode"]) for post in found]


PARENT_FAILED = ("failed", "parent", "parent_post_failed")


@both
async def test_a_thread_goes_out_in_order_each_below_its_parent(desk: Desk) -> None:
    posts = await desk.thread(await desk.connect(), *THREAD)
    assert await states(desk, posts) == [("scheduled", None, None), ("scheduled", "parent", None), ("scheduled", "parent", None)]
    await desk.work()
    seen = desk.network().seen()
    assert [post.text for post in seen] == [*THREAD]
    assert [post.reply_to for post in seen] == [None, seen[0].id, seen[1].id]
    assert [(await desk.post(post))["resolvedParentProviderPostId"] for post in posts] == [None, seen[0].id, seen[1].id]


@both
async def test_a_reply_never_goes_out_before_its_parent(desk: Desk) -> None:
    account = await desk.connect()
    desk.network().fail("refuse")
    posts = await desk.thread(account, *THREAD)
    await desk.work()
    assert desk.seen() == []
    assert [status for status, *_ in await states(desk, posts)] == ["retry_pending", "scheduled", "scheduled"]
    await desk.wait(70)
    assert desk.seen() == [*THREAD]


@both
async def test_they_fail_with_their_parent_and_a_later_success_of_it_releases_them(desk: Desk) -> None:
    account = await desk.connect()
    desk.network().fail("refuse", times=6)
    posts = await desk.thread(account, *THREAD)
    for _ in range(6):
        await desk.wait(3700)
    assert await states(desk, posts) == [("failed", None, "provider_unavailable"), PARENT_FAILED, PARENT_FAILED]
    assert (await desk.do(posts[0], "retry")).status_code == 200
    await desk.work()
    assert await states(desk, posts) == [("published", None, None)] * 3
    assert desk.seen() == [*THREAD]


@both
async def test_a_reply_that_is_retried_before_its_parent_waits_for_it_again(desk: Desk) -> None:
    account = await desk.connect()
    desk.network().fail("refuse", times=6)
    parent, reply, _ = posts = await desk.thread(account, *THREAD)
    for _ in range(6):
        await desk.wait(3700)
    assert (await desk.do(reply, "retry")).status_code == 200
    assert (await states(desk, posts))[1] == ("scheduled", "parent", None)
    await desk.work()
    assert desk.seen() == []
    await desk.do(parent, "retry")
    await desk.work()
    assert desk.seen() == [*THREAD]


@both
async def test_they_are_canceled_with_their_parent(desk: Desk) -> None:
    posts = await desk.thread(await desk.connect(), *THREAD)
    assert (await desk.do(posts[0], "cancel")).status_code == 200
    assert [status for status, *_ in await states(desk, posts)] == ["canceled"] * 3
    await desk.wait(3600)
    assert desk.seen() == []


@both
async def test_a_canceled_reply_stays_canceled_when_its_parent_is_published(desk: Desk) -> None:
    posts = await desk.thread(await desk.connect(), *THREAD)
    await desk.do(posts[1], "cancel")
    await desk.work()
    assert [status for status, *_ in await states(desk, posts)] == ["published", "canceled", "canceled"]
    assert desk.seen() == ["Parent"]


@both
async def test_a_parent_whose_answer_was_lost_holds_them_until_it_is_found(desk: Desk) -> None:
    account = await desk.connect()
    desk.network().fail("timeout_after")
    posts = await desk.thread(account, *THREAD)
    await desk.work()
    assert desk.seen() == ["Parent"]
    await desk.wait(3)
    assert [status for status, *_ in await states(desk, posts)] == ["published"] * 3
    assert desk.seen() == [*THREAD]


@both
async def test_a_parent_that_is_found_by_hand_releases_them(desk: Desk) -> None:
    account = await desk.connect()
    desk.network().fail("timeout_after")
    desk.network().fail("refuse", "GET /2/users", times=1000)
    posts = await desk.thread(account, *THREAD)
    await desk.work()
    await desk.wait(25 * 3600)
    assert await states(desk, posts) == [("failed", None, "publish_outcome_unknown"), PARENT_FAILED, PARENT_FAILED]
    desk.network().shelf.disarm()
    assert (await desk.do(posts[0], "reconcile")).json()["post"]["status"] == "published"
    await desk.work()
    assert [status for status, *_ in await states(desk, posts)] == ["published"] * 3
    assert desk.seen() == [*THREAD]


@both
@pytest.mark.parametrize("who", ["the worker finds the parent", "the user has it looked for"])
async def test_a_reply_for_next_week_stays_for_next_week_whoever_finds_its_parent(desk: Desk, who: str) -> None:
    account = await desk.connect()
    desk.network().fail("timeout_after")
    if who == "the user has it looked for":
        desk.network().fail("refuse", "GET /2/users", times=1000)
    week = iso(utc_now() + timedelta(days=9))
    steps = [{"description": "Parent"}, {"description": "Reply in a week", "interaction_type": "reply", "publish_at": week}]
    campaign = {"id": "c", "name": "T", "publish_at": iso(utc_now()), "targets": [{"account": account, "steps": steps}]}
    run = await desk.apply(campaigns=[campaign])
    parent, reply = [post["id"] for post in sorted(run["posts"], key=lambda post: post["sequencePosition"])]
    await desk.work()
    if who == "the user has it looked for":
        await desk.wait(25 * 3600)
        assert (await desk.post(parent))["errorCode"] == "publish_outcome_unknown"
        desk.network().shelf.disarm()
        assert (await desk.do(parent, "reconcile")).json()["post"]["status"] == "published"
        await desk.work()
    else:
        await desk.wait(3)
    assert (await desk.post(parent))["status"] == "published"
    assert desk.seen() == ["Parent"], "the reply is due in nine days"
    assert (await desk.row(parent)).collect_at is not None, "figures are collected an hour after publishing"
    await desk.wait(9 * 86_400)
    assert desk.seen() == ["Parent", "Reply in a week"]
    assert (await desk.post(reply))["status"] == "published"
