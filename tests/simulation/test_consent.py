"""The OAuth half of a simulated network: strict about the app, the user's decision, codes and tokens."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx2
import pytest

from socialclaw.errors import Unauthorized
from socialclaw.providers import oauth2
from socialclaw.providers.connect import OAuth2
from socialclaw.providers.draft import Tokens
from socialclaw.simulation.consent import OAuthSimulator
from socialclaw.simulation.flow import CLIENT_ID, CLIENT_SECRET, Flow
from socialclaw.simulation.sandbox import InProcess, Sandbox
from socialclaw.simulation.simulator import route
from socialclaw.simulation.store import Store

BACK = "https://me.example/oauth/demo/callback"
APP = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
SPEC = OAuth2(
    "https://demo.example/authorize", "https://demo.example/token", ("read", "offline"), pkce=True, revoke_url="https://demo.example/revoke"
)
VERIFIER = "v" * 64


class Demo(OAuthSimulator):
    network, app_url = "demo", "https://me.example"
    hosts = ("demo.example",)
    creates = r"^POST /posts$"
    flow = Flow(
        name="Demo & Co",
        callbacks=("demo",),
        scopes={"read": "Read", "write": "Write", "offline": "Stay"},
        pkce=True,
        code_seconds=30,
        access_seconds=3600,
        refresh_seconds=7200,
        refresh_scope="offline",
    )

    @route("GET", "/authorize")
    def shown(self, request: httpx2.Request) -> httpx2.Response:
        return self.show_consent(request)

    @route("POST", "/authorize")
    def decided(self, request: httpx2.Request) -> httpx2.Response:
        return self.take_consent(request)

    @route("POST", "/token")
    def token(self, request: httpx2.Request) -> httpx2.Response:
        return self.answer_token(request)

    @route("POST", "/revoke")
    def revoke(self, request: httpx2.Request) -> httpx2.Response:
        return self.answer_revoke(request)

    @route("POST", "/posts")
    def post(self, request: httpx2.Request) -> httpx2.Response:
        self.shelf.count("tried")
        return httpx2.Response(200, json={"account": self.bearer(request, "write")["account"]})

    @route("GET", "/me")
    def me(self, request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(200, json=self.person_of(self.bearer(request, "read")["account"]))


class World:
    def __init__(self) -> None:
        self.now = 1_790_000_000.0
        self.demo = Demo(Store(":memory:"), clock=lambda: self.now)
        self.http = httpx2.AsyncClient(transport=InProcess(Sandbox([self.demo])))

    def url(self, **changes: str | None) -> str:
        url = oauth2.authorize_url(SPEC, client_id=CLIENT_ID, redirect_uri=BACK, state="st.1", verifier=VERIFIER)
        given: dict[str, str | None] = {name: value for name, [value] in parse_qs(urlsplit(url).query).items()}
        return "https://demo.example/authorize?" + urlencode({k: v for k, v in {**given, **changes}.items() if v is not None})

    async def code(self, login: str = "ada", **changes: str | None) -> str:
        answer = await self.http.post(self.url(**changes), data=self.demo.credentials(login))
        assert answer.status_code == 302, answer.text
        return parse_qs(urlsplit(answer.headers["location"]).query)["code"][0]

    async def exchange(self, code: str, **changes: Any) -> Tokens:
        given = {**APP, "code": code, "redirect_uri": BACK, "verifier": VERIFIER, **changes}
        return await oauth2.exchange(self.http, SPEC, **given)

    async def refresh(self, token: str | None) -> Tokens:
        assert token is not None
        return await oauth2.refresh(self.http, SPEC, **APP, refresh_token=token)

    async def me(self, token: str, method: str = "GET", path: str = "/me") -> int:
        headers = {"authorization": f"Bearer {token}"}
        return (await self.http.request(method, f"https://demo.example{path}", headers=headers)).status_code


@pytest.fixture
def world() -> World:
    return World()


async def test_the_page_names_network_app_and_wishes_and_posts_to_where_it_was_served(world: World) -> None:
    answer = await world.http.get(world.url())
    assert answer.status_code == 200
    for word in (
        "Demo &amp; Co",
        "SocialClaw",
        CLIENT_ID,
        "Stay",
        "offline",
        'name="login"',
        'value="allow"',
        'value="deny"',
        "me.example",
    ):
        assert word in answer.text
    assert "Write" not in answer.text
    assert "action=" not in answer.text
    assert not re.search(r'(?:src|href)="', answer.text)


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": "other"},
        {"client_id": None},
        {"redirect_uri": None},
        {"redirect_uri": "https://me.example/oauth/other/callback"},
        {"redirect_uri": "https://me.example/elsewhere"},
        {"redirect_uri": "ftp://me.example/oauth/demo/callback"},
        {"redirect_uri": "https:///oauth/demo/callback"},
        {"redirect_uri": "javascript:alert(1)//oauth/demo/callback"},
        {"redirect_uri": BACK + "#x"},
        {"redirect_uri": "https://[broken/oauth/demo/callback"},
        {"response_type": "token"},
        {"scope": None},
        {"scope": "read admin"},
        {"state": None},
        {"state": "s" * 501},
        {"code_challenge": None},
        {"code_challenge": "short"},
        {"code_challenge_method": "plain"},
        {"code_challenge_method": None},
    ],
)
async def test_a_wrong_request_for_consent_never_goes_back_to_the_app(world: World, changes: Mapping[str, str | None]) -> None:
    for answer in (
        await world.http.get(world.url(**changes)),
        await world.http.post(world.url(**changes), data={"login": "ada", "decision": "allow"}),
    ):
        assert (answer.status_code, "location" in answer.headers) == (400, False)
    assert world.demo.shelf.all("codes") == {}


async def test_a_parameter_given_twice_is_wrong(world: World) -> None:
    assert (await world.http.get(world.url() + "&state=other")).status_code == 400


async def test_allow_goes_back_with_code_and_state(world: World) -> None:
    answer = await world.http.post(world.url(), data={"login": "@ada", "decision": "allow"})
    location = urlsplit(answer.headers["location"])
    assert answer.status_code == 302
    assert f"{location.scheme}://{location.netloc}{location.path}" == BACK
    assert parse_qs(location.query)["state"] == ["st.1"]
    assert set(parse_qs(location.query)) == {"code", "state"}


async def test_deny_goes_back_without_a_code(world: World) -> None:
    answer = await world.http.post(world.url(), data={"login": "", "decision": "deny"})
    assert parse_qs(urlsplit(answer.headers["location"]).query) == {"error": ["access_denied"], "state": ["st.1"]}


@pytest.mark.parametrize(
    "form", [{"login": "", "decision": "allow"}, {"login": "a b<", "decision": "allow"}, {"login": "ada"}, {"decision": "maybe"}]
)
async def test_an_incomplete_form_is_shown_again(world: World, form: dict[str, str]) -> None:
    answer = await world.http.post(world.url(), data=form)
    assert (answer.status_code, "alert" in answer.text) == (422, True)


async def test_only_a_form_is_a_form(world: World) -> None:
    assert (await world.http.post(world.url(), json={"login": "ada", "decision": "allow"})).status_code == 400


async def test_the_whole_way_opens_the_account(world: World) -> None:
    tokens = await world.exchange(await world.code())
    assert (tokens.expires_in, tokens.scopes) == (3600, ("read", "offline"))
    assert await world.me(tokens.access) == 200


async def test_a_user_keeps_the_id_on_every_network_store(world: World) -> None:
    ids = {one.demo.person("Ada")["id"] for one in (world, World())} | {world.demo.person("ada")["id"]}
    [found] = ids
    assert re.fullmatch(r"[0-9]{19}", found)
    assert world.demo.person("bob")["id"] != found


async def test_a_code_lives_thirty_seconds(world: World) -> None:
    code = await world.code()
    world.now += 31
    with pytest.raises(Unauthorized) as refused:
        await world.exchange(code)
    assert refused.value.code == "oauth_refused"


async def test_a_code_works_once_and_its_second_use_ends_what_it_brought(world: World) -> None:
    code = await world.code()
    tokens = await world.exchange(code)
    with pytest.raises(Unauthorized):
        await world.exchange(code)
    assert await world.me(tokens.access) == 401
    with pytest.raises(Unauthorized):
        await world.refresh(tokens.refresh)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"redirect_uri": BACK.replace("me.", "you.")}, "oauth_refused"),
        ({"verifier": "w" * 64}, "oauth_refused"),
        ({"verifier": None}, "oauth_refused"),
        ({"verifier": "short"}, "oauth_refused"),
        ({"client_secret": "wrong"}, "oauth_client_refused"),
        ({"client_id": "other"}, "oauth_client_refused"),
        ({"client_secret": ""}, "oauth_client_refused"),
    ],
)
async def test_a_code_is_only_for_who_asked_for_it(world: World, changes: dict[str, Any], code: str) -> None:
    with pytest.raises(Unauthorized) as refused:
        await world.exchange(await world.code(), **changes)
    assert refused.value.code == code


@pytest.mark.parametrize("way", ["basic", "body"])
async def test_the_app_may_name_itself_in_either_way(world: World, way: Any) -> None:
    tokens = await oauth2.exchange(
        world.http, replace(SPEC, client_auth=way), **APP, code=await world.code(), redirect_uri=BACK, verifier=VERIFIER
    )
    assert await world.me(tokens.access) == 200


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({"content-type": "application/json"}, b'{"grant_type":"refresh_token"}'),
        ({}, b"grant_type=password"),
        ({}, b"grant_type=refresh_token&grant_type=refresh_token"),
        ({}, b"grant_type=refresh_token"),
        ({}, b"grant_type=authorization_code"),
        ({}, b"\xff\xfe"),
        ({"authorization": "Basic %%%"}, b"grant_type=refresh_token"),
        ({"authorization": "Basic " + base64.b64encode(b"\xff").decode()}, b"grant_type=refresh_token"),
        ({"authorization": ""}, b"grant_type=refresh_token"),
    ],
)
async def test_a_wrong_call_of_the_token_endpoint_is_refused(world: World, headers: dict[str, str], body: bytes) -> None:
    basic = "Basic " + base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
    given = {"content-type": "application/x-www-form-urlencoded", "authorization": basic, **headers}
    answer = await world.http.post("https://demo.example/token", headers=given, content=body)
    assert answer.status_code in (400, 401)
    assert set(answer.json()) == {"error", "error_description"}


async def test_a_refresh_token_rotates_and_the_old_one_dies(world: World) -> None:
    first = await world.exchange(await world.code())
    second = await world.refresh(first.refresh)
    assert second.refresh != first.refresh
    assert [await world.me(first.access), await world.me(second.access)] == [200, 200]
    with pytest.raises(Unauthorized):
        await world.refresh(first.refresh)
    assert (await world.refresh(second.refresh)).access


async def test_tokens_end(world: World) -> None:
    tokens = await world.exchange(await world.code())
    world.now += 3600
    assert await world.me(tokens.access) == 401
    later = await world.refresh(tokens.refresh)
    assert await world.me(later.access) == 200
    world.now += 7200
    with pytest.raises(Unauthorized):
        await world.refresh(later.refresh)


async def test_expired_tokens_are_forgotten_when_replaced(world: World) -> None:
    tokens = await world.exchange(await world.code())
    for _ in range(5):
        world.now += 3601
        tokens = await world.refresh(tokens.refresh)
    assert len(world.demo.shelf.all("tokens")) == len(world.demo.shelf.all("refresh")) == 1


async def test_staying_needs_its_scope(world: World) -> None:
    assert (await world.exchange(await world.code(scope="read"))).refresh is None


async def test_staying_may_need_more_than_a_scope(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Demo, "flow", replace(Demo.flow, offline={"access_type": "offline"}))
    assert (await world.exchange(await world.code())).refresh is None
    assert (await world.exchange(await world.code(access_type="offline"))).refresh


async def test_a_refresh_token_may_stay_the_same(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Demo, "flow", replace(Demo.flow, rotates=False, refresh_seconds=None))
    first = await world.exchange(await world.code())
    for _ in range(3):
        world.now += 3601
        tokens = await world.refresh(first.refresh)
        assert tokens.refresh == first.refresh
        assert [await world.me(first.access), await world.me(tokens.access)] == [401, 200]
    assert len(world.demo.shelf.all("tokens")) == len(world.demo.shelf.all("refresh")) == 1


async def test_the_user_may_untick_scopes(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Demo, "flow", replace(Demo.flow, granular=True))
    assert (await world.http.get(world.url())).text.count('type="checkbox"') == 2
    form = {"login": "ada", "decision": "allow"}
    for ticked, granted in (({"scope-0": "on"}, ("read",)), ({"scope-0": "on", "scope-1": "on"}, ("read", "offline"))):
        answer = await world.http.post(world.url(), data={**form, **ticked})
        [code] = parse_qs(urlsplit(answer.headers["location"]).query)["code"]
        assert (await world.exchange(code)).scopes == granted
    none = await world.http.post(world.url(), data=form)
    assert parse_qs(urlsplit(none.headers["location"]).query) == {"error": ["access_denied"], "state": ["st.1"]}


async def test_a_missing_scope_refuses_and_undoes(world: World) -> None:
    tokens = await world.exchange(await world.code())
    assert await world.me(tokens.access, "POST", "/posts") == 403
    assert world.demo.shelf.count("tried", 0) == 0
    assert await world.me(world.demo.admit("ada")["access_token"], "POST", "/posts") == 200


@pytest.mark.parametrize("kind", ["access", "refresh"])
async def test_revoking_either_token_ends_both(world: World, kind: str) -> None:
    tokens = await world.exchange(await world.code())
    assert await oauth2.revoke(world.http, SPEC, **APP, token=getattr(tokens, kind))
    assert await world.me(tokens.access) == 401
    with pytest.raises(Unauthorized):
        await world.refresh(tokens.refresh)


async def test_revoking_needs_the_app_and_forgives_unknown_tokens(world: World) -> None:
    assert await oauth2.revoke(world.http, SPEC, **APP, token="never heard of")
    with pytest.raises(Unauthorized) as refused:
        await oauth2.revoke(world.http, SPEC, client_id=CLIENT_ID, client_secret="wrong", token="a")
    assert refused.value.code == "oauth_client_refused"


async def test_a_fault_can_end_the_access_token_or_the_whole_grant(world: World) -> None:
    tokens = await world.exchange(await world.code())
    world.demo.fail("expire_token", "GET /me")
    assert await world.me(tokens.access) == 401
    tokens = await world.refresh(tokens.refresh)
    world.demo.fail("revoke_token", "GET /me")
    assert await world.me(tokens.access) == 401
    with pytest.raises(Unauthorized):
        await world.refresh(tokens.refresh)


async def test_a_fault_can_end_the_refresh_token(world: World) -> None:
    tokens = await world.exchange(await world.code())
    world.demo.fail("expire_token", "POST /token")
    with pytest.raises(Unauthorized):
        await world.refresh(tokens.refresh)


async def test_the_store_holds_no_token_in_the_clear(world: World) -> None:
    code = await world.code()
    tokens = await world.exchange(code)
    kept = "".join(str(row) for row in world.demo.store.db.execute("SELECT * FROM documents"))
    assert not any(secret and secret in kept for secret in (code, tokens.access, tokens.refresh))
