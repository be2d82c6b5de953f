"""Invitations by mail: to the address that they are for, a few an hour, and shown to whoever invites all the same."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI

from socialclaw.app import build
from socialclaw.people import mailed
from socialclaw.settings import Settings
from socialclaw.system import System
from tests.conftest import Member, Person, browser, member, opened, person
from tests.mail.conftest import ADA, Outbox
from tests.mail.post_office import PostOffice, body, links

both = pytest.mark.usefixtures("both_databases")


async def invited(api: httpx2.AsyncClient, email: str | None = ADA, role: str = "editor") -> dict[str, Any]:
    answer = await api.post("/v1/dashboard/invites", json={"role": role} | ({"email": email} if email else {}))
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


@both
async def test_an_invitation_for_an_address_is_mailed_there_and_shown(
    app: FastAPI, owner: Person, mails: Outbox, post_office: PostOffice
) -> None:
    async with browser(app, owner) as api:
        made = await invited(api, "Ada@Elsewhere.example")
        assert (made["mailed"], made["invite"]["email"]) == (True, ADA)
        assert not (await invited(api, None))["mailed"], "there is no address"
    await mails.empty()
    [message] = post_office.taken
    assert message["to"] == ADA
    assert links(message) == [made["url"]]
    assert "invites you to the workspace Ours" in body(message)


@both
async def test_a_withdrawn_invitation_is_not_mailed(app: FastAPI, owner: Person, mails: Outbox, post_office: PostOffice) -> None:
    async with browser(app, owner) as api:
        made = await invited(api)
        await api.delete(f"/v1/dashboard/invites/{made['invite']['id']}")
    await mails.empty()
    assert post_office.taken == []


@both
async def test_an_invitation_is_sent_again_by_another_link_and_the_one_before_is_dead(
    app: FastAPI, system: System, workspace: Member, owner: Person, mails: Outbox, post_office: PostOffice
) -> None:
    async with browser(app, owner) as api:
        made = await invited(api)
        path = f"/v1/dashboard/invites/{made['invite']['id']}/resend"
        again = await api.post(path)
        assert again.status_code == 200, again.text
        await mails.empty()
        assert [links(one) for one in post_office.taken] == [[again.json()["url"]]], "what waited with the old link is not sent"
        later = (await api.post(path)).json()
        await mails.empty()
        assert (later["mailed"], links(post_office.taken[-1])) == (True, [later["url"]])
        assert not (await api.post(path)).json()["mailed"], "an address gets a few in an hour"
        assert len((await api.get("/v1/dashboard/invites")).json()["invites"]) == 1
        last = (await api.post(path)).json()
        looked = {url: (await api.get(url)).status_code for url in (made["url"], again.json()["url"], later["url"], last["url"])}
        assert [*looked.values()] == [404, 404, 404, 200]
        admin = await person(system, (workspace.id, "admin"))
        above = await invited(api, "boss@elsewhere.example", role="owner")
        async with browser(app, admin) as other:
            refused = await other.post(f"/v1/dashboard/invites/{above['invite']['id']}/resend")
        assert (refused.status_code, refused.json()["code"]) == (403, "role_required")
        await api.delete(f"/v1/dashboard/invites/{made['invite']['id']}")
        assert (await api.post(path)).json()["code"] == "invite_not_found"


@both
async def test_an_address_gets_a_few_links_an_hour_whoever_invites_it(
    app: FastAPI, owner: Person, other_owner: Person, mails: Outbox, post_office: PostOffice
) -> None:
    sent = []
    for who in (owner, other_owner) * 3:
        async with browser(app, who) as api:
            sent.append((await invited(api))["mailed"])
    assert sent == [True] * mailed.TO_ONE_ADDRESS.most + [False] * 3
    await mails.empty()
    assert len(post_office.taken) == mailed.TO_ONE_ADDRESS.most


async def test_a_workspace_mails_so_many_invitations_a_day(app: FastAPI, owner: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mailed, "OF_A_WORKSPACE", replace(mailed.OF_A_WORKSPACE, most=2))
    async with browser(app, owner) as api:
        assert [(await invited(api, f"p{number}@elsewhere.example"))["mailed"] for number in range(3)] == [True, True, False]


async def test_what_people_call_things_is_no_link_and_no_markup(
    app: FastAPI, system: System, workspace: Member, mails: Outbox, post_office: PostOffice
) -> None:
    """A stranger's mail must not carry the words of whoever made a workspace for it."""
    someone = await person(system, (workspace.id, "owner"), email="x@y.example")
    async with browser(app, someone) as api:
        renamed = await api.patch("/v1/dashboard/workspace", json={"name": "Win at https://evil.example/x <b>now</b> www.evil.example"})
        assert renamed.status_code == 200, renamed.text
        made = await invited(api)
    await mails.empty()
    [message] = post_office.taken
    assert links(message) == [made["url"]]
    assert "evil.example" not in f"{message['subject']}{body(message)}"
    assert "<b>" not in body(message, "html")


async def test_without_a_server_for_mail_the_link_is_shown_as_before(settings: Settings) -> None:
    async with opened(settings.model_copy(update={"smtp": type(settings.smtp)()})) as system:
        space = await member(system, "Ours")
        async with browser(build(system), await person(system, (space.id, "owner"))) as api:
            made = await invited(api)
    assert not made["mailed"]
    assert "/auth/ticket/" in made["url"]


@pytest.mark.parametrize(
    "email", ["no", "a b@c.example", "a@b@c.example", "a,b@c.example", "a@c.example\r\nBcc: x@y.example", "<a@b.c>", "@c.example"]
)
async def test_what_is_no_address_is_refused(app: FastAPI, owner: Person, email: str) -> None:
    async with browser(app, owner) as api:
        answer = await api.post("/v1/dashboard/invites", json={"role": "viewer", "email": email})
    assert (answer.status_code, answer.json()["code"]) == (422, "email_invalid")
