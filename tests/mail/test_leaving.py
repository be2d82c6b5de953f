"""Whoever leaves is gone from mail too: what they asked, what was to be sent to them, what proved their mailbox."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import select

from socialclaw.db.mail import SupportRequest
from socialclaw.settings import Settings
from socialclaw.system import System
from tests.conftest import Member, Person, browser, client, person
from tests.erasure.test_people import gone
from tests.erasure.witness import found
from tests.mail.conftest import ADA, Outbox
from tests.mail.post_office import PostOffice

WORDS = [ADA, "a-question-of-hers", "another-of-hers"]


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"support_email": "help@acme.example"})


@pytest.mark.usefixtures("both_databases")
async def test_nothing_of_who_has_left_waits_to_be_sent_or_is_kept(
    app: FastAPI, system: System, workspace: Member, owner: Person, mails: Outbox, post_office: PostOffice
) -> None:
    ada = await person(system, (workspace.id, "editor"), email=ADA, email_verified=True)
    await post_office.close()
    async with browser(app, ada) as hers, browser(app, owner) as theirs, client(app) as stranger:
        assert (await hers.post("/v1/support/request", json={"message": WORDS[1]})).status_code == 201
        assert (await stranger.post("/v1/support/request", json={"message": WORDS[2], "email": ADA})).status_code == 201
        invited: Any = (await theirs.post("/v1/dashboard/invites", json={"role": "viewer", "email": ADA})).json()
        assert invited["mailed"]
        await mails.empty()
        before = await found(system, [ada.id, *WORDS])
        assert {word for word, _ in before} == {ada.id, *WORDS}, "the witness sees what is there"
        assert (await hers.delete("/v1/dashboard/me")).status_code == 200
    await gone(system)
    assert await found(system, [ada.id, *WORDS]) == []
    assert await system.database.read(lambda session: session.scalars(select(SupportRequest)).all()) == []
    await post_office.open()
    await mails.later()
    await mails.empty()
    assert post_office.taken == []
