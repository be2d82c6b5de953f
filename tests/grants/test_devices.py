"""A program without a browser: it shows a code, somebody types it, and it gets in. And what a phisher, a guesser, a hurried one get."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import httpx2
import pytest
from sqlalchemy import update

from socialclaw.db.base import real_now
from socialclaw.db.grants import DeviceCode
from socialclaw.grants import devices
from socialclaw.grants.clients import DEVICE, OURS
from tests.conftest import BASE_URL, SAME, browser, client, member, person
from tests.grants.conftest import PAGE, Stage, action, offered, ticked


async def begin(stage: Stage, **changes: str) -> dict[str, Any]:
    answer = await stage.program.api.post("/oauth/device_authorization", data={"client_id": OURS, **changes})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def ask(stage: Stage, code: str, client_id: str = OURS) -> httpx2.Response:
    form = {"grant_type": DEVICE, "device_code": code, "client_id": client_id}
    return await stage.program.api.post("/oauth/token", data=form)


async def waited(stage: Stage) -> None:
    """The seconds between two questions are over."""
    before = real_now() - timedelta(minutes=1)
    await stage.system.database.write(lambda session: session.execute(update(DeviceCode).values(asked_at=before)))


async def typed(someone: httpx2.AsyncClient, code: str, **form: Any) -> httpx2.Response:
    """Type the code, look at the question, press its button."""
    page = await someone.post("/device", data={"user_code": code}, headers=PAGE)
    assert page.status_code == 200, page.text
    chosen = re.search(r'<option value="([^"]+)" selected', page.text)
    filled = {"user_code": code, "decision": "allow", "life": "90", "operation": ticked(page)}
    return await someone.post(action(page), data={**filled, "workspace": chosen[1] if chosen else "", **form}, headers=PAGE)


@pytest.mark.usefixtures("both_databases")
async def test_the_command_line_gets_in_for_ninety_days_into_a_test_workspace(stage: Stage) -> None:
    live = await member(stage.system, "Real", "live")
    both = await person(stage.system, (live.id, "owner"), (stage.workspace.id, "owner"))
    begun = await begin(stage)
    assert re.fullmatch(r"[B-Z]{4}-[B-Z]{4}", begun["user_code"])
    assert begun["verification_uri"] == f"{BASE_URL}/device"
    assert begun["verification_uri_complete"] == f"{BASE_URL}/device?user_code={begun['user_code']}"
    assert (await ask(stage, begun["device_code"])).json()["error"] == "authorization_pending"
    await waited(stage)
    async with browser(stage.app, both) as someone:
        looked = await someone.get(f"/device?user_code={begun['user_code']}", headers=PAGE)
        assert begun["user_code"] in looked.text
        assert "you began this yourself" in looked.text
        page = await typed(someone, begun["user_code"].lower().replace("-", " "))
    assert "It is let in" in page.text
    made = await ask(stage, begun["device_code"])
    assert made.status_code == 200, made.text
    mine = (await stage.call(made.json()["access_token"], "/v1/keys/validate")).json()
    assert mine["tenant"]["id"] == stage.workspace.id
    assert (datetime.fromisoformat(mine["expiresAt"]) - real_now()).days == 89
    assert mine["apiKey"]["label"] == "SocialClaw command line"
    renewed = {"grant_type": "refresh_token", "refresh_token": made.json()["refresh_token"], "client_id": OURS}
    assert (await stage.program.api.post("/oauth/token", data=renewed)).status_code == 200
    await waited(stage)
    assert (await ask(stage, begun["device_code"])).json()["error"] == "invalid_grant", "once"


@pytest.mark.usefixtures("both_databases")
async def test_who_asks_too_often_is_slowed_down_more_and_more(stage: Stage) -> None:
    begun = await begin(stage)
    errors, intervals = [], []
    for _ in range(3):
        answer = (await ask(stage, begun["device_code"])).json()
        errors.append(answer["error"])
        intervals.append(answer["details"]["interval"])
    assert errors == ["authorization_pending", "slow_down", "slow_down"]
    assert intervals == [5, 10, 15]


async def test_no_is_told_and_so_is_too_late(stage: Stage) -> None:
    begun = await begin(stage)
    assert "not let in" in (await typed(stage.person, begun["user_code"], decision="deny")).text
    assert (await ask(stage, begun["device_code"])).json()["error"] == "access_denied"
    late = await begin(stage)
    over = update(DeviceCode).values(expires_at=real_now() - timedelta(seconds=1))
    await stage.system.database.write(lambda session: session.execute(over))
    refused = await stage.person.post("/device", data={"user_code": late["user_code"]}, headers=PAGE)
    assert refused.status_code == 404
    assert (await ask(stage, late["device_code"])).json()["error"] == "expired_token"


async def test_two_who_answer_do_not_both_decide(stage: Stage) -> None:
    begun = await begin(stage)
    assert (await typed(stage.person, begun["user_code"])).status_code == 200
    again = await stage.person.post("/device", data={"user_code": begun["user_code"], "decision": "deny"}, headers=PAGE)
    assert again.status_code == 404
    assert (await ask(stage, begun["device_code"])).status_code == 200


async def test_the_code_of_one_program_is_nothing_for_another(stage: Stage) -> None:
    begun = await begin(stage)
    await typed(stage.person, begun["user_code"])
    assert (await ask(stage, begun["device_code"], stage.program.id)).json()["error"] == "invalid_grant"
    assert (await ask(stage, begun["user_code"])).json()["error"] == "invalid_grant", "what people type redeems nothing"
    await waited(stage)
    assert (await ask(stage, begun["device_code"])).status_code == 200


async def test_guessing_codes_ends_soon(stage: Stage) -> None:
    statuses = [(await stage.person.post("/device", data={"user_code": "BBBB-BBBB"}, headers=PAGE)).status_code for _ in range(22)]
    assert (statuses[0], statuses[-1]) == (404, 429)


async def test_a_page_of_another_site_allows_no_program(stage: Stage) -> None:
    begun = await begin(stage)
    form = {"user_code": begun["user_code"], "decision": "allow", "workspace": stage.workspace.id, "life": "90", "operation": ["read"]}
    evil = {"origin": "https://evil.example", "sec-fetch-site": "cross-site"}
    assert (await stage.person.post("/device", data=form, headers=PAGE | evil)).status_code == 403
    assert (await ask(stage, begun["device_code"])).json()["error"] == "authorization_pending"
    page = await stage.person.post("/device", data={"user_code": begun["user_code"]}, headers=PAGE)
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    assert "whoever sent you the code would get in" in page.text


async def test_it_asks_for_no_more_than_it_named_and_needs_a_client_that_there_is(stage: Stage) -> None:
    begun = await begin(stage, scope="read publish")
    page = await stage.person.post("/device", data={"user_code": begun["user_code"]}, headers=PAGE)
    assert offered(page) == ["read", "publish"]
    for client_id in ("nobody", ""):
        answer = await stage.program.api.post("/oauth/device_authorization", data={"client_id": client_id})
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    wrong = await stage.program.api.post("/oauth/device_authorization", data={"client_id": OURS, "resource": "https://other.example"})
    assert wrong.json()["error"] == "invalid_target"


async def test_where_nobody_can_sign_in_a_key_lets_it_in(stage: Stage) -> None:
    begun = await begin(stage)
    async with client(stage.app) as someone:
        someone.headers.update(SAME)
        page = await someone.post("/device", data={"user_code": begun["user_code"]}, headers=PAGE)
        assert 'type="password" name="key"' in page.text
        done = await typed(someone, begun["user_code"], key=stage.workspace.secret)
    assert "It is let in" in done.text
    assert (await ask(stage, begun["device_code"])).status_code == 200


def test_codes_that_people_type_are_no_words_and_many() -> None:
    assert not {*"AEIOUY01"} & {*devices.LETTERS}
    assert len(devices.LETTERS) ** devices.LENGTH > 10**10
