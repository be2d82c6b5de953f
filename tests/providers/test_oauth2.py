"""The OAuth engine: what it sends, and what it makes of every answer."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import httpx2
import pytest

from socialclaw.errors import RateLimited, Unauthorized, Unavailable
from socialclaw.providers import oauth2
from socialclaw.providers.connect import OAuth2, Swap
from socialclaw.providers.draft import Tokens

SPEC = OAuth2("https://n.example/authorize", "https://n.example/token", ("read", "write"), revoke_url="https://n.example/revoke")
APP = {"client_id": "app", "client_secret": "s&cret"}
GRANTED = {"access_token": "a1", "refresh_token": "r1", "expires_in": 3600, "scope": "read write", "token_type": "bearer"}

Answer = Callable[[httpx2.Request], httpx2.Response]


class Network:
    """A token endpoint that gives one answer and keeps what it was sent."""

    def __init__(self, answer: httpx2.Response | Exception) -> None:
        self.answer = answer
        self.requests: list[httpx2.Request] = []
        self.http = httpx2.AsyncClient(transport=httpx2.MockTransport(self))

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.requests.append(request)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.requests[-1].content.decode(), strict_parsing=True))

    async def exchange(self, spec: OAuth2 = SPEC, **more: Any) -> Tokens:
        given = {**APP, "code": "c&1", "redirect_uri": "https://me.example/cb?x=1", "verifier": "v" * 43, **more}
        return await oauth2.exchange(self.http, spec, **given)

    async def refresh(self, spec: OAuth2 = SPEC) -> Tokens:
        return await oauth2.refresh(self.http, spec, **APP, refresh_token="r0")


def answering(body: object, status: int = 200) -> Network:
    return Network(httpx2.Response(status, json=body))


def asked(spec: OAuth2, verifier: str | None = None) -> dict[str, str]:
    url = oauth2.authorize_url(spec, client_id="app", redirect_uri="https://me.example/cb", state="st", verifier=verifier)
    return {name: value for name, [value] in parse_qs(urlsplit(url).query).items()}


def test_a_verifier_is_long_enough_and_never_the_same() -> None:
    assert 43 <= len(oauth2.new_verifier()) <= 128
    assert oauth2.new_verifier() != oauth2.new_verifier()


def test_the_user_is_sent_with_everything_the_network_needs() -> None:
    assert asked(SPEC) == {
        "response_type": "code",
        "client_id": "app",
        "redirect_uri": "https://me.example/cb",
        "scope": "read write",
        "state": "st",
    }


def test_a_network_has_its_own_names_and_extras() -> None:
    spec = replace(SPEC, scope_separator=",", client_id_name="client_key", authorize_params={"access_type": "offline"})
    found = asked(spec)
    assert (found["scope"], found["client_key"], found["access_type"]) == ("read,write", "app", "offline")
    assert "client_id" not in found


def test_only_the_challenge_of_the_verifier_is_shown() -> None:
    verifier = oauth2.new_verifier()
    found = asked(replace(SPEC, pkce=True), verifier)
    expected = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    assert (found["code_challenge"], found["code_challenge_method"]) == (expected, "S256")
    assert verifier not in found.values()
    with pytest.raises(ValueError, match="verifier"):
        asked(replace(SPEC, pkce=True))


def test_an_authorize_url_may_have_a_query_of_its_own() -> None:
    assert asked(replace(SPEC, authorize_url="https://n.example/authorize?v=2"))["v"] == "2"


async def test_a_code_becomes_tokens() -> None:
    network = answering({**GRANTED, "open_id": "o1"})
    tokens = await network.exchange()
    assert tokens == Tokens(
        "a1", "r1", 3600.0, ("read", "write"), {"expires_in": 3600, "scope": "read write", "token_type": "bearer", "open_id": "o1"}
    )
    assert network.form == {
        "grant_type": "authorization_code",
        "code": "c&1",
        "redirect_uri": "https://me.example/cb?x=1",
        "client_id": "app",
        "client_secret": "s&cret",
    }
    assert network.requests[0].headers["content-type"] == "application/x-www-form-urlencoded"


async def test_the_app_may_have_to_name_itself_in_the_header() -> None:
    network = answering(GRANTED)
    await network.exchange(replace(SPEC, client_auth="basic", pkce=True))
    assert base64.b64decode(network.requests[0].headers["authorization"].removeprefix("Basic ")) == b"app:s&cret"
    assert "client_secret" not in network.form
    assert network.form["code_verifier"] == "v" * 43


async def test_an_app_without_a_secret_is_public() -> None:
    network = answering(GRANTED)
    await network.exchange(replace(SPEC, client_auth="basic", client_id_name="client_key"), client_secret="")
    assert "authorization" not in network.requests[0].headers
    assert network.form["client_key"] == "app"
    assert "client_secret" not in network.form


@pytest.mark.parametrize(
    ("answer", "scopes"),
    [
        ({"scope": "read,write"}, ("read", "write")),
        ({"scope": "read  write"}, ("read", "write")),
        ({"scopes": ["read"]}, ("read",)),
        ({}, ("read", "write")),
        ({"scope": ""}, ("read", "write")),
    ],
)
async def test_scopes_are_read_however_they_are_written(answer: dict[str, object], scopes: tuple[str, ...]) -> None:
    assert (await answering({"access_token": "a", **answer}).exchange()).scopes == scopes


async def test_what_nothing_works_without_must_be_allowed() -> None:
    spec = replace(SPEC, essential={"write": "publish for you", "read": "see your account"})
    assert (await answering(GRANTED).exchange(spec)).scopes == ("read", "write")
    with pytest.raises(Unauthorized, match="You did not give permission to publish for you") as refused:
        await answering({**GRANTED, "scope": "read"}).exchange(spec)
    assert refused.value.code == "oauth_scope_missing"
    assert refused.value.details["scopes"] == ["write"]


@pytest.mark.parametrize(("given", "seconds"), [(60, 60.0), ("60", 60.0), (None, None), (0, None)])
async def test_a_token_may_live_forever(given: object, seconds: float | None) -> None:
    assert (await answering({"access_token": "a", "expires_in": given}).exchange()).expires_in == seconds


async def test_a_refresh_keeps_the_old_refresh_token_unless_there_is_a_new_one() -> None:
    network = answering({"access_token": "a2", "expires_in": 60})
    tokens = await network.refresh()
    assert (tokens.access, tokens.refresh, tokens.scopes) == ("a2", "r0", ())
    assert network.form["grant_type"] == "refresh_token"
    assert (await answering(GRANTED).refresh()).refresh == "r1"


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (400, {"error": "invalid_grant", "error_description": "The token was revoked"}, "oauth_refused"),
        (401, {"error": "invalid_grant"}, "oauth_refused"),
        (200, {"error": "invalid_grant", "error_description": "in a good mood"}, "oauth_refused"),
        (400, {"error": "invalid_request", "error_description": "Value passed for the token was invalid."}, "oauth_refused"),
        (400, {"error": {"type": "OAuthException", "code": 100, "message": "This code has been used"}}, "oauth_refused"),
        (400, {"code": 283, "message": "Your refresh token is gone"}, "oauth_refused"),
        (400, {"error": 400}, "oauth_refused"),
        (400, {"message": "Bad Request", "error": 400}, "oauth_refused"),
        (401, {"message": "Unauthorized", "error": 401}, "oauth_client_refused"),
        (401, {"error": "invalid_client"}, "oauth_client_refused"),
        (400, {"error": "unauthorized_client"}, "oauth_client_refused"),
        (401, None, "oauth_client_refused"),
    ],
)
async def test_a_refusal_is_told_from_the_network_s_words(status: int, body: object, code: str) -> None:
    network = answering(body, status) if body else Network(httpx2.Response(status))
    with pytest.raises(Unauthorized) as refused:
        await network.refresh()
    assert refused.value.code == code


async def test_a_refusal_repeats_what_the_network_said() -> None:
    with pytest.raises(Unauthorized, match="The code has expired"):
        await answering({"error": "invalid_grant", "error_description": "The code has expired"}, 400).exchange()


@pytest.mark.parametrize(
    ("answer", "sent"),
    [
        (httpx2.ConnectError("nobody there"), False),
        (httpx2.ReadTimeout("silence"), True),
        (httpx2.Response(500, json={"error": "invalid_grant"}), True),
        (httpx2.Response(503, text="<html>maintenance</html>"), True),
        (httpx2.Response(400, json={"error": "temporarily_unavailable"}), True),
        (httpx2.Response(403, text="<html>blocked by the gateway</html>"), True),
        (httpx2.Response(404, text="nothing here"), True),
        (httpx2.Response(200, text="{half"), True),
        (httpx2.Response(200, json=["a"]), True),
        (httpx2.Response(200, json={"access_token": ""}), True),
        (httpx2.Response(200, json={"access_token": "a", "expires_in": "soon"}), True),
        (httpx2.Response(204), True),
    ],
)
async def test_what_is_no_refusal_never_looks_like_one(answer: httpx2.Response | Exception, sent: bool) -> None:
    with pytest.raises(Unavailable) as silence:
        await Network(answer).refresh()
    assert silence.value.sent is sent


async def test_a_limit_is_told_as_one() -> None:
    with pytest.raises(RateLimited) as limited:
        await Network(httpx2.Response(429, headers={"retry-after": "7"}, json={"error": "slow_down"})).refresh()
    assert limited.value.retry_after == 7


async def test_access_is_given_back_where_the_network_takes_it() -> None:
    network = Network(httpx2.Response(200))
    assert await oauth2.revoke(network.http, SPEC, **APP, token="a1") is True
    assert network.form == {"token": "a1", "client_id": "app", "client_secret": "s&cret"}
    assert await oauth2.revoke(network.http, replace(SPEC, revoke_url=None), **APP, token="a1") is False
    assert len(network.requests) == 1


# Tokens that are traded for others, where a network has no refresh tokens.

LONG = Swap("https://n.example/long", "exchange_it", "short_token", app=("client_id", "client_secret"))
NEXT = Swap("https://n.example/next", "renew_it", "token")


class Exchange(Network):
    """A token endpoint, and beside it one that trades tokens."""

    def __init__(self) -> None:
        super().__init__(httpx2.Response(200, json={"access_token": "short", "expires_in": 3600}))

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.requests.append(request)
        if request.method == "GET":
            return httpx2.Response(200, json={"access_token": f"from {request.url.path[1:]}", "expires_in": 5_184_000})
        assert isinstance(self.answer, httpx2.Response)
        return self.answer


async def test_a_token_is_lengthened_right_after_the_exchange() -> None:
    network = Exchange()
    tokens = await network.exchange(replace(SPEC, lengthen=LONG))
    assert (tokens.access, tokens.expires_in, tokens.refresh) == ("from long", 5_184_000, None)
    assert tokens.scopes == SPEC.scopes, "what was granted with the first token"
    sent = dict(parse_qsl(network.requests[-1].url.query.decode()))
    assert sent == {"grant_type": "exchange_it", "short_token": "short", **APP}


async def test_a_token_that_renews_itself_stands_in_for_a_refresh_token() -> None:
    network, spec = Exchange(), replace(SPEC, renew=NEXT)
    tokens = await network.exchange(spec)
    assert tokens.refresh == tokens.access == "short"
    fresh = await oauth2.refresh(network.http, spec, **APP, refresh_token=tokens.refresh)
    assert (fresh.access, fresh.refresh) == ("from next", "from next")
    sent = dict(parse_qsl(network.requests[-1].url.query.decode()))
    assert sent == {"grant_type": "renew_it", "token": "short"}, "the app is not named unless it must be"


async def test_an_answer_may_stand_in_a_list_or_not() -> None:
    spec = replace(SPEC, answer_in="data")
    for body in ({"data": [GRANTED]}, GRANTED):
        assert (await answering(body).exchange(spec)).access == "a1"
    with pytest.raises(Unavailable):
        await answering({"data": []}).exchange(spec)


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({"error": {"message": "No", "type": "OAuthException", "code": 190}}, Unauthorized),
        ({"error": {"message": "Later", "type": "OAuthException", "code": 2, "is_transient": True}}, Unavailable),
        ({"error_type": "OAuthException", "code": 400, "error_message": "Matching code was not found or was already used"}, Unauthorized),
    ],
)
async def test_other_ways_to_say_no(body: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        await answering(body, 400).exchange()
