"""TikTok's webhooks: signed over their time and their bytes, and read after that."""

from __future__ import annotations

import hmac
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from socialclaw.networks.tiktok.callbacks import read
from socialclaw.providers.withdrawals import Signer, Unreadable, Unsigned

NOW = 1_780_000_000
APP, SIMULATED = Signer("tiktok", "cs"), Signer("tiktok", "derived", test=True)
SIGNERS = (Signer("tiktok", ""), APP, SIMULATED)
EVENT = {
    "client_key": "k",
    "event": "authorization.removed",
    "create_time": 1_615_338_610,
    "user_openid": "act.example12345Example12345Example",
    "content": '{"reason": 1 }',
}


def body(**changes: Any) -> bytes:
    return json.dumps({**EVENT, **changes}).encode()


def header(content: bytes, at: int = NOW, secret: str = "cs") -> str:
    return f"t={at},s={hmac.digest(secret.encode(), f'{at}.'.encode() + content, 'sha256').hex()}"


@pytest.mark.parametrize("signer", [APP, SIMULATED], ids=["app", "simulated"])
def test_a_removal_says_who_and_when(signer: Signer) -> None:
    found = read(body(), header(body(), secret=signer.secret), SIGNERS, NOW)
    assert found is not None
    assert (found.signer, found.user_id, found.at) == (signer, EVENT["user_openid"], datetime.fromtimestamp(1_615_338_610, UTC))


def test_another_event_is_taken_and_is_none() -> None:
    other = body(event="video.publish.completed", user_openid=None)
    assert read(other, header(other), SIGNERS, NOW) is None


@pytest.mark.parametrize("user", ["\ud800", "a\0b"])
def test_a_text_that_cannot_be_kept_is_unreadable(user: str) -> None:
    with pytest.raises(Unreadable):
        read(body(user_openid=user), header(body(user_openid=user)), SIGNERS, NOW)


def test_spaces_in_the_header_change_nothing() -> None:
    assert read(body(), header(body()).replace(",", ", "), SIGNERS, NOW + 299) is not None


WRONG = {
    "none": "",
    "another secret": header(body(), secret="evil"),
    "an empty secret": header(body(), secret=""),
    "ten minutes old": header(body(), NOW - 600),
    "ten minutes ahead": header(body(), NOW + 600),
    "its time changed": header(body(), NOW - 600).replace(str(NOW - 600), str(NOW)),
    "of another body": header(body(user_openid="somebody-else")),
    "one byte more": header(body() + b" "),
    "no time": header(body()).partition(",")[2],
    "two times": f"t={NOW},{header(body())}",
    "a great time": f"t={'9' * 13},s={'0' * 64}",
    "letters of others": "t=é,s=é",
}


@pytest.mark.parametrize("given", WRONG.values(), ids=WRONG)
def test_what_tiktok_did_not_sign_for_us_is_refused(given: str) -> None:
    with pytest.raises(Unsigned):
        read(body(), given, SIGNERS, NOW)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"1",
        b"[" * 9999,
        body(user_openid=None),
        body(user_openid=5),
        body(user_openid=""),
        body(user_openid="x" * 200),
        body(create_time=None),
        body(create_time=True),
        body(create_time="now"),
        body(create_time=-5),
    ],
)
def test_what_is_signed_and_says_nothing_is_refused(content: bytes) -> None:
    with pytest.raises(Unreadable):
        read(content, header(content), SIGNERS, NOW)
