"""What people write, change and do away with in the dashboard, on both databases, up to what the public sees of it."""

from __future__ import annotations

import asyncio
import json
from datetime import datetime, timedelta
from typing import Any

import httpx2
import pytest
from sqlalchemy import func, select

from socialclaw.db.base import iso, utc_now
from socialclaw.db.posts import Run
from socialclaw.networks import providers
from tests.publishing.desk import Desk, Json, composed

both = pytest.mark.usefixtures("both_databases")
LATER = "2035-01-01T10:00:00.000Z"


async def changed(page: httpx2.AsyncClient, post: Json, status: int = 200, **body: Any) -> Json:
    whole = {"account": post["accountId"], "publishAt": post["publishAtUtc"], **body}
    answer = await page.patch(f"/v1/dashboard/posts/{post['id']}", json=whole)
    assert answer.status_code == status, answer.text
    return dict(answer.json()["post"] if status == 200 else answer.json())


@both
async def test_what_is_composed_for_now_is_seen_by_the_public(desk: Desk, page: httpx2.AsyncClient) -> None:
    account = await desk.connect()
    made = await composed(page, account=account, text="Hello from the dashboard", publishNow=True)
    assert [post["status"] for post in made["posts"]] == ["scheduled"]
    await desk.work()
    assert desk.seen() == ["Hello from the dashboard"]


@both
async def test_a_post_for_several_accounts_is_one_run_each_with_its_own_settings(desk: Desk, page: httpx2.AsyncClient) -> None:
    one, two = await desk.connect("telegram"), await desk.connect("x")
    targets = [{"accountHandle": one, "settings": {"disableNotification": True}}, {"account": two}]
    made = await composed(page, title="News", description="Here", targets=targets, publishAt=LATER)
    assert made["run"]["totalPosts"] == 2
    posts = {post["accountId"]: post for post in made["posts"]}
    assert posts.keys() == {one, two}
    assert {post["publishAtUtc"] for post in posts.values()} == {LATER}
    assert {(post["name"], post["description"]) for post in posts.values()} == {("News", "Here")}
    assert posts[one]["settings"]["disableNotification"] is True


async def test_what_a_person_applies_was_made_in_the_dashboard(desk: Desk, page: httpx2.AsyncClient) -> None:
    account = await desk.connect()
    made = await page.post("/v1/posts/apply", json={"posts": [{"account": account, "description": "By a person"}]})
    assert (made.status_code, made.json()["run"]["source"]) == (201, "dashboard")


async def test_a_target_may_have_a_text_and_a_title_of_its_own(desk: Desk, page: httpx2.AsyncClient) -> None:
    one, two = await desk.connect("telegram"), await desk.connect("x")
    targets = [{"account": one}, {"account": two, "text": "Shorter", "title": None}]
    made = await composed(page, title="News", text="Longer", targets=targets, publishAt=LATER)
    assert {post["accountId"]: (post["name"], post["description"]) for post in made["posts"]} == {
        one: ("News", "Longer"),
        two: ("", "Shorter"),
    }


@both
async def test_with_a_name_it_is_a_campaign_and_as_a_draft_it_waits(desk: Desk, page: httpx2.AsyncClient) -> None:
    account = await desk.connect()
    made = await composed(page, account=account, text="Hi", campaignName="Autumn", draft=True)
    assert made["mode"] == made["run"]["status"] == "draft"
    assert [post["campaignName"] for post in made["posts"]] == ["Autumn"]
    await desk.work()
    assert desk.seen() == []


async def test_where_no_zone_is_said_it_is_the_workspaces(desk: Desk, page: httpx2.AsyncClient) -> None:
    account = await desk.connect()
    await page.patch("/v1/dashboard/workspace", json={"timezone": "America/New_York"})
    for when, instant in (("2035-01-01T10:00:00", "2035-01-01T15:00:00.000Z"), ("2035-01-01T10:00:00Z", LATER)):
        for named in ({}, {"campaignName": f"Launch at {when}"}):
            [post] = (await composed(page, account=account, text="Hi", publishAt=when, **named))["posts"]
            assert (post["publishAtUtc"], post["timezone"]) == (instant, "America/New_York")


async def test_a_time_without_a_zone_is_one_of_the_zone_that_is_said(desk: Desk, page: httpx2.AsyncClient) -> None:
    account = await desk.connect()
    made = await composed(page, account=account, text="Hi", timezone="America/New_York", publishAt="2035-01-01T10:00:00")
    assert made["posts"][0]["publishAtUtc"] == "2035-01-01T15:00:00.000Z"
    later = await changed(page, made["posts"][0], publishAt="2035-07-01T10:00:00")
    assert later["publishAtUtc"] == "2035-07-01T14:00:00.000Z"
    assert later["timezone"] == "America/New_York"


@pytest.mark.parametrize("when", [{}, {"publishAt": LATER, "publishNow": True}, {"draft": True, "publishNow": True}, {"publishNow": False}])
async def test_it_says_when_in_one_way(desk: Desk, page: httpx2.AsyncClient, when: Json) -> None:
    account = await desk.connect()
    answer = await page.post("/v1/dashboard/compose", json={"account": account, "text": "Hi", **when})
    assert (answer.status_code, answer.json()["code"]) == (422, "publish_time_required")


@pytest.mark.parametrize(
    ("body", "paths"),
    [
        ({"targets": [{"account": "x:@nobody"}, {"account": "x:@none"}]}, {"targets[0].account", "targets[1].account"}),
        ({"account": "x:@nobody"}, {"account"}),
        ({"account": "OURS", "text": "x" * 300}, {"text"}),
        ({"account": "OURS", "settings": {"colour": 1}}, {"settings.colour"}),
        ({"targets": [{"account": "OURS", "settings": {"colour": 1}}]}, {"targets[0].settings.colour"}),
        ({"targets": [{"account": "OURS", "text": "x" * 300}]}, {"targets[0].text"}),
        ({"account": "OURS", "publishAt": "2001-01-01T00:00:00Z", "publishNow": False}, {"publishAt"}),
        ({"account": "OURS", "timezone": "Mars/Base"}, {"timezone"}),
        ({"account": "x:@nobody", "campaignName": "C"}, {"account"}),
    ],
)
async def test_what_is_wrong_is_told_where_it_was_said(desk: Desk, page: httpx2.AsyncClient, body: Json, paths: set[str]) -> None:
    account = await desk.connect()
    told = json.loads(json.dumps({"text": "Hi", "publishNow": True, **body}).replace("OURS", account))
    answer = await page.post("/v1/dashboard/compose", json=told)
    assert answer.status_code == 422, answer.text
    assert {issue["path"] for issue in answer.json()["details"]["issues"]} == paths
    assert (await page.get("/v1/dashboard/posts")).json()["total"] == 0


async def test_composing_again_with_a_key_makes_it_once(desk: Desk, page: httpx2.AsyncClient) -> None:
    account = await desk.connect()
    body = {"account": account, "text": "Hi", "publishAt": LATER, "idempotencyKey": "form-1"}
    first = await page.post("/v1/dashboard/compose", json=body)
    second = await page.post("/v1/dashboard/compose", json=body)
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json()["run"]["id"] == second.json()["run"]["id"]


@both
async def test_a_changed_post_says_the_new_thing_at_the_new_time(desk: Desk, page: httpx2.AsyncClient) -> None:
    account = await desk.connect()
    [post] = (await composed(page, account=account, text="Old", publishAt=LATER))["posts"]
    moved = await changed(page, post, text="New", publishAt="2035-01-02T10:00:00Z")
    assert (moved["description"], moved["publishAtUtc"], moved["status"]) == ("New", "2035-01-02T10:00:00.000Z", "scheduled")
    assert datetime.fromisoformat(moved["latestAtUtc"]) - datetime.fromisoformat(post["latestAtUtc"]) == timedelta(days=1)
    await desk.wait((datetime.fromisoformat("2035-01-02T10:00:01Z") - utc_now()).total_seconds())
    assert desk.seen() == ["New"]


@both
async def test_what_is_not_said_stays(desk: Desk, page: httpx2.AsyncClient) -> None:
    account = await desk.connect("telegram")
    made = await composed(page, account=account, title="Title", text="Text", settings={"disableNotification": True}, publishAt=LATER)
    post = made["posts"][0]
    same = await changed(page, post)
    assert {name: same[name] for name in ("name", "description", "settings", "assets", "publishAtUtc", "timezone")} == {
        name: post[name] for name in ("name", "description", "settings", "assets", "publishAtUtc", "timezone")
    }
    assert (await changed(page, post, title=None))["name"] == ""


@both
async def test_of_two_who_change_a_post_at_once_the_second_is_told(desk: Desk, page: httpx2.AsyncClient) -> None:
    account = await desk.connect()
    [post] = (await composed(page, account=account, text="Old", publishAt=LATER))["posts"]

    async def change(text: str) -> int:
        whole = {"account": account, "publishAt": LATER, "text": text, "ifUpdatedAt": post["updatedAt"]}
        return (await page.patch(f"/v1/dashboard/posts/{post['id']}", json=whole)).status_code

    assert sorted(await asyncio.gather(change("One"), change("Two"))) == [200, 409]
    refused = await changed(page, post, 409, text="Three", ifUpdatedAt=post["updatedAt"])
    assert refused["code"] == "post_changed"
    now = (await desk.post(post["id"]))["updatedAt"]
    assert refused["details"]["updatedAt"] == now
    assert (await changed(page, post, text="Four", ifUpdatedAt=now))["description"] == "Four"


@both
async def test_what_may_have_been_sent_is_not_changed(desk: Desk, page: httpx2.AsyncClient) -> None:
    account = await desk.connect()
    [post_id] = await desk.publish(account, "Out")
    await desk.work()
    post = await desk.post(post_id)
    assert post["status"] == "published"
    refused = await changed(page, post, 409, text="Other")
    assert (refused["code"], refused["details"]["postStatus"]) == ("post_not_editable", "published")
    assert desk.seen() == ["Out"]


@both
async def test_a_post_that_has_been_tried_goes_through_all_its_tries_anew(desk: Desk, page: httpx2.AsyncClient) -> None:
    account = await desk.connect()
    desk.network().fail("refuse", times=2)
    [post_id] = await desk.publish(account, "Old")
    await desk.work()
    post = await desk.post(post_id)
    assert (post["status"], (await desk.row(post_id)).tries) == ("retry_pending", 1)
    again = await changed(page, post, text="New")
    assert (again["status"], again["errorCode"], (await desk.row(post_id)).tries) == ("scheduled", None, 0)
    await desk.wait(3700)
    await desk.wait(3700)
    assert desk.seen() == ["New"]


@both
async def test_replies_keep_their_distance_unless_told_to_stay(desk: Desk, page: httpx2.AsyncClient) -> None:
    account = await desk.connect()
    steps = [{"description": "One"}, {"description": "Two", "interaction_type": "reply", "delay_minutes": 5}]
    campaign = {"id": "c", "name": "Thread", "publish_at": LATER, "targets": [{"account": account, "steps": steps}]}
    made = (await desk.api.post("/v1/posts/apply", json={"campaigns": [campaign]})).json()["posts"]
    parent, reply = sorted(made, key=lambda post: post["sequencePosition"])
    await changed(page, parent, publishAt="2035-01-01T11:00:00Z")
    assert (await desk.post(reply["id"]))["publishAtUtc"] == "2035-01-01T11:05:00.000Z"
    parent = await desk.post(parent["id"])
    await changed(page, parent, publishAt="2035-01-01T11:01:00Z", moveReplies=False)
    assert (await desk.post(reply["id"]))["publishAtUtc"] == "2035-01-01T11:05:00.000Z"
    said = await changed(page, await desk.post(reply["id"]), text="Two, better")
    assert (said["description"], said["blockedBy"], said["parentPostId"]) == ("Two, better", "parent", parent["id"])
    other = await desk.connect("x", "grace")
    refused = await changed(page, reply, 409, account=other)
    assert refused["code"] == "post_account_fixed"


@both
async def test_a_wrong_change_is_refused_where_it_was_said_and_changes_nothing(desk: Desk, page: httpx2.AsyncClient) -> None:
    account = await desk.connect()
    [post] = (await composed(page, account=account, text="Old", publishAt=LATER))["posts"]
    for body, path in (
        ({"text": "x" * 300}, "text"),
        ({"settings": {"colour": 1}}, "settings.colour"),
        ({"publishAt": "2001-01-01T00:00:00Z"}, "publishAt"),
    ):
        refused = await changed(page, post, 422, **body)
        assert [issue["path"] for issue in refused["details"]["issues"]] == [path]
    assert await desk.post(post["id"]) == post | {"editedBy": None, "editedAt": None, "repeatId": None}


@both
async def test_a_post_goes_to_another_account(desk: Desk, page: httpx2.AsyncClient) -> None:
    one, two = await desk.connect(), await desk.connect("telegram")
    [post] = (await composed(page, account=one, text="Hi", publishAt=LATER))["posts"]
    moved = await changed(page, post, account=two)
    assert (moved["accountId"], moved["provider"]) == (two, "telegram")
    await desk.wait((datetime.fromisoformat(LATER) - utc_now()).total_seconds() + 1)
    assert (desk.seen(), desk.seen("telegram")) == ([], ["Hi"])


@both
async def test_a_draft_vanishes_and_with_its_last_post_its_run(desk: Desk, page: httpx2.AsyncClient) -> None:
    account = await desk.connect()
    posts = [{"account": account, "description": text} for text in ("One", "Two")]
    made = await desk.apply(*posts, mode="draft")
    for left, post in ((1, made["posts"][0]), (0, made["posts"][1])):
        gone = await page.delete(f"/v1/dashboard/posts/{post['id']}")
        assert (gone.status_code, gone.json()["post"]["id"]) == (200, post["id"])
        assert (await page.get(f"/v1/posts/{post['id']}")).status_code == 404
        runs = await desk.system.database.read(lambda session: session.scalar(select(func.count()).select_from(Run)))
        assert runs == left
        if left:
            assert (await page.get(f"/v1/runs/{made['run']['id']}")).json()["run"]["totalPosts"] == left


@both
async def test_what_is_no_draft_is_canceled_and_stays(desk: Desk, page: httpx2.AsyncClient) -> None:
    account = await desk.connect()
    [post] = (await composed(page, account=account, text="Hi", publishAt=LATER))["posts"]
    assert (await page.delete(f"/v1/dashboard/posts/{post['id']}")).json()["post"]["status"] == "canceled"
    assert (await desk.post(post["id"]))["status"] == "canceled"


async def test_a_quota_counts_a_post_that_is_changed_once(desk: Desk, page: httpx2.AsyncClient) -> None:
    provider, quota = next((p, q) for p in providers().values() for q in p.quotas if q.per == "account")
    account = await desk.connect(provider.key)
    content, day = {"account": account, "description": "Hi"}, datetime.fromisoformat(LATER)
    made = await desk.apply(*({**content, "publish_at": iso(day + timedelta(seconds=n))} for n in range(quota.most)))
    more = await page.post("/v1/dashboard/compose", json={"account": account, "text": "One more", "publishAt": LATER})
    assert more.json()["code"].endswith("_quota_exceeded")
    assert (await changed(page, made["posts"][0], text="Another word"))["description"] == "Another word"
