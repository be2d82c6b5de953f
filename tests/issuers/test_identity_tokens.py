"""Every token that somebody might try, against what verifies them; PyJWT and Google's own library are asked too what they think."""

from __future__ import annotations

import json
import time
from typing import Any

import google.auth.transport
import httpx2
import jwt
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from google.oauth2 import id_token
from jwt.algorithms import RSAAlgorithm

from socialclaw.issuers.base import IssuerUnavailable, TokenRefused
from socialclaw.issuers.google import GOOGLE
from socialclaw.issuers.identity_tokens import verified
from socialclaw.issuers.signing_keys import SigningKeys
from tests.issuers.mint import GOOGLE_CLAIMS, LEFT_OUT, Mint, b64, rsa_key

OURS = ("web.apps.example", "ios.apps.example")
NOW = time.time()
DAY = 86_400
MINT = Mint(GOOGLE_CLAIMS, now=NOW)
PUBLIC = rsa_key("k1").public_key()
PEM = PUBLIC.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
DER = PUBLIC.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
MODULUS = b64(PUBLIC.public_numbers().n.to_bytes(256, "big")).encode()
SAID_TWICE = b'{"alg":"none","kid":"k1","alg":"RS256"}'
FOREIGN = {"kid": "k1", "jwk": {k: v for k, v in MINT.published("evil").items() if k != "kid"}}


def swapped(payload: Any) -> str:
    """Another payload under the signature of a good token."""
    header, _, signature = MINT.token().split(".")
    return f"{header}.{b64(payload)}.{signature}"


def unsigned(alg: str, **more: Any) -> str:
    return f"{b64({'alg': alg, 'kid': 'k1', **more})}.{b64(MINT.claims())}."


GOOD = {
    "as Google makes it": MINT.token(),
    "issuer without https": MINT.token(iss="accounts.google.com"),
    "for an app of ours": MINT.token(aud="ios.apps.example", azp="ios.apps.example"),
    "for our server, asked for by an app of ours": MINT.token(azp="ios.apps.example"),
    "without azp": MINT.token(azp=LEFT_OUT),
    "a list of one audience": MINT.token(aud=["web.apps.example"]),
    "expired within the leeway": MINT.token(iat=int(NOW) - 3650, exp=int(NOW) - 50),
    "issued ahead within the leeway": MINT.token(iat=int(NOW) + 50),
    "a nonce is for whoever issued one": MINT.token(nonce=LEFT_OUT),
    "claims nobody has heard of": MINT.token(at_hash="x", fresh={"a": [1]}),
}

# What any library refuses that is told whom, for whom and by which algorithm.
BAD = {
    "another audience": MINT.token(aud="evil.apps", azp="evil.apps"),
    "an empty audience": MINT.token(aud=""),
    "no audience": MINT.token(aud=LEFT_OUT),
    "audience a number": MINT.token(aud=5),
    "audience ours as a part of another": MINT.token(aud="web.apps.example.evil"),
    "audience ours in other letters": MINT.token(aud="WEB.apps.example"),
    "an issuer that begins as Google's": MINT.token(iss="https://accounts.google.com.evil.example"),
    "issuer with a slash": MINT.token(iss="https://accounts.google.com/"),
    "issuer over http": MINT.token(iss="http://accounts.google.com"),
    "Apple's issuer": MINT.token(iss="https://appleid.apple.com"),
    "no issuer": MINT.token(iss=LEFT_OUT),
    "issuer a list": MINT.token(iss=["https://accounts.google.com"]),
    "issuer null": MINT.token(iss=None),
    "expired": MINT.token(iat=int(NOW) - 7200, exp=int(NOW) - 3600),
    "expired just beyond the leeway": MINT.token(iat=int(NOW) - 3600, exp=int(NOW) - 62),
    "no expiry": MINT.token(exp=LEFT_OUT),
    "issued in the future": MINT.token(iat=int(NOW) + 86_400, exp=int(NOW) + 90_000),
    "no time of issue": MINT.token(iat=LEFT_OUT),
    "not good yet": MINT.token(nbf=int(NOW) + 86_400),
    "no subject": MINT.token(sub=LEFT_OUT),
    "subject a number": MINT.token(sub=108),
    "expiry an object": MINT.token(exp={}),
    "public key as HMAC secret, PEM": MINT.with_hmac(PEM),
    "public key as HMAC secret, PEM without newline": MINT.with_hmac(PEM.strip()),
    "public key as HMAC secret, DER": MINT.with_hmac(DER),
    "public key as HMAC secret, modulus": MINT.with_hmac(MODULUS),
    "an empty HMAC secret": MINT.with_hmac(b""),
    **{f"alg {alg!r}": unsigned(alg) for alg in ("none", "None", "NONE", "nOnE", "", "RS256", "rs256", "HS256", "ES256")},
    "alg said twice": f"{b64(SAID_TWICE)}.{b64(MINT.claims())}.",
    "signature of another token": f"{MINT.token().rpartition('.')[0]}.{MINT.token(sub='1').rpartition('.')[2]}",
    "payload changed": swapped(MINT.claims(sub="1")),
    "payload a list": swapped([1]),
    "payload a number": swapped(b"1"),
    "our key's name, another key": MINT.token(key="evil"),
    "brings its own key": MINT.token(key="evil", header=FOREIGN),
    "a key elsewhere (jku)": MINT.token(key="evil", kid="x", header={"jku": "https://evil.example/jwks"}),
    "a certificate elsewhere (x5u)": MINT.token(key="evil", kid="x", header={"x5u": "https://evil.example/x"}),
    "our key's name and a key elsewhere": MINT.token(key="evil", header={"jku": "https://evil.example/jwks"}),
    "key name a path": MINT.token(kid="../../dev/null", key="k1"),
    "key name SQL": MINT.token(kid="k1' or '1'='1", key="k1"),
    "key name a list": MINT.by_hand({"alg": "RS256", "kid": ["k1"]}),
    "key name null": MINT.by_hand({"alg": "RS256", "kid": None}),
    "alg a list": MINT.by_hand({"alg": ["RS256"], "kid": "k1"}),
    "critical header": MINT.token(header={"crit": ["b64"], "b64": True}),
    "critical header nobody knows": MINT.token(header={"crit": ["evil"], "evil": 1}),
    "PS256 with the right key": MINT.token(alg="PS256"),
    "RS512 with the right key": MINT.token(alg="RS512"),
    "RS384 with the right key": MINT.token(alg="RS384"),
    "no token": "abc",
    "nothing": "",
    "dots": "..",
    "five parts": "a.b.c.d.e",
    "20 kB": "a" * 20_000 + ".b.c",
    "not ASCII": f"{MINT.token()}é",
    "half a character": "\ud800.b.c",
    "header not JSON": f"YWJj.{MINT.token().partition('.')[2]}",
    "header deeply nested": f"{b64(b'[' * 4000)}.b.c",
    "header a list": f"{b64([1])}.{MINT.token().partition('.')[2]}",
}

# What a library would let pass if one stopped there.
STRICTER = {
    "for us and for another": MINT.token(aud=["web.apps.example", "evil.apps"], azp=LEFT_OUT),
    "for us and for another, made out to the other": MINT.token(aud=["web.apps.example", "evil.apps"], azp="evil.apps"),
    "made out to another client": MINT.token(azp="evil.apps"),
    "made out to nobody": MINT.token(azp=None),
    "made out to a list": MINT.token(azp=["web.apps.example"]),
    "lives ten years": MINT.token(exp=int(NOW) + 3650 * DAY),
    "lives two days": MINT.token(exp=int(NOW) + 2 * DAY),
    "expiry as text": MINT.token(exp=str(int(NOW) + 999)),
    "expiry true": MINT.token(exp=True, iat=0),
    "expiry not a number": MINT.token(exp=float("nan")),
    "expiry infinite": MINT.token(exp=float("inf")),
    "an empty subject": MINT.token(sub=""),
    "a subject too long": MINT.token(sub="1" * 256),
    "a subject of two lines": MINT.token(sub="1\n2"),
    "no key named": MINT.by_hand({"alg": "RS256"}),
    "padded": f"{MINT.token()}==",
}


async def ours(token: str) -> Any:
    keys = SigningKeys(GOOGLE, MINT.http)
    return await verified(token, keys, audiences=OURS, now=NOW)


def leeway() -> int:
    """A minute; and as long as the test waited for its turn, for judges who look at the clock themselves."""
    return 60 + int(time.time() - NOW)


def pyjwts(token: str) -> Any:
    """PyJWT's own verdict, told all that it can be told."""
    kid = jwt.get_unverified_header(token).get("kid")
    if kid not in (*MINT.names, None):
        raise jwt.InvalidKeyError("no such key")
    key: Any = RSAAlgorithm.from_jwk(MINT.published("k1"))
    needed = {"require": ["iss", "aud", "exp", "iat", "sub"]}
    return jwt.decode(token, key, algorithms=["RS256"], audience=OURS, issuer=GOOGLE.names, leeway=leeway(), options=needed)


@pytest.mark.parametrize("token", GOOD.values(), ids=GOOD)
async def test_a_good_token_is_taken_by_us_and_by_the_judge(token: str) -> None:
    assert await ours(token) == pyjwts(token)


@pytest.mark.parametrize("token", BAD.values(), ids=BAD)
async def test_a_bad_token_is_refused_by_us_and_by_the_judge(token: str) -> None:
    with pytest.raises(TokenRefused) as refused:
        await ours(token)
    assert (refused.value.status, refused.value.code) == (401, "identity_token_invalid")
    assert refused.value.reason
    assert refused.value.reason not in f"{refused.value.message} {refused.value.details}", "who sends it learns nothing about why"
    with pytest.raises((jwt.PyJWTError, ValueError, TypeError, RecursionError)):
        pyjwts(token)


@pytest.mark.parametrize("token", STRICTER.values(), ids=STRICTER)
async def test_what_a_library_alone_might_let_pass_is_refused(token: str) -> None:
    with pytest.raises(TokenRefused):
        await ours(token)


async def test_tokens_are_for_somebody_named() -> None:
    """Where no client is set up, nothing is meant for us, a token for the empty name included."""
    for nobody in ((), ("",), ("web.apps.example", "")):
        with pytest.raises(TokenRefused):
            await verified(MINT.token(), SigningKeys(GOOGLE, MINT.http), audiences=nobody, now=NOW)


class Certificates(google.auth.transport.Request):  # type: ignore[no-untyped-call, unused-ignore]
    """What Google's library fetches the keys by."""

    def __call__(self, url: str, **more: Any) -> Any:
        class Answer(google.auth.transport.Response):
            status, headers, data = 200, {}, json.dumps({"keys": [MINT.published("k1")]}).encode()

        return Answer()


# It asks for less than we do: a token without an end, say, passes.
JUDGED = ("another", "alg", "no issuer", "no audience", "expired", "payload", "our key", "public key", "brings", "key name", "signature")
JUDGED_BY_GOOGLE = {name: token for name, token in BAD.items() if name.startswith(JUDGED)}


@pytest.mark.parametrize("token", JUDGED_BY_GOOGLE.values(), ids=JUDGED_BY_GOOGLE)
def test_googles_own_library_refuses_them_as_well(token: str) -> None:
    with pytest.raises(Exception):  # noqa: B017 (it raises what its parts raise)
        id_token.verify_oauth2_token(token, Certificates(), audience=list(OURS), clock_skew_in_seconds=leeway())


def test_googles_own_library_takes_what_we_take() -> None:
    claims = id_token.verify_oauth2_token(MINT.token(), Certificates(), audience=list(OURS), clock_skew_in_seconds=leeway())
    assert claims["sub"] == "108"


async def test_without_keys_to_judge_by_nobody_is_told_that_a_token_is_bad() -> None:
    down = Mint(GOOGLE_CLAIMS, now=NOW)
    down.answer = lambda: httpx2.Response(503)
    with pytest.raises(IssuerUnavailable) as unavailable:
        await verified(MINT.token(), SigningKeys(GOOGLE, down.http), audiences=OURS, now=NOW)
    assert (unavailable.value.status, unavailable.value.code) == (503, "identity_provider_unavailable")
