"""First comments: a reply that goes out once its post is there, where the network replies; anywhere else it is named as impossible."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest

from socialclaw.scheduling.plan import MOST_POSTS
from tests.publishing.desk import Desk

both = pytest.mark.usefixtures("both_databases")
LATER = "2090-01-01T00:00:00Z"
Json = dict[str, Any]


@both
async def test_it_goes_out_as_a_reply_as_soon_as_its_post_is_there(desk: Desk) -> None:
    account = await desk.connect("x")
    made = await desk.apply(
        {"account": account, "description": "The post", "first_comment": "The comment", "labels": ["a"]},
        {"account": account, "description": "Another", "interaction_type": "reply", "reply_to_step_id": "post_1"},
    )
    assert (made["run"]["totalPosts"], made["summary"]["total"]) == (3, 3)
    by_text = {post["description"]: post for post in made["posts"]}
    comment = by_text["The comment"]
    assert (comment["interactionType"], comment["parentPostId"]) == ("reply", by_text["The post"]["id"])
    assert (comment["blockedBy"], comment["labels"]) == ("parent", [])
    await desk.work()
    seen = {post.text: post for post in desk.network("x").seen()}
    assert seen["The comment"].reply_to == seen["The post"].id == seen["Another"].reply_to


@pytest.mark.parametrize("key", ["telegram", "linkedin", "discord", "reddit", "wordpress"])
async def test_where_the_network_takes_no_replies_it_is_refused_as_impossible(desk: Desk, key: str) -> None:
    account = await desk.connect(key)
    post = {"account": account, "description": "Hi", "publish_at": LATER, "firstComment": "And this"}
    refused = await desk.api.post("/v1/posts/validate", json={"posts": [post]})
    found = [issue for issue in refused.json()["details"]["issues"] if issue["code"] == "first_comment_unsupported"]
    assert (refused.status_code, [issue["path"] for issue in found]) == (422, ["posts[0].first_comment"])
    assert "impossible" in found[0]["message"]
    well = await desk.api.post("/v1/posts/validate", json={"posts": [{**post, "firstComment": " "}]})
    assert "first_comment_unsupported" not in well.text, "one that says nothing is none"


@pytest.mark.parametrize(("comment", "code"), [("x" * 281, "x_text_too_long"), (5, "field_type_invalid"), (["a"], "field_type_invalid")])
async def test_it_is_judged_as_a_post_and_told_in_its_place(desk: Desk, comment: Any, code: str) -> None:
    account = await desk.connect("x")
    posts = [
        {"account": account, "description": "Hi", "publish_at": LATER, "first_comment": comment},
        {"account": account, "description": "x" * 300, "publish_at": LATER},
    ]
    refused = (await desk.api.post("/v1/posts/apply", json={"posts": posts})).json()
    told = [(issue["path"], issue["code"]) for issue in refused["details"]["issues"]]
    assert told[0] == ("posts[0].first_comment", code)
    assert told[1][0].startswith("posts[1]"), "problems come in the order of the document"
    assert (await desk.api.get("/v1/posts")).json()["total"] == 0


async def test_a_step_of_a_campaign_has_one_and_its_copy_too(desk: Desk) -> None:
    account = await desk.connect("x")
    steps = [{"description": "One", "first_comment": "On one"}, {"description": "Two", "delay_minutes": 5}]
    campaign = {"id": "c", "name": "C", "publish_at": LATER, "targets": [{"account": account, "steps": steps}]}
    made = (await desk.api.post("/v1/posts/apply", json={"campaigns": [campaign]})).json()
    graph = (await desk.api.get(f"/v1/runs/{made['run']['id']}/campaign")).json()
    [target] = graph["campaign"]["campaigns"][0]["targets"]
    assert [step["description"] for step in target["steps"]] == ["One", "On one", "Two"]
    again = (await desk.api.post("/v1/posts/apply", json=graph["schedule"])).json()
    by_text = {post["description"]: post for post in again["posts"]}
    assert by_text["On one"]["parentPostId"] == by_text["One"]["id"]
    assert by_text["Two"]["parentPostId"] is None


async def test_comments_count_as_posts_of_the_run(desk: Desk) -> None:
    account = await desk.connect("x")
    posts = [{"account": account, "description": f"{n}", "publish_at": LATER, "first_comment": "c"} for n in range(MOST_POSTS // 2 + 1)]
    refused = (await desk.api.post("/v1/posts/validate", json={"posts": posts})).json()
    assert refused["code"] == "schedule_too_large"
    assert (await desk.api.post("/v1/posts/validate", json={"posts": posts[1:]})).json()["totalPosts"] == MOST_POSTS


@both
async def test_composed_for_several_accounts_each_may_have_its_own_or_none(desk: Desk, page: httpx2.AsyncClient) -> None:
    x, telegram = [(await desk.account(await desk.connect(key))).handle for key in ("x", "telegram")]
    body = {"text": "Hi", "publishAt": LATER, "firstComment": "For all", "targets": [{"account": x}, {"account": telegram}]}
    refused = (await page.post("/v1/dashboard/compose", json=body)).json()
    assert [(issue["code"], issue["path"]) for issue in refused["details"]["issues"]] == [("first_comment_unsupported", "firstComment")]
    body["targets"] = [{"account": x, "firstComment": "For X"}, {"account": telegram, "firstComment": None}]
    made = (await page.post("/v1/dashboard/compose", json=body)).json()
    assert sorted((post["account"], post["description"]) for post in made["posts"]) == sorted([(x, "Hi"), (x, "For X"), (telegram, "Hi")])
    body["targets"] = [{"account": telegram, "firstComment": "No"}]
    refused = (await page.post("/v1/dashboard/compose", json=body)).json()
    assert refused["details"]["issues"][0]["path"] == "targets[0].firstComment"


async def test_a_preview_of_the_post_is_of_the_post(desk: Desk) -> None:
    account = await desk.connect("x")
    told = await desk.api.post(f"/v1/accounts/{account}/actions/publish-preview", json={"description": "Hi", "first_comment": "And"})
    assert (told.json()["result"]["valid"], told.json()["result"]["input"]["description"]) == (True, "Hi")
