"""Attempts to be led inside, by every way on which a user's URL is fetched: all are refused, and what listens inside is never reached."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpcore2
import httpx2
import pytest
from fastapi import FastAPI

from socialclaw import outbound
from socialclaw.db.base import Scope
from socialclaw.errors import SocialClawError
from socialclaw.media import importer, imports, remote_probe
from socialclaw.media.post_media import opened
from socialclaw.outbound import GuardedBackend, guarded_transport
from socialclaw.system import System
from tests.api import rows
from tests.conftest import Member, client, member
from tests.internet import Listener, Served, Web, names_or_system
from tests.media import files
from tests.security import attempts
from tests.security.attempts import HOSTS, PUBLIC, PUBLIC_6, REDIRECTS, URLS, url_of

LATER = "2030-01-31T09:00:00Z"
REBINDING = "http://rebinding.example/a.png"
INSIDE = re.compile(r"(//(?:127\.0\.0\.1|\[::1\]|0x7f\.1|localhost|mixed\.example))/")  # hosts to which something listens
# What a URL is refused with: by the guard, or because it is none that a document may have.
REFUSALS = {"url_not_allowed", "asset_url_invalid", "asset_url_required", "source_url_invalid", "media_unreachable"}


@dataclass
class World(httpcore2.AnyIOBackend):
    """Connects for real, to wherever it is told; but that the public addresses are a web server of this test."""

    web: Web
    inside: Listener
    rebound: list[str] = field(default_factory=lambda: [PUBLIC])

    async def connect_tcp(self, host: str, port: int, *rest: Any) -> httpcore2.AsyncNetworkStream:
        if host in (PUBLIC, PUBLIC_6):
            host, port = "127.0.0.1", self.web.port
        return await super().connect_tcp(host, port, *rest)

    async def resolve(self, host: str, port: int) -> list[str]:
        if host == "rebinding.example":
            return [self.rebound.pop() if self.rebound else "127.0.0.1"]
        return await names_or_system(host, port)

    @property
    def urls(self) -> dict[str, str]:
        """Every attempt by what it is, as a URL."""
        port = self.inside.port
        found = {host: url_of(host, port) for host in HOSTS} | {repr(url): url for url in URLS}
        found |= {f"to {target}": f"http://public.example/{n}" for n, target in enumerate(REDIRECTS)}
        return {**found, "a circle": "http://public.example/circle", "a rebinding name": REBINDING}


@pytest.fixture
async def world(system: System, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    """The real guard, in front of real connections; inside, something listens on both loopback addresses, on a port that is allowed."""
    web, inside = Web(), Listener()
    outside = await asyncio.start_server(web.serve, "127.0.0.1", 0)
    web.port = outside.sockets[0].getsockname()[1]
    listening = [await asyncio.start_server(inside.serve, "127.0.0.1", 0)]
    inside.port = listening[0].sockets[0].getsockname()[1]
    listening.append(await asyncio.start_server(inside.serve, "::1", inside.port))
    monkeypatch.setattr(outbound, "PORTS", (80, 443, inside.port))
    for n, target in enumerate(REDIRECTS):
        web.answers[f"/{n}"] = INSIDE.sub(rf"\1:{inside.port}/", target)
    web.answers["/circle"] = "/circle"
    web.files["/a.png"] = Served(files.picture(), headers={"connection": "close"})
    found = World(web, inside)
    transport = guarded_transport(GuardedBackend(found, resolver=found.resolve))
    was, system.outbound.guarded = system.outbound.guarded, httpx2.AsyncClient(transport=transport, trust_env=False, timeout=5)
    yield found
    await system.outbound.guarded.aclose()
    system.outbound.guarded = was
    for server in (outside, *listening):
        server.close()


@pytest.fixture
async def live(system: System) -> Member:
    return await member(system, "Live", "live")


@pytest.fixture
async def account(system: System, live: Member) -> str:
    def make(scope: Scope) -> str:
        return rows.account(scope, provider="discord", handle="discord:1", account_type="discord_webhook").id

    return await system.write(live.id, make)


@pytest.fixture
async def live_api(app: FastAPI, live: Member) -> AsyncIterator[httpx2.AsyncClient]:
    async with client(app, live.secret) as api:
        yield api


def let_through(world: World, found: dict[str, str]) -> dict[str, str]:
    """What was not refused as it should: attempt -> what came of it. That nothing inside was reached is asserted."""
    assert world.inside.connections == 0
    assert found.keys() == world.urls.keys()
    return {attempt: code for attempt, code in found.items() if code not in REFUSALS}


async def test_what_listens_inside_can_be_reached_by_who_is_not_guarded(world: World) -> None:
    async with httpx2.AsyncClient(trust_env=False) as http:
        for host in ("127.0.0.1", "[::1]"):
            assert (await http.get(f"http://{host}:{world.inside.port}/")).content == b"hello"
    assert world.inside.connections == 2


@pytest.mark.parametrize("path", ["/v1/posts/validate", "/v1/posts/apply"])
@pytest.mark.parametrize("way", ["media_link", "assets"])
async def test_no_schedule_leads_inside(live_api: httpx2.AsyncClient, account: str, world: World, path: str, way: str) -> None:
    urls = {attempt: url for attempt, url in world.urls.items() if "\0" not in url}  # NUL is refused before anything is read
    post = {"account": account, "description": "Hi", "publish_at": LATER}
    media = [{way: url if way == "media_link" else [{"url": url, "kind": "image"}]} for url in urls.values()]
    answer = await live_api.post(path, json={"posts": [{**post, **one} for one in media]})
    assert answer.status_code == 422
    codes = {attempt: "let through" for attempt in world.urls} | dict.fromkeys(world.urls.keys() - urls.keys(), "url_not_allowed")
    if way == "media_link":
        codes["''"] = "asset_url_required"  # an empty link is none
    for issue in answer.json()["details"]["issues"]:
        number = int(re.findall(r"\d+", issue["path"])[0])
        if issue["code"] in REFUSALS:
            codes[[*urls][number]] = issue["code"]
            assert issue["message"]
    assert let_through(world, codes) == {}


async def test_no_preview_of_a_post_leads_inside(live_api: httpx2.AsyncClient, account: str, world: World) -> None:
    codes = {}
    for attempt, url in world.urls.items():
        body = {"text": "Hi", "assets": [{"url": url, "kind": "image"}]}
        answer = (await live_api.post(f"/v1/accounts/{account}/actions/publish-preview", json=body)).json()
        found = {issue["code"] for issue in (answer.get("result") or answer.get("details") or {}).get("issues", ())}
        codes[attempt] = next(iter(found & REFUSALS), str(found)) if "\0" not in url else "url_not_allowed"
    assert let_through(world, codes) == {}


async def test_no_post_that_is_published_leads_inside(system: System, live: Member, world: World) -> None:
    """As when a name was moved inside after its post was applied."""
    codes = {}
    for attempt, url in world.urls.items():
        if url == REBINDING:  # it is looked at once, which is allowed, and read later, when the name leads elsewhere
            world.rebound[:] = [PUBLIC]
        try:
            async with opened(system, live.id, [{"id": "asset_1", "url": url, "kind": "image"}]) as [media]:
                assert media.read is not None
                await media.read(0, 10)
            codes[attempt] = "let through"
        except SocialClawError as error:
            codes[attempt] = error.code
    assert let_through(world, codes) == {}


async def test_no_import_leads_inside(system: System, live_api: httpx2.AsyncClient, world: World) -> None:
    """What comes of it can be read by whoever asked for it, and tells nothing of the inside."""
    codes, told = {}, {}
    for attempt, url in world.urls.items():
        if url == REBINDING:
            world.rebound.clear()  # it is fetched once, and leads inside by then
        answer = (await live_api.post("/v1/assets/upload", json={"sourceUrl": url})).json()
        codes[attempt] = answer.get("code", "let through") if "\0" not in url else "url_not_allowed"  # which is refused before it is read
        if "asset" in answer:
            [job] = await system.database.write(imports.take, most=10)
            await importer.work(system, job)
            error = (await live_api.get(f"/v1/assets/{answer['asset']['id']}")).json()["asset"]["error"]
            codes[attempt] = error["code"] if error else "let through"
            told[url] = error["message"] if error else ""
    assert let_through(world, codes) == {}
    assert len(told) > 40, "most are found out only by who fetches"
    for url, message in told.items():
        said_outside = url.replace("。", ".") + world.web.answers.get(urlsplit(url).path, "")
        assert not [inside for inside in ("127.0.0.1", "10.0.") if inside in message and inside not in said_outside], url


async def test_no_pasted_address_of_a_webhook_leads_inside(live_api: httpx2.AsyncClient, world: World) -> None:
    """Nor does a token that goes into a path."""
    codes = {}
    for attempt, url in world.urls.items():
        asked = {"provider": "discord", "webhookUrl": url}
        answers = [await live_api.post("/v1/connections/start", json=asked)]
        token = {"provider": "telegram", "botToken": f"@{url.partition('//')[2]}", "chatId": "@channel"}
        answers.append(await live_api.post("/v1/connections/start", json=token))
        codes[attempt] = "url_not_allowed" if {answer.status_code for answer in answers} == {422} else str(answers)
    assert let_through(world, codes) == {}


async def test_a_name_that_is_moved_inside_while_a_schedule_is_looked_at_gains_nothing(system: System, world: World) -> None:
    found = (await remote_probe.glimpses(system, "ws", [REBINDING]))[REBINDING]
    assert found.error is not None
    assert found.error.code == "url_not_allowed"
    assert world.web.asked() == ["/a.png"]
    assert world.inside.connections == 0


def test_the_documentation_says_how_many_attempts_there_are() -> None:
    page = (Path(__file__).parents[2] / "docs" / "security.md").read_text()
    assert f"{attempts.count()} attempts" in page
    assert attempts.count() >= 40
