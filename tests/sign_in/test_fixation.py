"""Session fixation: whatever somebody has put into a browser, and however, is nobody's session once another person has signed in there."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import httpx2
import pytest
from fastapi import FastAPI

from socialclaw.people import ways_in
from socialclaw.system import System
from tests.api.test_sign_in import card, here, link, settings  # noqa: F401  a server that only its own machine reaches
from tests.conftest import Member, Person, person

# How somebody's own session is planted: `*` stands for its secret.
PLANTED = [
    {"cookie": "sc_session=*"},
    {"cookie": " sc_session = * "},
    {"cookie": 'sc_session="*"'},
    {"cookie": "sc_session=*; sc_session=*"},
    {"cookie": "sc_session=*;sc_session=other"},
    {"cookie": "sc_session=other; sc_session=*"},
    {"cookie": "sc_session=; sc_session=*"},
    {"cookie": "sc_session=*; sc_session="},
    {"cookie": "sc_session; sc_session=*"},
    {"cookie": "$Version=1; sc_session=*; $Path=/v1"},
    {"cookie": "sc_session=*; Path=/v1; Domain=127.0.0.1"},
    {"cookie": "theme=dark; sc_session=*; lang=en"},
    {"cookie": "=*; sc_session=*"},
    {"cookie": "sc_session==*"},
    {"cookie": "sc_session=%2A*"},
    {"cookie": "SC_SESSION=*"},
    {"cookie": "Sc_Session=*"},
    {"cookie": "sc%5Fsession=*"},
    {"cookie": "sc_session\t=*"},
    {"cookie": "__Host-sc_session=*"},
    {"cookie": "__Secure-sc_session=*"},
    {"cookie": "__host-sc_session=*; sc_session=*"},
    {"cookie": "sc_session=*,sc_session=*"},
    {"cookie2": "sc_session=*"},
    {"x-cookie": "sc_session=*"},
    {"authorization": "Bearer *"},
    {"authorization": "Session *"},
    {"x-session": "*"},
    {"sc_session": "*"},
]
QUERIES = ["?sc_session=*", "?session=*&token=*", ";sc_session=*"]


@pytest.fixture
async def planter(system: System, workspace: Member) -> Person:
    """Somebody with a session of their own, who wants another person to go on in it."""
    return await person(system, (workspace.id, "viewer"))


@pytest.fixture
async def victim(app: FastAPI) -> AsyncIterator[httpx2.AsyncClient]:
    async with here(app) as api:
        yield api


def test_the_ways_to_plant_one_are_at_least_twenty() -> None:
    assert len({str(headers) for headers in PLANTED}) == len(PLANTED) >= 20


@pytest.mark.parametrize("headers", PLANTED, ids=str)
async def test_what_was_planted_is_nobodys_session_after_signing_in(
    app: FastAPI, system: System, planter: Person, victim: httpx2.AsyncClient, headers: dict[str, str]
) -> None:
    planted = {name: value.replace("*", planter.secret) for name, value in headers.items()}
    entered = await victim.post(await link(system), headers=planted)
    made = re.match(r"sc_session=([\w-]{43});", entered.headers["set-cookie"])
    assert made, entered.headers
    assert made[1] != planter.secret
    both = {**planted, "cookie": "; ".join([*filter(None, [planted.get("cookie")]), f"sc_session={made[1]}"])}
    before = {**planted, "cookie": "; ".join([f"sc_session={made[1]}", *filter(None, [planted.get("cookie")])])}
    victim.cookies.clear()
    for sent in (both, before):
        found = await card(victim, **sent)
        assert not found["authenticated"] or found["user"]["id"] != planter.id, sent
    other = (await card(victim, **planted))["user"]
    assert other is None or other["id"] == planter.id, "what was planted never became the session of who signed in"
    assert (await card(victim, cookie=f"sc_session={made[1]}"))["user"]["name"] == "Operator"


@pytest.mark.parametrize("query", QUERIES)
async def test_an_address_plants_nothing(app: FastAPI, system: System, planter: Person, victim: httpx2.AsyncClient, query: str) -> None:
    asked = query.replace("*", planter.secret)
    assert not (await victim.get(f"/v1/dashboard/session{asked}")).json().get("authenticated")
    secret = await system.database.write(ways_in.local_link)
    entered = await victim.post(f"/auth/ticket/{secret}{asked if asked.startswith('?') else ''}")
    assert planter.secret not in entered.headers["set-cookie"]
    assert (await card(victim))["user"]["id"] != planter.id


async def test_of_two_sessions_in_one_request_neither_counts(system: System, planter: Person, victim: httpx2.AsyncClient) -> None:
    """A page of another port or path can add a cookie of this name to the browser's, and nobody can tell which of them is whose."""
    await victim.post(await link(system))
    own = victim.cookies["sc_session"]
    victim.cookies.clear()
    for order in ((own, planter.secret), (planter.secret, own)):
        found = await card(victim, cookie="; ".join(f"sc_session={one}" for one in order))
        assert not found["authenticated"]
    assert (await card(victim, cookie=f"sc_session={own}; sc_session={own}"))["authenticated"], "one and the same, sent twice, is one"
