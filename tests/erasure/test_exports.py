"""A copy of everything: all of a workspace's rows and files and none of its secrets, by a link that is good for a day."""

from __future__ import annotations

import asyncio
import io
import json
import zipfile
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI
from sqlalchemy import select, update

from socialclaw.accounts.tokens import unseal
from socialclaw.db.accounts import Account
from socialclaw.db.assets import Asset
from socialclaw.db.base import real_now
from socialclaw.db.erasure import Export
from socialclaw.db.posts import Post
from socialclaw.db.workspaces import ApiKey
from socialclaw.erasure import exports
from socialclaw.settings import Settings
from socialclaw.storage.base import work_dir
from socialclaw.system import System
from tests.conftest import BASE_URL, Member, Person, browser, person
from tests.duties import duty
from tests.erasure.conftest import SECRETIVE, furnish
from tests.erasure.witness import found
from tests.media.files import picture
from tests.publishing.desk import Desk

EXPORT = "/v1/dashboard/workspace/export"


async def prepared(system: System) -> None:
    loop = duty(system, "prepare an export")
    await loop.look()
    await asyncio.gather(*loop._tasks.values())


async def fetched(api: httpx2.AsyncClient, path: str = f"{EXPORT}s") -> tuple[zipfile.ZipFile, str]:
    [export] = (await api.get(path)).json()["exports"]
    assert export["status"] == "ready", export
    url = str(export["url"]).removeprefix(BASE_URL)
    answer = await api.get(url)
    assert answer.status_code == 200
    assert answer.headers["content-disposition"].startswith("attachment")
    assert len(answer.content) == export["size"]
    return zipfile.ZipFile(io.BytesIO(answer.content)), url


def lines(packed: zipfile.ZipFile, name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in packed.read(f"{name}.jsonl").splitlines()]


@pytest.mark.parametrize("kept", ["folder", "s3"])
async def test_everything_is_in_it_and_no_secret(
    app: FastAPI, system: System, workspace: Member, owner: Person, desk: Desk, kept: str, settings: Settings
) -> None:
    made = await furnish(desk, owner, extra=5)
    async with browser(app, owner) as api:
        asked = await api.post(EXPORT)
        assert asked.status_code == 200, asked.text
        assert asked.json()["export"]["url"] is None
        again = await api.post(EXPORT)
        assert again.json()["export"]["id"] == asked.json()["export"]["id"], "one at a time"
        await prepared(system)
        packed, _ = await fetched(api)
    assert packed.testzip() is None
    posts = await system.database.read(lambda session: session.scalars(select(Post)).all())
    assert {row["id"] for row in lines(packed, "posts")} == {row.id for row in posts}
    assert {row["description"] for row in lines(packed, "posts")} >= {f"{SECRETIVE} published", f"{SECRETIVE} scheduled"}
    assert [row["name"] for row in lines(packed, "workspaces")] == [workspace.name]
    assert [row["id"] for row in lines(packed, "people")] == [owner.id]
    assert [row["slots"] for row in lines(packed, "timetables")] == [[570]]
    assert "drafts.jsonl" not in packed.namelist(), "what somebody is writing is theirs"
    files = {name: packed.read(name) for name in packed.namelist() if name.startswith("files/")}
    assert picture("PNG", (64, 48), "RGB", 0) in files.values()
    assert all(made.asset in name for name in files)
    content = b"".join(packed.read(name) for name in packed.namelist())
    for secret in await secrets(system, workspace):
        assert secret.encode() not in content
    assert [path for path in work_dir(system.settings).rglob("export-*")] == []


async def secrets(system: System, workspace: Member) -> list[str]:
    accounts = await system.database.read(lambda session: session.scalars(select(Account)).all())
    keys = await system.database.read(lambda session: session.scalars(select(ApiKey)).all())
    assets = await system.database.read(lambda session: session.scalars(select(Asset)).all())
    tokens = [token for row in accounts for token in unseal(system.vault, row).values() if len(token) > 8]
    hidden = [value for row in keys for value in (row.sealed, row.digest)] + [row.sealed or "" for row in accounts]
    return [workspace.secret, *tokens, *filter(None, hidden), *(row.delivery_token or "-" * 99 for row in assets)]


@pytest.mark.usefixtures("both_databases")
async def test_a_link_is_for_its_export_and_for_a_day(app: FastAPI, system: System, workspace: Member, owner: Person, desk: Desk) -> None:
    async with browser(app, owner) as api:
        await api.post(EXPORT)
        await prepared(system)
        _, url = await fetched(api)
        for wrong in (url[:-1], url.replace("export-", "export-x", 1), "/exports/nothing", url + "x"):
            answer = await api.get(wrong)
            assert (answer.status_code, answer.json()["code"]) == (404, "export_not_found"), wrong
        [row] = await system.database.read(lambda session: session.scalars(select(Export)).all())
        assert row.expires_at is not None
        assert timedelta(hours=23) < row.expires_at - real_now() <= exports.KEPT
        past = real_now() - timedelta(seconds=1)
        await system.database.write(lambda session: session.execute(update(Export).values(expires_at=past, next_at=past)))
        await prepared(system)
        assert (await api.get(url)).status_code == 404
        assert (await api.get(f"{EXPORT}s")).json()["exports"] == []
        assert not [where for _, where in await found(system, [row.id]) if where.endswith((".zip", "bucket"))]


async def test_an_admin_gets_no_copy_and_a_stranger_none_of_another_workspace(
    app: FastAPI, system: System, workspace: Member, owner: Person, other_owner: Person
) -> None:
    admin = await person(system, (workspace.id, "admin"))
    async with browser(app, admin) as api:
        assert (await api.post(EXPORT)).json()["code"] == "role_required"
    async with browser(app, owner) as api:
        assert (await api.post(EXPORT)).status_code == 200
    async with browser(app, other_owner) as api:
        assert (await api.get(f"{EXPORT}s")).json()["exports"] == []


async def test_a_worker_that_died_leaves_it_to_the_next_one(app: FastAPI, system: System, workspace: Member, owner: Person) -> None:
    async with browser(app, owner) as api:
        await api.post(EXPORT)
        names = [name for name, _ in await system.database.read(exports.due, real_now(), 5)]
        assert await system.database.write(exports.take, real_now(), names), "one took it, and died"
        await prepared(system)
        assert (await api.get(f"{EXPORT}s")).json()["exports"][0]["status"] == "preparing", "it is taken to be alive for a while"
        await system.database.write(lambda session: session.execute(update(Export).values(next_at=real_now())))
        await prepared(system)
        await fetched(api)


async def test_a_person_gets_what_is_known_of_them(app: FastAPI, system: System, workspace: Member, owner: Person) -> None:
    async with browser(app, owner) as api:
        assert (await api.post("/v1/dashboard/me/export")).status_code == 200
        await prepared(system)
        packed, _ = await fetched(api, "/v1/dashboard/me/exports")
    assert [row["id"] for row in lines(packed, "users")] == [owner.id]
    assert [row["workspace_id"] for row in lines(packed, "memberships")] == [workspace.id]
    assert [row["id"] for row in lines(packed, "sessions")] == [owner.session_id]
    assert owner.secret.encode() not in b"".join(packed.read(name) for name in packed.namelist())
