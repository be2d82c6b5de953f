"""What the doctor finds, over the API: for owners, as on the command line, and never for strangers."""

from __future__ import annotations

import asyncio

import pytest
from fastapi import FastAPI

from socialclaw.app import build
from socialclaw.db import schema
from socialclaw.doctor import checks
from socialclaw.doctor.check import Check
from socialclaw.settings import Settings
from socialclaw.sign_in_settings import SignInSettings
from socialclaw.system import System
from tests.conftest import Person, browser, member, opened, person

WHERE = "/v1/dashboard/doctor"


@pytest.mark.usefixtures("both_databases")
async def test_an_owner_is_told_what_the_command_line_tells(
    app: FastAPI, owner: Person, system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def current(_: object) -> str:
        """The tables of tests are copies, which no migration has made."""
        return "current"

    monkeypatch.setattr(schema, "state", current)
    async with browser(app, owner) as page:
        told = (await page.get(WHERE)).json()
    found = {one["name"]: one for one in told["checks"]}
    assert found["database"]["state"] == "ok"
    assert found["worker"] == {"name": "worker", "state": "note", "message": found["worker"]["message"]}
    assert "starts one" in found["worker"]["message"], "what is not well says what to do"
    assert found["storage: local"]["state"] == "ok", found
    assert told["well"] == all(one["state"] != "failed" for one in told["checks"])


async def test_who_asks_during_a_look_is_told_what_that_finds(app: FastAPI, owner: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, asked_all = 0, asyncio.Event()

    async def look(*_: object) -> list[Check]:
        nonlocal begun
        begun += 1
        await asked_all.wait()
        return [Check("weather", "failed", "It rains: take an umbrella")]

    monkeypatch.setattr(checks, "look", look)
    async with browser(app, owner) as page:
        asked = [asyncio.create_task(page.get(WHERE)) for _ in range(5)]
        asyncio.get_running_loop().call_later(0.3, asked_all.set)
        answers = [answer.json() for answer in await asyncio.gather(*asked)]
    assert begun == 1
    assert {(answer["well"], answer["checks"][0]["name"]) for answer in answers} == {(False, "weather")}


async def test_where_anybody_may_sign_up_an_owner_is_a_stranger(settings: Settings) -> None:
    free = settings.model_copy(update={"sign_in": SignInSettings(sign_up="open")})
    async with opened(free) as system:
        app = build(system)
        async with app.router.lifespan_context(app):
            someone = await person(system, ((await member(system, "Theirs")).id, "owner"))
            async with browser(app, someone) as page:
                refused = await page.get(WHERE)
    assert (refused.status_code, refused.json()["code"]) == (403, "doctor_not_here")
