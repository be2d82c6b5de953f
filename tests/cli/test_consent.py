"""The browser that stands in for a newcomer: it sends what a real one would for a consent page."""

from __future__ import annotations

from urllib.parse import parse_qs

import httpx2
import pytest

from socialclaw.cli.consent import allow, read_form
from socialclaw.cli.output import Problem


def test_a_form_sends_its_fields_and_the_first_button() -> None:
    form = read_form(
        '<form method="POST" action="/go"><input type="hidden" name="token" value="a&amp;b"><input name="login">'
        '<input type="checkbox" name="no"><input type="checkbox" name="yes" checked><input type="radio" name="r" value="2" checked>'
        '<button type="button" name="nothing">?</button><button name="decision" value="allow">Allow</button>'
        '<button name="decision" value="deny">Deny</button></form><form><input name="other"></form>'
    )
    assert (form.action, form.method) == ("/go", "post")
    assert form.values == {"token": "a&b", "login": "", "yes": "on", "r": "2", "decision": "allow"}


async def test_it_goes_through_every_page_and_follows_the_way_back() -> None:
    sent: list[tuple[str, str, dict[str, list[str]]]] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        sent.append((request.method, request.url.path, parse_qs(request.content.decode())))
        match request.method, request.url.path:
            case "GET", "/authorize":
                return httpx2.Response(200, html='<form method="post"><input name="login" value="?"></form>')
            case "POST", "/authorize":
                return httpx2.Response(200, html='<form method="post" action="/consent"><button name="decision" value="allow"></form>')
            case "POST", "/consent":
                return httpx2.Response(302, headers={"location": "/oauth/callback?code=1"})
        return httpx2.Response(200, html="<h1>Connected</h1>")

    async with httpx2.AsyncClient(transport=httpx2.MockTransport(answer)) as http:
        last = await allow(http, "https://network.test/authorize", {"login": "ada", "unasked": "x"})
    assert last.url.path == "/oauth/callback"
    assert sent[1:] == [
        ("POST", "/authorize", {"login": ["ada"]}),
        ("POST", "/consent", {"decision": ["allow"]}),
        ("GET", "/oauth/callback", {}),
    ]


async def test_a_page_that_comes_back_for_ever_is_given_up() -> None:
    transport = httpx2.MockTransport(lambda request: httpx2.Response(200, html='<form method="post"><input name="a"></form>'))
    async with httpx2.AsyncClient(transport=transport) as http:
        with pytest.raises(Problem):
            await allow(http, "https://network.test/authorize", {})
