"""A restored database publishes nothing until it was looked at, and nothing a second time when it goes on."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import delete, select

from socialclaw.db import holds
from socialclaw.db.base import utc_now
from socialclaw.db.posts import Attempt, Post, Step
from socialclaw.publishing import held
from socialclaw.publishing.reconcile import settle_seconds
from tests.publishing.desk import Desk
from tests.publishing.test_lost_answers import SETTLED

both = pytest.mark.usefixtures("both_databases")


async def hold(desk: Desk) -> None:
    await desk.system.database.write(holds.hold)


async def release(desk: Desk, **how: Any) -> Counter[str]:
    return await desk.system.database.write(partial(held.release, **how), partial(settle_seconds, desk.system))


async def forget_that(desk: Desk, posts: list[str]) -> None:
    """The database is that of a backup from before these posts went out."""

    def restore(session: Any) -> None:
        for post in session.scalars(select(Post).where(Post.id.in_(posts))):
            post.status, post.next_at, post.stage, post.published_at, post.attempt_count = "scheduled", post.publish_at, "publish", None, 0
            post.provider_post_id = post.network_key = post.provider_url = post.provider_status = None
        session.execute(delete(Step).where(Step.post_id.in_(posts)))
        session.execute(delete(Attempt).where(Attempt.post_id.in_(posts)))

    await desk.system.database.write(restore)


@both
async def test_nothing_goes_out_while_everything_is_held_and_all_of_it_afterwards(desk: Desk) -> None:
    account = await desk.connect()
    await hold(desk)
    posts = await desk.publish(account, "One", "Two")
    await desk.worker.work(account)
    await desk.work()
    assert [(await desk.post(post))["status"] for post in posts] == ["scheduled", "scheduled"]
    health = (await desk.api.get("/health")).json()
    assert health["worker"]["heldSince"] is not None
    await release(desk)
    await desk.work()
    assert sorted(desk.seen()) == ["One", "Two"]
    assert (await desk.api.get("/health")).json()["worker"]["heldSince"] is None


@both
async def test_a_hold_is_no_failure_of_the_installation(desk: Desk) -> None:
    account = await desk.connect()
    await hold(desk)
    await desk.publish(account, "Waits")
    await desk.system.database.write(desk.worker._presence.sign_in)
    await desk.pass_time(600)
    answer = await desk.api.get("/health")
    assert (answer.status_code, answer.json()["worker"]["overduePosts"]) == (200, 0)


@both
@pytest.mark.parametrize("key", ["x", "facebook"])
async def test_what_went_out_after_the_backup_is_found_and_the_rest_is_sent(desk: Desk, key: str) -> None:
    account = await desk.connect(key)
    network = "meta" if key == "facebook" else key
    texts = [f"Post {number}" for number in range(10)]
    posts = await desk.publish(account, *texts[:5])
    await desk.work()
    assert len(desk.seen(network)) == 5
    await forget_that(desk, posts)
    posts += await desk.publish(account, *texts[5:])
    await hold(desk)
    counts = await release(desk)
    assert counts == {"looked for": 10}
    await desk.wait(settle_seconds(desk.system, key) + 1)
    found = [await desk.post(post) for post in posts]
    assert [post["status"] for post in found] == ["published"] * 10
    assert [post["reconciliationStatus"] for post in found[:5]] == ["confirmed"] * 5
    assert sorted(desk.seen(network)) == texts, "none twice, none lost"
    assert sorted(post["providerPostId"] for post in found) == sorted(seen.id for seen in desk.network(network).seen())


@both
async def test_a_thread_that_went_out_is_found_reply_by_reply(desk: Desk) -> None:
    posts = await desk.thread(await desk.connect(), "Parent", "Reply", "Second")
    await desk.work()
    assert len(desk.seen()) == 3

    def restore(session: Any) -> None:
        for number, post_id in enumerate(posts):
            post = session.get(Post, post_id)
            post.status, post.stage, post.published_at, post.attempt_count = "scheduled", "publish", None, 0
            post.provider_post_id = post.network_key = post.resolved_parent_id = None
            post.next_at, post.blocked_by = (None, "parent") if number else (post.publish_at, None)
        session.execute(delete(Step))
        session.execute(delete(Attempt))

    await desk.system.database.write(restore)
    await hold(desk)
    await release(desk)
    for _ in range(4):
        await desk.wait(SETTLED)
    assert [(await desk.post(post))["status"] for post in posts] == ["published"] * 3
    assert len(desk.seen()) == 3


@both
async def test_what_nobody_can_look_for_is_left_to_a_person(desk: Desk) -> None:
    account = await desk.connect("telegram")
    [post] = await desk.publish(account, "Words")
    await hold(desk)
    assert await release(desk) == {"cannot be asked": 1}
    await desk.wait(SETTLED)
    found = await desk.post(post)
    assert (found["status"], found["errorCode"]) == ("failed", "publish_outcome_unknown")
    assert found["error"].startswith("The post may have gone out before the hold, and Telegram offers no way")
    assert (await desk.do(post, "retry", force=True)).status_code == 200
    await desk.work()
    assert desk.seen("telegram") == ["Words"]


@both
async def test_what_became_due_during_the_hold_is_sent_without_a_look(desk: Desk) -> None:
    account = await desk.connect()
    await hold(desk)
    await desk.publish(account, "Later")
    assert await release(desk) == {}
    await desk.work()
    assert desk.seen() == ["Later"]


@both
async def test_all_is_sent_at_once_where_the_operator_knows_that_nothing_went_out(desk: Desk) -> None:
    account = await desk.connect()
    await desk.publish(account, "Known")
    await hold(desk)
    assert await release(desk, look_first=False) == {"sent": 1}
    await desk.work()
    assert desk.seen() == ["Known"]


@both
async def test_some_posts_are_held_while_all_others_go_on(desk: Desk) -> None:
    account = await desk.connect()
    [now] = await desk.publish(account, "Now")
    later = await desk.publish(account, "Later", publish_at="2035-01-01T00:00:00Z")
    assert await desk.system.database.write(held.hold_due, utc_now()) == 1
    [job] = (await desk.api.get("/v1/jobs", params={"status": "blocked"})).json()["jobs"]
    assert (job["id"], job["blockedBy"], job["nextAction"]) == (now, "hold", "release")
    other = await desk.publish(account, "Other")
    await desk.work()
    assert desk.seen() == ["Other"]
    assert (await desk.post(later[0]))["nextAttemptAt"] is not None
    assert (await desk.post(other[0]))["status"] == "published"
    await release(desk)
    await desk.wait(SETTLED)
    assert sorted(desk.seen()) == ["Now", "Other"]


async def test_a_held_post_can_be_canceled(desk: Desk) -> None:
    [post] = await desk.publish(await desk.connect(), "Went out already")
    await desk.system.database.write(held.hold_due, utc_now())
    assert (await desk.do(post, "cancel")).json()["post"]["status"] == "canceled"
    await release(desk)
    await desk.work()
    assert desk.seen() == []


@both
async def test_the_list_shows_what_would_go_out_and_nothing_else(desk: Desk) -> None:
    account = await desk.connect()
    desk.network().fail("refuse")
    [waits] = await desk.publish(account, "Tried before")
    await desk.work()
    assert (await desk.post(waits))["status"] == "retry_pending"
    [due] = await desk.publish(account, "Due")
    [later] = await desk.publish(account, "Later", publish_at="2035-01-01T00:00:00Z")
    await desk.apply({"account": account, "description": "Draft"}, mode="draft")
    listed = await desk.system.database.read(held.due, utc_now())
    assert {one.post.id for one in listed} == {waits, due}
    assert {(one.workspace, one.can_be_asked) for one in listed} == {("Ours", True)}
    assert later in {one.post.id for one in await desk.system.database.read(held.due, utc_now() + timedelta(days=10_000))}
