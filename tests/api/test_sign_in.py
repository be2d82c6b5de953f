"""Signing in by a link and signing out, as a browser does it; and what a link, a cookie and a session must not do."""

from __future__ import annotations

import re
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI
from sqlalchemy import func, select

from socialclaw.api import logs
from socialclaw.app import build
from socialclaw.db.people import AuditLine, Membership, User, UserSession
from socialclaw.people import ways_in
from socialclaw.settings import Settings
from socialclaw.system import System
from tests.conftest import BASE_URL, SAME, Member, Person, browser, client, cookie, opened, person

PAGE = {"accept": "text/html", **SAME}
HERE = "http://127.0.0.1:8000"


@pytest.fixture
def settings(tmp_path: Any, database_url: str) -> Settings:
    """A server that only its own machine reaches."""
    return Settings(data_dir=tmp_path / "data", database_url=database_url, refused_per_minute=1000)


def here(app: FastAPI, **headers: str) -> httpx2.AsyncClient:
    """A browser on this machine, which keeps cookies."""
    found = client(app)
    found.base_url = httpx2.URL(HERE)
    found.headers.update({**PAGE, **headers})
    return found


async def link(system: System, **given: Any) -> str:
    secret = await system.database.write(ways_in.local_link, **given)
    return f"/auth/ticket/{secret}"


async def counted(system: System, table: Any) -> int:
    return await system.database.read(lambda session: session.scalar(select(func.count()).select_from(table))) or 0


async def card(api: httpx2.AsyncClient, **headers: str) -> dict[str, Any]:
    answer = await api.get("/v1/dashboard/session", headers=headers)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


@pytest.mark.usefixtures("both_databases")
async def test_the_first_link_makes_the_owner_and_looking_at_it_makes_nobody(app: FastAPI, system: System, workspace: Member) -> None:
    path = await link(system)
    async with here(app) as api:
        assert await card(api) == {
            "ok": True,
            "authenticated": False,
            "user": None,
            "tenant": None,
            "membership": None,
            "ways": ["link"],
        }
        for _ in range(3):
            page = await api.get(path)
            assert page.status_code == 200
            assert "set-cookie" not in page.headers
            assert f'action="{path}"' in page.text
        assert await counted(system, User) == await counted(system, UserSession) == 0
        entered = await api.post(path)
        assert (entered.status_code, entered.headers["location"]) == (303, "/dashboard")
        who = await card(api)
    assert who["authenticated"]
    assert who["user"]["name"] == "Operator"
    assert [one["provider"] for one in who["user"]["identities"]] == ["local"]
    assert who["tenant"]["id"] == workspace.id
    assert (who["membership"]["role"], who["membership"]["billingAdmin"]) == ("owner", True)
    seat = {"id": workspace.id, "name": workspace.name, "slug": "ours", "mode": "test", "twinId": None, "role": "owner"}
    assert who["workspaces"] == [seat]
    assert who["session"]["fresh"]


async def test_a_later_link_signs_in_the_same_person(app: FastAPI, system: System, workspace: Member) -> None:
    found = []
    for _ in range(2):
        async with here(app) as api:
            await api.post(await link(system))
            found.append((await card(api))["user"]["id"])
    assert found[0] == found[1]
    assert await counted(system, UserSession) == 2, "one on each device"


async def test_the_operator_owns_what_has_no_owner_and_what_a_link_names(
    app: FastAPI, system: System, workspace: Member, other_workspace: Member
) -> None:
    await person(system, (other_workspace.id, "owner"))
    async with here(app) as api:
        await api.post(await link(system))
        assert [one["id"] for one in (await card(api))["workspaces"]] == [workspace.id]
        await api.post(await link(system, workspace=other_workspace.name))
        who = await card(api)
    assert {one["id"] for one in who["workspaces"]} == {workspace.id, other_workspace.id}
    assert who["tenant"]["id"] == other_workspace.id


async def test_a_link_may_be_of_another_person(app: FastAPI, system: System, workspace: Member) -> None:
    someone = await person(system, (workspace.id, "editor"), email="ada@example.org", email_verified=True)
    async with here(app) as api:
        await api.post(await link(system, person="ada@example.org"))
        who = await card(api)
    assert (who["user"]["id"], who["membership"]["role"]) == (someone.id, "editor")


async def test_an_address_that_is_not_proven_names_nobody(system: System, workspace: Member) -> None:
    await person(system, (workspace.id, "editor"), email="ada@example.org")
    with pytest.raises(Exception, match="no one person"):
        await link(system, person="ada@example.org")


async def test_a_link_that_was_used_says_so_to_people_and_to_programs(app: FastAPI, system: System, workspace: Member) -> None:
    path = await link(system)
    async with here(app) as api:
        await api.post(path)
    async with here(app) as api:
        for method in ("GET", "POST"):
            page = await api.request(method, path)
            assert page.status_code == 404
            assert "used already" in page.text
            assert "set-cookie" not in page.headers
            told = await api.request(method, path, headers={"accept": "application/json"})
            assert (told.status_code, told.json()["code"]) == (404, "ticket_invalid")
        assert not (await card(api))["authenticated"]


async def test_a_page_may_redeem_by_the_secret_alone(app: FastAPI, system: System, workspace: Member) -> None:
    path = await link(system)
    async with here(app) as api:
        answer = await api.post("/auth/link", json={"token": path.rpartition("/")[2]})
        assert answer.json() == await card(api) | {"ok": True}
        assert answer.json()["authenticated"]


async def test_each_sign_in_has_a_cookie_of_its_own_and_ends_the_one_before(app: FastAPI, system: System, workspace: Member) -> None:
    """Session fixation: a secret that somebody has put into a browser never becomes that of who signs in there."""
    planted = await person(system, (workspace.id, "viewer"))
    async with here(app, cookie=f"sc_session={planted.secret}") as api:
        entered = await api.post(await link(system))
    made = re.match(r"sc_session=([\w-]{43});", entered.headers["set-cookie"])
    assert made
    assert made[1] != planted.secret
    async with here(app, cookie=f"sc_session={planted.secret}") as api:
        assert not (await card(api))["authenticated"]
    async with here(app, cookie=f"sc_session={made[1]}") as api:
        assert (await card(api))["user"]["name"] == "Operator"
    async with here(app, cookie="sc_session=" + "x" * 43) as api:
        entered = await api.post(await link(system))
    assert "x" * 43 not in entered.headers["set-cookie"]


async def test_the_cookie_is_for_this_server_alone(app: FastAPI, system: System, workspace: Member) -> None:
    async with here(app) as api:
        plain = (await api.post(await link(system))).headers["set-cookie"]
    assert re.fullmatch(r"sc_session=[\w-]{43}; HttpOnly; Max-Age=7776000; Path=/; SameSite=lax", plain)


async def test_over_https_the_cookie_is_kept_from_plain_http_and_from_other_hosts(settings: Settings) -> None:
    async with opened(settings.model_copy(update={"public_base_url": "https://post.example.org/social"})) as system:
        async with client(build(system)) as api:
            answer = await api.post(await link(system), headers=SAME)
            assert answer.headers["location"] == "/social/dashboard"
            page = await api.get(await link(system), headers=PAGE)
            assert 'action="/social/auth/ticket/' in page.text
        assert re.fullmatch(
            r"__Host-sc_session=[\w-]{43}; HttpOnly; Max-Age=7776000; Path=/; SameSite=lax; Secure", answer.headers["set-cookie"]
        )


async def test_by_plain_http_from_elsewhere_nobody_signs_in_and_the_link_stays_good(settings: Settings) -> None:
    async with opened(settings.model_copy(update={"public_base_url": BASE_URL})) as system, client(build(system)) as api:
        path = await link(system)
        answer = await api.post(path, headers=SAME)
        assert (answer.status_code, answer.json()["code"]) == (409, "sign_in_needs_https")
        assert (await api.get(path)).status_code == 200
        assert await counted(system, UserSession) == 0


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example", "sec-fetch-site": "cross-site"},
        {"origin": "https://evil.example", "sec-fetch-site": ""},
        {"origin": "null", "sec-fetch-site": "same-origin"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "none"},
    ],
)
async def test_another_site_signs_nobody_in(app: FastAPI, system: System, workspace: Member, headers: dict[str, str]) -> None:
    """Or it could have somebody work in an account of its own."""
    path = await link(system)
    async with here(app) as api:
        answer = await api.post(path, headers={k: v for k, v in ({**PAGE, **headers}).items() if v})
        assert answer.status_code == 403
        assert "set-cookie" not in answer.headers
        assert (await api.post(path)).status_code == 303, "and the link is not spent by it"


async def test_signing_out_ends_this_session_and_no_other(app: FastAPI, system: System, workspace: Member) -> None:
    async with here(app) as one, here(app) as two:
        for api in (one, two):
            await api.post(await link(system))
        gone = await one.post("/auth/sign-out", headers={"accept": "application/json"})
        assert (gone.status_code, gone.json()) == (200, {"ok": True})
        assert 'sc_session=""' in gone.headers["set-cookie"]
        assert not (await card(one))["authenticated"]
        assert (await card(two))["authenticated"]


async def test_signing_out_everywhere_ends_all_of_ones_own(app: FastAPI, system: System, workspace: Member) -> None:
    other = await person(system, (workspace.id, "owner"))
    async with here(app) as one, here(app) as two, here(app, cookie=f"sc_session={other.secret}") as third:
        for api in (one, two):
            await api.post(await link(system))
        assert (await one.post("/auth/sign-out-everywhere", headers={"accept": "application/json"})).json() == {"ok": True}
        assert not (await card(one))["authenticated"]
        assert not (await card(two))["authenticated"]
        assert (await card(third))["authenticated"]


async def test_sessions_are_listed_and_ended_one_by_one(app: FastAPI, system: System, workspace: Member) -> None:
    async with here(app) as one, here(app, **{"user-agent": "Phone/1.0"}) as two:
        for api in (one, two):
            await api.post(await link(system))
        listed = (await one.get("/v1/dashboard/sessions")).json()["sessions"]
        assert [each["current"] for each in listed].count(True) == 1
        phone = next(each for each in listed if each["agent"] == "Phone/1.0")
        assert not phone["current"]
        assert (await one.delete(f"/v1/dashboard/sessions/{phone['id']}")).status_code == 200
        assert not (await card(two))["authenticated"]
        assert [each["id"] for each in (await one.get("/v1/dashboard/sessions")).json()["sessions"]] != [phone["id"]]


async def test_the_dashboard_is_for_who_is_signed_in_until_they_sign_out(app: FastAPI, system: System, workspace: Member) -> None:
    async with here(app) as api:
        assert "Nobody is signed in" in (await api.get("/dashboard")).text
        await api.post(await link(system))
        assert "Nobody is signed in" not in (await api.get("/dashboard")).text
        out = await api.post("/auth/sign-out")
        assert (out.status_code, out.headers["location"]) == (303, "/dashboard")
        assert "Nobody is signed in" in (await api.get("/dashboard")).text


async def test_the_name_of_a_workspace_is_text_on_a_page(app: FastAPI, system: System) -> None:
    from socialclaw.workspaces import tenants

    name = '<img src=x onerror="alert(1)">'
    await system.database.write(tenants.create, name)
    async with here(app) as api:
        page = await api.get(await link(system, workspace=name))
        assert "<img" not in page.text
        assert "&lt;img" in page.text
        assert "default-src 'none'" in page.headers["content-security-policy"]
        assert "form-action 'self'" in page.headers["content-security-policy"]
        assert page.headers["referrer-policy"] == "same-origin", "or a browser would send its form with `Origin: null`"


async def test_the_secret_of_a_link_is_in_no_log_line(app: FastAPI, system: System, caplog: pytest.LogCaptureFixture) -> None:
    paths = [await link(system) for _ in range(2)] + ["/auth/ticket/" + "abcdefgh" * 5 + "abc"]
    with caplog.at_level("DEBUG"):
        async with here(app) as api:
            for path in paths:
                await api.get(path)
                await api.post(path)
    said = "\n".join(logs.Lines().format(record) for record in caplog.records if record.name.startswith("socialclaw"))
    assert "/auth/ticket/[hidden]" in said
    assert not [path for path in paths if path.rpartition("/")[2] in said]


class TestInvitations:
    """By a link that is handed on."""

    async def invited(self, api: httpx2.AsyncClient, role: str = "editor", **more: Any) -> str:
        answer = await api.post("/v1/dashboard/invites", json={"role": role, **more})
        assert answer.status_code == 201, answer.text
        url: str = answer.json()["url"]
        assert url.startswith(f"{HERE}/auth/ticket/")
        return url.removeprefix(HERE)

    @pytest.fixture
    async def admin(self, app: FastAPI, system: System, workspace: Member) -> Any:
        someone = await person(system, (workspace.id, "admin"))
        async with here(app, cookie=f"sc_session={someone.secret}", accept="application/json") as api:
            yield api

    async def test_whoever_has_the_link_becomes_a_new_person_in_that_role(
        self, app: FastAPI, admin: httpx2.AsyncClient, workspace: Member
    ) -> None:
        path = await self.invited(admin)
        async with here(app) as api:
            page = (await api.get(path)).text
            assert workspace.name in page
            assert 'name="name"' in page
            assert (await api.post(path, data={"name": "Ada"})).status_code == 303
            who = await card(api)
        assert (who["user"]["name"], who["membership"]["role"], who["tenant"]["id"]) == ("Ada", "editor", workspace.id)
        assert (await admin.get("/v1/dashboard/invites")).json()["invites"] == []
        assert "Ada" in (await admin.get("/v1/dashboard/members")).text

    async def test_whoever_is_signed_in_joins_as_who_they_are(
        self, app: FastAPI, system: System, admin: httpx2.AsyncClient, workspace: Member, other_workspace: Member
    ) -> None:
        someone = await person(system, (other_workspace.id, "owner"))
        path = await self.invited(admin)
        async with here(app, cookie=f"sc_session={someone.secret}") as api:
            assert 'name="name"' not in (await api.get(path)).text
            entered = await api.post(path)
        secret = entered.headers["set-cookie"].partition("=")[2].partition(";")[0]
        async with here(app, cookie=f"sc_session={secret}") as api:
            who = await card(api)
            assert who["user"]["id"] == someone.id
            assert {one["id"]: one["role"] for one in who["workspaces"]} == {workspace.id: "editor", other_workspace.id: "owner"}
            assert who["tenant"]["id"] == workspace.id
            switched = await api.post("/v1/dashboard/workspace/switch", json={"id": other_workspace.id})
            assert switched.json()["tenant"]["id"] == other_workspace.id
            assert (await card(api))["tenant"]["id"] == other_workspace.id
            assert (await card(api, **{"x-workspace": workspace.id}))["membership"]["role"] == "editor"
            assert (await api.get("/v1/accounts", headers={"x-workspace": workspace.id})).status_code == 200

    async def test_an_invitation_for_an_address_is_for_who_has_proven_it(
        self, app: FastAPI, system: System, admin: httpx2.AsyncClient
    ) -> None:
        path = await self.invited(admin, email="ada@example.org")
        wrong: list[dict[str, Any]] = [
            {"email": "eve@example.org", "email_verified": True},
            {"email": "ada@example.org", "email_verified": False},
        ]
        for facts in wrong:
            someone = await person(system, **facts)
            async with here(app, cookie=f"sc_session={someone.secret}", accept="application/json") as api:
                answer = await api.post(path)
                assert (answer.status_code, answer.json()["code"]) == (403, "invite_not_yours")
        async with here(app, accept="application/json") as api:
            assert (await api.post(path, data={"name": "Ada"})).json()["code"] == "invite_not_yours"
        ada = await person(system, email="Ada@example.org", email_verified=True)
        async with here(app, cookie=f"sc_session={ada.secret}") as api:
            assert (await api.post(path)).status_code == 303, "who could not come has not spent it"

    async def test_an_invitation_that_is_withdrawn_opens_nothing(self, app: FastAPI, admin: httpx2.AsyncClient, system: System) -> None:
        path = await self.invited(admin)
        [invite] = (await admin.get("/v1/dashboard/invites")).json()["invites"]
        assert (await admin.delete(f"/v1/dashboard/invites/{invite['id']}")).status_code == 200
        async with here(app) as api:
            assert (await api.post(path, data={"name": "Ada"})).status_code == 404
        assert await counted(system, Membership) == 1

    async def test_nobody_invites_to_more_than_they_have(self, admin: httpx2.AsyncClient) -> None:
        answer = await admin.post("/v1/dashboard/invites", json={"role": "owner"})
        assert (answer.status_code, answer.json()["code"]) == (403, "role_required")
        assert answer.json()["details"]["role"] == "owner"

    @pytest.mark.parametrize("name", ["", "   ", "x" * 101, "a\nb", None])
    async def test_a_new_person_has_a_name_and_the_link_stays_good_for_it(
        self, app: FastAPI, admin: httpx2.AsyncClient, name: str | None
    ) -> None:
        path = await self.invited(admin)
        async with here(app, accept="application/json") as api:
            answer = await api.post(path, data={"name": name} if name is not None else {})
            assert (answer.status_code, answer.json()["code"]) == (422, "person_name_invalid")
            assert (await api.post(path, data={"name": "Ada"})).status_code == 303


async def test_what_people_do_is_written_down_with_who_did_it(app: FastAPI, system: System, workspace: Member) -> None:
    someone = await person(system, (workspace.id, "owner"))
    async with here(app, cookie=f"sc_session={someone.secret}", accept="application/json") as api:
        made = (await api.post("/v1/keys", json={"label": "Ours"})).json()
        assert (await api.delete(f"/v1/keys/{made['key']['id']}")).status_code == 200
        assert (await api.post("/v1/posts/validate", json={"posts": []})).status_code == 422
        assert (await api.delete("/v1/keys/nobody")).status_code == 404
        lines = (await api.get("/v1/dashboard/audit")).json()["lines"]
    assert [(line["action"], line["subject"], line["by"]["id"]) for line in lines] == [
        ("revoke_key", made["key"]["id"], someone.id),
        ("create_key", made["key"]["id"], someone.id),
    ]


async def test_a_repeat_by_idempotency_key_is_one_line(app: FastAPI, system: System, workspace: Member) -> None:
    someone = await person(system, (workspace.id, "owner"))
    async with here(app, cookie=f"sc_session={someone.secret}", accept="application/json") as api:
        for _ in range(2):
            assert (await api.post("/v1/keys", json={}, headers={"idempotency-key": "once"})).status_code == 201
    assert await counted(system, AuditLine) == 1


async def test_what_keys_do_is_not_among_what_people_do(api: httpx2.AsyncClient, system: System) -> None:
    assert (await api.post("/v1/keys", json={})).status_code == 201
    assert await counted(system, AuditLine) == 0


async def test_a_request_with_a_key_and_a_cookie_is_the_keys(app: FastAPI, workspace: Member, owner: Person, other_owner: Person) -> None:
    async with client(app, workspace.secret) as api:
        api.headers.update({"cookie": cookie(other_owner.secret)["cookie"]})
        assert (await api.get("/v1/workspace/health")).json()["health"]["tenant"]["id"] == workspace.id


async def test_a_person_without_a_workspace_is_told_so(settings: Settings) -> None:
    async with opened(settings) as system:
        someone = await person(system)
        async with here(build(system), cookie=f"sc_session={someone.secret}", accept="application/json") as api:
            who = await card(api)
            assert (who["authenticated"], who["tenant"], who["membership"], who["workspaces"]) == (True, None, None, [])
            answer = await api.get("/v1/accounts")
            assert (answer.status_code, answer.json()["code"]) == (403, "no_workspace")


async def test_ended_in_another_process_is_ended_within_a_second(app: FastAPI, system: System, owner: Person) -> None:
    from socialclaw.people import sessions
    from socialclaw.people.sessions import CACHE_SECONDS

    assert CACHE_SECONDS <= 1
    app.state.sessions._seconds = 0.0
    async with browser(app, owner) as api:
        api.headers["cookie"] = api.headers["cookie"].replace("__Host-", "")
        assert (await api.get("/v1/accounts")).status_code == 200
        await system.database.write(sessions.end, owner.id, owner.session_id)
        assert (await api.get("/v1/accounts")).json()["code"] == "session_invalid"


async def test_an_owner_makes_another_workspace_and_changes_what_is_said_of_it(app: FastAPI, system: System, workspace: Member) -> None:
    someone = await person(system, (workspace.id, "owner"))
    async with here(app, cookie=f"sc_session={someone.secret}", accept="application/json") as api:
        made = await api.post("/v1/dashboard/workspaces", json={"name": "Second", "mode": "test"})
        assert made.status_code == 201, made.text
        second = made.json()["tenant"]["id"]
        assert {one["id"]: one["role"] for one in (await card(api))["workspaces"]} == {workspace.id: "owner", second: "owner"}
        taken = await api.post("/v1/dashboard/workspaces", json={"name": "Second"})
        assert (taken.status_code, taken.json()["code"]) == (409, "workspace_exists")
        there = {"x-workspace": second}
        changed = await api.patch("/v1/dashboard/workspace", json={"name": "Renamed", "mediaPolicy": "fit"}, headers=there)
        assert (changed.json()["tenant"]["name"], changed.json()["tenant"]["mediaPolicy"]) == ("Renamed", "fit")
        for body, code in (
            ({"name": workspace.name}, "workspace_exists"),
            ({"name": ""}, "workspace_name_invalid"),
            ({"mediaPolicy": "loose"}, "media_policy_invalid"),
            ({"maxLateMinutes": 0}, "max_late_minutes_invalid"),
        ):
            assert (await api.patch("/v1/dashboard/workspace", json=body, headers=there)).json()["code"] == code
        assert (await card(api, **there))["tenant"]["name"] == "Renamed"


async def test_who_owns_no_workspace_makes_none(app: FastAPI, system: System, workspace: Member) -> None:
    someone = await person(system, (workspace.id, "admin"))
    async with here(app, cookie=f"sc_session={someone.secret}", accept="application/json") as api:
        answer = await api.post("/v1/dashboard/workspaces", json={"name": "Mine"})
        assert (answer.status_code, answer.json()["code"]) == (403, "workspace_not_yours_to_make")
