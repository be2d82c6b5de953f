"""The feed: what happens in a workspace is told there once, in order, to whoever goes on from a cursor."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from sqlalchemy import update

from socialclaw.db.base import Scope, iso, real_now, utc_now
from socialclaw.db.events import Event
from socialclaw.erasure.tidying import tidy
from socialclaw.errors import Conflict
from socialclaw.events import feed
from socialclaw.system import System
from socialclaw.workspaces import keys
from tests.conftest import Member, Person, browser
from tests.duties import duty
from tests.events.followed import happened, page, types
from tests.events.test_kinds import problems
from tests.publishing.desk import Desk

both = pytest.mark.usefixtures("both_databases")
Api = httpx2.AsyncClient


@both
async def test_a_run_is_told_from_its_apply_to_its_end(desk: Desk, system: System, api: Api, workspace: Member) -> None:
    handle = (await desk.account(await desk.connect())).handle
    start = (await happened(system, api))[-1]["seq"]
    assert (await page(api, cursor="latest"))["nextCursor"] == str(start)
    posts = await desk.publish(handle, "One", "Two")
    await desk.work()
    events = await happened(system, api, cursor=start)
    assert types(events) == ["run.applied", "post.published", "post.published", "run.completed"]
    applied, first, second, ended = events
    assert [first["data"]["post"]["id"], second["data"]["post"]["id"]] == posts
    assert first["subject"] == {"post": posts[0], "run": applied["subject"]["run"], "account": first["data"]["post"]["accountId"]}
    assert (ended["data"]["run"]["published"], ended["data"]["run"]["status"]) == (2, "completed")
    assert (applied["actor"], first["actor"]) == ({"key": workspace.key_id}, None)
    told, served = first["data"]["post"], await desk.post(posts[0])
    assert told == {key: served[key] for key in told}, "what is told is as the post itself is served"
    assert [problem for event in events for problem in problems(event)] == []


@both
async def test_each_way_of_a_post_is_told_by_its_name(desk: Desk, system: System, api: Api) -> None:
    account_id = await desk.connect()
    desk.network().fail("refuse", times=1)
    [retried] = await desk.publish(account_id, "At the second try")
    await desk.work()
    later = iso(utc_now() + timedelta(days=1))
    [taken_back] = await desk.publish(account_id, "Never", publish_at=later)
    await desk.do(taken_back, "cancel")
    await desk.wait(120)
    await desk.do(retried, "delete")
    found = {one: types(await happened(system, api, subject=one)) for one in (retried, taken_back)}
    assert found == {retried: ["post.retrying", "post.published", "post.deleted"], taken_back: ["post.canceled"]}


@both
async def test_replies_that_fail_with_their_parent_are_told_and_the_run_ends_once(desk: Desk, system: System, api: Api) -> None:
    account_id = await desk.connect()
    desk.network().fail("refuse", times=6)
    await desk.thread(account_id, "Parent", "Reply", "Reply to it")
    for _ in range(6):
        await desk.wait(3700)
    only = "post.failed,post.published,run.*"
    events = await happened(system, api, types=only)
    assert types(events) == ["run.applied", "post.failed", "post.failed", "post.failed", "run.partial_failed"]
    assert [event["data"]["post"]["errorCode"] for event in events[2:4]] == ["parent_post_failed"] * 2
    parent = events[1]["subject"]["post"]
    assert types(await happened(system, api, subject=parent)) == ["post.retrying"] * 5 + ["post.failed"]
    assert (await desk.do(parent, "retry")).status_code == 200
    await desk.work()
    again = await happened(system, api, types=only, cursor=str(events[-1]["seq"]))
    assert types(again) == ["post.published", "post.published", "post.published", "run.completed"]


@both
async def test_accounts_keys_and_files_are_told_too(desk: Desk, system: System, api: Api) -> None:
    account_id = await desk.connect("discord")
    made = (await api.post("/v1/keys", json={"label": "Calendar"})).json()
    await api.delete(f"/v1/keys/{made['key']['id']}")
    answer = await api.post("/v1/assets/upload", files={"file": ("a.txt", b"Not a picture", "text/plain")})
    assert (await api.delete(f"/v1/accounts/{account_id}")).status_code == 200
    events = await happened(system, api)
    expected = ["key.created", "account.connected", "key.created", "key.revoked", "account.disconnected"]
    if answer.status_code == 201:
        expected.insert(4, "asset.ready")
    assert types(events) == expected
    assert [problem for event in events for problem in problems(event)] == []
    assert made["secret"][12:] not in str(events), "no secret is told"


async def test_an_account_whose_access_is_refused_and_one_that_has_to_rest_are_told(desk: Desk, system: System, api: Api) -> None:
    account_id = await desk.connect()
    desk.network().fail("rate_limit", times=1)
    await desk.publish(account_id, "Too much")
    await desk.work()
    events = await happened(system, api, subject=account_id, types="quota.reached,account.*")
    assert types(events)[-1] == "quota.reached"
    assert events[-1]["data"]["quota"]["until"] > iso(utc_now())


@both
async def test_what_is_rolled_back_has_never_been_an_event(system: System, workspace: Member, api: Api) -> None:
    def fails(scope: Scope) -> None:
        keys.create(scope, system.vault, "never")
        raise Conflict("on second thoughts")

    before = await happened(system, api)
    with pytest.raises(Conflict):
        await system.write(workspace.id, fails, test=True)
    assert await happened(system, api) == before


@both
async def test_pages_follow_each_other_without_a_gap_or_a_repeat(system: System, workspace: Member, api: Api) -> None:
    for number in range(7):
        await system.write(workspace.id, keys.create, system.vault, f"key {number}", test=True)
    await system.sequencer.settle()
    seen, cursor = list[int](), None
    while True:
        got = await page(api, limit=3, **({"cursor": cursor} if cursor else {}))
        seen += [event["seq"] for event in got["events"]]
        cursor = got["nextCursor"]
        if not got["hasMore"]:
            break
    assert seen == list(range(1, 9))
    assert (await page(api, cursor=cursor))["events"] == []


async def test_a_filter_passes_by_what_it_does_not_want_and_its_cursor_too(
    system: System, workspace: Member, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "MOST_PASSED", 2)
    for number in range(5):
        await system.write(workspace.id, keys.create, system.vault, f"key {number}", test=True)
    await system.sequencer.settle()
    got = await page(api, types="run.*")
    assert (got["events"], got["nextCursor"], got["hasMore"]) == ([], "2", True)
    assert await happened(system, api, types="run.*") == []
    assert len(await happened(system, api, types="key.created,run.*")) == 6


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ({"cursor": "abc"}, 422, "cursor_invalid"),
        ({"cursor": "-1"}, 422, "cursor_invalid"),
        ({"cursor": "99999"}, 422, "cursor_invalid"),
        ({"cursor": "9" * 30}, 422, "cursor_invalid"),
        ({"types": "post.publish"}, 422, "event_type_unknown"),
        ({"types": "post.published,posts.*"}, 422, "event_type_unknown"),
        ({"wait": "51"}, 422, "filter_invalid"),
        ({"limit": "0"}, 422, "filter_invalid"),
        ({"subject": "x" * 101}, 422, "filter_invalid"),
    ],
)
async def test_a_question_that_makes_no_sense_is_told_so(api: Api, query: dict[str, str], status: int, code: str) -> None:
    for path in ("/v1/events", "/v1/events/stream"):
        if path.endswith("stream") and query.keys() & {"wait", "limit"}:
            continue
        answer = await api.get(path, params=query)
        assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert answer.json()["message"]


@both
async def test_another_workspace_sees_nothing_and_counts_by_itself(
    system: System, workspace: Member, api: Api, other_api: Api, other_workspace: Member
) -> None:
    await system.write(workspace.id, keys.create, system.vault, "ours", test=True)
    theirs = await happened(system, other_api)
    assert [(event["seq"], event["workspace"]) for event in theirs] == [(1, other_workspace.id)]
    assert [event["seq"] for event in await happened(system, api)] == [1, 2]
    key = (await happened(system, api))[-1]["subject"]["key"]
    assert await happened(system, other_api, subject=key) == []


@both
async def test_who_waits_is_told_as_soon_as_it_happens(system: System, workspace: Member, api: Api) -> None:
    start = (await happened(system, api))[-1]["seq"]
    waiting = asyncio.create_task(page(api, cursor=start, wait=30))
    while not system.hub.wanted():  # noqa: ASYNC110  the reader has come
        await asyncio.sleep(0.01)
    await system.write(workspace.id, keys.create, system.vault, "news", test=True)
    async with asyncio.timeout(20):
        got = await waiting
    assert types(got["events"]) == ["key.created"]
    assert got["nextCursor"] == str(start + 1)


async def test_who_waits_in_vain_is_told_that_there_is_nothing(system: System, api: Api) -> None:
    start = (await happened(system, api))[-1]["seq"]
    got = await page(api, cursor=start, wait=0.01)
    assert (got["events"], got["nextCursor"], got["hasMore"]) == ([], str(start), False)


@both
async def test_events_are_kept_for_a_month_and_a_cursor_of_before_is_told_where_to_go_on(
    system: System, workspace: Member, api: Api
) -> None:
    for number in range(3):
        await system.write(workspace.id, keys.create, system.vault, f"key {number}", test=True)
    await happened(system, api)
    long_ago = real_now() - feed.KEPT - timedelta(minutes=1)
    await system.database.write(lambda session: session.execute(update(Event).where(Event.seq <= 2).values(recorded_at=long_ago)))
    await tidy(system)
    answer = await api.get("/v1/events", params={"cursor": "1"})
    assert (answer.status_code, answer.json()["code"], answer.json()["details"]["oldest"]) == (410, "cursor_expired", "2")
    assert [event["seq"] for event in await happened(system, api, cursor=answer.json()["details"]["oldest"])] == [3, 4]
    assert [event["seq"] for event in (await page(api))["events"]] == [3, 4], "who has no cursor begins with what there is"
    assert (await api.get("/v1/events/stream", params={"cursor": "1"})).status_code == 410


@both
async def test_what_a_process_left_without_a_number_gets_one_from_a_worker(system: System, workspace: Member, api: Api) -> None:
    await happened(system, api)
    await system.sequencer.close()  # a process that dies now has written, and numbers nothing
    system.database.recording.told = None
    await system.write(workspace.id, keys.create, system.vault, "left behind", test=True)
    assert len((await page(api))["events"]) == 1
    looked = duty(system, "number events")
    await looked.look()
    await asyncio.gather(*looked._tasks.values())
    assert types((await page(api))["events"]) == ["key.created", "key.created"]


async def test_a_person_is_behind_what_they_do_and_forgotten_when_they_are_gone(
    system: System, workspace: Member, app: Any, owner: Person, api: Api
) -> None:
    from socialclaw.erasure.holdings import HOLDINGS, Leaver

    async with browser(app, owner) as page_:
        assert (await page_.post("/v1/keys", json={"label": "Theirs"})).status_code == 201
    assert (await happened(system, api))[-1]["actor"] == {"user": owner.id}
    [holding] = [one for one in HOLDINGS if one.table is Event]
    assert holding.scrub is not None
    assert await system.database.write(holding.scrub, Leaver(owner.id, (owner.id,), None)) == 1
    assert (await happened(system, api))[-1]["actor"] is None


async def test_links_of_a_test_workspace_lead_to_its_sandbox(desk: Desk, system: System, api: Api) -> None:
    [post] = await desk.publish(await desk.connect(), "Where?")
    await desk.work()
    [event] = await happened(system, api, types="post.published")
    assert event["data"]["post"]["providerUrl"] == (await desk.post(post))["providerUrl"]
    assert "/sandbox/" in event["data"]["post"]["providerUrl"]
