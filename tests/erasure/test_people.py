"""A person who is deleted: nothing tells of them any more, what they did in workspaces stays, and nobody leaves a workspace alone."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import httpx2
import pytest
from fastapi import FastAPI
from sqlalchemy import select, update

from socialclaw.db.base import real_now
from socialclaw.db.erasure import Erasure, Revocation
from socialclaw.db.people import AuditLine, Identity, User
from socialclaw.db.posts import Run
from socialclaw.db.workspaces import Workspace
from socialclaw.erasure import work
from socialclaw.issuers.apple.notifications import Notification
from socialclaw.issuers.apple.sandbox.simulator import AppleSandbox
from socialclaw.people import leaving, ways_in
from socialclaw.settings import Settings
from socialclaw.sign_in import account_news
from socialclaw.sign_in.relying_parties import RelyingParty
from socialclaw.system import System
from tests.api.test_issuers import card, given, here, sign_in
from tests.conftest import SAME, Member, member
from tests.duties import duty
from tests.erasure.test_workspaces import _run
from tests.erasure.witness import found

ME = "/v1/dashboard/me"


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    return given(tmp_path, database_url)


async def gone(system: System) -> None:
    """A worker does what is due."""
    await system.database.write(lambda session: session.execute(update(Erasure).values(next_at=real_now())))
    for name in ("give a grant back", "delete for good"):
        loop = duty(system, name)
        await loop.look()
        await asyncio.gather(*loop._tasks.values())


async def known_by_all(system: System, browser: httpx2.AsyncClient) -> list[str]:
    """Ada signs in by Google, links Apple, invites, is invited, makes a run; the words that tell of her."""
    await sign_in(browser, "google", "ada.lovelace@gmail.com")
    assert (await browser.get("/auth/google/start?link=true")).status_code == 303
    linked = await sign_in(browser, "apple", "ada.lovelace@icloud.com", query="?link=true")
    assert linked.status_code == 303, linked.text
    me = await card(browser)
    space = me["tenant"]["id"]
    other = await system.database.write(lambda session: ways_in.one_person(session, me["user"]["id"]))
    assert other.email == "ada.lovelace@gmail.com"
    asked = {"role": "owner"}
    made = await browser.post("/v1/dashboard/invites", json=asked, headers={"idempotency-key": "once", **SAME})
    assert made.status_code == 201, made.text
    to_her = await browser.post("/v1/dashboard/invites", json={"role": "viewer", "email": "ada.lovelace@gmail.com"}, headers=SAME)
    assert to_her.status_code == 201
    invited = [to_her.json()["invite"]["id"], made.json()["invite"]["id"]]
    run = Run(
        workspace_id=space, mode="draft", source_model="posts_v1", timezone="UTC", fingerprint="f", total_posts=0, made_by=me["user"]["id"]
    )
    await system.database.write(lambda session: session.add(run))
    drafted = await browser.put("/v1/dashboard/drafts/draft_her-diary", json={"content": {"text": "dear diary"}}, headers=SAME)
    assert drafted.status_code == 200, drafted.text
    rows = await system.database.read(lambda session: session.scalars(select(Identity)).all())
    words = ["draft_her-diary", "dear diary"]
    words += [*invited, me["user"]["id"], me["session"]["id"], "ada.lovelace", *(row.id for row in rows), *(row.subject for row in rows)]
    return [*words, *(row.sealed for row in rows if row.sealed)]


async def another_owner(app: FastAPI, browser: httpx2.AsyncClient) -> None:
    made = await browser.post("/v1/dashboard/invites", json={"role": "owner"}, headers=SAME)
    async with here(app, accept="application/json", **SAME) as second:
        joined = await second.post("/auth/link", json={"token": made.json()["url"].rpartition("/")[2], "name": "Bob"})
        assert joined.status_code == 200, joined.text


@pytest.fixture
async def browser(app: FastAPI) -> Any:
    async with here(app) as found:
        yield found


@pytest.mark.usefixtures("both_databases")
async def test_nothing_tells_of_who_is_gone(app: FastAPI, system: System, browser: httpx2.AsyncClient) -> None:
    words = await known_by_all(system, browser)
    assert {word for word, _ in await found(system, words)} == set(words), "the witness sees what is there"
    space = (await card(browser))["tenant"]["id"]
    await system.database.write(_renamed, space)  # it was called after her
    alone = await browser.delete(ME, headers=SAME)
    assert (alone.status_code, alone.json()["code"]) == (409, "last_owner")
    assert alone.json()["details"]["workspaces"] == [{"id": space, "name": "Engines"}]
    await another_owner(app, browser)
    assert (await browser.delete(ME, headers=SAME)).status_code == 200
    assert (await card(browser))["authenticated"] is False
    await gone(system)
    assert await found(system, words) == []
    lines = await system.database.read(lambda session: session.scalars(select(AuditLine).where(AuditLine.workspace_id == space)).all())
    assert {"create_invite"} <= {line.action for line in lines}, "what was done in the workspace is still known"
    runs = await system.database.read(lambda session: session.scalars(select(Run)).all())
    assert [run.made_by for run in runs] == [None]


def _renamed(session: Any, space: str) -> None:
    session.get_one(Workspace, space).name = "Engines"


async def test_what_was_granted_at_apple_is_given_back_when_the_network_is_there_again(
    system: System, browser: httpx2.AsyncClient, app: FastAPI
) -> None:
    await sign_in(browser, "apple", "ada")
    await another_owner(app, browser)
    assert system.sandbox is not None
    apple = system.sandbox.simulators["apple"]
    assert isinstance(apple, AppleSandbox)
    apple.fail("timeout", "POST /auth/revoke", times=1)
    assert (await browser.delete(ME, headers=SAME)).status_code == 200
    await gone(system)
    waiting = await system.database.read(lambda session: session.scalars(select(Revocation)).all())
    assert [row.tries for row in waiting] == [1], "it did not answer, and is asked again"
    await system.database.write(lambda session: session.execute(update(Revocation).values(next_at=real_now())))
    apple.requests.clear()
    await gone(system)
    assert [line for line in apple.requests if line == "POST /auth/revoke"]
    assert await system.database.read(lambda session: session.scalars(select(Revocation)).all()) == []


@pytest.mark.usefixtures("both_databases")
async def test_whoever_is_killed_in_the_middle_leaves_the_rest_to_the_next_one(
    app: FastAPI, system: System, browser: httpx2.AsyncClient
) -> None:
    words = await known_by_all(system, browser)
    await system.database.write(_renamed, (await card(browser))["tenant"]["id"])
    await another_owner(app, browser)
    assert (await browser.delete(ME, headers=SAME)).status_code == 200
    given = {"data_dir": system.settings.data_dir, "database_url": system.settings.database_url}
    killed = 0
    for boundary in range(1, 60):
        await system.database.write(lambda session: session.execute(update(Erasure).values(next_at=real_now())))
        if await _run(given, boundary) != -signal.SIGKILL:
            break
        killed += 1
    assert killed > 5, "too few kills hit anything: this shows nothing"
    await gone(system)
    await system.database.settle()
    assert await found(system, words) == []


async def test_who_is_deleted_twice_is_deleted_once(system: System, workspace: Member) -> None:
    user = await system.database.write(_somebody)
    first = await system.database.write(leaving.leave, system.vault, user.id)
    second = await system.database.write(leaving.leave, system.vault, user.id)
    assert first.id == second.id
    assert await work.at_once(system, first.id)
    assert await system.database.read(lambda session: session.get(User, user.id)) is None


def _somebody(session: Any) -> User:
    user = User(name="Nobody in particular")
    session.add(user)
    session.flush()
    return user


async def test_what_a_person_did_for_others_is_still_there(system: System) -> None:
    """A workspace's audit names nobody any more, and loses no line."""
    space = await member(system, "Kept")
    user = await system.database.write(_somebody)
    lines = [
        AuditLine(workspace_id=space.id, user_id=user.id, action="did", details={}),
        AuditLine(user_id=user.id, action="own", details={}),
    ]
    lines.append(AuditLine(workspace_id=space.id, action="remove_member", subject=user.id, details={}))
    await system.database.write(lambda session: session.add_all(lines))
    erasure = await system.database.write(leaving.leave, system.vault, user.id)
    assert await work.at_once(system, erasure.id)
    left = await system.database.read(lambda session: session.scalars(select(AuditLine).order_by(AuditLine.action)).all())
    assert [(line.action, line.user_id, line.subject) for line in left] == [("did", None, None), ("remove_member", None, None)]


async def test_who_deletes_their_apple_account_and_has_no_other_way_in_is_deleted(
    app: FastAPI, system: System, browser: httpx2.AsyncClient
) -> None:
    await sign_in(browser, "apple", "ada")
    me = await card(browser)
    await system.database.write(_renamed, me["tenant"]["id"])
    await another_owner(app, browser)
    await system.database.write(_deleted_at_apple, system.vault)
    await gone(system)
    assert await system.database.read(lambda session: session.get(User, me["user"]["id"])) is None


def _deleted_at_apple(session: Any, vault: Any) -> None:
    row = session.scalars(select(Identity).where(Identity.issuer == "simulated-apple")).one()
    news = Notification("n1", "account-deleted", row.subject, real_now())
    party = cast(RelyingParty, SimpleNamespace(name="simulated-apple"))
    assert account_news.apply(session, vault, party, news, real_now().timestamp() + 60)
