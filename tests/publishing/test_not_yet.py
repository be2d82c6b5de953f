"""What a network denies for now: what was made a moment ago is waited for, and a bill of the developer app is nobody's fault."""

from __future__ import annotations

import pytest

from tests.publishing.desk import Desk

both = pytest.mark.usefixtures("both_databases")


@both
async def test_a_reply_waits_while_x_does_not_show_its_parent_yet(desk: Desk) -> None:
    account = await desk.connect()
    desk.network().fail("not_yet_visible", seconds=3600)
    posts = await desk.thread(account, "Parent", "Reply", "Reply to the reply")
    await desk.work()
    for _ in range(4):
        await desk.wait(5)
    parent, reply, last = [await desk.post(post) for post in posts]
    assert (parent["status"], reply["status"], last["status"]) == ("published", "publishing", "scheduled")
    assert "may not be there yet" in (await desk.attempts(posts[1]))[-1]["message"]
    desk.network().shelf.disarm()  # now it does
    await desk.wait(30)
    assert desk.seen() == ["Parent", "Reply", "Reply to the reply"]
    assert [(await desk.post(post))["status"] for post in posts] == ["published"] * 3
    assert len(await desk.attempts(posts[1])) == 1, "it was one attempt, which waited"


@both
async def test_a_parent_that_is_gone_for_good_fails_its_reply_in_the_end(desk: Desk) -> None:
    account = await desk.connect()
    parent, reply = await desk.thread(account, "Parent", "Reply")
    desk.network().fail("not_yet_visible", seconds=3600)
    await desk.work()
    for _ in range(8):
        await desk.wait(31)
    found = await desk.post(reply)
    assert (found["status"], found["errorCode"]) == ("failed", "x_reply_refused")
    assert (await desk.post(parent))["status"] == "published"


@pytest.mark.parametrize(("fault", "code"), [("unpaid", "x_credits_depleted"), ("spend_cap", "x_spend_cap_reached")])
@both
async def test_without_credit_posts_wait_their_account_stays_connected_and_health_says_why(desk: Desk, fault: str, code: str) -> None:
    account = await desk.connect()
    desk.network().fail(fault, times=4)
    first, second = await desk.publish(account, "One", "Two")
    await desk.work()
    assert desk.seen() == []
    assert [(await desk.post(post))["status"] for post in (first, second)] == ["retry_pending", "scheduled"]
    assert (await desk.account(account)).status == "connected"
    [notice] = (await desk.api.get("/v1/connections/health")).json()["notices"]
    assert (notice["code"], notice["provider"], notice["posts"]) == (code, "x", 1)
    assert "developer app" in notice["message"]
    for _ in range(4):
        await desk.wait(901)
    assert desk.seen() == ["One", "Two"]
    assert (await desk.api.get("/v1/connections/health")).json()["notices"] == []


@both
async def test_a_text_that_x_refuses_without_a_reason_fails_alone(desk: Desk) -> None:
    account = await desk.connect()
    desk.network().fail("forbid")
    refused, _ = await desk.publish(account, "Not this one", "This one")
    await desk.work()
    found = await desk.post(refused)
    assert (found["status"], found["errorCode"]) == ("failed", "x_forbidden")
    assert ((await desk.account(account)).status, desk.seen()) == ("connected", ["This one"])


async def test_how_long_a_video_may_be_is_told_by_what_is_known_of_its_account(desk: Desk) -> None:
    account = await desk.connect()
    film = {"url": "https://media.example/a.mp4", "kind": "video", "mime": "video/mp4", "duration": 150}
    document = {"schedule": {"timezone": "UTC", "posts": [{"account": account, "description": "Film", "assets": [film]}]}}
    answer = await desk.api.post("/v1/posts/validate", json=document)
    assert [issue["code"] for issue in answer.json()["details"]["issues"]] == ["x_video_duration_invalid"], answer.text
