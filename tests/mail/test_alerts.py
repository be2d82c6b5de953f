"""Alerts by mail: whoever may do something about it is told once, a bad night is one mail, and the page tells the same."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import select, update

from socialclaw.db.accounts import Account
from socialclaw.db.alerts import ToldAlert
from socialclaw.db.base import Scope, real_now, utc_now
from socialclaw.db.mail import Mail
from socialclaw.db.posts import Post
from socialclaw.people import members
from socialclaw.publishing import alerting
from socialclaw.rehearsal import frozen_clock
from socialclaw.settings import Settings
from socialclaw.system import System
from tests.api import rows
from tests.conftest import BASE_URL, Member, Person, browser, member, person
from tests.duties import duty
from tests.mail.conftest import Outbox
from tests.mail.post_office import PostOffice, body, links

both = pytest.mark.usefixtures("both_databases")
FAILED = {"status": "failed", "error_code": "provider_rejected", "error": "The text is too long", "next_at": None}
LOST = {"status": "failed", "error_code": "publish_outcome_unknown", "next_at": None}

DIES = """
import asyncio, os, sys
from socialclaw.mail import outbox
from socialclaw.mail_settings import SmtpSettings
from socialclaw.publishing import alerting
from socialclaw.settings import Settings
from socialclaw.system import System

put, wrote = outbox.put, []

def dies(*given, **more):
    if wrote:
        os._exit(9)
    wrote.append(put(*given, **more))
    return wrote[0]

outbox.put = dies
asyncio.run(alerting.tell(System.open(Settings.model_validate_json(sys.stdin.read()))))
"""


class Night:
    """A live workspace in which things go wrong, and a worker that looks at it."""

    def __init__(self, system: System, space: Member, mails: Outbox, post_office: PostOffice) -> None:
        self.system, self.space, self.mails, self.post_office = system, space, mails, post_office

    async def write(self, do: Callable[..., Any], *given: Any) -> Any:
        return await self.system.write(self.space.id, do, *given, test=self.space.test)

    async def goes_wrong(self, *posts: dict[str, Any], login: bool = False, **account: Any) -> list[str]:
        """Their ids, after that of the account."""

        def make(scope: Scope) -> list[str]:
            of, run = (
                rows.account(scope, f"a{len(posts)}", **({"status": "reconnect_required"} if login else {}), **account),
                rows.run(scope),
            )
            return [of.id, *(rows.post(scope, of, run, **one).id for one in posts)]

        found: list[str] = await self.write(make)
        return found

    async def look(self) -> None:
        loop = duty(self.system, "tell what needs somebody")
        await loop.look()
        await loop.stopped()

    async def after(self, **span: float) -> list[EmailMessage]:
        """So much time passes; a worker looks, and sends what there is: the mails of that look."""
        by, before = timedelta(**span), len(self.post_office.taken)

        def shift(session: Any) -> None:
            for row in session.scalars(select(ToldAlert)):
                row.seen_at, row.mailed_at = row.seen_at - by, row.mailed_at and row.mailed_at - by
            for mail in session.scalars(select(Mail)):
                mail.created_at -= by

        await self.system.database.write(shift)
        await self.look()
        await self.mails.empty()
        return self.post_office.taken[before:]

    async def comes(self, role: str, name: str, **facts: Any) -> Person:
        known = {"email": f"{name}@acme.example", "email_verified": True, **facts}
        return await person(self.system, (self.space.id, role), **known)


@pytest.fixture
async def night(system: System, mails: Outbox, post_office: PostOffice) -> Night:
    return Night(system, await member(system, "Northwind", "live"), mails, post_office)


@both
async def test_a_bad_night_is_one_mail_to_each_who_may_do_something_about_it(night: Night) -> None:
    for role in ("editor", "admin", "viewer", "contributor"):
        await night.comes(role, role)
    await night.comes("owner", "unproven", email_verified=False)
    await night.comes("owner", "nobody", email=None)
    await night.goes_wrong(*(FAILED | {"name": f"Number {n}"} for n in range(200)), login=True)
    assert await night.after() == []
    assert await night.after(minutes=1) == [], "others may join"
    taken = {one["to"]: one for one in await night.after(minutes=3)}
    assert set(taken) == {"editor@acme.example", "admin@acme.example"}
    assert taken["editor@acme.example"]["subject"] == "200 things need you in Northwind"
    assert taken["admin@acme.example"]["subject"] == "201 things need you in Northwind"
    assert "And 181 more" in body(taken["admin@acme.example"])
    for _ in range(3):
        assert await night.after(hours=24) == [], "each thing is told once"


@both
async def test_a_mail_leads_to_the_post_and_to_the_login_and_the_page_tells_the_same(app: FastAPI, night: Night, workspace: Member) -> None:
    ada = await night.comes("admin", "ada")
    evil = {"name": "See http://evil.example/x and www.evil.example <b>now</b>", "error": "Look at https://evil.example"}
    account, refused, lost, late = await night.goes_wrong(
        FAILED | evil, LOST, {"name": "Late", "next_at": utc_now() - timedelta(hours=1)}, login=True, display_name="Studio"
    )
    await night.after()
    [message] = await night.after(minutes=3)
    home = f"{BASE_URL}/dashboard/w/northwind"
    ours = [f"{home}/posts/{one}" for one in (refused, lost, late)]
    assert set(links(message)) == {
        *ours,
        f"{home}/accounts?account={account}",
        f"{home}/posts?show=attention",
        f"{home}/settings/me",
    }
    assert all("evil.example" not in body(message, kind) for kind in ("plain", "html"))
    assert "<b>" not in body(message, "html")
    assert all(f'href="{one}"' in body(message, "html") for one in ours)
    async with browser(app, ada) as page:
        told = (await page.get("/v1/dashboard/attention")).json()["alerts"]
    assert {one["id"] for one in told} == {refused, lost, late, account}
    plain = " ".join(body(message).split())
    for one in told:
        assert one["text"] in plain
    assert "The login of Studio at" in plain


@both
async def test_what_comes_while_something_stands_waits_and_is_told_soon_once_all_is_dealt_with(night: Night) -> None:
    await night.comes("owner", "ada")
    [account, first] = await night.goes_wrong(FAILED)
    await night.after()
    assert [one["subject"].endswith("did not go out (Northwind)") for one in await night.after(minutes=3)] == [True]
    await night.goes_wrong(LOST, external_id="b", handle="x:@b")
    await night.after()
    assert await night.after(hours=3) == [], "the first still stands: nobody is mailed all night"
    [second] = await night.after(hours=5)
    assert "Nobody knows whether a post is live" in second["subject"]
    await night.system.database.write(lambda session: session.execute(update(Post).values(status="canceled")))
    await night.after()
    await night.goes_wrong(FAILED, external_id="c", handle="x:@c")
    await night.after()
    assert await night.after(minutes=30) == []
    assert len(await night.after(minutes=30)) == 1, "somebody is awake"
    await night.system.database.write(lambda session: session.execute(update(Post).where(Post.id == first).values(status="failed")))
    await night.after(hours=8)
    assert len(await night.after(minutes=3)) == 1, "what happens anew is told anew"
    assert account


@both
async def test_who_does_not_want_it_gets_none_and_a_test_workspace_mails_who_asks_for_it(
    app: FastAPI, night: Night, settings: Settings
) -> None:
    ada, ben = await night.comes("editor", "ada"), await night.comes("editor", "ben")
    async with browser(app, ada) as page:
        given = (await page.get("/v1/dashboard/me/alerts")).json()["alertsByMail"]
        assert given == {"wanted": True, "address": "ada@acme.example", "reason": None}
        assert (await page.patch("/v1/dashboard/me/alerts", json={"wanted": False})).json()["alertsByMail"]["wanted"] is False
        misnamed = await page.patch("/v1/dashboard/me/alerts", json={"enabled": False})
        assert (misnamed.status_code, "wanted" in misnamed.json()["message"]) == (422, True)
    await night.goes_wrong(FAILED)
    await night.after()
    assert [one["to"] for one in await night.after(minutes=3)] == ["ben@acme.example"]
    trial = Night(night.system, await member(night.system, "Trial"), night.mails, night.post_office)
    eva = await trial.comes("owner", "eva")
    low = await trial.comes("viewer", "low")
    async with browser(app, low) as page:
        assert (await page.get("/v1/dashboard/me/alerts")).json()["alertsByMail"]["reason"] == "role_too_low"
    await trial.goes_wrong(FAILED)
    await trial.after()
    assert await trial.after(minutes=3) == []
    async with browser(app, eva) as page:
        assert (await page.get("/v1/dashboard/me/alerts")).json()["alertsByMail"]["wanted"] is False
        await page.patch("/v1/dashboard/me/alerts", json={"wanted": True})
    await trial.goes_wrong(LOST, external_id="b", handle="x:@b")
    await trial.after()
    assert [one["to"] for one in await trial.after(hours=8)] == ["eva@acme.example"]
    await night.system.database.write(frozen_clock.stop, trial.space.id)
    await trial.goes_wrong(LOST, external_id="c", handle="x:@c")
    await trial.after()
    assert await trial.after(hours=8) == [], "what is rehearsed is nobody's alarm"
    assert ben


@both
async def test_of_several_workers_one_tells_it_and_one_that_dies_on_the_way_has_told_nothing(
    night: Night, settings: Settings, mails: Outbox
) -> None:
    for name in ("ada", "ben", "eva"):
        await night.comes("editor", name)
    await night.goes_wrong(FAILED)
    await night.look()
    long_ago = real_now() - alerting.GATHERED
    await night.system.database.write(lambda session: session.execute(update(ToldAlert).values(seen_at=long_ago)))
    died = await asyncio.create_subprocess_exec(sys.executable, "-c", DIES, stdin=subprocess.PIPE)
    await died.communicate(settings.model_copy(update={"smtp": type(settings.smtp)()}).model_dump_json().encode())
    assert died.returncode == 9
    await mails.empty()
    assert night.post_office.taken == []
    await asyncio.gather(*(night.look() for _ in range(6)))
    for _ in range(3):
        await mails.empty()
    assert sorted(one["to"] for one in night.post_office.taken) == ["ada@acme.example", "ben@acme.example", "eva@acme.example"]


@both
async def test_what_waits_for_somebody_who_is_no_member_any_more_is_not_sent(night: Night) -> None:
    await night.comes("owner", "ada")
    ben = await night.comes("editor", "ben")
    await night.goes_wrong(FAILED)
    await night.look()
    await night.post_office.close()
    await night.after(minutes=3)
    await night.write(lambda scope: members.remove(scope, ben.id, by="owner"))
    await night.post_office.open()
    await night.mails.later()
    await night.mails.empty()
    assert [one["to"] for one in night.post_office.taken] == ["ada@acme.example"]


async def test_what_has_stood_for_long_when_it_is_first_seen_is_no_news(night: Night) -> None:
    """Whoever sets up an SMTP server is not told of last month."""
    await night.comes("owner", "ada")
    await night.goes_wrong(FAILED | {"updated_at": utc_now() - timedelta(days=3)})
    await night.after()
    assert await night.after(hours=1) == []


async def test_a_login_that_ends_again_is_told_again(night: Night) -> None:
    await night.comes("owner", "ada")
    await night.goes_wrong(login=True)
    await night.after()
    assert len(await night.after(minutes=3)) == 1
    for status, mailed in (("connected", 0), ("reconnect_required", 0)):
        await night.system.database.write(lambda session, to=status: session.execute(update(Account).values(status=to)))
        assert len(await night.after(hours=1)) == mailed
    assert len(await night.after(minutes=3)) == 1
