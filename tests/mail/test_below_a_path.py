"""Signing in where the public URL is https and has a path, which a proxy takes off: links in mail, forms, redirects and cookies."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import httpx2
import pytest
from fastapi import FastAPI

from socialclaw.settings import Settings
from socialclaw.sign_in_settings import SignInSettings
from socialclaw.system import System
from tests.conftest import SAME, Member, client, person
from tests.mail.conftest import ADA, Outbox
from tests.mail.post_office import PostOffice, body, links

SITE = "https://x.example"
BASE = f"{SITE}/social"


@pytest.fixture
def settings(tmp_path: Path, database_url: str, post_office: PostOffice) -> Settings:
    return Settings(
        data_dir=tmp_path / "data",
        database_url=database_url,
        smtp=post_office.settings(),
        public_base_url=BASE,
        sign_in=SignInSettings(sign_up="open"),
    )


class Proxy(httpx2.AsyncBaseTransport):
    """Takes the path off, and knows nothing that is not below it."""

    def __init__(self, app: FastAPI) -> None:
        self._to = httpx2.ASGITransport(app=app)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        path = request.url.raw_path.decode()
        assert path.startswith("/social/"), f"{path} is somebody else's"
        request.url = request.url.copy_with(raw_path=path.removeprefix("/social").encode())
        return await self._to.handle_async_request(request)


def surfer(app: FastAPI) -> httpx2.AsyncClient:
    """A browser that keeps cookies."""
    headers = {"accept": "text/html", "origin": SITE, **SAME}
    return httpx2.AsyncClient(transport=Proxy(app), headers=headers)


def kept(answer: httpx2.Response) -> dict[str, str]:
    """The cookies that an answer makes, each by what follows its value."""
    made = [one.partition("=") for one in answer.headers.get_list("set-cookie")]
    return {name: rest.partition(";")[2].lower() for name, _, rest in made}


def action(page: httpx2.Response) -> str:
    [found] = re.findall(r'<form method="post" action="([^"]+)"', page.text)
    assert found.startswith("/social/")
    return urljoin(BASE, found)


async def test_a_link_from_a_mail_leads_below_the_path_and_signs_in_there(app: FastAPI, mails: Outbox, post_office: PostOffice) -> None:
    async with surfer(app) as ada:
        asked = await ada.post(f"{BASE}/auth/email", json={"email": ADA, "returnTo": "/dashboard/posts?status=failed"})
        assert asked.status_code == 202, asked.text
        attempt = kept(asked)["__Host-sc_attempt"]
        assert "path=/" in attempt.replace(" ", "").split(";"), "browsers keep a cookie of this name for the whole host or not at all"
        await mails.empty()
        [link] = links(post_office.taken[-1])
        assert link.startswith(f"{BASE}/auth/email/")
        entered = await ada.post(action(await ada.get(link)))
        assert (entered.status_code, entered.headers["location"]) == (303, "/social/dashboard/posts?status=failed")
        session = kept(entered)["__Host-sc_session"].replace(" ", "").split(";")
        assert {"path=/", "secure", "httponly", "samesite=lax"} <= set(session)
        assert (await ada.get(f"{BASE}/v1/dashboard/session")).json()["user"]["email"] == ADA
        out = await ada.post(f"{BASE}/auth/sign-out")
        assert out.headers["location"] == "/social/dashboard"
        assert (await ada.get(f"{BASE}/v1/dashboard/session")).json()["authenticated"] is False


async def test_the_form_for_an_address_and_the_code_from_the_mail_are_below_it_too(
    app: FastAPI, mails: Outbox, post_office: PostOffice
) -> None:
    async with surfer(app) as ada:
        page = await ada.get(f"{BASE}/dashboard")
        asked = await ada.post(action(page), data={"email": ADA})
        await mails.empty()
        code = re.search(r"^[A-Z]{4}-[A-Z]{4}$", body(post_office.taken[-1]), re.MULTILINE)
        assert code
        entered = await ada.post(action(asked), data={"code": code[0]})
        assert (entered.status_code, entered.headers["location"]) == (303, "/social/dashboard")


async def test_an_invitation_is_to_a_page_below_the_path(
    app: FastAPI, system: System, workspace: Member, mails: Outbox, post_office: PostOffice
) -> None:
    owner = await person(system, (workspace.id, "owner"))
    async with surfer(app) as boss, surfer(app) as bob:
        boss.cookies.set("__Host-sc_session", owner.secret, domain="x.example", path="/")
        made: dict[str, Any] = (await boss.post(f"{BASE}/v1/dashboard/invites", json={"role": "viewer", "email": ADA})).json()
        await mails.empty()
        assert links(post_office.taken[-1]) == [made["url"]]
        page = await bob.get(made["url"])
        assert "sign in as who has proven" in page.text
        assert action(page) == f"{BASE}/auth/email/form"
        open_one = (await boss.post(f"{BASE}/v1/dashboard/invites", json={"role": "viewer"})).json()["url"]
        entered = await bob.post(action(await bob.get(open_one)), data={"name": "Bob"})
        assert entered.headers["location"] == "/social/dashboard"
        assert (await bob.get(f"{BASE}/v1/dashboard/session")).json()["tenant"]["id"] == workspace.id


async def test_only_a_page_of_the_same_host_is_ours_and_its_path_does_not_matter(app: FastAPI, system: System, workspace: Member) -> None:
    """An origin has no path: whoever shares a host with others trusts them."""
    owner = await person(system, (workspace.id, "owner"))
    async with surfer(app) as boss:
        boss.cookies.set("__Host-sc_session", owner.secret, domain="x.example", path="/")
        for origin, status in ((SITE, 201), ("https://x.example:444", 403), ("http://x.example", 403), ("https://evil.example", 403)):
            answer = await boss.post(f"{BASE}/v1/dashboard/invites", json={"role": "viewer"}, headers={"origin": origin})
            assert answer.status_code == status, origin


async def test_what_is_not_below_the_path_is_nothing_of_ours(app: FastAPI) -> None:
    async with client(app) as straight:
        assert (await straight.get("/social/dashboard")).status_code == 404, "the proxy takes the path off"
