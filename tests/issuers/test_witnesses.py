"""Clients of others sign in with the simulated issuers, over a real socket: Authlib's, with Google's own library as the judge."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import google.auth.transport.requests
import jwt
import pytest
import requests
from authlib.integrations.base_client.errors import OAuthError  # type: ignore[import-untyped]
from authlib.integrations.requests_client import OAuth2Session  # type: ignore[import-untyped]
from google.oauth2 import id_token

from socialclaw.issuers.apple.client_secret import SigningKey
from socialclaw.issuers.apple.sandbox import developer
from socialclaw.issuers.google.sandbox import simulator as google_sandbox
from tests.issuers.conftest import APP, House, came_back

Serve = Callable[..., str]
BACK = f"{APP}/auth/google/callback"
VERIFIER = "v" * 64


def googles(house: House, serve: Serve) -> tuple[OAuth2Session, str, str, str]:
    """Authlib's client; where consent, tokens and keys are."""
    site, tokens, keys = (serve(house.simulator, host) for host in ("accounts.google.com", "oauth2.googleapis.com", "www.googleapis.com"))
    client = OAuth2Session(
        google_sandbox.CLIENT_ID,
        google_sandbox.CLIENT_SECRET,
        scope="openid email profile",
        redirect_uri=BACK,
        code_challenge_method="S256",
        token_endpoint_auth_method="client_secret_post",
    )
    return client, f"{site}/o/oauth2/v2/auth", f"{tokens}/token", f"{keys}/oauth2/v3/certs"


def consent(url: str, **typed: str) -> str:
    """Where the page sends the browser to."""
    answer = requests.post(url, data={"login": "grace", "decision": "allow", **typed}, allow_redirects=False, timeout=60)
    assert answer.status_code == 302, answer.text
    return answer.headers["location"]


def test_authlib_signs_in_with_google_and_googles_library_checks_the_token(
    google_house: House,
    serve_simulator: Serve,
) -> None:
    client, site, tokens, keys = googles(google_house, serve_simulator)
    url, state = client.create_authorization_url(site, code_verifier=VERIFIER, nonce="n-1")
    back = consent(url, login="grace@acme.example")
    assert parse_qs(urlsplit(back).query)["state"] == [state]
    granted = client.fetch_token(tokens, authorization_response=back, state=state, code_verifier=VERIFIER)
    asking = google.auth.transport.requests.Request()
    claims = id_token.verify_token(granted["id_token"], asking, audience=google_sandbox.CLIENT_ID, certs_url=keys)
    assert (claims["iss"], claims["email"], claims["hd"]) == ("https://accounts.google.com", "grace@acme.example", "acme.example")
    assert (claims["nonce"], claims["azp"]) == ("n-1", google_sandbox.CLIENT_ID)
    users = serve_simulator(google_house.simulator, "openidconnect.googleapis.com")
    user = client.get(f"{users}/v1/userinfo").json()
    assert user == {name: claims[name] for name in user}
    with pytest.raises(OAuthError, match="invalid_grant"):
        client.fetch_token(tokens, authorization_response=back, state=state, code_verifier=VERIFIER)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"code_verifier": "w" * 64}, "invalid_grant"),
        ({"code_verifier": ""}, "invalid_grant"),
        ({"redirect_uri": f"{BACK}/"}, "redirect_uri_mismatch"),
        ({"client_secret": "guessed"}, "invalid_client"),
    ],
)
def test_google_refuses_authlib_what_it_would_refuse_anybody(
    google_house: House,
    serve_simulator: Serve,
    changes: dict[str, Any],
    error: str,
) -> None:
    client, site, tokens, _ = googles(google_house, serve_simulator)
    client.client_secret = changes.pop("client_secret", client.client_secret)
    url, state = client.create_authorization_url(site, code_verifier=VERIFIER)
    with pytest.raises(OAuthError, match=error):
        client.fetch_token(tokens, authorization_response=consent(url), state=state, **{"code_verifier": VERIFIER, **changes})


def test_googles_library_follows_a_rotation(google_house: House, serve_simulator: Serve) -> None:
    client, site, tokens, keys = googles(google_house, serve_simulator)
    asking, kids = google.auth.transport.requests.Request(), []
    for _ in range(3):
        url, state = client.create_authorization_url(site, code_verifier=VERIFIER)
        granted = client.fetch_token(tokens, authorization_response=consent(url), state=state, code_verifier=VERIFIER)
        assert id_token.verify_token(granted["id_token"], asking, audience=google_sandbox.CLIENT_ID, certs_url=keys)["sub"]
        kids.append(jwt.get_unverified_header(granted["id_token"])["kid"])
        google_house.simulator.rotate()
    assert len(set(kids)) == 3
    assert len(requests.get(keys, timeout=60).json()["keys"]) == 2


def test_googles_library_takes_none_of_what_is_wrong(google_house: House, serve_simulator: Serve) -> None:
    client, site, tokens, keys = googles(google_house, serve_simulator)
    for fault in ("wrong_audience", "expired_token", "future_token", "foreign_key", "unsigned_token"):
        google_house.simulator.fail(fault)
        url, state = client.create_authorization_url(site, code_verifier=VERIFIER)
        granted = client.fetch_token(tokens, authorization_response=consent(url), state=state, code_verifier=VERIFIER)
        asking = google.auth.transport.requests.Request()
        with pytest.raises(Exception):  # noqa: B017 (it raises what its parts raise)
            id_token.verify_token(granted["id_token"], asking, audience=google_sandbox.CLIENT_ID, certs_url=keys)


def test_authlib_and_pyjwt_sign_in_with_apple(apple_house: House, serve_simulator: Serve) -> None:
    base = serve_simulator(apple_house.simulator, "appleid.apple.com")
    secret = SigningKey(developer.TEAM_ID, developer.KEY_ID, developer.pem()).of(developer.SERVICES_ID)
    client = OAuth2Session(
        developer.SERVICES_ID,
        secret,
        scope="name email",
        redirect_uri=apple_house.back,
        token_endpoint_auth_method="client_secret_post",
    )
    url, state = client.create_authorization_url(f"{base}/auth/authorize", response_mode="form_post", nonce="n-1")
    page = requests.post(url, data={"login": "grace.hopper", "decision": "allow", "mail": "hide"}, timeout=60)
    came = came_back(page, apple_house.back)  # type: ignore[arg-type]
    assert came["state"] == state
    assert "Grace" in came["user"]
    granted = client.fetch_token(f"{base}/auth/token", code=came["code"], grant_type="authorization_code")
    key = jwt.PyJWKClient(f"{base}/auth/keys").get_signing_key_from_jwt(granted["id_token"])
    claims = jwt.decode(granted["id_token"], key, algorithms=["RS256"], audience=developer.SERVICES_ID, issuer="https://appleid.apple.com")
    assert (claims["nonce"], claims["is_private_email"]) == ("n-1", True)
    assert claims["email"].endswith("@privaterelay.appleid.com")
    again = client.refresh_token(f"{base}/auth/token", refresh_token=granted["refresh_token"])
    assert jwt.decode(again["id_token"], key, algorithms=["RS256"], audience=developer.SERVICES_ID)["sub"] == claims["sub"]
