"""Signing in by a mailed link: only whoever reads the mailbox comes in, only in the browser that asked, and nobody learns who is known."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI
from sqlalchemy import delete, func, select, update

from socialclaw.api import logs
from socialclaw.db.allowances import Allowance
from socialclaw.db.base import real_now
from socialclaw.db.mail import Mail
from socialclaw.db.people import Identity, Membership, Ticket, User, UserSession
from socialclaw.settings import Settings
from socialclaw.sign_in import by_mail
from socialclaw.sign_in_settings import SignInSettings
from socialclaw.system import System
from tests.conftest import SAME, Member, Person, browser, client, person
from tests.mail.conftest import ADA, Outbox
from tests.mail.post_office import PostOffice, body, links
from tests.sign_in.test_attempts import HOSTILE_PATHS
from tests.sign_in.test_linking import GMAIL, Desk

both = pytest.mark.usefixtures("both_databases")
HERE = "http://127.0.0.1:8000"


@pytest.fixture
def settings(tmp_path: Path, database_url: str, post_office: PostOffice, request: pytest.FixtureRequest) -> Settings:
    """A server that only its own machine reaches; who may sign up by themselves, a test says as its parameter."""
    said = getattr(request, "param", {})
    limits = {"mails_per_hour": 1000, "tries_per_minute": 1000, "starts_per_minute": 1000}
    return Settings(
        data_dir=tmp_path / "data",
        database_url=database_url,
        refused_per_minute=1000,
        smtp=post_office.settings(),
        sign_in=SignInSettings.model_validate(limits | said),
    )


def signing_up(**said: Any) -> Any:
    return pytest.mark.parametrize("settings", [said], indirect=True, ids=[said["sign_up"]])


def surfer(app: FastAPI, **headers: str) -> httpx2.AsyncClient:
    """A browser that keeps cookies."""
    found = client(app)
    found.base_url = httpx2.URL(HERE)
    found.headers.update({"accept": "text/html", **SAME, **headers})
    return found


@pytest.fixture
async def ada(system: System, workspace: Member) -> Person:
    """Somebody who has proven their address by another way in, and is signed in nowhere."""
    someone = await person(system, (workspace.id, "editor"), email=ADA, email_verified=True)
    await system.database.write(lambda session: session.execute(delete(UserSession)))
    return someone


async def asked(api: httpx2.AsyncClient, email: str = ADA, **more: Any) -> httpx2.Response:
    return await api.post("/auth/email", json={"email": email, **more})


async def who(api: httpx2.AsyncClient) -> Any:
    return (await api.get("/v1/dashboard/session")).json()


async def newest(mails: Outbox, post_office: PostOffice) -> tuple[str, str]:
    """The path of the link, and the code, of the newest mail."""
    await mails.empty()
    [link] = links(post_office.taken[-1])
    code = re.search(r"^[A-Z]{4}-[A-Z]{4}$", body(post_office.taken[-1]), re.MULTILINE)
    assert code
    return link.removeprefix(HERE), code[0]


async def counted(system: System, table: Any, *which: Any) -> int:
    return await system.database.read(lambda session: session.scalar(select(func.count()).select_from(table).where(*which))) or 0


@both
async def test_a_link_signs_in_whoever_reads_the_mailbox_and_looking_at_it_changes_nothing(
    app: FastAPI, system: System, ada: Person, mails: Outbox, post_office: PostOffice
) -> None:
    async with surfer(app) as api:
        assert "email" in (await who(api))["ways"]
        assert (await asked(api, "Ada@Elsewhere.example ")).status_code == 202
        path, _ = await newest(mails, post_office)
        assert post_office.taken[-1]["to"] == ADA
        before = await system.database.read(lambda session: session.execute(select(Ticket.used_at, Ticket.sealed)).all())
        for _ in range(3):
            page = await api.get(path)
            assert (page.status_code, "set-cookie" in page.headers) == (200, False)
            assert f'action="{path}"' in page.text
            assert ADA in page.text
        assert await system.database.read(lambda session: session.execute(select(Ticket.used_at, Ticket.sealed)).all()) == before
        assert await counted(system, UserSession) == 0
        entered = await api.post(path)
        assert (entered.status_code, entered.headers["location"]) == (303, "/dashboard")
        found = await who(api)
        assert (found["user"]["id"], found["session"]["fresh"]) == (ada.id, True)
        assert [one["provider"] for one in found["user"]["identities"]] == ["email"]
        again = await api.post(path)
        assert again.status_code == 404
        assert "was used already" in again.text


@both
async def test_every_answer_is_the_same_whoever_is_asked_for(
    app: FastAPI, ada: Person, workspace: Member, system: System, mails: Outbox, post_office: PostOffice
) -> None:
    await person(system, (workspace.id, "viewer"), email="grace@elsewhere.example")  # not proven
    told = []
    for email in (ADA, "nobody@elsewhere.example", "grace@elsewhere.example"):
        async with surfer(app, accept="application/json") as api:
            answer = await asked(api, email)
            shape = re.sub(r"sc_attempt=[^;]+", "sc_attempt=…", answer.headers["set-cookie"])
            length = len(answer.headers["set-cookie"])
            told.append((answer.status_code, answer.json()["message"], shape, length, sorted(answer.headers)))
    assert told[0] == told[1] == told[2]
    await mails.empty()
    assert sorted(one["to"] for one in post_office.taken) == [ADA, "grace@elsewhere.example"], "a proof goes to who is to prove it"


@both
async def test_a_link_is_good_in_the_browser_that_asked_for_it_alone(
    app: FastAPI, system: System, ada: Person, mails: Outbox, post_office: PostOffice
) -> None:
    """Whoever was sent a link that somebody else asked for is not signed in as them; whoever reads along gets nothing."""
    async with surfer(app) as api, surfer(app) as elsewhere:
        await asked(api)
        path, _ = await newest(mails, post_office)
        page = await elsewhere.get(path)
        assert "another browser" in page.text
        assert "<form" not in page.text
        refused = await elsewhere.post(path, headers={"accept": "application/json"})
        assert (refused.status_code, refused.json()["code"]) == (409, "sign_in_elsewhere")
        await asked(elsewhere, "other@elsewhere.example")  # a cookie, but of another link
        assert (await elsewhere.post(path)).status_code == 409
        assert await counted(system, UserSession) == 0
        assert (await api.post(path)).status_code == 303, "it is still good where it was asked for"


@both
async def test_whoever_reads_mail_on_another_device_types_the_code(
    app: FastAPI, ada: Person, mails: Outbox, post_office: PostOffice
) -> None:
    async with surfer(app) as api:
        page = await api.post("/auth/email/form", data={"email": ADA})
        assert (page.status_code, 'name="code"' in page.text) == (200, True)
        path, code = await newest(mails, post_office)
        entered = await api.post("/auth/email/form", data={"code": code.lower().replace("-", " ")})
        assert entered.status_code == 303
        assert (await who(api))["user"]["id"] == ada.id
        assert (await api.post(path)).status_code == 404, "link and code are one ticket"


@both
async def test_a_code_is_tried_five_times_and_by_the_browser_that_asked(
    app: FastAPI, ada: Person, mails: Outbox, post_office: PostOffice
) -> None:
    json = {"accept": "application/json"}
    async with surfer(app) as api, surfer(app) as thief:
        await asked(api)
        _, code = await newest(mails, post_office)
        for _ in range(by_mail.TRIES + 1):
            assert (await thief.post("/auth/email/code", json={"code": code}, headers=json)).json()["code"] == "mail_code_invalid"
        for _ in range(by_mail.TRIES - 1):
            assert (await api.post("/auth/email/code", json={"code": "BBBB-BBBB"}, headers=json)).status_code == 422
        assert (await api.post("/auth/email/code", json={"code": code}, headers=json)).status_code == 200
        await asked(api)
        _, code = await newest(mails, post_office)
        tried = [api.post("/auth/email/code", json={"code": "BBBB-BBBB"}, headers=json) for _ in range(by_mail.TRIES)]
        assert {answer.status_code for answer in await asyncio.gather(*tried)} == {422}
        assert (await api.post("/auth/email/code", json={"code": code}, headers=json)).status_code == 422, "it was tried too often"


@both
async def test_of_fifty_who_redeem_a_link_at_once_one_is_signed_in(
    app: FastAPI, system: System, ada: Person, mails: Outbox, post_office: PostOffice
) -> None:
    async with surfer(app) as api:
        await asked(api)
        path, _ = await newest(mails, post_office)
        kept = {"cookie": "; ".join(f"{name}={value}" for name, value in api.cookies.items())}

        async def redeemed() -> int:
            async with surfer(app, **kept) as one:
                return (await one.post(path)).status_code

        answers = await asyncio.gather(*(redeemed() for _ in range(50)))
    assert sorted(answers) == [303] + [404] * 49
    assert await counted(system, UserSession) == 1
    assert await counted(system, Identity) == 1


@both
async def test_a_newer_link_ends_the_older_one(app: FastAPI, ada: Person, mails: Outbox, post_office: PostOffice) -> None:
    async with surfer(app) as api:
        await asked(api)
        older, _ = await newest(mails, post_office)
        await asked(api)
        assert (await api.post(older)).status_code == 404
        newer, _ = await newest(mails, post_office)
        assert (await api.post(newer)).status_code == 303


async def test_a_link_ends_by_itself_and_is_then_not_even_sent(
    app: FastAPI, system: System, ada: Person, mails: Outbox, post_office: PostOffice
) -> None:
    async with surfer(app) as api:
        await asked(api)
        await system.database.write(lambda session: session.execute(update(Ticket).values(expires_at=real_now())))
        await mails.empty()
    assert post_office.taken == []
    assert (await mails.row()).state == "expired"


@both
async def test_an_address_is_mailed_three_times_an_hour_known_or_not(
    app: FastAPI, ada: Person, mails: Outbox, post_office: PostOffice
) -> None:
    for email in (ADA, "nobody@elsewhere.example"):
        async with surfer(app, accept="application/json") as api:
            answers = [await asked(api, email) for _ in range(5)]
        assert [one.status_code for one in answers] == [202] * 3 + [429] * 2
        assert 3500 < int(answers[-1].headers["retry-after"]) <= 3600
    await mails.empty()
    assert len(post_office.taken) == 1, "newer ones have ended the older ones before they were sent"


@signing_up(sign_up="invite", mails_per_hour=2)
async def test_one_address_of_a_machine_asks_for_so_many_in_an_hour(app: FastAPI, system: System) -> None:
    async with surfer(app, accept="application/json") as api:
        answers = [await asked(api, f"p{number}@elsewhere.example") for number in range(3)]
    assert [one.status_code for one in answers] == [202, 202, 429]
    found = await system.database.read(lambda session: session.scalars(select(Allowance.digest)).all())
    assert all(re.fullmatch(r"[0-9a-f]{64}", one) for one in found), "nobody's address can be read there"


@both
@signing_up(sign_up="invite")
async def test_nobody_signs_up_without_an_invitation(app: FastAPI, system: System, mails: Outbox, post_office: PostOffice) -> None:
    async with surfer(app) as api:
        assert (await asked(api, "new@elsewhere.example")).status_code == 202
    await mails.empty()
    assert post_office.taken == []
    assert await counted(system, Mail) == await counted(system, User) == 0


@both
@signing_up(sign_up="domains", domains="acme.example")
async def test_those_of_a_domain_sign_up(app: FastAPI, system: System, mails: Outbox, post_office: PostOffice) -> None:
    async with surfer(app) as api:
        for email in ("new@acme.example", "new@evil-acme.example", "new@acme.example.evil.example"):
            await asked(api, email)
        path, _ = await newest(mails, post_office)
        assert [one["to"] for one in post_office.taken] == ["new@acme.example"]
        await asked(api, "new@acme.example")
        path, _ = await newest(mails, post_office)
        assert (await api.post(path)).status_code == 303
        found = await who(api)
    assert (found["user"]["email"], found["user"]["emailVerified"], found["membership"]["role"]) == ("new@acme.example", True, "owner")


@both
@signing_up(sign_up="invite")
async def test_an_invitation_for_an_address_is_accepted_by_whoever_reads_it(
    app: FastAPI, system: System, workspace: Member, mails: Outbox, post_office: PostOffice
) -> None:
    owner = await person(system, (workspace.id, "owner"))
    async with browser(app, owner) as api:
        api.base_url = httpx2.URL(HERE)
        api.headers["cookie"] = api.headers["cookie"].replace("__Host-", "")
        made = (await api.post("/v1/dashboard/invites", json={"role": "editor", "email": ADA})).json()
    await mails.empty()
    assert links(post_office.taken[-1]) == [made["url"]]
    secret = made["url"].rpartition("/")[2]
    async with surfer(app) as api:
        page = await api.get(made["url"])
        assert f'name="invite" value="{secret}"' in page.text
        await api.post("/auth/email/form", data={"email": "thief@elsewhere.example", "invite": secret})
        await mails.empty()
        assert len(post_office.taken) == 1, "it is not theirs"
        await api.post("/auth/email/form", data={"email": ADA, "invite": secret})
        path, _ = await newest(mails, post_office)
        assert (await api.post(path)).status_code == 303
        found = await who(api)
    assert (found["user"]["email"], found["tenant"]["id"], found["membership"]["role"]) == (ADA, workspace.id, "editor")
    async with surfer(app) as other:
        assert (await other.get(made["url"])).status_code == 404, "it was used"


@both
async def test_who_is_signed_in_adds_an_address_and_comes_in_by_it_later(
    app: FastAPI, system: System, workspace: Member, mails: Outbox, post_office: PostOffice
) -> None:
    someone = await person(system, (workspace.id, "owner"))
    async with surfer(app) as api:
        api.cookies.set("sc_session", someone.secret, domain="127.0.0.1", path="/")
        await asked(api, ADA, link=True)
        path, _ = await newest(mails, post_office)
        assert (await api.post(path)).status_code == 303
        assert (await who(api))["user"]["id"] == someone.id
    async with surfer(app) as later:
        await asked(later)
        path, _ = await newest(mails, post_office)
        await later.post(path)
        assert (await who(later))["user"]["id"] == someone.id
    assert await counted(system, User) == 1


async def test_adding_an_address_takes_a_session(app: FastAPI) -> None:
    async with surfer(app, accept="application/json") as api:
        answer = await asked(api, ADA, link=True)
    assert (answer.status_code, answer.json()["code"]) == (401, "session_missing")


@both
async def test_an_address_that_is_not_proven_on_our_side_opens_nobodys_account(
    app: FastAPI, system: System, workspace: Member, mails: Outbox, post_office: PostOffice
) -> None:
    """Whoever wrote somebody else's address into their account does not get that mailbox's owner into it."""
    await person(system, (workspace.id, "owner"), email=ADA)
    async with surfer(app) as api:
        await asked(api)
        path, _ = await newest(mails, post_office)
        answer = await api.post(path, headers={"accept": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (409, "account_exists")
    assert await counted(system, Identity) == 0


async def test_the_session_of_before_ends_and_none_that_was_put_there_is_kept(
    app: FastAPI, system: System, workspace: Member, ada: Person, mails: Outbox, post_office: PostOffice
) -> None:
    attacker = await person(system, (workspace.id, "viewer"))
    async with surfer(app) as api:
        api.cookies.set("sc_session", attacker.secret, domain="127.0.0.1", path="/")
        await asked(api)
        path, _ = await newest(mails, post_office)
        entered = await api.post(path)
    assert attacker.secret not in entered.headers["set-cookie"]
    assert await counted(system, UserSession, UserSession.id == attacker.session_id) == 0


@pytest.mark.parametrize("headers", [{"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}])
async def test_another_site_neither_asks_nor_redeems(
    app: FastAPI, ada: Person, mails: Outbox, post_office: PostOffice, headers: dict[str, str]
) -> None:
    async with surfer(app, accept="application/json") as api:
        assert (await api.post("/auth/email", json={"email": ADA}, headers=headers)).json()["code"] == "cross_site_request"
        await asked(api)
        path, code = await newest(mails, post_office)
        assert (await api.post(path, headers=headers)).json()["code"] == "cross_site_request"
        assert (await api.post("/auth/email/code", json={"code": code}, headers=headers)).json()["code"] == "cross_site_request"


async def test_a_link_leads_to_a_path_of_ours_in_whatever_spelling_another_is_named(app: FastAPI) -> None:
    async with surfer(app, accept="application/json") as api:
        for path in HOSTILE_PATHS:
            if "\0" in path:
                continue  # which no body may hold
            answer = await api.post("/auth/email", json={"email": ADA, "returnTo": path})
            assert (answer.status_code, answer.json()["code"]) == (422, "return_to_invalid"), path


async def test_a_link_leads_where_it_was_asked_to(app: FastAPI, ada: Person, mails: Outbox, post_office: PostOffice) -> None:
    async with surfer(app) as api:
        await asked(api, returnTo="/dashboard?day=1")
        path, _ = await newest(mails, post_office)
        assert (await api.post(path)).headers["location"] == "/dashboard?day=1"


async def test_no_link_is_in_a_log(app: FastAPI, ada: Person, mails: Outbox, post_office: PostOffice) -> None:
    async with surfer(app) as api:
        await asked(api)
    path, _ = await newest(mails, post_office)
    assert path.rpartition("/")[2] not in logs.scrub(f"GET {path} HTTP/1.1")


@both
async def test_who_gets_another_way_in_is_told_by_the_address_that_they_have_proven(
    system: System, workspace: Member, ada: Person, mails: Outbox, post_office: PostOffice
) -> None:
    await system.database.write(lambda session: session.execute(update(User).values(email=GMAIL.email)))
    desk = Desk(system)
    assert (await desk.come(GMAIL))[1] == "linked_by_mail"
    await mails.empty()
    [message] = post_office.taken
    assert (message["to"], "with Google (ada@gmail.com)" in " ".join(body(message).split())) == (GMAIL.email, True)
    assert await counted(system, Membership) == 1
