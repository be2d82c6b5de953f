"""Workspaces as people have them: what they are called in addresses, how they reckon time, and the twin in which things are tried out."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI

from socialclaw.people import ways_in
from socialclaw.system import System
from tests.conftest import Member, Person, browser, member, person

both = pytest.mark.usefixtures("both_databases")


@pytest.fixture
async def live(system: System) -> Member:
    return await member(system, "Ünsere Firma & Co.", "live")


@pytest.fixture
async def page(app: FastAPI, system: System, live: Member) -> AsyncIterator[httpx2.AsyncClient]:
    """The owner of a live workspace."""
    async with browser(app, await person(system, (live.id, "owner"))) as page:
        yield page


async def seats(page: httpx2.AsyncClient) -> list[dict[str, Any]]:
    return list((await page.get("/v1/dashboard/workspaces")).json()["workspaces"])


class TestSlugs:
    """A workspace's name in addresses."""

    @both
    async def test_a_slug_is_made_of_the_name_and_is_as_good_as_the_id(
        self, app: FastAPI, page: httpx2.AsyncClient, system: System, live: Member
    ) -> None:
        assert [seat["slug"] for seat in await seats(page)] == ["unsere-firma-co"]
        other = await member(system, "Other", "live")
        someone = await person(system, (other.id, "owner"), (live.id, "viewer"))
        async with browser(app, someone) as both_of:
            for called in (live.id, "unsere-firma-co"):
                found = (await both_of.get("/v1/dashboard/session", headers={"x-workspace": called})).json()
                assert (found["tenant"]["id"], found["membership"]["role"]) == (live.id, "viewer")
            switched = await both_of.post("/v1/dashboard/workspace/switch", json={"id": "unsere-firma-co"})
            assert switched.json()["tenant"]["id"] == live.id
            assert (await both_of.get("/v1/dashboard/session")).json()["tenant"]["id"] == live.id

    @both
    async def test_two_of_one_name_have_two_slugs_and_a_name_without_letters_has_its_id(self, system: System) -> None:
        async def slug(name: str) -> str:
            from socialclaw.db.workspaces import Workspace

            made = await member(system, name)
            return await system.database.read(lambda session: session.get_one(Workspace, made.id).slug)

        assert [await slug(name) for name in ("A b", "A-b", "a  B!")] == ["a-b", "a-b-2", "a-b-3"]
        assert (await slug("東京")).startswith("tenant_")
        assert len(await slug("x" * 100)) <= 60

    async def test_who_is_no_member_finds_it_by_no_name(self, app: FastAPI, owner: Person, live: Member) -> None:
        async with browser(app, owner) as stranger:
            for called in (live.id, "unsere-firma-co", "nowhere", ""):
                answer = await stranger.get("/v1/dashboard/posts", headers={"x-workspace": called})
                assert (answer.status_code, answer.json()["code"]) == (404, "workspace_not_found"), called

    @both
    async def test_it_is_changed_to_one_that_is_free_and_can_be_one(
        self, page: httpx2.AsyncClient, other_workspace: Member, live: Member
    ) -> None:
        changed = await page.patch("/v1/dashboard/workspace", json={"slug": "firma"})
        assert changed.json()["tenant"]["slug"] == "firma"
        assert (await page.get("/v1/dashboard/session", headers={"x-workspace": "firma"})).status_code == 200
        gone = await page.get("/v1/dashboard/posts", headers={"x-workspace": "unsere-firma-co"})
        assert gone.status_code == 404
        taken = await page.patch("/v1/dashboard/workspace", json={"slug": "theirs"})
        assert (taken.status_code, taken.json()["code"]) == (409, "workspace_slug_taken")
        for odd in ("", "Firma", "a_b", "-a", "a-", "a--b", "a/b", "ä", "x" * 61, "a\n", live.id):
            refused = await page.patch("/v1/dashboard/workspace", json={"slug": odd})
            assert (refused.status_code, refused.json()["code"]) == (422, "workspace_slug_invalid"), odd


class TestTime:
    """How a workspace reckons."""

    async def test_a_zone_and_the_first_day_of_the_week_are_kept(self, page: httpx2.AsyncClient) -> None:
        before = (await page.get("/v1/dashboard/session")).json()["tenant"]
        assert (before["timezone"], before["weekStart"]) == ("UTC", "monday")
        body = {"timezone": "Europe/Berlin", "weekStart": "sunday"}
        assert (await page.patch("/v1/dashboard/workspace", json=body)).status_code == 200
        after = (await page.get("/v1/dashboard/session")).json()["tenant"]
        assert (after["timezone"], after["weekStart"]) == ("Europe/Berlin", "sunday")

    @pytest.mark.parametrize(
        ("body", "code"),
        [
            ({"timezone": "Mars/Base"}, "timezone_invalid"),
            ({"timezone": "../../etc/passwd"}, "timezone_invalid"),
            ({"timezone": ""}, "timezone_invalid"),
            ({"weekStart": "tuesday"}, "week_start_invalid"),
        ],
    )
    async def test_what_is_none_is_refused_and_nothing_of_it_is_kept(
        self, page: httpx2.AsyncClient, body: dict[str, str], code: str
    ) -> None:
        refused = await page.patch("/v1/dashboard/workspace", json={"name": "Renamed", **body})
        assert (refused.status_code, refused.json()["code"]) == (422, code)
        assert (await page.get("/v1/dashboard/session")).json()["tenant"]["name"] == "Ünsere Firma & Co."


class TestTwins:
    """A live workspace and the test workspace of the same people."""

    @both
    async def test_a_live_workspace_comes_with_its_twin(self, page: httpx2.AsyncClient) -> None:
        made = (await page.post("/v1/dashboard/workspaces", json={"name": "Team"})).json()
        assert (made["tenant"]["mode"], made["twin"]["mode"], made["twin"]["name"]) == ("live", "test", "Team (test)")
        assert (made["tenant"]["twinId"], made["twin"]["twinId"]) == (made["twin"]["id"], made["tenant"]["id"])
        roles = {seat["id"]: (seat["role"], seat["twinId"]) for seat in await seats(page)}
        assert roles[made["twin"]["id"]] == ("owner", made["tenant"]["id"])

    async def test_unless_it_is_not_wanted_and_a_test_workspace_has_none(self, page: httpx2.AsyncClient) -> None:
        for body in ({"name": "Alone", "twin": False}, {"name": "Try", "mode": "test"}):
            made = (await page.post("/v1/dashboard/workspaces", json=body)).json()
            assert (made["tenant"]["twinId"], made["twin"]) == (None, None)

    @both
    async def test_it_is_made_later_with_all_people_in_their_parts_and_once(
        self, app: FastAPI, page: httpx2.AsyncClient, system: System, live: Member
    ) -> None:
        viewer = await person(system, (live.id, "viewer"))
        await page.patch("/v1/dashboard/workspace", json={"timezone": "Asia/Tokyo"})
        made = (await page.post("/v1/dashboard/workspace/twin")).json()
        assert made["twin"]["timezone"] == "Asia/Tokyo"
        async with browser(app, viewer) as other:
            assert {seat["id"]: seat["role"] for seat in await seats(other)} == {live.id: "viewer", made["twin"]["id"]: "viewer"}
        again = await page.post("/v1/dashboard/workspace/twin")
        assert (again.status_code, again.json()["code"]) == (409, "twin_exists")
        there = await page.post("/v1/dashboard/workspace/twin", headers={"x-workspace": made["twin"]["id"]})
        assert (there.status_code, there.json()["code"]) == (409, "workspace_not_live")

    @both
    async def test_who_comes_changes_or_goes_does_so_in_both(
        self, app: FastAPI, page: httpx2.AsyncClient, system: System, live: Member
    ) -> None:
        twin = (await page.post("/v1/dashboard/workspace/twin")).json()["twin"]["id"]
        invited = (await page.post("/v1/dashboard/invites", json={"role": "contributor"})).json()
        guest = await person(system)
        where = system.settings.model_copy(update={"public_base_url": "https://socialclaw.test"})
        app.state.sessions.forget_all()
        signed = await app.state.sessions.find(guest.secret)
        ticket = invited["url"].rpartition("/")[2]
        await system.database.write(ways_in.enter, where, ticket, signed=signed, name=None, agent=None)
        there = (await page.get("/v1/dashboard/members", headers={"x-workspace": twin})).json()["members"]
        people = {one["id"]: one["role"] for one in there}
        [new] = [who for who, role in people.items() if role == "contributor"]
        await page.patch(f"/v1/dashboard/members/{new}", json={"role": "editor"})
        after = (await page.get("/v1/dashboard/members", headers={"x-workspace": twin})).json()["members"]
        assert {one["id"]: one["role"] for one in after}[new] == "editor"
        await page.delete(f"/v1/dashboard/members/{new}")
        left = (await page.get("/v1/dashboard/members", headers={"x-workspace": twin})).json()["members"]
        assert new not in {one["id"] for one in left}

    async def test_a_twin_has_its_own_people_too(self, page: httpx2.AsyncClient, live: Member) -> None:
        twin = (await page.post("/v1/dashboard/workspace/twin")).json()["twin"]["id"]
        made = await page.post("/v1/dashboard/invites", json={"role": "viewer"}, headers={"x-workspace": twin})
        assert made.status_code == 201, "who is invited there comes into no live workspace"
        assert (await page.get("/v1/dashboard/invites")).json()["invites"] == []
