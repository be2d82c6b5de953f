"""Runs: what their status says of their posts, and what publishing a draft does."""

from __future__ import annotations

from datetime import datetime

import pytest

from socialclaw.db.base import iso, utc_now
from tests.publishing.desk import Desk

both = pytest.mark.usefixtures("both_databases")

TIMES = ("2035-01-01T10:00:00Z", "2035-01-01T10:30:00Z", "2035-01-03T10:00:00Z")
DAY = 24 * 3600


async def status(desk: Desk, run: str) -> str:
    answer = (await desk.api.get(f"/v1/runs/{run}/status")).json()
    assert answer["summary"]["total"] == len(answer["posts"])
    return str(answer["run"]["status"])


async def draft(desk: Desk, *times: str | None) -> str:
    account = await desk.connect()
    posts = [{"account": account, "description": f"Post {n}", **({"publish_at": at} if at else {})} for n, at in enumerate(times)]
    return str((await desk.apply(*posts, mode="draft"))["run"]["id"])


async def times(desk: Desk, run: str) -> list[datetime]:
    posts = (await desk.api.get(f"/v1/runs/{run}")).json()["posts"]
    return [datetime.fromisoformat(post["publishAtUtc"]) for post in posts]


@both
async def test_a_run_goes_from_created_over_processing_to_completed(desk: Desk) -> None:
    account = await desk.connect()
    applied = await desk.apply(
        {"account": account, "description": "Now"}, {"account": account, "description": "Then", "publish_at": TIMES[0]}
    )
    run = applied["run"]["id"]
    assert await status(desk, run) == "created"
    await desk.work()
    assert await status(desk, run) == "processing"
    then = next(post["id"] for post in applied["posts"] if post["description"] == "Then")
    await desk.do(then, "cancel")
    assert await status(desk, run) == "completed", "published or canceled: nothing failed"


@both
async def test_a_run_with_a_failed_post_is_partial_failed_once_all_have_ended(desk: Desk) -> None:
    account = await desk.connect()
    desk.network().fail("refuse", times=6)
    applied = await desk.apply({"account": account, "description": "Down"})
    run, post = applied["run"]["id"], applied["posts"][0]["id"]
    await desk.work()
    assert await status(desk, run) == "processing"
    for _ in range(6):
        await desk.wait(3700)
    assert await status(desk, run) == "partial_failed"
    await desk.do(post, "retry")
    assert await status(desk, run) == "processing"
    await desk.work()
    assert await status(desk, run) == "completed"


@both
async def test_a_draft_never_publishes_by_itself(desk: Desk) -> None:
    run = await draft(desk, None, TIMES[0])
    assert await status(desk, run) == "draft"
    await desk.wait(20 * 365 * DAY)
    assert (await status(desk, run), desk.seen()) == ("draft", [])


@both
async def test_publishing_a_draft_keeps_its_times(desk: Desk) -> None:
    run = await draft(desk, *TIMES)
    before = await times(desk, run)
    answer = await desk.api.post(f"/v1/runs/{run}/publish")
    assert (answer.status_code, answer.json()["run"]["status"], answer.json()["mode"]) == (200, "created", "scheduled")
    assert await times(desk, run) == before
    await desk.work()
    assert desk.seen() == []


@both
async def test_start_at_moves_the_earliest_post_and_keeps_all_distances(desk: Desk) -> None:
    run = await draft(desk, TIMES[1], TIMES[0], TIMES[2])
    before = await times(desk, run)
    assert (await desk.api.post(f"/v1/runs/{run}/publish", json={"startAt": "2036-06-01T00:00:00Z"})).status_code == 200
    after = await times(desk, run)
    assert min(after) == datetime.fromisoformat("2036-06-01T00:00:00Z")
    assert [at - after[0] for at in after] == [at - before[0] for at in before]


@both
async def test_what_is_past_when_a_draft_is_published_goes_out_at_once(desk: Desk) -> None:
    run = await draft(desk, None, TIMES[0])
    await desk.pass_time(3600)
    await desk.api.post(f"/v1/runs/{run}/publish")
    assert desk.queue.hints, "the worker is told"
    await desk.work()
    assert desk.seen() == ["Post 0"]
    assert await status(desk, run) == "processing"


@both
async def test_a_thread_in_a_draft_still_waits_for_its_parent(desk: Desk) -> None:
    account = await desk.connect()
    steps = [{"description": "Parent"}, {"description": "Reply", "interaction_type": "reply"}]
    campaign = {"id": "c", "name": "C", "publish_at": iso(utc_now()), "targets": [{"account": account, "steps": steps}]}
    schedule = {"mode": "draft", "campaigns": [campaign]}
    run = (await desk.api.post("/v1/posts/apply", json={"schedule": schedule})).json()["run"]["id"]
    await desk.api.post(f"/v1/runs/{run}/publish")
    await desk.work()
    assert desk.seen() == ["Parent", "Reply"]


@both
@pytest.mark.parametrize("twice", ["a draft that was published", "no draft"])
async def test_only_a_draft_is_published(desk: Desk, twice: str) -> None:
    if twice == "no draft":
        run = (await desk.apply({"account": await desk.connect(), "description": "P"}))["run"]["id"]
    else:
        run = await draft(desk, TIMES[0])
        await desk.api.post(f"/v1/runs/{run}/publish")
    answer = await desk.api.post(f"/v1/runs/{run}/publish")
    assert (answer.status_code, answer.json()["code"]) == (409, "run_not_draft")


@both
async def test_a_draft_whose_posts_are_all_canceled_has_nothing_to_publish(desk: Desk) -> None:
    run = await draft(desk, TIMES[0])
    for post in (await desk.api.get(f"/v1/runs/{run}")).json()["posts"]:
        await desk.do(post["id"], "cancel")
    answer = await desk.api.post(f"/v1/runs/{run}/publish")
    assert (answer.status_code, answer.json()["code"]) == (409, "run_empty")


@pytest.mark.parametrize("start", ["yesterday", 7, "2036-13-01T00:00:00Z", "9999-12-31T23:00:00Z"])
async def test_a_start_that_is_no_time_changes_nothing(desk: Desk, start: object) -> None:
    run = await draft(desk, *TIMES)
    before = await times(desk, run)
    answer = await desk.api.post(f"/v1/runs/{run}/publish", json={"startAt": start})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_publish_time")
    assert (await status(desk, run), await times(desk, run)) == ("draft", before)
