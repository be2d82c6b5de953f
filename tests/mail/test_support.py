"""Requests for support: kept, mailed to the operator once, and no way to have us mail anybody else."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest
from fastapi import FastAPI
from sqlalchemy import func, select, update

from socialclaw.db.base import real_now
from socialclaw.db.mail import Mail, SupportRequest
from socialclaw.db.people import User
from socialclaw.people import support
from socialclaw.settings import Settings
from socialclaw.system import System
from tests.conftest import Person, browser
from tests.mail.conftest import ADA, Outbox
from tests.mail.post_office import PostOffice, body

both = pytest.mark.usefixtures("both_databases")
OPERATOR = "help@acme.example"
TEXT = "Can you review our LinkedIn connection?"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"support_email": OPERATOR})


async def ask(api: httpx2.AsyncClient, message: str = TEXT, **more: Any) -> httpx2.Response:
    return await api.post("/v1/support/request", json={"message": message, **more})


async def kept(system: System) -> Any:
    return await system.database.read(lambda session: session.scalars(select(SupportRequest)).all())


@both
async def test_a_request_is_kept_and_mailed_to_the_operator_alone(
    anonymous: httpx2.AsyncClient, system: System, mails: Outbox, post_office: PostOffice
) -> None:
    answer = await ask(anonymous, f"  {TEXT}\n<b>Ada</b> ", email="Ada@Elsewhere.example", pageUrl="https://x.example/a", source="menu")
    assert answer.status_code == 201, answer.text
    assert answer.json()["message"] == "Message received. We will reply by email as soon as possible."
    [row] = await kept(system)
    assert (row.id, row.message, row.email) == (answer.json()["request"]["id"], f"{TEXT}\n<b>Ada</b>", ADA)
    await mails.empty()
    [message], [envelope] = post_office.taken, post_office.envelopes
    assert (envelope.rcpt_tos, message["to"], message["reply-to"]) == ([OPERATOR], OPERATOR, ADA)
    assert message["subject"] == f"Request for support {row.id}"
    assert f"{TEXT}\n<b>Ada</b>" in body(message)
    assert "&lt;b&gt;Ada" in body(message, "html")


@both
async def test_a_server_for_mail_that_is_down_and_up_again_gets_it_once(
    anonymous: httpx2.AsyncClient, mails: Outbox, post_office: PostOffice
) -> None:
    await post_office.close()
    assert (await ask(anonymous)).status_code == 201, "the request does not wait for it"
    await mails.empty()
    await mails.later()
    await post_office.open()
    for _ in range(3):
        await mails.empty()
        await mails.later()
    assert [body(one).startswith(TEXT) for one in post_office.taken] == [True]


@both
async def test_who_is_signed_in_is_named_and_answered_at_the_address_that_they_have_proven(
    app: FastAPI, system: System, owner: Person, mails: Outbox, post_office: PostOffice
) -> None:
    await system.database.write(lambda session: session.execute(update(User).values(email=ADA, email_verified=True)))
    async with browser(app, owner) as api:
        assert (await ask(api)).status_code == 201
    [row] = await kept(system)
    assert (row.user_id, row.email) == (owner.id, ADA)
    await mails.empty()
    assert owner.id in body(post_office.taken[0])
    assert post_office.taken[0]["reply-to"] == ADA


@both
async def test_what_a_program_has_filled_in_is_answered_alike_and_mailed_to_nobody(
    anonymous: httpx2.AsyncClient, system: System, mails: Outbox, post_office: PostOffice
) -> None:
    honest, spam = await ask(anonymous, email=ADA), await ask(anonymous, "Buy this", email=ADA, website="https://spam.example")
    assert spam.status_code == 201
    assert spam.json()["message"] == honest.json()["message"]
    await mails.empty()
    assert len(post_office.taken) == 1
    assert [row.spam for row in await system.database.read(support.listed)] == [False, True]


@both
async def test_the_same_text_within_minutes_is_one_request(anonymous: httpx2.AsyncClient, system: System) -> None:
    first, again, other = await ask(anonymous, email=ADA), await ask(anonymous, email=ADA), await ask(anonymous, email="x@y.example")
    assert first.json()["request"] == again.json()["request"] != other.json()["request"]
    await system.database.write(lambda session: session.execute(update(SupportRequest).values(created_at=real_now() - support.SAME_WITHIN)))
    assert (await ask(anonymous, email=ADA)).json()["request"] != first.json()["request"]


@pytest.mark.parametrize(
    ("changes", "code", "path"),
    [
        ({"message": ""}, "support_message_invalid", "message"),
        ({"message": "  \n"}, "support_message_invalid", "message"),
        ({"message": "x" * 5001}, "support_message_invalid", "message"),
        ({"email": "a@b.example\r\nBcc: x@y.example"}, "email_invalid", "email"),
        ({"email": "a@b.example, x@y.example"}, "email_invalid", "email"),
        ({"email": f"{'a' * 64}@{'b' * 63}.{'c' * 63}.{'d' * 63}.example"}, "email_invalid", "email"),
        ({"pageUrl": "javascript:alert(1)"}, "page_url_invalid", "pageUrl"),
        ({"pageUrl": f"https://x.example/{'a' * 2000}"}, "page_url_invalid", "pageUrl"),
        ({"pageUrl": "https://x.example/\r\nBcc: x"}, "page_url_invalid", "pageUrl"),
        ({"pageTitle": "x" * 301}, "field_too_long", "pageTitle"),
        ({"source": "x" * 301}, "field_too_long", "source"),
    ],
)
async def test_what_cannot_be_is_refused_and_not_kept(
    anonymous: httpx2.AsyncClient, system: System, changes: dict[str, str], code: str, path: str
) -> None:
    answer = await ask(anonymous, **{"message": TEXT} | changes)
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert [issue["path"] for issue in answer.json()["details"]["issues"]] == [path]
    assert await kept(system) == []


async def test_everything_that_is_wrong_is_told_at_once(anonymous: httpx2.AsyncClient) -> None:
    answer = await ask(anonymous, "", email="no", pageUrl="no")
    assert [issue["path"] for issue in answer.json()["details"]["issues"]] == ["message", "email", "pageUrl"]


async def test_the_longest_message_of_any_script_fits(anonymous: httpx2.AsyncClient, mails: Outbox, post_office: PostOffice) -> None:
    text = "猫" * 5000
    assert (await ask(anonymous, text)).status_code == 201
    await mails.empty()
    assert text in body(post_office.taken[0])


@both
async def test_an_address_asks_five_times_an_hour(anonymous: httpx2.AsyncClient, system: System) -> None:
    answers = [await ask(anonymous, f"{TEXT} {number}") for number in range(6)]
    assert [one.status_code for one in answers] == [201] * 5 + [429]
    assert int(answers[-1].headers["retry-after"]) > 3500
    assert len(await kept(system)) == 5


async def test_another_site_sends_none(anonymous: httpx2.AsyncClient, system: System) -> None:
    answer = await anonymous.post("/v1/support/request", json={"message": TEXT}, headers={"origin": "https://evil.example"})
    assert (answer.status_code, answer.json()["code"]) == (403, "cross_site_request")
    assert await kept(system) == []


async def test_without_an_address_or_a_server_for_mail_no_answer_is_promised(anonymous: httpx2.AsyncClient, system: System) -> None:
    assert (await ask(anonymous)).json()["message"] == "Message received."
    object.__setattr__(system.settings, "support_email", "")
    assert (await ask(anonymous, "Another", email=ADA)).json()["message"] == "Message received."
    assert await system.database.read(lambda session: session.scalar(select(func.count()).select_from(Mail))) == 1
