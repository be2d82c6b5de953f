"""Meta's signed requests: its own vector, both apps' secrets, and everything that is none."""

from __future__ import annotations

import base64
import hmac
import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import pytest

from socialclaw.networks.meta.callbacks import read, signed_request_in
from socialclaw.providers.withdrawals import Signer, Unreadable, Unsigned

# https://github.com/facebookarchive/php-graph-sdk, tests/SignedRequestTest.php. The payload keeps its padding, and is signed with it.
SIGNATURE = "U0_O1MqqNKUt32633zAkdd2Ce-jGVgRgJeRauyx_zC8="
PAYLOAD = (
    "eyJvYXV0aF90b2tlbiI6ImZvb190b2tlbiIsImFsZ29yaXRobSI6IkhNQUMtU0hBMjU2IiwiaXNzdWVkX2F0IjozMjEsImNvZGUiOiJmb29fY29kZSIsInN0YXRlIjoi"
    "Zm9vX3N0YXRlIiwidXNlcl9pZCI6MTIzLCJmb28iOiJiYXIifQ=="
)
FACEBOOK, INSTAGRAM = Signer("meta", "foo_app_secret"), Signer("instagram", "ig_secret")
APPS = (FACEBOOK, INSTAGRAM, Signer("meta", ""))
SAID = {"user_id": "218471", "algorithm": "HMAC-SHA256", "issued_at": 1_780_000_000}


def base64url(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).decode().rstrip("=")


def signed(said: Any = None, secret: str = "foo_app_secret", *, raw: bytes | None = None, **changes: Any) -> str:
    payload = base64url(raw if raw is not None else json.dumps({**SAID, **changes} if said is None else said).encode())
    return f"{base64url(hmac.digest(secret.encode(), payload.encode(), 'sha256'))}.{payload}"


def test_the_official_vector_is_read() -> None:
    found = read(f"{SIGNATURE}.{PAYLOAD}", APPS)
    assert (found.signer, found.user_id, found.at) == (FACEBOOK, "123", datetime.fromtimestamp(321, UTC))
    assert read(f"{SIGNATURE.rstrip('=')}.{PAYLOAD}", APPS) == found


@pytest.mark.parametrize(("secret", "signer"), [("foo_app_secret", FACEBOOK), ("ig_secret", INSTAGRAM)])
def test_the_secret_that_fits_says_whose_it_is(secret: str, signer: Signer) -> None:
    found = read(signed(secret=secret), APPS)
    assert (found.signer, found.user_id, found.at) == (signer, "218471", datetime.fromtimestamp(1_780_000_000, UTC))
    assert read(signed(secret=secret, algorithm="hmac-sha256", user_id=218471), APPS) == found


FORGED = {
    "padding taken off the payload": f"{SIGNATURE}.{PAYLOAD}".replace("=", ""),
    "another secret": signed(secret="evil"),
    "an empty secret": signed(secret=""),
    "another payload": f"{signed().partition('.')[0]}.{signed(user_id='1').partition('.')[2]}",
    "algorithm none": signed(algorithm="none"),
    "algorithm HMAC-SHA1": signed(algorithm="HMAC-SHA1"),
    "no algorithm": signed(algorithm=None),
    "several algorithms": signed(algorithm=["HMAC-SHA256"]),
    "a user that is a truth": signed(user_id=True),
    "no user": signed(user_id=None),
    "a user that is an object": signed(user_id={"id": 1}),
    "a user that is a statement": signed(user_id="1 OR 1=1"),
    "an empty user": signed(user_id=""),
    "a user of other digits": signed(user_id="١٢٣"),
    "a user of forty digits": signed(user_id="9" * 40),
    "no time": signed(issued_at=None),
    "a time that is a truth": signed(issued_at=True),
    "a time that is text": signed(issued_at="1780000000"),
    "a time before all": signed(issued_at=-1),
    "a time after all": signed(issued_at=10**15),
    "a payload that is a list": signed([1]),
    "a payload that is no JSON": signed(raw=b"hello"),
    "a payload that is deep": signed(raw=b"[" * 1500),
    "nothing": "",
    "a dot": ".",
    "two dots": "a.b.c",
    "no dot": "nodot",
    "other characters": "%%%.%%%",
    "letters of others": "é.é",
    "a long one": f"{'A' * 5000}.b",
    "one letter less": signed()[:-1],
    "one letter more": signed() + "A",
}


@pytest.mark.parametrize("value", FORGED.values(), ids=FORGED)
def test_what_meta_did_not_sign_for_us_is_refused(value: str) -> None:
    with pytest.raises((Unsigned, Unreadable)):
        read(value, APPS)


def test_it_comes_as_a_form_or_as_json() -> None:
    value = f"{SIGNATURE}.{PAYLOAD}"
    for body in (urlencode({"signed_request": value}), f"a=1&signed_request={value}", json.dumps({"signed_request": value})):
        assert signed_request_in(body.encode()) == value


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"{}",
        b'{"signed_request": 1}',
        b"signed_request=",
        b"signed_request=a&signed_request=b",
        b"\xff=1",
        b"a&" * 50,
        b"[" * 9999,
    ],
)
def test_a_body_without_one_is_refused(body: bytes) -> None:
    with pytest.raises(Unsigned):
        signed_request_in(body)
