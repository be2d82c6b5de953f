"""What only Apple has: a client secret that is made for each call, sign-in within apps, grants to give back, news of accounts."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import httpx2
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from socialclaw.issuers.apple.client_secret import SigningKey
from socialclaw.issuers.apple.grants import revoke
from socialclaw.issuers.apple.issuer import APPLE
from socialclaw.issuers.apple.native import native
from socialclaw.issuers.apple.notifications import read
from socialclaw.issuers.apple.person import name_told
from socialclaw.issuers.apple.sandbox import developer, pages
from socialclaw.issuers.apple.sandbox.simulator import AppleSandbox
from socialclaw.issuers.authorization import Attempt, exchange
from socialclaw.issuers.base import Client, ClientRefused, IssuerUnavailable, SignInRefused, TokenRefused, identity_of
from socialclaw.issuers.signing_keys import SigningKeys
from socialclaw.simulation.notices import Server
from tests.issuers.conftest import House
from tests.issuers.mint import APPLE_CLAIMS, LEFT_OUT, Mint

BUNDLE = developer.BUNDLE_ID
NOW = int(time.time())
RAW = "a nonce of the app's own"
HASHED = hashlib.sha256(RAW.encode()).hexdigest()


@pytest.fixture
def apple(apple_house: House) -> AppleSandbox:
    assert isinstance(apple_house.simulator, AppleSandbox)
    return apple_house.simulator


# The client secret.


def secret(*, key: ec.EllipticCurvePrivateKey | None = None, kid: str = developer.KEY_ID, alg: str = "ES256", **changes: Any) -> str:
    """By PyJWT, as Apple's documentation has it but for the changes."""
    now = int(time.time())
    usual = {"iss": developer.TEAM_ID, "iat": now, "exp": now + 300, "aud": "https://appleid.apple.com", "sub": developer.SERVICES_ID}
    claims = {name: value for name, value in {**usual, **changes}.items() if value is not LEFT_OUT}
    return jwt.encode(claims, key or developer.key(), algorithm=alg, headers={"kid": kid})


SECRETS_REFUSED: dict[str, Callable[[], str]] = {
    "nothing": lambda: "",
    "no token": lambda: "sandbox-secret",
    "another key": lambda: secret(key=ec.generate_private_key(ec.SECP256R1())),
    "another key id": lambda: secret(kid="OTHER12345"),
    "another team": lambda: secret(iss="OTHERTEAM1"),
    "no team": lambda: secret(iss=LEFT_OUT),
    "for the app and not the page": lambda: secret(sub=BUNDLE),
    "another audience": lambda: secret(aud="https://apple.com"),
    "audience a list": lambda: secret(aud=["https://appleid.apple.com"]),
    "expired": lambda: secret(iat=NOW - 7200, exp=NOW - 3600),
    "no end": lambda: secret(exp=LEFT_OUT),
    "no beginning": lambda: secret(iat=LEFT_OUT),
    "longer than half a year": lambda: secret(iat=NOW, exp=NOW + 15_777_001),
    "made tomorrow": lambda: secret(iat=NOW + 86_400, exp=NOW + 90_000),
    "by HMAC": lambda: jwt.encode({"iss": developer.TEAM_ID}, "0" * 32, algorithm="HS256", headers={"kid": developer.KEY_ID}),
    "by RSA": lambda: jwt.encode({"iss": developer.TEAM_ID}, rsa.generate_private_key(65537, 2048), algorithm="RS256"),
    "unsigned": lambda: f"{secret().rpartition('.')[0]}.",
    "signature cut": lambda: secret()[:-2],
}


@pytest.mark.parametrize("made", SECRETS_REFUSED.values(), ids=SECRETS_REFUSED)
async def test_the_simulated_apple_takes_no_other_client_secret(apple_house: House, made: Callable[[], str]) -> None:
    code = (await apple_house.consent(apple_house.url(Attempt.fresh())))["code"]
    form = {"grant_type": "authorization_code", "client_id": developer.SERVICES_ID, "redirect_uri": apple_house.back}
    answer = await apple_house.token(**form, code=code, client_secret=made())
    assert (answer.status_code, answer.json()) == (400, {"error": "invalid_client"})


async def test_the_simulated_apple_takes_what_pyjwt_makes(apple_house: House) -> None:
    form = {"grant_type": "authorization_code", "client_id": developer.SERVICES_ID, "redirect_uri": apple_house.back}
    for longest in (300, 15_777_000):
        code = (await apple_house.consent(apple_house.url(Attempt.fresh())))["code"]
        answer = await apple_house.token(**form, code=code, client_secret=secret(exp=int(time.time()) + longest))
        assert answer.status_code == 200, answer.text
        assert set(answer.json()) == {"access_token", "token_type", "expires_in", "refresh_token", "id_token"}


def test_our_client_secret_is_what_apple_asks_for() -> None:
    made = SigningKey("TEAM123456", "KEY1234567", developer.pem()).of("com.example.web")
    claims = jwt.decode(made, developer.key().public_key(), algorithms=["ES256"], audience="https://appleid.apple.com")
    assert (claims["iss"], claims["sub"], claims["exp"] - claims["iat"]) == ("TEAM123456", "com.example.web", 300)
    assert jwt.get_unverified_header(made)["kid"] == "KEY1234567"


def pem_of(key: Any) -> str:
    text: str = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return text


WRONG_KEYS = {
    "nothing": "",
    "no PEM": "AuthKey_ABC.p8",
    "RSA": pem_of(rsa.generate_private_key(65537, 2048)),
    "another curve": pem_of(ec.generate_private_key(ec.SECP384R1())),
    "cut": developer.pem()[:100],
}


@pytest.mark.parametrize("pem", WRONG_KEYS.values(), ids=WRONG_KEYS)
def test_a_file_that_is_no_key_of_apples_is_noticed_before_anybody_signs_in(pem: str) -> None:
    with pytest.raises(ValueError, match="private key") as refused:
        SigningKey("TEAM123456", "KEY1234567", pem)
    assert not pem or pem not in str(refused.value)


# The page.


async def test_apple_answers_by_a_form_that_its_own_page_posts(apple_house: House) -> None:
    answer = await apple_house.http.post(apple_house.url(Attempt.fresh()), data={"login": "ada", "decision": "allow"})
    assert "location" not in answer.headers
    assert pages.SUBMIT in answer.text, "by itself"
    policy = answer.headers["content-security-policy"]
    assert f"script-src 'sha256-{pages.SUBMIT_HASH}'" in policy, "and no other script runs there"
    assert "unsafe-inline" not in policy.partition("script-src")[2]


@pytest.mark.parametrize("mode", [None, "query", "fragment", "web_message"])
async def test_apple_sends_no_name_or_address_any_other_way(apple_house: House, mode: str | None) -> None:
    answer = await apple_house.http.get(apple_house.url(Attempt.fresh(), response_mode=mode))
    assert answer.status_code == 400


async def test_a_name_is_told_once_ever_until_the_grant_has_ended(apple_house: House, apple: AppleSandbox) -> None:
    async def told() -> str | None:
        came = await apple_house.consent(apple_house.url(Attempt.fresh()), "ada.lovelace")
        return name_told(came["user"]) if "user" in came else None

    assert [await told(), await told()] == ["Ada Lovelace", None]
    apple.notice("consent-revoked", "ada.lovelace")
    assert [await told(), await told()] == ["Ada Lovelace", None]


@pytest.mark.parametrize(
    ("user", "name"),
    [
        ('{"name": {"firstName": "Ada", "lastName": "Lovelace"}, "email": "x@y.z"}', "Ada Lovelace"),
        ('{"name": {"firstName": " Ada ", "lastName": ""}}', "Ada"),
        ('{"name": {"firstName": null, "lastName": "Lovelace"}}', "Lovelace"),
        ('{"name": {"firstName": "A\\u0000d\\r\\nBcc: x\\u202ea", "lastName": 5}}', "A d Bcc: x a"),
        ('{"name": {"firstName": "' + "a" * 500 + '"}}', "a" * 100),
        ('{"name": "Ada"}', None),
        ('{"email": "x@y.z"}', None),
        ("[]", None),
        ("5", None),
        ("", None),
        ("{", None),
        ("[" * 1900, None),
        ('{"name": {"firstName": "' + "a" * 5000 + '"}}', None),
    ],
)
def test_a_name_is_one_line_of_text_or_nothing(user: str, name: str | None) -> None:
    assert name_told(user) == name


# Within an app.


async def signed_in(house: House, token: str, **changes: Any) -> Any:
    given = {"bundle_ids": (BUNDLE,), "nonce": HASHED, "nonce_required": True, "now": house.clock(), **changes}
    return await native(token, house.keys, **given)


async def test_an_app_proves_who_signed_in_there(apple_house: House, apple: AppleSandbox) -> None:
    device = apple.native("ada", nonce=HASHED, mail="hide")
    done = await signed_in(apple_house, device["identityToken"])
    assert done.client_id == BUNDLE
    assert (done.identity.private_email, done.identity.email_verified) == (True, True), "although Apple says so in words there"
    assert done.identity.subject == (await apple_house.sign_in("ada")).identity.subject, "the same person as on the web"


@pytest.mark.parametrize(
    ("in_token", "sent", "required", "good"),
    [
        (HASHED, HASHED, True, True),
        (HASHED, RAW, True, True),
        (RAW, RAW, True, True),
        (HASHED, "another", True, False),
        (HASHED, "", True, False),
        (HASHED, None, True, False),
        (None, HASHED, True, False),
        (None, None, True, False),
        (HASHED, None, False, True),
        (None, None, False, True),
        (HASHED, "another", False, False),
        (None, HASHED, False, False),
        (HASHED, "\ud800", True, False),
    ],
)
async def test_the_nonce_is_the_one_that_the_app_put_into_its_request(
    apple_house: House, apple: AppleSandbox, in_token: str | None, sent: str | None, required: bool, good: bool
) -> None:
    token = apple.native("ada", nonce=in_token)["identityToken"]
    if good:
        assert await signed_in(apple_house, token, nonce=sent, nonce_required=required)
    else:
        with pytest.raises(TokenRefused):
            await signed_in(apple_house, token, nonce=sent, nonce_required=required)


async def test_a_token_is_taken_while_it_is_fresh_although_apple_lets_it_live_for_a_day(apple_house: House, apple: AppleSandbox) -> None:
    token = apple.native("ada", nonce=HASHED)["identityToken"]
    apple_house.clock.turn(600)
    assert await signed_in(apple_house, token)
    apple_house.clock.turn(62)
    with pytest.raises(TokenRefused):
        await signed_in(apple_house, token)


async def test_a_token_is_known_again_however_its_signature_is_written(apple_house: House, apple: AppleSandbox) -> None:
    one, other = (apple.native(name, nonce=HASHED)["identityToken"] for name in ("ada", "bob"))
    first, again, another = [await signed_in(apple_house, token) for token in (one, one, other)]
    assert first.spent_as == again.spent_as != another.spent_as
    assert first.until >= apple_house.clock() + 86_000, "remembered as long as the token itself would be good"
    assert first.spent_as not in one


async def test_a_token_of_the_web_is_none_of_an_app_and_the_other_way_round(apple_house: House, apple: AppleSandbox) -> None:
    web = apple.native("ada", nonce=HASHED, client_id=developer.SERVICES_ID)["identityToken"]
    with pytest.raises(TokenRefused):
        await signed_in(apple_house, web)
    with pytest.raises(TokenRefused):
        await signed_in(apple_house, apple.native("ada", nonce=HASHED)["identityToken"], bundle_ids=(developer.SERVICES_ID,))
    with pytest.raises(TokenRefused):
        await signed_in(apple_house, apple.native("ada", nonce=HASHED)["identityToken"], bundle_ids=())


async def test_the_code_of_an_app_is_exchanged_for_the_app_and_without_a_page(apple_house: House, apple: AppleSandbox) -> None:
    app = replace(apple_house.client, client_id=BUNDLE)
    code = apple.native("ada")["authorizationCode"]
    tokens = await exchange(apple_house.http, APPLE, app, code=code, redirect_uri=None)
    assert tokens.refresh
    for client, redirect_uri in ((apple_house.client, None), (app, apple_house.back)):
        code = apple.native("ada")["authorizationCode"]
        with pytest.raises(SignInRefused):
            await exchange(apple_house.http, APPLE, client, code=code, redirect_uri=redirect_uri)


# Giving back.


async def test_a_grant_is_given_back(apple_house: House, apple: AppleSandbox) -> None:
    done = await apple_house.sign_in("ada")
    assert done.refresh_token
    form = {"grant_type": "refresh_token", "client_id": developer.SERVICES_ID, "refresh_token": done.refresh_token}
    assert (await apple_house.token(**form, client_secret=secret())).status_code == 200
    for _ in range(2):
        await revoke(apple_house.http, apple_house.client, client_id=developer.SERVICES_ID, token=done.refresh_token)
        answer = await apple_house.token(**form, client_secret=secret())
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")


async def test_a_grant_is_given_back_by_the_client_that_it_was_made_out_to(apple_house: House, apple: AppleSandbox) -> None:
    done = await apple_house.sign_in("ada")
    with pytest.raises(SignInRefused):
        await revoke(apple_house.http, apple_house.client, client_id=BUNDLE, token=done.refresh_token or "")
    with pytest.raises(ClientRefused):
        await revoke(apple_house.http, apple_house.client, client_id="somebody-else", token=done.refresh_token or "")
    apple.fail("error", "POST /auth/revoke")
    with pytest.raises(IssuerUnavailable):
        await revoke(apple_house.http, apple_house.client, client_id=done.client_id, token=done.refresh_token or "")
    await revoke(apple_house.http, apple_house.client, client_id=done.client_id, token=done.refresh_token or "")


# News of accounts.


@pytest.mark.parametrize("kind", ["consent-revoked", "account-deleted", "email-disabled", "email-enabled"])
async def test_apple_tells_of_an_account(apple_house: House, apple: AppleSandbox, kind: str) -> None:
    who = (await apple_house.sign_in("ada@acme.example", mail="hide")).identity
    payload = apple.notice(kind, "ada@acme.example")
    told = await read(payload, apple_house.keys, audiences=(BUNDLE,), now=apple_house.clock())
    assert (told.kind, told.subject) == (kind, who.subject)
    assert abs(told.at.timestamp() - apple_house.clock()) < 5
    assert told.email == (who.email if kind.startswith("email") else None)


EVENT = {"type": "consent-revoked", "sub": "000123.abc.0001", "event_time": 1_790_000_000_123}
MINT = Mint({"iss": "https://appleid.apple.com", "aud": "com.example.app", "jti": "n-1", "events": json.dumps(EVENT)})
TAKEN: dict[str, tuple[str, str | None]] = {
    "as Apple sends it": (MINT.token(), "consent-revoked"),
    "an object": (MINT.token(events=EVENT), "consent-revoked"),
    "the older word": (MINT.token(events=json.dumps({**EVENT, "type": "account-delete"})), "account-deleted"),
    "a kind nobody has heard of": (MINT.token(events=json.dumps({**EVENT, "type": "something-new"})), None),
    "no kind": (MINT.token(events=json.dumps({"sub": "1", "event_time": 1})), None),
}
NOT_TAKEN = {
    "another audience": MINT.token(aud="com.evil"),
    "another issuer": MINT.token(iss="https://evil.example"),
    "Google's issuer": MINT.token(iss="https://accounts.google.com"),
    "expired": MINT.token(iat=NOW - 90_000, exp=NOW - 3600),
    "no end": MINT.token(exp=LEFT_OUT),
    "another key": MINT.token(key="evil"),
    "no id": MINT.token(jti=LEFT_OUT),
    "an empty id": MINT.token(jti=""),
    "an id too long": MINT.token(jti="1" * 201),
    "no event": MINT.token(events=LEFT_OUT),
    "an event that is text": MINT.token(events="hello"),
    "several events": MINT.token(events=json.dumps([EVENT])),
    "deeply nested": MINT.token(events="[" * 5000),
    "of nobody": MINT.token(events=json.dumps({"type": "consent-revoked"})),
    "of a number": MINT.token(events=json.dumps({**EVENT, "sub": 5})),
    "of the year 100000": MINT.token(events=json.dumps({**EVENT, "event_time": 1e18})),
    "an identity token": Mint(APPLE_CLAIMS).token(),
}


@pytest.mark.parametrize(("payload", "kind"), TAKEN.values(), ids=TAKEN)
async def test_news_is_read_as_apple_writes_it_and_has_written_it(payload: str, kind: str | None) -> None:
    told = await read(payload, SigningKeys(APPLE, MINT.http), audiences=("com.example.app",), now=NOW)
    assert (told.id, told.kind) == ("n-1", kind)
    if kind:
        assert told.at == datetime.fromtimestamp(1_790_000_000.123, UTC)


@pytest.mark.parametrize("payload", NOT_TAKEN.values(), ids=NOT_TAKEN)
async def test_news_that_apple_did_not_send_us_is_none(payload: str) -> None:
    with pytest.raises(TokenRefused):
        await read(payload, SigningKeys(APPLE, MINT.http), audiences=("com.example.app",), now=NOW)


async def test_news_waits_until_the_server_takes_it(apple: AppleSandbox) -> None:
    got: list[tuple[str, Any]] = []
    status = 503

    def send(url: str, content: bytes, headers: Mapping[str, str]) -> httpx2.Response:
        got.append((url, json.loads(content)["payload"]))
        return httpx2.Response(status)

    apple.server = Server(send)
    first, second = apple.notice("email-disabled", "ada"), apple.notice("consent-revoked", "ada")
    assert apple.deliver() == 2
    status = 200
    assert apple.deliver() == 0
    assert apple.deliver() == 0
    where = "https://post.example/auth/apple/notifications"
    assert got == [(where, first), (where, second)] * 2, "in order, and not once more after it was taken"


WORDS = [(True, True), ("true", True), (False, False), ("false", False), ("True", False), (1, False), (None, False), ([], False)]


@pytest.mark.parametrize(("said", "meant"), WORDS)
def test_apples_booleans_may_be_words(said: Any, meant: bool) -> None:
    who = identity_of(APPLE, {"sub": "1", "email": "a@icloud.com", "email_verified": said, "is_private_email": said})
    assert (who.email_verified, who.private_email, who.authoritative) == (meant, meant, meant)


@pytest.mark.parametrize("email", [None, 5, "", "nobody", "a@b@c", "a @b.c", "a@b\r\nc", "a" * 250 + "@b.c", ["a@b.c"]])
def test_an_address_that_is_none_is_left_out(email: Any) -> None:
    who = identity_of(APPLE, {"sub": "1", "email": email, "email_verified": True, "is_private_email": True})
    assert (who.email, who.email_verified, who.authoritative) == (None, False, False)


def test_the_client_may_be_shown_in_a_log() -> None:
    key = SigningKey("TEAM123456", "KEY1234567", developer.pem())
    assert developer.pem() not in f"{key!r} {Client('web', key, ('web',))!r}"
