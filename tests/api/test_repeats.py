"""Posts that are repeated: each occurrence a post of its own, made a month ahead, once; changed and ended from an occurrence on."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import select, update

from socialclaw.db.accounts import Account
from socialclaw.db.base import iso, utc_now
from socialclaw.db.planning import Repeat
from socialclaw.db.posts import Post
from socialclaw.publishing import occurrences
from tests.api import rows
from tests.conftest import browser, person
from tests.duties import duty
from tests.publishing.desk import Desk
from tests.rehearsal.test_clock import advance, frozen

both = pytest.mark.usefixtures("both_databases")
DUTY = "make what is repeated"
Json = dict[str, Any]


async def begun(desk: Desk, rule: str, text: str = "Again", *, key: str = "telegram", **more: Any) -> Json:
    """The answer to a repeat that begins in an hour."""
    post = {"account": await desk.connect(key), "description": text, **more.pop("post", {})}
    starts = iso(utc_now() + timedelta(hours=1))
    answer = await desk.api.post("/v1/repeats", json={"rule": rule, "startsAt": starts, "post": post, **more})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def told(desk: Desk, made: Json) -> Json:
    return dict((await desk.api.get(f"/v1/repeats/{made['repeat']['id']}")).json())


@both
async def test_occurrences_of_the_next_thirty_days_are_posts_and_the_rest_are_made_when_they_come_near(desk: Desk) -> None:
    made = await begun(desk, "FREQ=WEEKLY;COUNT=10", post={"labels": ["Series"]})
    repeat, posts = made["repeat"], made["posts"]
    assert len(posts) == 5
    assert (await desk.post(posts[0]["id"]))["repeatId"] == repeat["id"]
    assert {post["status"] for post in posts} == {"scheduled"}
    assert {tuple(post["labels"]) for post in posts} == {("series",)}
    assert len({post["runId"] for post in posts}) == 5, "each is a run of its own"
    due = [datetime.fromisoformat(post["publishAtUtc"]) for post in posts]
    assert {b - a for a, b in pairwise(due)} == {timedelta(days=7)}
    assert repeat["nextAtUtc"] == iso(due[-1] + timedelta(days=7))
    assert (repeat["occurrences"], repeat["ended"], repeat["skipped"]) == (10, False, [])
    run = (await desk.api.get(f"/v1/runs/{posts[0]['runId']}")).json()["run"]
    assert (run["source"], run["madeBy"]) == ("repeat", desk.workspace.key_id)
    assert (await desk.api.get("/v1/posts", params={"repeatId": repeat["id"]})).json()["total"] == 5
    assert [one["id"] for one in (await desk.api.get("/v1/repeats")).json()["repeats"]] == [repeat["id"]]

    loop = duty(desk.system, DUTY)
    await loop.look()
    assert not loop._tasks, "nothing is due to be made yet"
    await desk.system.database.write(lambda session: session.execute(update(Repeat).values(next_at=utc_now())))
    loops = [duty(desk.system, DUTY) for _ in range(3)]
    await asyncio.gather(*(each.look() for each in loops))
    await asyncio.gather(*(task for each in loops for task in each._tasks.values()))
    assert len((await told(desk, made))["posts"]) == 5, "the sixth is more than thirty days away"


@both
async def test_a_rehearsal_of_two_months_publishes_each_once_and_then_it_has_ended(desk: Desk) -> None:
    start = await frozen(desk.api)
    account = await desk.connect("telegram")
    body = {
        "rule": "FREQ=DAILY;INTERVAL=2;COUNT=25",
        "startsAt": iso(start + timedelta(hours=1)),
        "post": {"account": account, "description": "Again"},
    }
    made = (await desk.api.post("/v1/repeats", json=body)).json()
    assert len(made["posts"]) == 15
    await advance(desk.api, days=20)
    assert len((await told(desk, made))["posts"]) == 25
    await advance(desk.api, days=40)
    found = await told(desk, made)
    assert Counter(post["status"] for post in found["posts"]) == {"published": 25}
    assert (found["repeat"]["ended"], found["repeat"]["nextAtUtc"]) == (True, None)
    assert desk.seen("telegram").count("Again") == 25


@both
async def test_many_workers_make_each_occurrence_once(desk: Desk) -> None:
    made = await begun(desk, "FREQ=DAILY;COUNT=40")
    repeat_id = made["repeat"]["id"]
    first = datetime.fromisoformat(made["posts"][0]["publishAtUtc"])

    def back(session: Any) -> None:
        """As if none of them had been made."""
        session.query(Post).delete()
        session.execute(update(Repeat).values(following_at=first, next_at=utc_now(), revision=Repeat.revision + 1))

    await desk.system.database.write(back)
    await asyncio.gather(*(occurrences.make(desk.system, desk.workspace.id, repeat_id, test=True) for _ in range(4)))
    found = await desk.system.database.read(lambda session: session.scalars(select(Post.occurrence_at)).all())
    assert len(found) == len(set(found)) == len(made["posts"])


async def test_what_the_network_would_refuse_as_said_before_is_skipped_and_told(desk: Desk) -> None:
    made = await begun(desk, "FREQ=WEEKLY;COUNT=3", "The same words", key="x")
    assert len(made["posts"]) == 1
    assert [one["code"] for one in made["repeat"]["skipped"]] == ["repeat_same_text"] * 2
    assert "says the same there" in made["repeat"]["skipped"][0]["message"]
    every_other = await begun(desk, "FREQ=DAILY;COUNT=5", "Hello members", key="linkedin")
    due = [datetime.fromisoformat(post["publishAtUtc"]) for post in every_other["posts"]]
    assert [(at - due[0]).days for at in due] == [0, 2, 4], "LinkedIn forgets after two days"
    assert (await begun(desk, "FREQ=DAILY;COUNT=3", key="telegram"))["repeat"]["skipped"] == []


@both
async def test_one_occurrence_is_changed_and_canceled_by_itself_and_stays_so_when_the_rest_is_changed(desk: Desk, app: FastAPI) -> None:
    made = await begun(desk, "FREQ=DAILY;COUNT=5")
    first, second, third, *_ = made["posts"]
    assert (await desk.api.delete(f"/v1/posts/{first['id']}")).status_code == 200
    editor = await person(desk.system, (desk.workspace.id, "editor"))
    async with browser(app, editor) as page:
        changed = {"account": second["account"], "publishAt": second["publishAtUtc"], "text": "By hand"}
        assert (await page.patch(f"/v1/dashboard/posts/{second['id']}", json=changed)).status_code == 200
    other = await desk.api.patch(
        f"/v1/repeats/{made['repeat']['id']}",
        json={"from": third["publishAtUtc"], "post": {"account": third["account"], "description": "Other words"}},
    )
    assert other.status_code == 200, other.text
    shown = [(post["description"], post["status"], post["publishAtUtc"]) for post in other.json()["posts"]]
    assert [(text, status) for text, status, _ in shown] == [
        ("Again", "canceled"),
        ("By hand", "scheduled"),
        *[("Other words", "scheduled")] * 3,
    ]
    assert [at for *_, at in shown] == [post["publishAtUtc"] for post in made["posts"]]
    again = await desk.api.patch(f"/v1/repeats/{made['repeat']['id']}", json={"post": {"account": third["account"], "description": "All"}})
    assert [post["description"] for post in again.json()["posts"]] == ["Again", "By hand", "All", "All", "All"]
    assert len((await desk.api.get("/v1/dashboard/runs")).json().get("runs", [])) in (0, 5), "no run is left without posts"


@both
async def test_the_rule_itself_is_changed_from_an_occurrence_on(desk: Desk) -> None:
    made = await begun(desk, "FREQ=DAILY;COUNT=6")
    third = made["posts"][2]["publishAtUtc"]
    changed = await desk.api.patch(f"/v1/repeats/{made['repeat']['id']}", json={"rule": "FREQ=DAILY;INTERVAL=3;COUNT=4", "from": third})
    first = datetime.fromisoformat(made["posts"][0]["publishAtUtc"])
    days = [(datetime.fromisoformat(post["publishAtUtc"]) - first).days for post in changed.json()["posts"]]
    assert days == [0, 1, 3, 6, 9]
    assert changed.json()["repeat"]["occurrences"] == 4


@both
async def test_the_rest_is_canceled_and_nothing_more_is_made(desk: Desk) -> None:
    made = await begun(desk, "FREQ=WEEKLY;COUNT=10")
    third = made["posts"][2]["publishAtUtc"]
    ended = await desk.api.delete(f"/v1/repeats/{made['repeat']['id']}", params={"from": third})
    assert ended.status_code == 200, ended.text
    assert [post["status"] for post in ended.json()["posts"]] == ["scheduled", "scheduled", "canceled", "canceled", "canceled"]
    assert (ended.json()["repeat"]["ended"], ended.json()["repeat"]["endsAtUtc"]) == (True, third)
    late = await desk.api.patch(f"/v1/repeats/{made['repeat']['id']}", json={"rule": "FREQ=DAILY;COUNT=2"})
    assert (late.status_code, late.json()["code"]) == (409, "repeat_ended")
    assert (await desk.api.delete(f"/v1/repeats/{made['repeat']['id']}")).status_code == 200, "twice is as good as once"
    assert {post["status"] for post in (await told(desk, made))["posts"]} == {"scheduled", "canceled"} - {"scheduled"}


async def test_an_account_to_be_connected_again_is_waited_for(desk: Desk) -> None:
    made = await begun(desk, "FREQ=DAILY;COUNT=40")
    account = made["posts"][0]["accountId"]
    await desk.system.database.write(lambda s: s.execute(update(Account).where(Account.id == account).values(status="reconnect_required")))
    following = made["repeat"]["nextAtUtc"]
    begin = datetime.fromisoformat(following) - timedelta(days=20)

    def near(session: Any) -> None:
        session.execute(update(Repeat).values(next_at=utc_now(), following_at=begin, revision=Repeat.revision + 1))
        session.query(Post).filter(Post.occurrence_at >= begin).delete()

    await desk.system.database.write(near)
    loop = duty(desk.system, DUTY)
    await loop.look()
    await asyncio.gather(*loop._tasks.values())
    found = await told(desk, made)
    assert found["repeat"]["skipped"] == []
    assert found["repeat"]["nextAtUtc"] == iso(begin)
    await desk.system.database.write(lambda s: s.execute(update(Account).where(Account.id == account).values(status="connected")))
    await desk.system.database.write(lambda session: session.execute(update(Repeat).values(next_at=utc_now())))
    await loop.look()
    await asyncio.gather(*loop._tasks.values())
    assert len((await told(desk, made))["posts"]) == len(made["posts"])


LATER = "2090-01-01T00:00:00Z"


@pytest.mark.parametrize(
    ("change", "code", "path"),
    [
        ({"rule": "FREQ=DAILY"}, "repeat_rule_invalid", "rule"),
        ({"rule": "FREQ=MINUTELY;COUNT=2"}, "repeat_rule_invalid", "rule"),
        ({"startsAt": "2020-01-01T09:00:00Z"}, "repeat_rule_invalid", "rule"),
        ({"timezone": "Mars/Olympus"}, "timezone_invalid", "timezone"),
        ({"mode": "maybe"}, "schedule_mode_invalid", "mode"),
        ({"post": {"description": "Hi"}}, "provider_required", "post.account"),
        ({"post": {"account": "telegram:nobody", "description": "Hi"}}, "account_not_found", "post.account"),
        ({"post": {"account": "*", "description": ""}}, "post_content_required", "post"),
        ({"post": {"account": "*", "description": "Hi", "publish_at": LATER}}, "repeat_post_invalid", "post.publish_at"),
        ({"post": {"account": "*", "description": "Hi", "publishAt": LATER}}, "repeat_post_invalid", "post.publish_at"),
        ({"post": {"account": "*", "description": "Hi", "reply_to_step_id": "a"}}, "repeat_post_invalid", "post.reply_to_step_id"),
        ({"post": {"account": "*", "caption": "Hi"}}, "field_misnamed", "post.caption"),
        ({"rrule": "FREQ=DAILY;COUNT=1"}, "field_misnamed", "rrule"),
    ],
)
async def test_what_can_not_be_repeated_is_refused_by_its_place(desk: Desk, change: Json, code: str, path: str) -> None:
    account = (await desk.account(await desk.connect("telegram"))).handle
    body = {"rule": "FREQ=DAILY;COUNT=2", "startsAt": LATER, "post": {"account": account, "description": "Hi"}, **change}
    if body["post"].get("account") == "*":
        body["post"] = {**body["post"], "account": account}
    refused = await desk.api.post("/v1/repeats", json=body)
    assert (refused.status_code, refused.json()["code"]) == (422, code), refused.text
    details = refused.json()["details"]
    assert path in (details.get("path"), *(issue["path"] for issue in details.get("issues", ())))
    assert (await desk.api.get("/v1/repeats")).json()["repeats"] == []


async def test_changes_begin_where_there_are_posts_and_a_workspace_repeats_a_hundred_at_most(desk: Desk) -> None:
    made = await begun(desk, "FREQ=WEEKLY;COUNT=10")
    far = iso(datetime.now(UTC) + timedelta(days=40))
    refused = await desk.api.patch(f"/v1/repeats/{made['repeat']['id']}", json={"from": far, "rule": "FREQ=DAILY;COUNT=90"})
    assert (refused.status_code, refused.json()["code"]) == (422, "repeat_from_invalid")

    def fill(scope: Any) -> None:
        account = rows.account(scope, "many")
        for _ in range(99):
            rows.repeat(scope, account)

    await desk.system.write(desk.workspace.id, fill, test=True)
    post = {"account": made["posts"][0]["account"], "description": "Hi"}
    full = await desk.api.post("/v1/repeats", json={"rule": "FREQ=DAILY;COUNT=2", "startsAt": LATER, "post": post})
    assert (full.status_code, full.json()["code"]) == (409, "repeats_too_many")


async def test_who_may_not_publish_repeats_drafts(desk: Desk, app: FastAPI) -> None:
    account = (await desk.account(await desk.connect("telegram"))).handle
    someone = await person(desk.system, (desk.workspace.id, "contributor"))
    body = {
        "rule": "FREQ=DAILY;COUNT=2",
        "startsAt": iso(utc_now() + timedelta(hours=1)),
        "post": {"account": account, "description": "Hi"},
    }
    async with browser(app, someone) as page:
        refused = await page.post("/v1/repeats", json=body)
        assert (refused.status_code, refused.json()["code"]) == (403, "role_required")
        made = await page.post("/v1/repeats", json={**body, "mode": "draft"})
    assert made.status_code == 201, made.text
    assert [post["status"] for post in made.json()["posts"]] == ["draft", "draft"]
