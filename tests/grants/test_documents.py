"""Clients that are known by a document at a URL of theirs: what is one, how it is fetched, and what an attacker makes of that."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

import httpcore2
import httpx2
import msgspec
import pytest
from fastapi import FastAPI

from socialclaw import outbound
from socialclaw.grants import documents
from socialclaw.grants.documents import MOST_BYTES, Documents
from socialclaw.grants.refusals import ClientInvalid
from socialclaw.settings import Settings
from socialclaw.system import System
from tests.conftest import Member, Person, browser
from tests.grants.conftest import BACK, PAGE, Program, came_back, consent

URL = "https://client.example/oauth/client.json"
SAID: dict[str, Any] = {"client_id": URL, "client_name": "Acme Studio", "redirect_uris": [BACK, "http://127.0.0.1/back"]}
Answer = Callable[[httpx2.Request], httpx2.Response]


class Body(httpx2.AsyncByteStream):
    """As it comes off a connection: in pieces, and read by nobody yet."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for start in range(0, len(self._content), 1000):
            yield self._content[start : start + 1000]


class House:
    """The host of a client: what it is asked for, and what it answers."""

    def __init__(self, system: System) -> None:
        self.asked: list[httpx2.Request] = []
        self.answer: Answer
        self.says()
        system.outbound.guarded = httpx2.AsyncClient(transport=httpx2.MockTransport(self._take))

    def _take(self, request: httpx2.Request) -> httpx2.Response:
        self.asked.append(request)
        return self.answer(request)

    def says(self, status: int = 200, content: bytes | None = None, **headers: str) -> None:
        body = msgspec.json.encode(SAID) if content is None else content
        given = {"content-type": "application/json"} | {name.replace("_", "-"): value for name, value in headers.items()}
        self.answer = lambda request: httpx2.Response(status, stream=Body(body), headers=given)


@pytest.fixture
def house(system: System) -> House:
    return House(system)


async def test_a_program_that_never_registered_is_let_in_by_its_document(
    app: FastAPI, workspace: Member, owner: Person, program: Program, house: House
) -> None:
    program.id = URL
    async with browser(app, owner) as someone:
        page = await someone.get("/oauth/authorize", params=program.query(), headers=PAGE)
        assert "“Acme Studio” asks for access. client.example vouches for it." in page.text
        told = came_back(await consent(someone, program.query(), workspace.id))
        made = await program.redeem(told["code"])
        assert made.status_code == 200, made.text
        assert (await program.renew(made.json()["refresh_token"])).status_code == 200
        assert "client.example" in (await someone.get("/v1/keys/details")).text
    assert len(house.asked) == 1, "it is remembered"
    [request] = house.asked
    assert (request.method, str(request.url)) == ("GET", URL)
    assert "cookie" not in request.headers


@pytest.mark.parametrize(
    "said",
    [
        SAID | {"client_id": "https://client.example/other"},
        SAID | {"client_id": URL.upper()},
        {name: value for name, value in SAID.items() if name != "client_id"},
        SAID | {"redirect_uris": []},
        SAID | {"redirect_uris": "x"},
        SAID | {"redirect_uris": ["javascript:alert(1)"]},
        SAID | {"client_secret": "x"},
        SAID | {"token_endpoint_auth_method": "client_secret_post"},
        SAID | {"client_name": "\u202eemca"},
        [],
        None,
    ],
)
async def test_a_document_that_is_of_another_or_cannot_be_one_is_refused(system: System, house: House, said: Any) -> None:
    house.says(content=msgspec.json.encode(said))
    with pytest.raises(ClientInvalid):
        await Documents(system).client(URL)


@pytest.mark.parametrize(
    ("status", "headers", "content"),
    [
        (302, {"location": "http://169.254.169.254/"}, b""),
        (404, {}, None),
        (200, {"content_type": "text/html"}, None),
        (200, {"content_encoding": "gzip"}, None),
        (200, {}, b"{"),
        (200, {}, b'{"a":' * 3000),
        (200, {}, b" " * (MOST_BYTES + 1)),
    ],
)
async def test_what_is_answered_otherwise_is_no_document(
    system: System, house: House, status: int, headers: dict[str, str], content: bytes | None
) -> None:
    house.says(status, content, **headers)
    found = Documents(system)
    for _ in range(3):
        with pytest.raises(ClientInvalid) as refused:
            await found.client(URL)
        assert refused.value.status == 400
    assert len(house.asked) == 1, "a failure is remembered for a while too, and no redirect is followed"


@pytest.mark.parametrize(
    "url",
    [
        "http://client.example/x",
        "https://client.example",
        "https://client.example/",
        "https://client.example/a?b=c",
        "https://client.example/a#b",
        "https://client.example:8443/a",
        "https://a@client.example/a",
        "https://client.example/a/../b",
        "https://client.example/./b",
        "https:///a",
        "https://cl\u0131ent.example/a",
        'https://client.example/"a',
        f"https://client.example/{'a' * 600}",
        "https://[::1/a",
    ],
)
async def test_an_address_that_cannot_be_a_clients_id_is_not_even_asked_for(system: System, house: House, url: str) -> None:
    with pytest.raises(ClientInvalid):
        await Documents(system).client(url)
    assert house.asked == []


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "fd00::1", "100.64.0.1"])
async def test_it_is_fetched_from_public_places_only(system: System, address: str) -> None:
    """The guard of all URLs that users name: see tests/security/test_ssrf.py."""
    connected: list[str] = []

    class Inside(httpcore2.AsyncNetworkBackend):
        async def connect_tcp(self, host: str, *rest: Any, **more: Any) -> Any:
            connected.append(host)
            raise httpcore2.ConnectError("reached")

    async def leads_inside(host: str, port: int) -> list[str]:
        return [address]

    backend = outbound.GuardedBackend(Inside(), resolver=leads_inside)
    system.outbound.guarded = httpx2.AsyncClient(transport=outbound.guarded_transport(backend), trust_env=False)
    with pytest.raises(ClientInvalid, match="public"):
        await Documents(system).client(URL)
    assert connected == []


@pytest.mark.parametrize(
    ("caching", "seconds"), [("", 3600), ("max-age=1", 60), ("max-age=7200", 7200), ("max-age=999999", 86_400), ("no-store", 60)]
)
async def test_for_how_long_it_is_remembered_its_host_says_within_bounds(
    system: System, house: House, monkeypatch: pytest.MonkeyPatch, caching: str, seconds: float
) -> None:
    now = [1000.0]
    monkeypatch.setattr(documents.time, "monotonic", lambda: now[0])
    house.says(cache_control=caching)
    found = Documents(system)
    await found.client(URL)
    now[0] += seconds - 1
    await found.client(URL)
    assert len(house.asked) == 1
    now[0] += 2
    await found.client(URL)
    assert len(house.asked) == 2


async def test_strangers_make_this_server_ask_others_only_so_often(settings: Settings, program: Program, house: House) -> None:
    """Each address that is asked for costs somebody a request."""
    statuses = []
    for number in range(settings.sign_in.starts_per_minute + 2):
        program.id = f"https://client.example/{number}.json"
        statuses.append((await program.api.get("/oauth/authorize", params=program.query(), headers=PAGE)).status_code)
    assert statuses[0] == 400
    assert statuses[-1] == 429
    assert len(house.asked) == settings.sign_in.starts_per_minute
