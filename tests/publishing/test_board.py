"""What a calendar and a list of posts need besides: cards, runs as a list, what needs somebody, moves, and a person's verdict."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI

from socialclaw.db.base import Scope, iso, utc_now
from socialclaw.system import System
from tests.api import rows
from tests.conftest import Member, Person, browser, person
from tests.publishing.desk import Desk, Json, composed

both = pytest.mark.usefixtures("both_databases")
LATER = "2035-01-01T10:00:00.000Z"


async def resolved(page: httpx2.AsyncClient, post: str, status: int = 200, **body: Any) -> Json:
    answer = await page.post(f"/v1/dashboard/posts/{post}/resolve", json=body)
    assert answer.status_code == status, answer.text
    return dict(answer.json()["post"] if status == 200 else answer.json())


async def unresolved(desk: Desk, *texts: str, fault: str = "timeout_after") -> list[str]:
    """Posts, each a reply to the one before, of the first of which nobody knows whether it is live."""
    account = await desk.connect()
    desk.network().fail(fault)
    desk.network().fail("refuse", "GET /2/users", times=1000)
    posts = await desk.thread(account, *texts)
    await desk.work()
    await desk.wait(25 * 3600)
    desk.network().shelf.disarm()
    assert (await desk.post(posts[0]))["reconciliationStatus"] == "unresolved"
    return posts


class TestCards:
    """`view=card`: of a post what a calendar draws."""

    @both
    async def test_a_card_is_a_third_of_a_row_and_has_what_is_drawn(self, desk: Desk, page: httpx2.AsyncClient) -> None:
        account = await desk.connect()
        await composed(page, account=account, title="Big news", text="in two words", publishAt=LATER)
        whole = await page.get("/v1/dashboard/posts")
        cards = await page.get("/v1/dashboard/posts?view=card")
        [post], [card] = whole.json()["posts"], cards.json()["posts"]
        drawn = (
            "id",
            "runId",
            "accountId",
            "account",
            "provider",
            "status",
            "publishAtUtc",
            "blockedBy",
            "reconciliationStatus",
            "updatedAt",
            "labels",
        )
        assert card == {name: post[name] for name in drawn} | {"text": "Big news in two words", "thumb": None, "repeatId": None}
        assert len(cards.content) * 3 < len(whole.content) + 200
        assert cards.json()["total"] == 1
        assert (await desk.api.get("/v1/posts?view=card")).json() == cards.json(), "programs have it too"

    @both
    async def test_a_text_is_cut_and_a_picture_of_ours_is_its_small_preview(
        self, desk: Desk, page: httpx2.AsyncClient, system: System, workspace: Member
    ) -> None:
        def make(scope: Scope) -> None:
            account, run = rows.account(scope), rows.run(scope)
            shown, opaque = rows.asset(scope, width=10, height=10), rows.asset(scope)
            listed = [[{"id": shown.id, "url": "u"}], [{"id": opaque.id, "url": "u"}], [{"id": "asset_1", "url": "u"}], []]
            for number, assets in enumerate(listed):
                due = utc_now() + timedelta(hours=number)
                rows.post(scope, account, run, name="", description="é" * 150, assets=assets, publish_at=due)

        await system.write(workspace.id, make, test=True)
        first, *others = (await page.get("/v1/dashboard/posts?view=card")).json()["posts"]
        assert first["text"] == "é" * 140
        assert first["thumb"].endswith("/previews/small.webp")
        assert first["thumb"].startswith("http://socialclaw.test/media/asset_")
        assert [other["thumb"] for other in others] == [None, None, None]

    async def test_another_view_is_none(self, page: httpx2.AsyncClient) -> None:
        answer = await page.get("/v1/dashboard/posts?view=tile")
        assert (answer.status_code, answer.json()["code"]) == (422, "filter_invalid")
        assert answer.json()["details"]["allowed"] == ["full", "card"]

    @both
    async def test_a_page_of_cards_that_is_polled_shows_what_has_changed(self, desk: Desk, page: httpx2.AsyncClient) -> None:
        account = await desk.connect()
        made = await composed(page, account=account, text="Before", publishAt=LATER)
        for _ in range(3):
            await page.get("/v1/dashboard/posts?view=card")
        post = made["posts"][0]
        body = {"account": account, "publishAt": LATER, "text": "After"}
        await page.patch(f"/v1/dashboard/posts/{post['id']}", json=body)
        assert [card["text"] for card in (await page.get("/v1/dashboard/posts?view=card")).json()["posts"]] == ["After"]
        assert (await page.get("/v1/dashboard/posts")).json()["posts"][0]["description"] == "After"


class TestRuns:
    """Runs as a list, with who made each."""

    @both
    async def test_each_run_has_its_maker_and_how_far_it_is(
        self, desk: Desk, page: httpx2.AsyncClient, workspace: Member, owner: Person
    ) -> None:
        account = await desk.connect()
        schedule = {"posts": [{"account": account, "description": "By a key", "publish_at": LATER}]}
        assert (await desk.api.post("/v1/posts/apply", json=schedule)).status_code == 201
        await composed(page, account=account, text="By a person", draft=True, publishAt=LATER)
        newest, oldest = (await page.get("/v1/dashboard/runs")).json()["runs"]
        assert (newest["text"], oldest["text"]) == ("By a person", "By a key")
        assert (newest["maker"]["what"], newest["maker"]["id"], newest["source"]) == ("person", owner.id, "dashboard")
        assert oldest["maker"] == {
            **{"id": workspace.key_id, "what": "key", "name": "first"},
            **{"keyPrefix": workspace.secret[:12], "keyKind": "personal"},
        }
        assert (newest["status"], oldest["status"]) == ("draft", "created")
        assert (oldest["firstAtUtc"], oldest["lastAtUtc"], oldest["summary"]["scheduled"]) == (LATER, LATER, 1)
        drafts = (await page.get("/v1/dashboard/runs?mode=draft")).json()["runs"]
        assert [run["id"] for run in drafts] == [newest["id"]]
        by_key = (await page.get(f"/v1/dashboard/runs?madeBy={workspace.key_id}")).json()["runs"]
        assert [run["id"] for run in by_key] == [oldest["id"]]

    @both
    async def test_pages_neither_repeat_nor_leave_out_a_run_while_others_are_made(
        self, page: httpx2.AsyncClient, system: System, workspace: Member
    ) -> None:
        def make(scope: Scope) -> list[str]:
            account = rows.account(scope)
            made = []
            for _ in range(7):
                run = rows.run(scope)
                rows.post(scope, account, run)
                made.append(run.id)
            return made

        made, seen, cursor = await system.write(workspace.id, make, test=True), list[str](), ""
        while cursor is not None:
            found = (await page.get(f"/v1/dashboard/runs?limit=3&cursor={cursor}")).json()
            seen += [run["id"] for run in found["runs"]]
            cursor = found["nextCursor"]
            await system.write(workspace.id, lambda scope: rows.run(scope), test=True)
        assert sorted(seen) == sorted(made)
        assert len(seen) == len(set(seen)) == 7

    @pytest.mark.parametrize("cursor", ["x", "====", "%00", "MjAyNg", "9" * 300, "Zm9vIGJhcg", "w6k"])
    async def test_a_cursor_that_we_have_not_written_is_told_so(self, page: httpx2.AsyncClient, cursor: str) -> None:
        answer = await page.get(f"/v1/dashboard/runs?cursor={cursor}")
        assert (answer.status_code, answer.json()["code"]) in {(422, "cursor_invalid"), (422, "text_unstorable")}


class TestVerdict:
    """What became of a post, where only a person can know."""

    @both
    async def test_found_there_it_is_published_and_its_replies_go_out(self, desk: Desk, page: httpx2.AsyncClient) -> None:
        posts = await unresolved(desk, "Parent", "Reply")
        [there] = desk.network().seen()
        refused = await resolved(page, posts[0], 422, outcome="published", providerUrl="https://x.com/ada/status/1")
        assert refused["code"] == "provider_post_id_required"
        done = await resolved(page, posts[0], outcome="published", providerPostId=there.id)
        assert (done["status"], done["providerPostId"], done["reconciliationStatus"]) == ("published", there.id, "confirmed")
        assert (done["errorCode"], done["error"]) == (None, None)
        await desk.work()
        assert desk.seen() == ["Parent", "Reply"]
        again = await resolved(page, posts[0], 409, outcome="not_published")
        assert again["code"] == "post_not_unresolved"

    @both
    async def test_an_address_alone_is_enough_where_nothing_replies_to_it(self, desk: Desk, page: httpx2.AsyncClient) -> None:
        [post] = await unresolved(desk, "Alone")
        done = await resolved(page, post, outcome="published", providerUrl="https://x.com/ada/status/1")
        assert (done["status"], done["providerPostId"]) == ("published", None)
        await desk.work()
        assert desk.seen() == ["Alone"]
        assert (await desk.do(post, "retry")).status_code == 409

    @both
    async def test_not_there_it_is_sent_again_without_force_and_once(self, desk: Desk, page: httpx2.AsyncClient) -> None:
        [post] = await unresolved(desk, "Again", fault="timeout")
        done = await resolved(page, post, outcome="not_published")
        assert (done["status"], done["errorCode"], done["reconciliationStatus"]) == ("failed", "publish_denied", "not_found")
        await desk.work()
        assert desk.seen() == [], "a person sends it again, or nobody"
        assert (await desk.do(post, "retry")).status_code == 200
        await desk.work()
        assert desk.seen() == ["Again"]
        assert (await desk.post(post))["status"] == "published"

    @both
    async def test_a_post_of_the_network_is_one_post_of_ours(self, desk: Desk, page: httpx2.AsyncClient) -> None:
        [post] = await unresolved(desk, "One")
        [there] = desk.network().seen()
        await resolved(page, post, outcome="published", providerPostId=there.id)
        [other] = await unresolved(desk, "Two")
        refused = await resolved(page, other, 409, outcome="published", providerPostId=there.id)
        assert refused["code"] == "provider_post_taken"
        assert (await desk.post(other))["reconciliationStatus"] == "unresolved", "nothing is half done"

    @pytest.mark.parametrize(
        ("body", "code"),
        [
            ({"outcome": "perhaps"}, "outcome_invalid"),
            ({"outcome": "not_published", "providerPostId": "1"}, "verdict_contradictory"),
            ({"outcome": "published", "providerPostId": "a b"}, "provider_post_id_invalid"),
            ({"outcome": "published", "providerPostId": "x" * 301}, "provider_post_id_invalid"),
            ({"outcome": "published", "providerUrl": "javascript:alert(1)"}, "provider_url_invalid"),
            ({"outcome": "published", "providerUrl": "https://me@x.com/1"}, "provider_url_invalid"),
            ({"outcome": "published", "providerUrl": "https://[x/1"}, "provider_url_invalid"),
            ({"verdict": "published"}, "field_misnamed"),
        ],
    )
    async def test_what_says_nothing_that_can_be_believed_is_refused(
        self, desk: Desk, page: httpx2.AsyncClient, body: Json, code: str
    ) -> None:
        [post] = await unresolved(desk, "Hi")
        assert (await resolved(page, post, 422, **body))["code"] == code
        assert (await desk.post(post))["reconciliationStatus"] == "unresolved"

    async def test_it_is_written_down_who_said_it(self, desk: Desk, page: httpx2.AsyncClient, owner: Person) -> None:
        [post] = await unresolved(desk, "Hi")
        await resolved(page, post, outcome="not_published")
        line = (await page.get("/v1/dashboard/audit")).json()["lines"][0]
        assert (line["action"], line["subject"], line["by"]["id"]) == ("dashboard_resolve_post", post, owner.id)


@both
async def test_what_needs_somebody_is_counted_by_why(desk: Desk, page: httpx2.AsyncClient, system: System, workspace: Member) -> None:
    assert (await page.get("/v1/dashboard/attention")).json()["total"] == 0
    [lost, _] = await unresolved(desk, "Lost", "Reply to it")
    long_ago = utc_now() - timedelta(days=31)

    def make(scope: Scope) -> None:
        account, run = rows.account(scope, status="reconnect_required"), rows.run(scope)
        failed = {"status": "failed", "error_code": "provider_rejected", "next_at": None}
        rows.post(scope, account, run, name="Refused", **failed)
        rows.post(scope, account, run, name="Refused long ago", **failed, updated_at=long_ago)
        rows.post(scope, account, run, name="Waits", status="retry_pending", blocked_by="account", next_at=None)
        rows.post(scope, account, run, name="Held", blocked_by="hold", next_at=None)
        rows.post(scope, account, run, name="Late", next_at=utc_now() - timedelta(hours=1))
        rows.post(scope, account, run, name="Fine")
        rows.post(scope, account, run, name="Out", status="published", next_at=None, published_at=long_ago)

    await system.write(workspace.id, make, test=True)
    found = (await page.get("/v1/dashboard/attention")).json()
    assert found["counts"] == {"unresolved": 1, "refused": 1, "waitingForAccount": 1, "held": 1, "overdue": 1}
    assert found["total"] == 6, "with the account; a reply that failed with its parent is not counted beside it"
    assert [card["id"] for card in found["posts"].pop("unresolved")] == [lost]
    assert {kind: [card["text"] for card in cards] for kind, cards in found["posts"].items()} == {
        **{"refused": ["Refused"], "waitingForAccount": ["Waits"]},
        **{"held": ["Held"], "overdue": ["Late"]},
    }
    [broken] = found["accounts"]
    assert broken["status"] == "reconnect_required"
    told = {one.pop("accountId"): one for one in (await page.get("/v1/dashboard/accounts/posts")).json()["accounts"]}
    assert told[broken["id"]] == {"upcoming": 4, "waiting": 1, "lastPublishedAt": iso(long_ago)}


class TestMoves:
    """Several posts at other times: all or none."""

    @both
    async def test_all_of_them_are_moved(self, desk: Desk, page: httpx2.AsyncClient, owner: Person) -> None:
        account = await desk.connect()
        posts = [(await composed(page, account=account, text=text, publishAt=LATER))["posts"][0] for text in ("One", "Two")]
        moves = [{"id": post["id"], "publishAt": "2036-01-01T00:00:00Z", "ifUpdatedAt": post["updatedAt"]} for post in posts]
        answer = await page.post("/v1/dashboard/posts/move", json={"posts": moves})
        assert answer.status_code == 200, answer.text
        assert [post["publishAtUtc"] for post in answer.json()["posts"]] == ["2036-01-01T00:00:00.000Z"] * 2
        for post, moved in zip(posts, answer.json()["posts"], strict=True):
            now = await desk.post(post["id"])
            assert (now["publishAtUtc"], now["updatedAt"]) == (moved["publishAtUtc"], moved["updatedAt"])
            assert (now["editedBy"], now["editedAt"]) == (owner.id, now["updatedAt"])

    @both
    @pytest.mark.parametrize("spoilt", ["changed since", "in the past", "published"])
    async def test_none_of_them_is_where_one_cannot_be(self, desk: Desk, page: httpx2.AsyncClient, spoilt: str) -> None:
        account = await desk.connect()
        posts = [(await composed(page, account=account, text=text, publishAt=LATER))["posts"][0] for text in ("One", "Two")]
        moves = [{"id": post["id"], "publishAt": "2036-01-01T00:00:00Z", "ifUpdatedAt": post["updatedAt"]} for post in posts]
        if spoilt == "changed since":
            moves[1]["ifUpdatedAt"] = "2001-01-01T00:00:00.000Z"
        elif spoilt == "in the past":
            moves[1]["publishAt"] = "2001-01-01T00:00:00Z"
        else:
            out = await composed(page, account=account, text="Out", publishNow=True)
            await desk.work()
            moves[1] = {"id": out["posts"][0]["id"], "publishAt": "2036-01-01T00:00:00Z"}
        answer = await page.post("/v1/dashboard/posts/move", json={"posts": moves})
        assert answer.status_code in (409, 422), answer.text
        details = answer.json()["details"]
        where = details["issues"][0]["path"] if "issues" in details else details["path"]
        assert where.startswith("posts[1]")
        assert (await desk.post(posts[0]["id"]))["publishAtUtc"] == LATER

    async def test_a_post_is_moved_once_and_not_too_many_are(self, desk: Desk, page: httpx2.AsyncClient) -> None:
        one = {"id": "post_1", "publishAt": LATER}
        for moves in ([], [one, one], [{"id": f"post_{n}", "publishAt": LATER} for n in range(101)]):
            answer = await page.post("/v1/dashboard/posts/move", json={"posts": moves})
            assert (answer.status_code, answer.json()["code"]) == (422, "moves_invalid")


@both
async def test_who_changed_a_post_last_and_when_is_on_it(
    desk: Desk, page: httpx2.AsyncClient, app: FastAPI, system: System, workspace: Member
) -> None:
    account = await desk.connect()
    post = (await composed(page, account=account, text="One", publishAt=LATER))["posts"][0]
    before = await desk.post(post["id"])
    assert (before["editedBy"], before["editedAt"]) == (None, None), "making it is no edit"
    editor = await person(system, (workspace.id, "editor"))
    async with browser(app, editor) as other:
        body = {"account": account, "publishAt": LATER, "text": "Two"}
        edited = (await other.patch(f"/v1/dashboard/posts/{post['id']}", json=body)).json()["post"]
    assert (edited["editedBy"], edited["editedAt"]) == (editor.id, edited["updatedAt"])


@both
async def test_an_attempt_shows_its_steps_each_with_its_times(desk: Desk, page: httpx2.AsyncClient) -> None:
    account = await desk.connect()
    started = iso(utc_now())
    made = await composed(page, account=account, text="Hi", publishNow=True)
    await desk.work()
    [attempt] = (await page.get(f"/v1/posts/{made['posts'][0]['id']}/attempts")).json()["attempts"]
    [last] = [step for step in attempt["steps"] if step["irreversible"]]
    assert last["done"]
    assert started <= attempt["startedAt"] <= last["startedAt"] <= last["finishedAt"] <= attempt["finishedAt"]


@both
async def test_a_call_whose_answer_was_lost_is_a_step_without_an_end(desk: Desk, page: httpx2.AsyncClient) -> None:
    [post] = await unresolved(desk, "Lost")
    attempts = (await page.get(f"/v1/posts/{post}/attempts")).json()["attempts"]
    [step] = [step for attempt in attempts for step in attempt["steps"] if step["irreversible"]]
    assert (step["done"], step["finishedAt"]) == (False, None)
    assert step in attempts[0]["steps"], "it belongs to the try in which it was begun"
