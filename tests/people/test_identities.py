"""Identities: another one is linked by who is signed in and fresh, one is taken away with what was granted, and the last one stays."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI
from sqlalchemy import func, select, update

from socialclaw.app import build
from socialclaw.db.base import real_now
from socialclaw.db.erasure import Revocation
from socialclaw.db.people import AuditLine, Identity, UserSession
from socialclaw.people import ways_in
from socialclaw.settings import Settings
from socialclaw.system import System
from tests.api.test_issuers import card, given, here, sign_in
from tests.conftest import SAME, Member, opened

PATH = "/v1/dashboard/identities"


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    return given(tmp_path, database_url)


@pytest.fixture
async def browser(app: FastAPI) -> Any:
    async with here(app) as found:
        yield found


async def listed(browser: httpx2.AsyncClient) -> dict[str, dict[str, Any]]:
    answer = await browser.get(PATH, headers=SAME)
    assert answer.status_code == 200, answer.text
    return {one["provider"]: one for one in answer.json()["identities"]}


async def aged(system: System) -> None:
    await system.database.write(lambda session: session.execute(update(UserSession).values(created_at=real_now() - timedelta(minutes=16))))


@pytest.mark.usefixtures("both_databases")
async def test_one_is_linked_and_either_leads_to_the_same_person(browser: httpx2.AsyncClient) -> None:
    await sign_in(browser, "google", "ada")
    me = (await card(browser))["user"]["id"]
    assert [one["removable"] for one in (await listed(browser)).values()] == [False]
    await sign_in(browser, "apple", "lovelace", query="?link=true")
    assert [one["removable"] for one in (await listed(browser)).values()] == [True, True]
    await sign_in(browser, "apple", "lovelace")
    assert (await card(browser))["user"]["id"] == me


@pytest.mark.usefixtures("both_databases")
async def test_unlinking_signs_out_everywhere_gives_back_and_is_written_down(
    app: FastAPI, browser: httpx2.AsyncClient, system: System
) -> None:
    await sign_in(browser, "google", "ada")
    await sign_in(browser, "apple", "ada", query="?link=true")
    async with here(app) as other:
        await sign_in(other, "google", "ada")
        found = await listed(browser)
        answer = await browser.delete(f"{PATH}/{found['simulated-apple']['id']}", headers=SAME)
        assert answer.status_code == 200, answer.text
        assert [(await card(one))["authenticated"] for one in (browser, other)] == [False, False]
    assert await system.database.read(lambda session: session.scalar(select(func.count()).select_from(Revocation))) == 1
    lines = await system.database.read(lambda session: session.scalars(select(AuditLine.action)).all())
    assert "identity_unlinked" in lines
    await sign_in(browser, "google", "ada")
    assert [*await listed(browser)] == ["simulated-google"]


async def test_the_last_way_in_stays(browser: httpx2.AsyncClient) -> None:
    await sign_in(browser, "google", "ada")
    [only] = (await listed(browser)).values()
    answer = await browser.delete(f"{PATH}/{only['id']}", headers=SAME)
    assert (answer.status_code, answer.json()["code"]) == (409, "last_identity")
    assert (await card(browser))["authenticated"]


@pytest.mark.usefixtures("both_databases")
async def test_of_two_that_are_taken_away_at_once_one_stays(app: FastAPI, browser: httpx2.AsyncClient, system: System) -> None:
    await sign_in(browser, "google", "ada")
    await sign_in(browser, "apple", "ada", query="?link=true")
    ids = [one["id"] for one in (await listed(browser)).values()]
    answers = await asyncio.gather(*(browser.delete(f"{PATH}/{one}", headers=SAME) for one in ids))
    assert [answer.status_code for answer in answers].count(200) == 1
    assert await system.database.read(lambda session: session.scalar(select(func.count()).select_from(Identity))) == 1


async def test_it_takes_a_sign_in_of_the_last_minutes(browser: httpx2.AsyncClient, app: FastAPI, system: System) -> None:
    await sign_in(browser, "google", "ada")
    await sign_in(browser, "apple", "ada", query="?link=true")
    found = await listed(browser)
    await aged(system)
    app.state.sessions.forget_all()
    assert (await browser.delete(f"{PATH}/{found['simulated-apple']['id']}", headers=SAME)).json()["code"] == "sign_in_again"
    assert (await browser.get("/auth/google/start?link=true", headers={"accept": "application/json"})).json()["code"] == "sign_in_again"


async def test_another_persons_is_none_of_mine(app: FastAPI, browser: httpx2.AsyncClient) -> None:
    await sign_in(browser, "google", "ada")
    async with here(app) as other:
        await sign_in(other, "google", "grace")
        [theirs] = (await listed(other)).values()
        answer = await browser.delete(f"{PATH}/{theirs['id']}", headers=SAME)
        assert (answer.status_code, answer.json()["code"]) == (404, "identity_not_found")
        assert [*await listed(other)] == ["simulated-google"]


async def test_an_account_of_somebody_else_is_linked_to_nobody(app: FastAPI, browser: httpx2.AsyncClient) -> None:
    async with here(app) as other:
        await sign_in(other, "google", "grace")
    await sign_in(browser, "google", "ada")
    answer = await sign_in(browser, "google", "grace", query="?link=true")
    assert answer.status_code == 409
    assert [*await listed(browser)] == ["simulated-google"]


# Strangers, counted in the table; and one ticket for fifty.


async def test_sign_ins_that_are_begun_are_counted_by_two_servers_together(tmp_path: Path, database_url: str) -> None:
    settings = given(tmp_path, database_url, starts_per_minute=5)
    async with opened(settings) as system, here(build(system)) as one, here(build(system)) as two:
        answers = [await browser.get("/auth/google/start") for browser in (one, two) * 4]
    assert [answer.status_code for answer in answers] == [303] * 5 + [429] * 3
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 60


@pytest.mark.usefixtures("both_databases")
async def test_of_fifty_who_redeem_one_link_over_http_one_is_signed_in(app: FastAPI, system: System, workspace: Member) -> None:
    secret = await system.database.write(ways_in.local_link)
    async with here(app, accept="application/json", **SAME) as api:
        answers = await asyncio.gather(*(api.post("/auth/link", json={"token": secret}) for _ in range(50)))
    assert sorted(answer.status_code for answer in answers) == [200] + [404] * 49
    assert await system.database.read(lambda session: session.scalar(select(func.count()).select_from(UserSession))) == 1


FIXED = [
    "x" * 43,
    "",
    "A" * 43,
    "-" * 43,
    "_" * 42 + "=",
    '"' + "x" * 41 + '"',
    "x" * 86,
    "x" * 4000,
    "%00" * 14,
    "../" * 14,
    "null",
    "undefined",
    "0",
    "sc_live_" + "x" * 32,
    "session_" + "x" * 20,
    "x" * 42 + "%20",
    "x" * 43 + "%0d%0a",
    "é".encode().hex() * 10,
    "x,y",
    "a" * 64,
]


@pytest.mark.parametrize("planted", FIXED, ids=range(len(FIXED)))
async def test_no_session_that_was_put_into_a_browser_becomes_somebodys(
    app: FastAPI, system: System, planted: str, workspace: Member
) -> None:
    """However the cookie is spelled that an attacker has planted, signing in gives another one, and the planted one opens nothing."""
    secret = await system.database.write(ways_in.local_link)
    name = "__Host-sc_session"
    async with here(app, accept="application/json", **SAME) as api:
        entered = await api.post("/auth/link", json={"token": secret}, headers={"cookie": f"{name}={planted}"})
        assert entered.status_code == 200, entered.text
        given = entered.cookies[name]
        assert given != planted
        assert len(given) == 43
        api.cookies.clear()
        asked = await api.get("/v1/dashboard/session", headers={"cookie": f"{name}={planted}"})
        assert asked.json()["authenticated"] is False
