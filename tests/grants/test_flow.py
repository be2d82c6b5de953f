"""A program is let in: from the metadata to tokens that open, are renewed, shown among the keys and revoked like one."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI
from sqlalchemy import select

from socialclaw.api.well_known import challenge
from socialclaw.app import build
from socialclaw.db.base import real_now
from socialclaw.db.grants import Grant, GrantToken
from socialclaw.db.people import AuditLine
from socialclaw.db.workspaces import ApiKey
from socialclaw.settings import Settings
from socialclaw.system import System
from socialclaw.workspaces import keys
from socialclaw.workspaces.operations import NEVER_AGENTS, OPERATIONS, PRESETS
from tests.conftest import BASE_URL, SAME, Person, browser, client, member, opened, person
from tests.grants.conftest import BACK, MCP, PAGE, Program, Stage, action, came_back, consent, offered, ticked

AGENT = list(PRESETS["agent"])


class TestMetadata:
    async def test_a_401_leads_to_the_server_and_that_to_its_endpoints_without_a_slash_too_many(self, app: FastAPI, system: System) -> None:
        told = challenge(system.settings)
        where = f"{BASE_URL}/.well-known/oauth-protected-resource/mcp"
        assert told == f'Bearer realm="socialclaw", resource_metadata="{where}"'
        assert challenge(system.settings, "access_token_expired") == f'{told}, error="invalid_token"'
        async with client(app) as api:
            resource = (await api.get(where.removeprefix(BASE_URL))).json()
            assert (resource["resource"], resource["authorization_servers"]) == (MCP, [BASE_URL])
            found = await api.get("/.well-known/oauth-authorization-server")
            server = found.json()
            assert found.headers["cache-control"] == "public, max-age=300"
        assert server["issuer"] == BASE_URL, "to the letter: clients compare it so"
        for name in ("authorization", "token", "registration", "revocation", "device_authorization"):
            assert server[f"{name}_endpoint"].startswith(f"{BASE_URL}/oauth/")
        assert server["code_challenge_methods_supported"] == ["S256"]
        assert server["authorization_response_iss_parameter_supported"]
        assert server["client_id_metadata_document_supported"]
        assert {"none", "client_secret_post"} < {*server["token_endpoint_auth_methods_supported"]}
        assert server["scopes_supported"] == resource["scopes_supported"] == [word for word in OPERATIONS if word not in NEVER_AGENTS]

    async def test_the_whole_server_is_a_resource_too_and_nothing_else_is(self, app: FastAPI) -> None:
        async with client(app) as api:
            assert (await api.get("/.well-known/oauth-protected-resource")).json()["resource"] == BASE_URL
            for path in ("oauth-protected-resource/elsewhere", "oauth-authorization-server/elsewhere", "oauth-protected-resource/"):
                assert (await api.get(f"/.well-known/{path}")).status_code == 404

    async def test_below_a_path_clients_ask_at_either_of_two_addresses(self, settings: Settings) -> None:
        base = "https://post.example.org/social"
        async with opened(settings.model_copy(update={"public_base_url": base})) as system, client(build(system)) as api:
            for path in ("oauth-authorization-server", "oauth-authorization-server/social"):
                assert (await api.get(f"/.well-known/{path}")).json()["issuer"] == base
            for path in ("oauth-protected-resource/mcp", "oauth-protected-resource/social/mcp"):
                assert (await api.get(f"/.well-known/{path}")).json()["resource"] == f"{base}/mcp"
            assert (await api.get("/.well-known/oauth-protected-resource/social")).json()["resource"] == base


@pytest.mark.usefixtures("both_databases")
class TestBySession:
    async def test_it_opens_what_was_allowed_and_nothing_else(self, stage: Stage) -> None:
        page = await stage.person.get("/oauth/authorize", params=stage.program.query(), headers=PAGE)
        assert "“Acme Agent”" in page.text
        assert "Nobody vouches for that name" in page.text
        assert "client.example" in page.text, "where the answer leads, which nobody can make up"
        assert ticked(page) == AGENT
        answer = await consent(stage.person, stage.program.query(), stage.workspace.id, operation=["read", "draft"])
        told = came_back(answer)
        assert (told["state"], told["iss"]) == (stage.program.state, BASE_URL)
        made = (await stage.program.redeem(told["code"])).json()
        assert made["access_token"].startswith("sca_")
        assert made["refresh_token"].startswith("scr_")
        assert (made["token_type"], made["expires_in"], made["scope"]) == ("Bearer", 24 * 3600, "read draft")
        mine = (await stage.call(made["access_token"], "/v1/keys/validate")).json()
        assert (mine["tenant"]["id"], mine["operations"], mine["apiKey"]["kind"]) == (stage.workspace.id, ["read", "draft"], "oauth")
        assert mine["apiKey"]["label"] == "Acme Agent"
        refused = await stage.call(made["access_token"], "/v1/posts/validate", "POST", json={"posts": []})
        assert (refused.status_code, refused.json()["details"]["needs"]) == (403, "validate")

    async def test_a_grant_is_a_key_in_lists_and_is_revoked_as_one(self, stage: Stage, api: httpx2.AsyncClient) -> None:
        made = await stage.tokens(life="30")
        listed = (await api.get("/v1/keys")).json()["keys"]
        assert [(key["kind"], key["label"]) for key in listed] == [("oauth", "Acme Agent"), ("personal", "first")]
        [mine, _] = (await api.get("/v1/keys/details")).json()["keys"]
        assert mine["client"] == {"id": stage.program.id, "name": "Acme Agent", "host": ""}
        ends = datetime.fromisoformat(mine["expiresAt"]) - real_now()
        assert (ends.days, mine["operations"]) == (29, AGENT)
        shown = (await stage.person.get("/v1/dashboard/keys")).json()["keys"]
        assert [key["secret"] is None for key in shown] == [True, False], "a grant has no secret that somebody could copy"
        assert await stage.opens(made["access_token"])
        assert (await stage.person.post(f"/v1/dashboard/keys/{mine['id']}/rotate")).json()["code"] == "key_is_grant"
        assert (await stage.person.delete(f"/v1/dashboard/keys/{mine['id']}")).status_code == 200
        assert (await stage.call(made["access_token"])).status_code == 401, "at once"
        refused = await stage.program.renew(made["refresh_token"])
        assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")

    async def test_who_allowed_what_is_written_down_when_the_program_has_it(self, stage: Stage) -> None:
        code = await stage.code(operation=["read"])
        lines = (await stage.person.get("/v1/dashboard/audit")).json()["lines"]
        assert lines == []
        await stage.program.redeem(code)
        [line] = (await stage.person.get("/v1/dashboard/audit")).json()["lines"]
        assert (line["action"], line["by"]["id"]) == ("grant_access", stage.owner.id)
        assert line["details"] == {"client": "Acme Agent", "host": "", "operations": ["read"]}

    async def test_no_token_and_no_code_is_stored_in_clear(self, stage: Stage) -> None:
        code = await stage.code()
        made = (await stage.program.redeem(code)).json()

        def everything(session: Any) -> str:
            return repr([session.execute(select(table.__table__)).all() for table in (ApiKey, Grant, GrantToken, AuditLine)])

        found = await stage.system.database.read(everything)
        assert not [one for one in (code, made["access_token"], made["refresh_token"]) if one in found]

    async def test_who_says_no_leaves_nothing_and_the_program_is_told(self, stage: Stage, api: httpx2.AsyncClient) -> None:
        told = came_back(await consent(stage.person, stage.program.query(), stage.workspace.id, decision="deny"))
        assert (told["error"], told["state"], told["iss"]) == ("access_denied", stage.program.state, BASE_URL)
        assert len((await api.get("/v1/keys")).json()["keys"]) == 1

    async def test_a_live_workspace_is_never_the_first_and_is_asked_about(self, stage: Stage) -> None:
        live = await member(stage.system, "Real", "live")
        both = await person(stage.system, (live.id, "owner"), (stage.workspace.id, "owner"))
        async with browser(stage.app, both) as someone:
            page = await someone.get("/oauth/authorize", params=stage.program.query(), headers=PAGE)
            assert page.text.index(stage.workspace.id) < page.text.index(live.id)
            assert f'value="{stage.workspace.id}" selected' in page.text
            asked = await consent(someone, stage.program.query(), live.id)
            assert asked.status_code == 422
            assert "goes out to the world" in asked.text
            assert 'name="live"' in asked.text
            assert ticked(asked) == AGENT, "what was filled in is still there"
            told = came_back(await consent(someone, stage.program.query(), live.id, live="1"))
            made = (await stage.program.redeem(told["code"])).json()
        assert (await stage.call(made["access_token"], "/v1/keys/validate")).json()["tenant"]["id"] == live.id

    async def test_a_client_that_registered_with_a_secret_shows_it_either_way(self, stage: Stage) -> None:
        for method in ("client_secret_post", "client_secret_basic"):
            made = await stage.program.register(token_endpoint_auth_method=method)
            assert (made["client_secret_expires_at"], made["token_endpoint_auth_method"]) == (0, method)
            assert (await stage.program.redeem(await stage.code())).status_code == 200
            code, secret = await stage.code(), stage.program.secret
            stage.program.secret = None
            refused = await stage.program.redeem(code)
            assert (refused.status_code, refused.json()["error"]) == (401, "invalid_client")
            form = {"grant_type": "authorization_code", "code": code, "code_verifier": stage.program.verifier}
            basic = httpx2.BasicAuth(stage.program.id, secret or "")
            assert (await stage.program.api.post("/oauth/token", data=form, auth=basic)).status_code == 200

    async def test_giving_the_refresh_token_back_ends_the_grant_and_the_access_token_itself(self, stage: Stage) -> None:
        made = await stage.tokens()
        assert (await stage.program.give_back(made["access_token"])).status_code == 200
        assert not await stage.opens(made["access_token"])
        again = (await stage.program.renew(made["refresh_token"])).json()
        assert await stage.opens(again["access_token"])
        assert (await stage.program.give_back(again["refresh_token"], token_type_hint="refresh_token")).status_code == 200
        assert (await stage.call(again["access_token"])).status_code == 401
        assert (await stage.program.renew(again["refresh_token"])).json()["error"] == "invalid_grant"
        assert (await stage.program.give_back("scr_unknown")).status_code == 200, "what is none of ours is answered alike"


class TestByKey:
    """On a server where nobody can sign in but by a link that is printed there."""

    async def paste(self, stage: Stage, key: str, **form: Any) -> httpx2.Response:
        page = await stage.program.api.get("/oauth/authorize", params=stage.program.query(), headers=PAGE)
        assert 'type="password" name="key"' in page.text
        filled = {"decision": "allow", "life": "", "operation": ["read", "publish"], "key": key, **form}
        return await stage.program.api.post(action(page), data=filled, headers=PAGE | SAME)

    async def test_a_key_with_keys_lets_it_into_its_workspace_and_no_further_than_itself(self, stage: Stage) -> None:
        told = came_back(await self.paste(stage, stage.workspace.secret))
        made = (await stage.program.redeem(told["code"])).json()
        assert made["scope"] == "read publish"
        ends = real_now().replace(year=real_now().year + 1)

        async def key(*words: str) -> str:
            make = {"operations": words, "expires_at": ends}
            return (await stage.system.write(stage.workspace.id, keys.create, stage.system.vault, None, test=True, **make))[1]

        narrow = await self.paste(stage, await key("keys", "read"))
        assert narrow.status_code == 422
        assert "you have no publish yourself" in narrow.text
        assert "may not keys" in (await self.paste(stage, await key("read", "publish"))).text
        told = came_back(await self.paste(stage, await key("keys", "read", "publish")))
        made = (await stage.program.redeem(told["code"])).json()
        mine = (await stage.call(made["access_token"], "/v1/keys/validate")).json()
        assert datetime.fromisoformat(mine["expiresAt"]) <= ends, "nor does it outlive it"

    async def test_a_key_that_is_none_is_said_to_be_none_and_its_text_is_not_shown_again(self, stage: Stage) -> None:
        refused = await self.paste(stage, "sc_test_nonsense")
        assert refused.status_code == 422
        assert "unknown or revoked" in refused.text
        assert "sc_test_nonsense" not in refused.text

    async def test_a_token_of_a_grant_is_no_key_that_could_let_others_in(self, stage: Stage) -> None:
        made = await stage.tokens()
        assert "unknown or revoked" in (await self.paste(stage, made["access_token"])).text


class TestWaysIn:
    @pytest.fixture
    def settings(self, tmp_path: Any, database_url: str) -> Settings:
        sign_in = {"simulated": True}
        return Settings(data_dir=tmp_path / "data", database_url=database_url, sign_in=sign_in, refused_per_minute=1000)

    async def test_who_is_not_signed_in_is_led_to_it_and_back_to_the_very_question(self, app: FastAPI, program: Program) -> None:
        await program.register()
        query = program.query(resource="http://127.0.0.1:8000/mcp", state="a b&c=d" + "x" * 600)
        page = await program.api.get("/oauth/authorize", params=query, headers=PAGE)
        assert "Sign in first" in page.text
        assert 'name="key"' not in page.text, "where people can sign in, nobody is to learn to paste keys"
        start = page.text.partition('class="on" href="')[2].partition('"')[0].replace("&amp;", "&")
        assert start.startswith("/auth/")
        away = await program.api.get(start, headers=PAGE)
        assert away.status_code == 303, away.text
        blind = await program.api.post(action_of(query), data={"decision": "allow", "key": "sc_test_x"}, headers=PAGE | SAME)
        assert "Sign in first" in blind.text


def action_of(query: dict[str, str]) -> str:
    return str(httpx2.URL("/oauth/authorize", params=query))


async def test_scopes_that_are_asked_for_are_offered_and_what_an_agent_seldom_needs_is_not_ticked(stage: Stage) -> None:
    async def page(scope: str | None) -> httpx2.Response:
        return await stage.person.get("/oauth/authorize", params=stage.program.query(scope=scope), headers=PAGE)

    assert offered(await page("read publish offline_access")) == ["read", "publish"]
    assert offered(await page("openid email")) == offered(await page(None)) == AGENT
    everything = await page(" ".join(OPERATIONS))
    assert offered(everything) == [word for word in OPERATIONS if word not in NEVER_AGENTS]
    assert ticked(everything) == AGENT


async def test_programs_register_only_where_the_operator_lets_them(settings: Settings) -> None:
    async with opened(settings.model_copy(update={"oauth_registration": "off"})) as system, client(build(system)) as api:
        refused = await api.post("/oauth/register", json={"redirect_uris": [BACK]})
        assert (refused.status_code, refused.json()["code"]) == (403, "registration_off")
        assert "registration_endpoint" not in (await api.get("/.well-known/oauth-authorization-server")).json()


async def test_registering_is_counted_by_address(program: Program) -> None:
    for _ in range(30):
        await program.register()
    refused = await program.api.post("/oauth/register", json={"redirect_uris": [BACK]})
    assert (refused.status_code, refused.json()["error"]) == (429, "temporarily_unavailable")
    assert int(refused.headers["retry-after"]) > 0


async def test_a_workspace_without_room_for_a_key_says_so_before_anybody_leaves(stage: Stage, owner: Person) -> None:
    roomless = stage.system.settings.model_copy(update={"max_api_keys": 1})
    stage.system.settings = roomless
    answer = await consent(stage.person, stage.program.query(), stage.workspace.id)
    assert answer.status_code == 409
    assert "API keys in use" in answer.text
