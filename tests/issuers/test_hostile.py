"""The simulated issuers are sent what nobody should send: each answers, says no, and is there afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import httpx2
import pytest

from socialclaw.issuers.apple.sandbox import developer
from socialclaw.issuers.authorization import Attempt
from tests.issuers.conftest import House

NASTY = [
    "",
    " ",
    "0" * 5000,
    "9" * 5000,
    "a" * 100_000,
    "%00",
    "\0",
    "é" * 1000,
    "\u202e<script>alert(1)</script>",
    "' OR 1=1 --",
    "../../etc/passwd",
    "[" * 20_000,
    '{"a":' * 5000,
    "a.b.c",
    f"{'a' * 2000}.{'b' * 2000}.",
    "-1",
    "NaN",
    "true",
    "\r\nset-cookie: x=y",
]
SENT: dict[str, dict[str, str]] = {
    "grant_type": {"grant_type": "authorization_code"},
    "code": {"grant_type": "authorization_code", "code": ""},
    "client_id": {"grant_type": "authorization_code", "client_id": ""},
    "client_secret": {"grant_type": "authorization_code", "client_id": developer.SERVICES_ID, "client_secret": ""},
    "redirect_uri": {"grant_type": "authorization_code", "redirect_uri": ""},
    "code_verifier": {"grant_type": "authorization_code", "code_verifier": ""},
    "refresh_token": {"grant_type": "refresh_token", "refresh_token": ""},
    "token": {"token": ""},
}


def calls(house: House) -> Iterator[httpx2.Request]:
    """Every route, with each of its fields replaced by each of these in turn, but for the heads of requests that no client could send."""
    attempt = Attempt.fresh()
    url = httpx2.URL(house.url(attempt))
    short = [value for value in NASTY if len(value) < 50_000]
    for name in [*url.params, "unknown"]:
        for value in short:
            query = urlencode({**dict(url.params), name: value})
            yield httpx2.Request("GET", f"{url.copy_with(query=None)}?{query}")
            yield _form(f"{url.copy_with(query=None)}?{query}", {"login": "ada", "decision": "allow"})
    for name in ("login", "decision", "kind", "mail", "action"):
        for value in NASTY:
            yield _form(str(url), {"login": "ada", "decision": "allow", name: value})
            yield _form("https://appleid.apple.com/account/manage", {"login": "ada", "action": "email-enabled", name: value})
    ends = [house.issuer.oauth.token_url, house.issuer.oauth.revoke_url or ""]
    for name, form in SENT.items():
        for value in NASTY:
            for end in ends:
                yield _form(end, {**form, name: value})
                yield httpx2.Request("POST", end, content=value.encode(), headers={"content-type": "application/x-www-form-urlencoded"})
                yield httpx2.Request("POST", end, content=b"", headers={"authorization": f"Basic {value[:2000]!a}"})
    for value in short:
        head = {"authorization": f"Bearer {value!a}"}
        yield httpx2.Request("GET", "https://openidconnect.googleapis.com/v1/userinfo", headers=head)


def _form(url: str, fields: dict[str, Any]) -> httpx2.Request:
    return httpx2.Request("POST", url, content=urlencode(fields).encode(), headers={"content-type": "application/x-www-form-urlencoded"})


async def test_whatever_is_sent_is_answered(house: House) -> None:
    hosts, seen = house.simulator.hosts, 0
    for request in calls(house):
        if request.url.host in hosts:
            answer = house.simulator.answer(request)
            assert answer.status_code < 500, (request.method, str(request.url)[:200], request.content[:200])
            assert b"<script>alert" not in answer.content
            seen += 1
    assert seen > 500
    assert (await house.sign_in()).identity.subject


@pytest.mark.parametrize("login", ["ada lovelace", "a" * 200, "<b>", "ada@", "ada@acme", "ada@acme.example@evil.example", "ada@.", ""])
async def test_a_name_that_is_none_is_asked_for_again(house: House, login: str) -> None:
    answer = await house.http.post(house.url(Attempt.fresh()), data={"login": login, "decision": "allow"})
    assert answer.status_code == 422
    assert "role=alert" in answer.text
