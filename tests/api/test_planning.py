"""What a composer and a calendar need beside posts: drafts, slots, what networks make of a file, and what was gained."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI
from sqlalchemy import select
from sqlalchemy.orm import Session

from socialclaw.db.analytics import Snapshot
from socialclaw.db.base import Scope, iso, utc_now
from socialclaw.db.planning import ComposerDraft
from socialclaw.people import drafts as kept
from socialclaw.system import System
from tests.api import rows
from tests.conftest import Member, Person, browser, person
from tests.media.files import picture
from tests.publishing.desk import Desk

both = pytest.mark.usefixtures("both_databases")
DRAFT = "/v1/dashboard/drafts/draft_first-of-all"
Json = dict[str, Any]


def at(revision: int) -> dict[str, str]:
    return {"if-match": f'"{revision}"'}


class TestDrafts:
    """What somebody is writing is kept, theirs alone; of two windows neither overwrites the other."""

    @both
    async def test_what_was_saved_is_there_again_and_listed_by_how_it_begins(self, page: httpx2.AsyncClient) -> None:
        content = {"text": "x" * 200, "targets": [{"account": "x:@ada", "settings": {"a": [1, None, "é"]}}]}
        saved = await page.put(DRAFT, json={"content": content})
        assert (saved.status_code, saved.json()["draft"]["revision"]) == (200, 1), saved.text
        assert (await page.get(DRAFT)).json()["draft"]["content"] == content
        [card] = (await page.get("/v1/dashboard/drafts")).json()["drafts"]
        assert (card["id"], card["text"]) == ("draft_first-of-all", "x" * 140)
        assert "content" not in card
        again = await page.put(DRAFT, json={"content": {"title": "No text yet"}}, headers=at(1))
        assert (again.json()["draft"]["revision"], again.json()["draft"]["text"]) == (2, "")
        assert (await page.delete(DRAFT)).json()["draft"]["content"] == {"title": "No text yet"}
        assert (await page.get(DRAFT)).json()["code"] == "draft_not_found"
        assert (await page.delete(DRAFT)).status_code == 404

    async def test_the_last_saved_is_the_first_of_the_list(self, page: httpx2.AsyncClient) -> None:
        for name in ("one", "two", "one"):
            await page.put(f"/v1/dashboard/drafts/draft_number-{name}", json={"content": {"text": name}})
        assert [card["text"] for card in (await page.get("/v1/dashboard/drafts")).json()["drafts"]] == ["one", "two"]

    @both
    async def test_a_window_that_has_read_another_revision_overwrites_nothing(self, page: httpx2.AsyncClient) -> None:
        for revision in (0, 1):
            assert (await page.put(DRAFT, json={"content": {"text": "mine"}}, headers=at(revision))).status_code == 200
        for revision in (0, 1, 3):
            late = await page.put(DRAFT, json={"content": {"text": "theirs"}}, headers=at(revision))
            assert (late.status_code, late.json()["code"], late.json()["details"]["revision"]) == (409, "draft_changed", 2)
        assert (await page.get(DRAFT)).json()["draft"]["content"] == {"text": "mine"}

    async def test_a_window_that_was_left_open_does_not_bring_back_what_was_sent(self, page: httpx2.AsyncClient) -> None:
        await page.put(DRAFT, json={"content": {"text": "sent since"}})
        await page.delete(DRAFT)
        late = await page.put(DRAFT, json={"content": {"text": "sent since"}}, headers=at(1))
        assert (late.json()["code"], late.json()["details"]["revision"]) == ("draft_changed", 0)
        assert (await page.get("/v1/dashboard/drafts")).json()["drafts"] == []

    @pytest.mark.parametrize("said", ["3", "*", '"x"', '"-1"', 'W/"3"', '"9999999999"'])
    async def test_if_match_names_a_revision(self, page: httpx2.AsyncClient, said: str) -> None:
        refused = await page.put(DRAFT, json={"content": {}}, headers={"if-match": said})
        assert (refused.status_code, refused.json()["code"]) == (422, "if_match_invalid")

    async def test_nobody_else_has_a_draft_not_even_by_its_id(
        self, app: FastAPI, system: System, page: httpx2.AsyncClient, workspace: Member, other_workspace: Member
    ) -> None:
        await page.put(DRAFT, json={"content": {"text": "mine"}})
        other = await person(system, (workspace.id, "owner"))
        async with browser(app, other) as another:
            assert (await another.get("/v1/dashboard/drafts")).json()["drafts"] == []
            assert (await another.get(DRAFT)).status_code == 404
            assert (await another.delete(DRAFT)).status_code == 404
            own = await another.put(DRAFT, json={"content": {"text": "another's"}}, headers=at(0))
            assert own.status_code == 200, "one id of two people is two drafts"
        assert (await page.get(DRAFT)).json()["draft"]["content"] == {"text": "mine"}

    async def test_a_draft_is_of_one_workspace(self, app: FastAPI, system: System, workspace: Member, other_workspace: Member) -> None:
        someone = await person(system, (workspace.id, "editor"), (other_workspace.id, "editor"))
        async with browser(app, someone) as both_of:
            await both_of.put(DRAFT, json={"content": {}})
            elsewhere = await both_of.get(DRAFT, headers={"x-workspace": other_workspace.id})
        assert elsewhere.json()["code"] == "draft_not_found"

    async def test_a_person_has_a_hundred_of_them_at_most(
        self, page: httpx2.AsyncClient, system: System, workspace: Member, owner: Person
    ) -> None:
        def fill(scope: Scope) -> None:
            for number in range(kept.MOST):
                kept.save(scope, owner.id, f"draft_number-{number}", {}, None)

        await system.write(workspace.id, fill, test=True)
        refused = await page.put(DRAFT, json={"content": {}})
        assert (refused.status_code, refused.json()["code"]) == (409, "drafts_too_many")
        assert (await page.put("/v1/dashboard/drafts/draft_number-1", json={"content": {}})).status_code == 200
        await page.delete("/v1/dashboard/drafts/draft_number-1")
        assert (await page.put(DRAFT, json={"content": {}})).status_code == 200

    async def test_a_long_one_is_kept_and_a_longer_one_refused(self, page: httpx2.AsyncClient) -> None:
        assert (await page.put(DRAFT, json={"content": {"text": "x" * 250_000}})).status_code == 200
        assert (await page.put(DRAFT, json={"content": {"text": "x" * 270_000}})).status_code == 413

    @both
    async def test_what_a_removed_member_was_writing_goes_and_what_they_applied_stays(
        self, app: FastAPI, system: System, page: httpx2.AsyncClient, workspace: Member, other_workspace: Member, desk: Desk
    ) -> None:
        account = (await desk.account(await desk.connect("x"))).handle
        someone = await person(system, (workspace.id, "contributor"), (other_workspace.id, "contributor"))
        async with browser(app, someone) as theirs:
            for where in (workspace, other_workspace):
                await theirs.put(DRAFT, json={"content": {"text": "half a word"}}, headers={"x-workspace": where.id})
            made = await theirs.post("/v1/dashboard/compose", json={"account": account, "text": "Prepared", "draft": True})
        assert (await page.delete(f"/v1/dashboard/members/{someone.id}")).status_code == 200

        def left(session: Session) -> list[str]:
            return list(session.scalars(select(ComposerDraft.workspace_id).where(ComposerDraft.user_id == someone.id)))

        assert await system.database.read(left) == [other_workspace.id]
        assert (await page.get(f"/v1/posts/{made.json()['posts'][0]['id']}")).json()["post"]["status"] == "draft"

    async def test_saving_is_written_down_nowhere_but_in_the_draft(self, page: httpx2.AsyncClient) -> None:
        await page.put(DRAFT, json={"content": {"text": "word for word"}})
        await page.delete(DRAFT)
        assert (await page.get("/v1/dashboard/audit")).json()["lines"] == []


async def ours(page: httpx2.AsyncClient, **body: Any) -> httpx2.Response:
    return await page.put("/v1/dashboard/slots", json=body)


def slot(weekday: str, time: str) -> Json:
    return {"weekday": weekday, "time": time}


async def free(page: httpx2.AsyncClient, *accounts: str, **more: Any) -> list[str]:
    answer = await page.get("/v1/dashboard/slots/next", params={"accounts": ",".join(accounts), **more})
    assert answer.status_code == 200, answer.text
    return [one["atUtc"] for one in answer.json()["slots"]]


class TestSlots:
    """The times of a week at which posts usually go out, and which of them are free."""

    @both
    async def test_slots_are_kept_in_order_for_all_accounts_and_for_single_ones(
        self, page: httpx2.AsyncClient, system: System, workspace: Member
    ) -> None:
        account = await system.write(workspace.id, lambda scope: rows.account(scope).id, test=True)
        assert (await page.get("/v1/dashboard/slots")).json()["slots"] == [{"accountId": None, "times": []}]
        given = [slot("friday", "17:45"), slot("monday", "09:30"), slot("monday", "09:30")]
        assert (await ours(page, times=given)).json()["slots"] == [{"accountId": None, "times": [given[1], given[0]]}]
        shown = (await ours(page, accountId=account, times=[slot("sunday", "23:59")])).json()
        assert shown["slots"][1] == {"accountId": account, "times": [slot("sunday", "23:59")]}
        assert len(shown["slots"][0]["times"]) == 2
        assert (await ours(page, accountId=account, times=[])).json()["slots"] == shown["slots"][:1], "those of all count again"

    @pytest.mark.parametrize(
        "wrong", [slot("Monday", "09:30"), slot("monday", "9:30"), slot("monday", "24:00"), slot("monday", "09:60"), slot("", "١٢:٣٠")]
    )
    async def test_what_is_no_time_of_a_week_is_refused_by_its_place(self, page: httpx2.AsyncClient, wrong: Json) -> None:
        refused = await ours(page, times=[slot("monday", "09:30"), wrong])
        assert (refused.status_code, refused.json()["code"], refused.json()["details"]["path"]) == (422, "slot_invalid", "times[1]")
        assert (await page.get("/v1/dashboard/slots")).json()["slots"][0]["times"] == []

    async def test_a_week_has_one_for_each_hour_at_most(self, page: httpx2.AsyncClient) -> None:
        many = [slot("monday", f"{hour:02}:{minute:02}") for hour in range(24) for minute in range(8)]
        assert (await ours(page, times=many)).json()["code"] == "slots_too_many"

    async def test_an_account_that_is_not_there_has_none(self, page: httpx2.AsyncClient) -> None:
        assert (await ours(page, accountId="acct_nobody", times=[slot("monday", "09:30")])).json()["code"] == "account_not_found"
        assert (await page.get("/v1/dashboard/slots/next?accounts=acct_nobody")).json()["code"] == "account_not_found"

    @both
    async def test_a_slot_is_free_until_a_post_of_that_account_holds_its_minute(
        self, page: httpx2.AsyncClient, system: System, workspace: Member
    ) -> None:
        await ours(page, times=[slot("monday", "09:30")])
        first = datetime(2035, 1, 1, 9, 30, tzinfo=UTC)  # a Monday
        assert first.weekday() == 0

        def make(scope: Scope) -> tuple[str, str]:
            one, other = rows.account(scope, "one"), rows.account(scope, "other")
            run = rows.run(scope)
            rows.post(scope, one, run, publish_at=first + timedelta(seconds=59))
            rows.post(scope, one, run, publish_at=first + timedelta(days=7), status="draft", next_at=None)
            rows.post(scope, one, run, publish_at=first + timedelta(days=14), status="canceled", next_at=None)
            rows.post(scope, other, run, publish_at=first + timedelta(days=14))
            return one.id, other.id

        one, other = await system.write(workspace.id, make, test=True)
        since = {"after": "2034-12-31T00:00:00Z", "count": 3}
        mondays = [iso(first + timedelta(days=7 * week)) for week in range(6)]
        assert await free(page, one, **since) == mondays[2:5]
        assert await free(page, other, **since) == [mondays[0], mondays[1], mondays[3]]
        assert await free(page, one, other, **since) == mondays[3:6]
        assert await free(page, **since) == mondays[:3]
        assert await free(page, one, after=mondays[2], count=1) == [mondays[3]], "later, and not at the same time"

    async def test_of_several_accounts_only_what_all_of_them_have_is_offered(
        self, page: httpx2.AsyncClient, system: System, workspace: Member
    ) -> None:
        one, other = await system.write(
            workspace.id, lambda scope: (rows.account(scope, "one").id, rows.account(scope, "other").id), test=True
        )
        await ours(page, times=[slot("monday", "09:30"), slot("tuesday", "12:00")])
        await ours(page, accountId=other, times=[slot("tuesday", "12:00"), slot("friday", "12:00")])
        since = {"after": "2035-01-01T00:00:00Z", "count": 2}
        assert await free(page, one, other, **since) == ["2035-01-02T12:00:00.000Z", "2035-01-09T12:00:00.000Z"]
        await ours(page, accountId=other, times=[slot("friday", "12:00")])
        assert await free(page, one, other, **since) == []

    async def test_a_slot_stays_by_the_clock_on_the_wall_when_the_clocks_change(self, page: httpx2.AsyncClient) -> None:
        assert (await page.patch("/v1/dashboard/workspace", json={"timezone": "Europe/Berlin"})).status_code == 200
        await ours(page, times=[slot("sunday", "02:30"), slot("sunday", "03:30"), slot("monday", "09:30")])
        assert await free(page, after="2035-03-18T00:00:00Z", count=6) == [
            "2035-03-18T01:30:00.000Z",
            "2035-03-18T02:30:00.000Z",
            "2035-03-19T08:30:00.000Z",
            "2035-03-25T01:30:00.000Z",  # 02:30 does not exist that day: it is 03:30, and told once
            "2035-03-26T07:30:00.000Z",
            "2035-04-01T00:30:00.000Z",
        ]

    @both
    async def test_what_is_composed_for_the_next_slot_takes_it_and_once(self, desk: Desk, page: httpx2.AsyncClient) -> None:
        accounts = [(await desk.account(await desk.connect("x", who))).handle for who in ("ada", "grace")]
        body = {"targets": [{"account": one} for one in accounts], "text": "In a slot", "slot": "next", "idempotencyKey": "once"}
        none = await page.post("/v1/dashboard/compose", json=body)
        assert (none.status_code, none.json()["code"]) == (409, "slot_none_free")
        await ours(page, times=[slot("monday", "09:30")])
        [first, second] = await free(page, count=2)
        made = await page.post("/v1/dashboard/compose", json=body)
        assert {post["publishAtUtc"] for post in made.json()["posts"]} == {first}, made.text
        again = await page.post("/v1/dashboard/compose", json=body)
        assert (again.status_code, again.json()["run"]["id"]) == (200, made.json()["run"]["id"])
        other = await page.post("/v1/dashboard/compose", json={"account": accounts[0], "text": "Later", "slot": "next", "draft": True})
        assert {post["publishAtUtc"] for post in other.json()["posts"]} == {second}, "a draft holds a slot too"
        both_ways = await page.post("/v1/dashboard/compose", json={**body, "publishNow": True})
        assert both_ways.json()["code"] == "publish_time_required"

    async def test_what_is_composed_again_is_answered_with_its_run_also_where_no_slot_is_left(
        self, desk: Desk, page: httpx2.AsyncClient
    ) -> None:
        account = (await desk.account(await desk.connect("x"))).handle
        await ours(page, times=[slot("monday", "09:30")])
        body = {"account": account, "text": "In a slot", "slot": "next", "idempotencyKey": "once"}
        made = await page.post("/v1/dashboard/compose", json=body)
        assert made.status_code == 201, made.text
        await ours(page, times=[])
        again = await page.post("/v1/dashboard/compose", json=body)
        assert (again.status_code, again.json()["run"]["id"]) == (200, made.json()["run"]["id"])
        assert (await page.post("/v1/dashboard/compose", json={**body, "text": "Other"})).json()["code"] == "idempotency_key_conflict"
        assert (await page.post("/v1/dashboard/compose", json={**body, "idempotencyKey": "twice"})).json()["code"] == "slot_none_free"

    async def test_what_is_over_is_never_offered(self, page: httpx2.AsyncClient) -> None:
        await ours(page, times=[slot("monday", "09:30")])
        [soon] = await free(page, after="2020-01-01T00:00:00Z", count=1)
        assert utc_now() < datetime.fromisoformat(soon) <= utc_now() + timedelta(days=7)

    async def test_where_every_slot_of_a_year_is_taken_fewer_are_told(
        self, page: httpx2.AsyncClient, system: System, workspace: Member
    ) -> None:
        await ours(page, times=[slot("monday", "09:30")])
        first = datetime(2035, 1, 1, 9, 30, tzinfo=UTC)

        def make(scope: Scope) -> str:
            one, run = rows.account(scope), rows.run(scope)
            for week in range(52):
                rows.post(scope, one, run, publish_at=first + timedelta(days=7 * week), position=week)
            return one.id

        one = await system.write(workspace.id, make, test=True)
        assert await free(page, one, after="2035-01-01T00:00:00Z", count=50) == ["2035-12-31T09:30:00.000Z"]


class TestAssets:
    """What is to be seen in a file, and what networks make of it."""

    async def upload(self, page: httpx2.AsyncClient, size: tuple[int, int]) -> Json:
        sent = await page.post("/v1/dashboard/assets/upload", files={"file": ("a.png", picture("PNG", size, "RGB", 0), "image/png")})
        assert sent.status_code == 201, sent.text
        return dict(sent.json()["asset"])

    @both
    async def test_a_post_that_does_not_say_what_is_to_be_seen_says_what_its_file_does(self, desk: Desk, page: httpx2.AsyncClient) -> None:
        account = (await desk.account(await desk.connect("x"))).handle
        asset = await self.upload(page, (640, 480))
        assert asset["altText"] is None
        told = await page.patch(f"/v1/dashboard/assets/{asset['id']}", json={"altText": " A boat "})
        assert told.json()["asset"]["altText"] == "A boat"
        for given, shown in (({}, "A boat"), ({"altText": "A ship"}, "A ship")):
            made = await page.post(
                "/v1/dashboard/compose",
                json={"account": account, "text": str(given), "draft": True, "assets": [{"url": asset["publicUrl"], **given}]},
            )
            assert made.status_code == 201, made.text
            assert made.json()["posts"][0]["assets"][0]["altText"] == shown
        again = await page.patch(f"/v1/dashboard/assets/{asset['id']}", json={"altText": None})
        assert again.json()["asset"]["altText"] is None

    async def test_an_alt_text_has_a_bound_and_a_patch_says_something(self, page: httpx2.AsyncClient) -> None:
        asset = await self.upload(page, (64, 48))
        long = await page.patch(f"/v1/dashboard/assets/{asset['id']}", json={"altText": "x" * 2001})
        assert (long.status_code, long.json()["code"]) == (422, "alt_text_too_long")
        assert (await page.patch(f"/v1/dashboard/assets/{asset['id']}", json={})).status_code == 422

    async def test_a_file_fits_as_it_is_changed_or_not_at_all_and_publishing_does_so(self, desk: Desk, page: httpx2.AsyncClient) -> None:
        accounts = {name: await desk.connect(name) for name in ("x", "instagram", "youtube")}
        asset = await self.upload(page, (1600, 300))
        answer = await page.get(f"/v1/dashboard/assets/{asset['id']}/fit")
        fits = {one["accountId"]: one for one in answer.json()["fits"]}
        assert fits[accounts["x"]]["fit"] == "as_it_is"
        assert (fits[accounts["x"]]["width"], fits[accounts["x"]]["reasons"]) == (1600, [])
        changed = fits[accounts["instagram"]]
        assert (changed["fit"], bool(changed["reasons"])) == ("changed", True), changed
        assert any(change.startswith("padded to ") for change in changed["changes"])
        refused = fits[accounts["youtube"]]
        assert (refused["fit"], refused["width"], refused["changes"]) == ("refused", None, [])
        one = await page.get(f"/v1/dashboard/assets/{asset['id']}/fit", params={"accountId": accounts["instagram"]})
        assert one.json()["fits"] == [changed]
        handle = (await desk.account(accounts["instagram"])).handle
        shown = {"account": handle, "description": "Hi", "assets": [{"assetId": asset["id"]}]}
        for policy, valid in (("strict", False), ("fit", True)):
            judged = await desk.api.post("/v1/posts/validate", json={"schedule": {"posts": [{**shown, "media_policy": policy}]}})
            assert judged.is_success is valid, "what is told here is what the judge of schedules says"

    async def test_what_is_still_on_its_way_has_no_fit(self, page: httpx2.AsyncClient) -> None:
        begun = (await page.post("/v1/dashboard/assets/upload/initiate", json={"filename": "a.mp4", "size": 5})).json()
        answer = await page.get(f"/v1/dashboard/assets/{begun['asset']['id']}/fit")
        assert (answer.status_code, answer.json()["code"]) == (409, "asset_not_ready")

    async def test_files_are_found_by_a_part_of_their_name_and_by_their_kind(self, page: httpx2.AsyncClient) -> None:
        await self.upload(page, (64, 48))
        await page.post("/v1/dashboard/assets/upload", json={"filename": "notes.txt", "contentBase64": "YQ=="})
        for query, names in (("q=NOTE", ["notes.txt"]), ("kind=image", ["a.png"]), ("sort=created_asc", ["a.png", "notes.txt"])):
            found = (await page.get(f"/v1/dashboard/assets?{query}")).json()
            assert [one["originalFilename"] for one in found["assets"]] == names

    @both
    async def test_which_posts_show_a_file_is_counted_and_told_and_files_that_none_shows_are_found(
        self, desk: Desk, page: httpx2.AsyncClient
    ) -> None:
        account = (await desk.account(await desk.connect("x"))).handle
        twice, once, never = [await self.upload(page, (64, height)) for height in (40, 50, 60)]
        two = await desk.apply({"account": account, "description": "A", "assets": [twice["id"], once["publicUrl"]]}, mode="draft")
        one = await desk.apply({"account": account, "description": "B", "media_link": twice["publicUrl"]}, mode="draft")

        async def listed(**asked: str) -> dict[str, int]:
            found = (await page.get("/v1/dashboard/assets", params=asked)).json()
            assert found["total"] == len(found["assets"])
            return {asset["id"]: asset["uses"] for asset in found["assets"]}

        async def shown(asset: Json) -> list[str]:
            answer = await page.get(f"/v1/dashboard/assets/{asset['id']}/uses")
            return [post["id"] for post in answer.json()["posts"]]

        first, second = two["posts"][0]["id"], one["posts"][0]["id"]
        assert await listed() == {twice["id"]: 2, once["id"]: 1, never["id"]: 0}
        assert await listed(used="true") == {twice["id"]: 2, once["id"]: 1}
        assert await listed(used="false") == {never["id"]: 0}
        assert {*await shown(twice)} == {first, second}
        assert await shown(never) == []
        await page.delete(f"/v1/dashboard/posts/{first}")
        assert (await listed(used="true"), await shown(once)) == ({twice["id"]: 1}, [])
        assert (await page.get("/v1/dashboard/assets/asset_nobody/uses")).json()["code"] == "asset_not_found"


class TestSearch:
    """`q`: posts that have these words, in one piece and in whatever case."""

    @both
    async def test_posts_are_found_by_their_name_their_text_and_their_account(
        self, page: httpx2.AsyncClient, api: httpx2.AsyncClient, system: System, workspace: Member
    ) -> None:
        def make(scope: Scope) -> None:
            run, acme = rows.run(scope), rows.account(scope, "acme")
            rows.post(scope, acme, run, name="Sale of boats", description="100% off_season / now")
            rows.post(scope, rows.account(scope, "boatyard"), run, name="Hello", description="Nothing")

        await system.write(workspace.id, make, test=True)
        for words, count in (("BOAT", 2), ("sale of", 1), ("of sale", 0), ("0% off_", 1), ("100%off", 0), ("_", 1), ("/", 1), (" ", 2)):
            for who, path in ((page, "/v1/dashboard/posts"), (api, "/v1/posts")):
                for _ in range(2):  # the second time it may be a page that was kept
                    found = (await who.get(path, params={"q": words})).json()
                    assert (found["total"], len(found["posts"])) == (count, count), words
        refused = await page.get("/v1/dashboard/posts", params={"q": "x" * 201})
        assert (refused.status_code, refused.json()["code"]) == (422, "filter_invalid")


class TestAnalytics:
    """What was gained in a span: by figure, by day, by account; never added up across figures."""

    async def measured(self, system: System, workspace: Member, *told: tuple[str, str | None, str, Json], **published: str) -> Json:
        """Accounts and posts by their names, with these figures: account, post (or None), when, what. `published`: when which post was."""

        def make(scope: Scope) -> Json:
            run, made = rows.run(scope), dict[str, Any]()
            for provider in ("youtube", "x", "telegram"):
                made[provider] = rows.account(scope, provider, provider=provider, handle=f"{provider}:ada", account_type="other")
            for account, post, when, metrics in told:
                of = made[account]
                if post and post not in made:
                    born = datetime.fromisoformat(published.get(post, "2034-12-01T00:00:00Z"))
                    made[post] = rows.post(scope, of, run, status="published", next_at=None, published_at=born)
                moment = datetime.fromisoformat(when)
                scope.add(
                    Snapshot(
                        account_id=of.id, post_id=made[post].id if post else None, window="lifetime", status="ok",
                        metrics=metrics, collected_at=moment,
                    )
                )  # fmt: skip
            return {name: row.id for name, row in made.items()}

        return await system.write(workspace.id, make, test=True)

    @both
    async def test_what_was_gained_is_the_difference_of_totals(self, page: httpx2.AsyncClient, system: System, workspace: Member) -> None:
        made = await self.measured(
            system,
            workspace,
            ("x", "old", "2034-12-30T10:00:00Z", {"likes": 100, "impressions": 1000}),
            ("x", "old", "2035-01-02T10:00:00Z", {"likes": 103, "impressions": 1500}),
            ("x", "old", "2035-01-03T23:30:00Z", {"likes": 102, "impressions": 1600}),
            ("x", "new", "2035-01-03T12:00:00Z", {"likes": 7}),
            ("x", "new", "2035-01-20T12:00:00Z", {"likes": 99}),
            ("youtube", "film", "2035-01-02T12:00:00Z", {"views": 50, "likes": 1}),
            ("x", None, "2034-12-30T10:00:00Z", {"followers": 5}),
            ("x", None, "2035-01-02T10:00:00Z", {"followers": 10}),
            ("x", None, "2035-01-04T10:00:00Z", {"followers": 14}),
            new="2035-01-03T11:30:00Z",
            film="2035-01-03T11:59:00Z",
        )
        await page.patch("/v1/dashboard/workspace", json={"timezone": "Europe/Berlin"})
        asked = {"from": "2035-01-01T00:00:00Z", "to": "2035-01-10T00:00:00Z"}
        answer = (await page.get("/v1/dashboard/analytics", params=asked)).json()
        assert answer["metrics"] == {"impressions": 600, "views": 50, "likes": 10}
        assert answer["days"] == [
            {"day": "2035-01-02", "metrics": {"impressions": 500, "views": 50, "likes": 4}},
            {"day": "2035-01-03", "metrics": {"likes": 7}},
            {"day": "2035-01-04", "metrics": {"impressions": 100, "likes": -1}},  # 00:30 there
        ]
        by = {one["account"]["id"]: one for one in answer["accounts"]}
        x = by[made["x"]]
        assert (x["metrics"]["likes"], x["contributingPostCount"], x["followers"], x["followersGained"]) == (9, 2, 14, 4)
        youtube = by[made["youtube"]]
        assert (youtube["metrics"]["views"], youtube["metrics"]["impressions"], youtube["followers"]) == (50, None, None)
        assert set(by[made["telegram"]]["metrics"].values()) == {None}, "what a network does not tell is not 0"
        posts = {post["id"]: post["metrics"] for post in answer["posts"]}
        assert posts == {made["film"]: {"views": 50, "likes": 1}, made["new"]: {"likes": 7}, made["old"]: {"impressions": 600, "likes": 2}}
        assert answer["posts"][0]["publishedAt"] == "2035-01-03T11:59:00.000Z"
        both_of_them = {"weekday": "wednesday", "hour": 12, "posts": 2, "metrics": {"views": 50, "likes": 8}}
        assert answer["hours"] == [both_of_them], "the old one went out before"
        for narrowed in (made["youtube"], "youtube:ada"):
            alone = (await page.get("/v1/dashboard/analytics", params={**asked, "account": narrowed})).json()
            assert (alone["metrics"], [one["account"]["id"] for one in alone["accounts"]]) == ({"views": 50, "likes": 1}, [made["youtube"]])

    async def test_where_nothing_is_said_it_is_of_the_last_thirty_days(self, page: httpx2.AsyncClient) -> None:
        answer = (await page.get("/v1/dashboard/analytics")).json()
        length = datetime.fromisoformat(answer["to"]) - datetime.fromisoformat(answer["from"])
        assert (length, answer["metrics"], answer["days"], answer["accounts"]) == (timedelta(days=30), {}, [], [])

    @pytest.mark.parametrize(
        ("since", "until"), [("2035-01-02", "2035-01-01"), ("2035-01-01", "2035-01-01"), ("2033-01-01", "2035-01-01"), ("2090-01-01", "")]
    )
    async def test_a_span_has_a_length_and_a_bound(self, page: httpx2.AsyncClient, since: str, until: str) -> None:
        refused = await page.get("/v1/dashboard/analytics", params={"from": since, "to": until})
        assert (refused.status_code, refused.json()["code"]) == (422, "span_invalid")
