"""Labels: words by which people find posts again, in schedules, campaigns and composed posts, and in every list."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest

from tests.publishing.desk import Desk

both = pytest.mark.usefixtures("both_databases")
LATER = "2090-01-01T00:00:00Z"
Json = dict[str, Any]


async def labelled(desk: Desk, account: str, **labels: list[str]) -> None:
    await desk.apply(*({"account": account, "description": text, "publish_at": LATER, "labels": given} for text, given in labels.items()))


@both
async def test_posts_are_found_by_a_label_they_have_and_by_no_other(
    desk: Desk, page: httpx2.AsyncClient, other_api: httpx2.AsyncClient
) -> None:
    account = await desk.connect()
    await labelled(desk, account, one=["Launch", "q4"], two=["launch", "Launch "], three=["launches", "é_100%"], four=[])

    async def found(label: str, where: str = "/v1/posts", **more: Any) -> set[str]:
        for _ in range(2):  # the second time from the pages that are kept
            answer = (await page.get(where, params={"label": label, **more})).json()
        assert answer["total"] == len(answer["posts"])
        return {post["description" if "view" not in more else "text"] for post in answer["posts"]}

    assert await found("launch") == await found("LAUNCH") == await found("launch", "/v1/dashboard/posts") == {"one", "two"}
    assert await found("q4", view="card") == {"one"}
    assert await found("É_100%") == {"three"}
    assert await found("_") == await found("%") == await found("launc") == set()
    assert await found("") == {"one", "two", "three", "four"}
    assert await found("launch", q="tw") == {"two"}
    assert (await other_api.get("/v1/posts", params={"label": "launch"})).json()["total"] == 0
    used = (await page.get("/v1/labels")).json()["labels"]
    assert {one["label"]: one["posts"] for one in used} == {"launch": 2, "launches": 1, "q4": 1, "é_100%": 1}
    assert [one["label"] for one in used] == sorted(one["label"] for one in used)
    assert (await other_api.get("/v1/labels")).json()["labels"] == []


async def test_labels_are_told_with_each_post_and_once(desk: Desk) -> None:
    account = await desk.connect()
    made = await desk.apply(
        {"account": account, "description": "a", "publish_at": LATER, "labels": ["B", "a  c", "b"]},
        {"account": account, "description": "b", "publish_at": LATER},
    )
    assert [post["labels"] for post in made["posts"]] == [["b", "a c"], []]
    assert (await desk.post(made["posts"][0]["id"]))["labels"] == ["b", "a c"]
    [card, _] = (await desk.api.get("/v1/posts?view=card")).json()["posts"]
    assert card["labels"] == ["b", "a c"]


@pytest.mark.parametrize(
    ("labels", "code", "path"),
    [
        ("launch", "field_type_invalid", "posts[0].labels"),
        ({"a": 1}, "field_type_invalid", "posts[0].labels"),
        (["ok", 5], "field_type_invalid", "posts[0].labels[1]"),
        ([""], "label_invalid", "posts[0].labels[0]"),
        (["  "], "label_invalid", "posts[0].labels[0]"),
        (["a,b"], "label_invalid", "posts[0].labels[0]"),
        (['"a"'], "label_invalid", "posts[0].labels[0]"),
        (["a\\b"], "label_invalid", "posts[0].labels[0]"),
        (["a\x07b"], "label_invalid", "posts[0].labels[0]"),
        (["x" * 51], "label_invalid", "posts[0].labels[0]"),
        ([f"label {n}" for n in range(21)], "labels_too_many", "posts[0].labels"),
    ],
)
async def test_what_can_be_no_label_is_refused_by_its_place(desk: Desk, labels: Any, code: str, path: str) -> None:
    account = await desk.connect()
    for where in ("validate", "apply"):
        post = {"account": account, "description": "a", "publish_at": LATER, "labels": labels}
        refused = await desk.api.post(f"/v1/posts/{where}", json={"posts": [post]})
        assert (refused.status_code, refused.json()["code"]) == (422, code), refused.text
        assert refused.json()["details"]["issues"][0]["path"] == path
    assert (await desk.api.get("/v1/posts")).json()["total"] == 0


async def test_what_no_label_can_be_is_no_filter(api: httpx2.AsyncClient) -> None:
    refused = await api.get("/v1/posts", params={"label": "a,b"})
    assert (refused.status_code, refused.json()["code"], refused.json()["details"]["path"]) == (422, "filter_invalid", "label")


async def test_steps_of_a_campaign_have_labels_and_so_has_its_copy(desk: Desk) -> None:
    account = await desk.connect()
    steps = [{"description": "One", "labels": ["Launch"]}, {"description": "Two"}]
    campaign = {"id": "c", "name": "C", "publish_at": LATER, "targets": [{"account": account, "steps": steps}]}
    seen = (await desk.api.post("/v1/campaigns/preview", json={"campaigns": [campaign]})).json()
    assert [step.get("labels") for step in seen["campaign"]["campaigns"][0]["targets"][0]["steps"]] == [["launch"], None]
    made = (await desk.api.post("/v1/posts/apply", json={"campaigns": [campaign]})).json()
    assert [post["labels"] for post in made["posts"]] == [["launch"], []]
    copy = (await desk.api.get(f"/v1/runs/{made['run']['id']}/campaign")).json()["schedule"]
    again = (await desk.api.post("/v1/posts/apply", json=copy)).json()
    assert [post["labels"] for post in again["posts"]] == [["launch"], []]


@both
async def test_a_composed_post_and_a_draft_take_labels_and_other_ones(desk: Desk, page: httpx2.AsyncClient) -> None:
    account = (await desk.account(await desk.connect())).handle
    body = {"account": account, "text": "Hi", "publishAt": LATER, "labels": ["Launch"], "draft": True}
    [post] = (await page.post("/v1/dashboard/compose", json=body)).json()["posts"]
    assert post["labels"] == ["launch"]

    async def changed(**said: Any) -> list[str]:
        answer = await page.patch(f"/v1/dashboard/posts/{post['id']}", json={"account": account, "publishAt": LATER, **said})
        assert answer.status_code == 200, answer.text
        return list(answer.json()["post"]["labels"])

    assert await changed(text="Other") == ["launch"], "what is not said stays"
    assert await changed(labels=["q4", "Spring"]) == ["q4", "spring"]
    assert await changed(labels=[]) == []
    refused = await page.patch(f"/v1/dashboard/posts/{post['id']}", json={"account": account, "publishAt": LATER, "labels": ["a,b"]})
    assert refused.json()["details"]["issues"][0]["path"] == "labels[0]"
    for name in ("label", "Labels"):
        near = await page.post("/v1/dashboard/compose", json={**body, name: ["x"]})
        assert (near.status_code, near.json()["code"]) == (422, "field_misnamed")
