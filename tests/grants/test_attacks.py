"""What an attacker tries at the authorization server, each written as the attack (RFC 9700, section 4), and what becomes of it."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI
from sqlalchemy import func, select, update

from socialclaw.db.grants import Grant, GrantToken
from socialclaw.db.people import Membership, Ticket
from socialclaw.db.workspaces import ApiKey
from socialclaw.erasure import tidying
from socialclaw.grants import redirects, tokens
from socialclaw.people import members
from tests.conftest import BASE_URL, SAME, Member, browser, client, person
from tests.grants.conftest import BACK, MCP, PAGE, Program, Stage, action, came_back, challenge_of, consent, offered, ticked

EVIL = "https://evil.example/back"


async def grants(stage: Stage) -> int:
    return await stage.system.database.read(lambda session: session.scalar(select(func.count()).select_from(Grant))) or 0


class TestTheWayBack:
    """Open redirects, and codes that are led elsewhere."""

    @pytest.mark.parametrize(
        "uri",
        [
            EVIL,
            f"{BACK}/",
            f"{BACK}?x=1",
            f"{BACK}#x",
            BACK.replace("https", "http"),
            BACK.replace("client.example", "client.example.evil.example"),
            BACK.replace("client.example", "client.example@evil.example"),
            BACK.replace("client.example", "CLIENT.example"),
            BACK.replace("client.example", "client.example:8443"),
            f"{BACK}/../evil",
            BACK.replace("/back", "/%62ack"),
            "//evil.example/back",
            "javascript:alert(1)",
            "\\\\evil.example",
            "",
            "null",
        ],
    )
    async def test_an_address_that_is_not_registered_to_the_letter_leads_nowhere(self, stage: Stage, uri: str) -> None:
        for method in ("GET", "POST"):
            address = httpx2.URL("/oauth/authorize", params=stage.program.query(redirect_uri=uri or "x"))
            answer = await stage.person.request(method, str(address), headers=PAGE)
            assert answer.status_code == 400, answer.text
            assert "location" not in answer.headers
            assert 'class="on"' not in answer.text, "not even as a link"

    @pytest.mark.parametrize(
        "changes",
        [
            {"response_type": "token"},
            {"response_type": None},
            {"code_challenge": None},
            {"code_challenge_method": "plain"},
            {"code_challenge_method": None},
            {"code_challenge": "short"},
            {"resource": "https://other.example/mcp"},
            {"resource": f"{BASE_URL}/mcp/other"},
            {"response_mode": "fragment"},
            {"request": "eyJ"},
            {"state": "x" * 3000},
        ],
    )
    async def test_what_is_wrong_with_a_request_leads_nobody_back_by_itself(self, stage: Stage, changes: dict[str, str | None]) -> None:
        """Registering is open: otherwise this server would send whoever clicks on its address to any site."""
        answer = await stage.person.get("/oauth/authorize", params=stage.program.query(**changes), headers=PAGE)
        assert answer.status_code == 400
        assert "location" not in answer.headers
        back = answer.text.partition('class="on" href="')[2].partition('"')[0]
        assert back.startswith(f"{BACK}?error="), "the way back is a link that somebody has to take"

    async def test_parameters_that_come_twice_are_not_chosen_between(self, stage: Stage) -> None:
        for name, value in (("redirect_uri", EVIL), ("client_id", "other"), ("code_challenge", challenge_of("x" * 43)), ("state", "y")):
            twice = [*stage.program.query().items(), (name, value)]
            answer = await stage.person.get("/oauth/authorize", params=twice, headers=PAGE)
            assert answer.status_code == 400
            assert "given twice" in answer.text

    @pytest.mark.parametrize("scheme", sorted(redirects.NEVER))
    async def test_schemes_that_a_browser_would_run_are_not_registered(self, program: Program, scheme: str) -> None:
        answer = await program.api.post("/oauth/register", json={"redirect_uris": [f"{scheme}://alert(1)"]})
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_redirect_uri")

    @pytest.mark.parametrize(
        "uri",
        [
            "http://evil.example/",
            "https://a:b@client.example/",
            "http://[::1].evil.example/",
            "https://client.example/#x",
            "client.example",
            "x" * 600,
            7,
            None,
        ],
    )
    async def test_addresses_that_are_no_good_are_not_registered(self, program: Program, uri: Any) -> None:
        answer = await program.api.post("/oauth/register", json={"redirect_uris": [uri]})
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_redirect_uri")
        assert answer.json()["ok"] is False, "in our shape too"

    async def test_only_the_port_of_ones_own_machine_is_free(self, stage: Stage) -> None:
        for host in ("127.0.0.1", "localhost", "[::1]"):
            await stage.program.register(redirect_uris=[f"http://{host}/back"])
            free = f"http://{host}:43210/back"
            answer = await consent(stage.person, stage.program.query(redirect_uri=free), stage.workspace.id)
            assert "code" in came_back(answer, free)
            for other in (f"http://{host}:43210/other", f"http://{host}.evil.example:43210/back", f"https://{host}:43210/back"):
                refused = await stage.person.get("/oauth/authorize", params=stage.program.query(redirect_uri=other), headers=PAGE)
                assert refused.status_code == 400, other


class TestThePage:
    """Click-jacking, forged forms, text that would be HTML."""

    async def test_no_site_frames_it_and_it_runs_nothing(self, stage: Stage) -> None:
        page = await stage.person.get("/oauth/authorize", params=stage.program.query(), headers=PAGE)
        policy = {part.partition(" ")[0]: part.partition(" ")[2] for part in page.headers["content-security-policy"].split("; ")}
        assert (policy["frame-ancestors"], policy["default-src"], policy["base-uri"]) == ("'none'", "'none'", "'none'")
        assert "script-src" not in policy
        assert policy["form-action"] == "'self' https://client.example", "the answer leads there, and browsers hold the policy against that"
        assert "<script" not in page.text
        assert page.headers["cache-control"] == "no-store"

    @pytest.mark.parametrize(
        "headers",
        [
            {"origin": "https://evil.example", "sec-fetch-site": "cross-site"},
            {"origin": "null", "sec-fetch-site": "cross-site"},
            {"sec-fetch-site": "same-site"},
            {"sec-fetch-site": "none"},
            {"origin": "https://evil.example", "sec-fetch-site": ""},
            {"sec-fetch-site": ""},
        ],
    )
    async def test_a_form_of_another_site_allows_nothing(self, stage: Stage, headers: dict[str, str]) -> None:
        """Neither with somebody's session, nor with a key of the attacker's own, who wants others to work in their workspace."""
        address = str(httpx2.URL("/oauth/authorize", params=stage.program.query()))
        form = {"decision": "allow", "workspace": stage.workspace.id, "life": "90", "operation": ["read"], "key": stage.workspace.secret}
        for someone in (stage.person, stage.program.api):
            given = {name: value for name, value in ({**dict(someone.headers), **PAGE, **headers}).items() if value}
            async with client(stage.app) as api:
                api.headers = httpx2.Headers(given)
                answer = await api.post(address, data=form)
            assert answer.status_code == 403, answer.text
            assert "location" not in answer.headers
        assert await stage.system.database.read(lambda session: session.scalar(select(func.count()).select_from(Ticket))) == 0

    async def test_looking_allows_nothing_whatever_the_address_says(self, stage: Stage) -> None:
        sly = {**stage.program.query(), "decision": "allow", "workspace": stage.workspace.id, "operation": "read", "life": "90"}
        answer = await stage.person.get("/oauth/authorize", params=sly, headers=PAGE)
        assert answer.status_code == 200
        assert "location" not in answer.headers

    async def test_what_a_program_calls_itself_is_text(self, stage: Stage) -> None:
        await stage.program.register(client_name='<img src=x onerror="alert(1)">')
        page = await stage.person.get("/oauth/authorize", params=stage.program.query(state='"><script>'), headers=PAGE)
        assert "<img" not in page.text
        assert "<script" not in page.text
        assert "&lt;img" in page.text

    @pytest.mark.parametrize("name", ["a\nb", "x" * 101, "\u202eevil", " ", 7])
    async def test_a_name_that_would_not_show_as_it_is_written_is_refused(self, program: Program, name: Any) -> None:
        answer = await program.api.post("/oauth/register", json={"redirect_uris": [BACK], "client_name": name})
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_client_metadata")


@pytest.mark.usefixtures("both_databases")
class TestCodes:
    """Codes that were stolen, tried again, injected or mixed up."""

    @pytest.mark.parametrize(
        ("changes", "error"),
        [
            ({"code_verifier": "x" * 43}, "invalid_grant"),
            ({"code_verifier": None}, "invalid_grant"),
            ({"code_verifier": "ü" * 43}, "invalid_grant"),
            ({"redirect_uri": EVIL}, "invalid_grant"),
            ({"resource": "https://other.example"}, "invalid_target"),
            ({"resource": BASE_URL}, "invalid_target"),
            ({"client_id": "client_unknown"}, "invalid_client"),
            ({"client_id": None}, "invalid_client"),
            ({"grant_type": "password"}, "unsupported_grant_type"),
        ],
    )
    async def test_whoever_lacks_a_part_of_it_gets_nothing(self, stage: Stage, changes: dict[str, str | None], error: str) -> None:
        answer = await stage.program.redeem(await stage.code(), **changes)
        assert answer.json()["error"] == error, answer.text
        assert answer.status_code == (401 if error == "invalid_client" else 400)
        assert answer.json()["error_description"].isascii()
        assert await grants(stage) == 0

    async def test_a_wrong_verifier_has_one_try(self, stage: Stage) -> None:
        code = await stage.code()
        assert (await stage.program.redeem(code, code_verifier="x" * 43)).status_code == 400
        assert (await stage.program.redeem(code)).json()["error"] == "invalid_grant"
        assert await grants(stage) == 0

    async def test_a_code_that_comes_twice_ends_what_came_of_it(self, stage: Stage) -> None:
        code = await stage.code()
        made = (await stage.program.redeem(code)).json()
        assert await stage.opens(made["access_token"])
        again = await stage.program.redeem(code)
        assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
        assert not await stage.opens(made["access_token"])
        assert (await stage.program.renew(made["refresh_token"])).json()["error"] == "invalid_grant"

    async def test_of_many_who_redeem_one_code_at_once_one_gets_anything(self, stage: Stage) -> None:
        code = await stage.code()
        answers = await asyncio.gather(*(stage.program.redeem(code) for _ in range(6)))
        assert sum(answer.status_code == 200 for answer in answers) <= 1
        assert await grants(stage) == 1

    async def test_a_code_is_good_for_a_minute(self, stage: Stage) -> None:
        code = await stage.code()
        past = tokens.real_now()
        await stage.system.database.write(lambda session: session.execute(update(Ticket).values(expires_at=past)))
        answer = await stage.program.redeem(code)
        assert answer.json()["error"] == "invalid_grant"
        assert "too old" in answer.json()["message"]

    async def test_a_code_of_one_program_is_nothing_for_another(self, stage: Stage) -> None:
        """Mix-up, and code injection: the attacker's program redeems the code of an honest one, even with its verifier."""
        code = await stage.code()
        async with client(stage.app) as api:
            attacker = Program(api, verifier=stage.program.verifier)
            await attacker.register(client_name="Evil", redirect_uris=[BACK])
            assert (await attacker.redeem(code)).json()["error"] == "invalid_grant"
        assert await grants(stage) == 0

    async def test_a_code_of_the_attackers_own_is_nothing_in_somebody_elses_program(self, stage: Stage) -> None:
        """Injected into a victim's program, whose verifier is another: it does not come to work in the attacker's workspace."""
        async with client(stage.app) as api:
            attacker = Program(api, id=stage.program.id)
            told = came_back(await consent(stage.person, attacker.query(), stage.workspace.id))
        assert (await stage.program.redeem(told["code"])).json()["error"] == "invalid_grant"

    async def test_a_sign_in_link_is_no_code_and_a_code_no_link(self, stage: Stage) -> None:
        code = await stage.code()
        assert (await stage.person.post(f"/auth/ticket/{code}")).status_code == 404
        assert (await stage.program.redeem(code)).status_code == 200


@pytest.mark.usefixtures("both_databases")
class TestRoles:
    """No program may more than whoever has let it in, at any time."""

    async def test_nobody_allows_more_than_their_role_has(self, stage: Stage) -> None:
        for role, has in (("viewer", ["read"]), ("contributor", ["read", "validate", "media", "draft"])):
            async with await stage.someone(role) as someone:
                page = await someone.get("/oauth/authorize", params=stage.program.query(), headers=PAGE)
                assert ticked(page) == has
                over = await consent(someone, stage.program.query(), stage.workspace.id, operation=["read", "publish"])
                assert over.status_code == 422
                assert "you have no publish yourself" in over.text

    async def test_nobody_allows_what_is_a_persons_alone_or_was_not_asked_for(self, stage: Stage) -> None:
        query = stage.program.query(scope="read keys approve")
        page = await stage.person.get("/oauth/authorize", params=query, headers=PAGE)
        assert offered(page) == ["read"]
        told = came_back(await consent(stage.person, query, stage.workspace.id, operation=["read", "keys", "approve", "publish"]))
        assert (await stage.program.redeem(told["code"])).json()["scope"] == "read"
        nothing = await consent(stage.person, query, stage.workspace.id, operation=["keys"])
        assert nothing.status_code == 422
        assert "Tick at least one thing" in nothing.text

    async def test_a_workspace_that_is_not_theirs_is_not_theirs_to_open(self, stage: Stage, other_workspace: Member) -> None:
        for named in (other_workspace.id, "nobody", ""):
            answer = await consent(stage.person, stage.program.query(), named)
            assert answer.status_code == 422
            assert "Choose a workspace of yours" in answer.text
            assert other_workspace.name not in answer.text

    async def test_who_loses_a_role_narrows_what_they_have_let_in_and_who_leaves_ends_it(self, stage: Stage) -> None:
        someone = await person(stage.system, (stage.workspace.id, "editor"))
        async with browser(stage.app, someone) as page:
            told = came_back(await consent(page, stage.program.query(), stage.workspace.id))
        made = (await stage.program.redeem(told["code"])).json()
        assert await stage.opens(made["access_token"])

        async def role(name: str) -> None:
            change = update(Membership).where(Membership.user_id == someone.id).values(role=name)
            await stage.system.database.write(lambda session: session.execute(change))
            stage.app.state.granted.forget_all()

        await role("viewer")
        refused = await stage.call(made["access_token"], "/v1/posts/validate", "POST", json={"posts": []})
        assert (refused.status_code, refused.json()["code"]) == (403, "operation_not_allowed")
        await role("editor")
        assert (await stage.call(made["access_token"], "/v1/posts/validate", "POST", json={"posts": []})).status_code == 422
        await stage.system.write(stage.workspace.id, members.remove, someone.id, by="owner", test=True)
        assert not await stage.opens(made["access_token"])

    async def test_a_token_sees_nothing_of_another_workspace(self, stage: Stage, other_workspace: Member) -> None:
        made = await stage.tokens()
        assert (await stage.call(made["access_token"], f"/v1/keys/{other_workspace.key_id}")).status_code == 403
        mine = await stage.call(made["access_token"], "/v1/accounts", headers={"x-workspace": other_workspace.id})
        assert mine.status_code == 200
        assert (await stage.call(made["access_token"], "/v1/keys/validate")).json()["tenant"]["id"] == stage.workspace.id

    async def test_a_token_is_for_this_server_alone(self, stage: Stage) -> None:
        """A copy of the database behind another address honours none of its tokens."""
        made = await stage.tokens()
        elsewhere = tokens.Grants(stage.system.database, ["https://copy.example/mcp", "https://copy.example"])
        assert await elsewhere.find(made["access_token"]) is None
        assert await stage.opens(made["access_token"])

    async def test_a_refresh_token_opens_nothing(self, stage: Stage) -> None:
        made = await stage.tokens()
        assert (await stage.call(made["refresh_token"])).status_code == 401

    async def test_when_the_person_is_gone_the_grant_is_revoked_for_good(self, stage: Stage) -> None:
        made = await stage.tokens()
        gone = Grant.__table__.delete().where(Grant.user_id == stage.owner.id)  # as erasing them does
        await stage.system.database.write(lambda session: session.execute(gone))
        assert not await stage.opens(made["access_token"])
        assert await stage.system.database.read(lambda session: session.scalars(select(GrantToken)).all()) == []
        await tidying.tidy(stage.system)
        kind = select(ApiKey).where(ApiKey.kind == "oauth")
        [key] = await stage.system.database.read(lambda session: session.scalars(kind).all())
        assert key.revoked_at is not None


async def test_a_wrong_key_on_the_page_is_counted(stage: Stage) -> None:
    page = await stage.program.api.get("/oauth/authorize", params=stage.program.query(), headers=PAGE)
    form = {"decision": "allow", "life": "90", "operation": ["read"], "key": "sc_test_guess"}
    statuses = [(await stage.program.api.post(action(page), data=form, headers=PAGE | SAME)).status_code for _ in range(22)]
    assert statuses[-1] == 429


async def test_a_token_bound_elsewhere_cannot_be_asked_for_at_renewal(stage: Stage) -> None:
    made = await stage.tokens()
    answer = await stage.program.renew(made["refresh_token"], resource=BASE_URL)
    assert answer.json()["error"] == "invalid_target"
    assert (await stage.program.renew(made["refresh_token"], resource=MCP)).status_code == 200


async def test_another_program_neither_renews_nor_ends_what_is_not_its_own(stage: Stage, app: FastAPI) -> None:
    made = await stage.tokens()
    async with client(app) as api:
        attacker = Program(api)
        await attacker.register()
        assert (await attacker.renew(made["refresh_token"])).json()["error"] == "invalid_grant"
        assert (await attacker.give_back(made["refresh_token"])).status_code == 200
    assert await stage.opens(made["access_token"])
