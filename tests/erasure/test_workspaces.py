"""A workspace that is deleted: nothing more goes out, it can be kept for a while, and then there is nothing left of it anywhere."""

from __future__ import annotations

import asyncio
import logging
import signal
from datetime import datetime, timedelta
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from socialclaw.api.sandbox import sandbox_app
from socialclaw.db.base import Base, real_now, utc_now
from socialclaw.db.erasure import Erasure
from socialclaw.db.migrations import metadata
from socialclaw.db.posts import Lane, Post
from socialclaw.db.workspaces import ApiKey, Workspace
from socialclaw.erasure import closing, work
from socialclaw.erasure.holdings import HOLDINGS
from socialclaw.publishing.claims import Wanted, claim
from socialclaw.settings import Settings
from socialclaw.simulation.sandbox import OverHTTP
from socialclaw.system import System
from socialclaw.workspaces import keys, tenants
from tests.conftest import Member, Person, browser, client, cookie, person
from tests.crash.processes import kill_at
from tests.duties import duty
from tests.erasure.conftest import furnish
from tests.erasure.witness import found
from tests.forked import context
from tests.people.test_sessions import aged
from tests.publishing.desk import Desk

DELETE = "/v1/dashboard/workspace/delete"


async def due(system: System) -> None:
    """The days of grace are over."""
    await system.database.write(lambda session: session.execute(update(Erasure).values(due_at=real_now(), next_at=real_now())))


async def worked(system: System) -> None:
    """A worker does what is due."""
    loop = duty(system, "delete for good")
    await loop.look()
    await _ended(loop)


async def _ended(loop: Any) -> None:
    await asyncio.gather(*loop._tasks.values())


async def delete(app: FastAPI, owner: Person, name: str) -> httpx2.Response:
    async with browser(app, owner) as api:
        return await api.post(DELETE, json={"name": name})


@pytest.mark.parametrize("kept", ["folder", "s3"])
@pytest.mark.usefixtures("both_databases")
async def test_after_its_days_nothing_is_left_of_it_anywhere(
    app: FastAPI, system: System, workspace: Member, owner: Person, desk: Desk, other_workspace: Member, kept: str
) -> None:
    made = await furnish(desk, owner, extra=3)
    assert await found(system, made.words), "the witness sees what is there"
    answer = await delete(app, owner, workspace.name)
    assert answer.status_code == 200, answer.text
    await worked(system)
    assert await found(system, [workspace.id]), "not before its time"
    await due(system)
    await worked(system)
    assert await found(system, made.words) == []
    assert await found(system, [other_workspace.id]), "another one stays"
    assert await system.database.read(lambda session: session.scalars(select(Erasure)).all()) == []


@pytest.mark.usefixtures("both_databases")
async def test_from_that_moment_nothing_goes_out_and_nobody_comes_in(
    app: FastAPI, system: System, workspace: Member, owner: Person, desk: Desk
) -> None:
    made = await furnish(desk, owner)
    async with browser(app, owner) as api:
        answer = await api.post(DELETE, json={"name": workspace.name})
        assert answer.json()["deletesAt"]
        assert (await api.get("/v1/dashboard/sessions")).json()["code"] == "session_invalid"
    assert (await desk.api.get("/v1/posts")).status_code == 401
    rows = {row.id: row.status for row in await system.database.read(lambda session: session.scalars(select(Post)).all())}
    assert (rows[made.published], rows[made.scheduled], rows[made.draft]) == ("published", "canceled", "draft")
    before = desk.seen()
    await desk.pass_time(100 * 365 * 86_400)
    await desk.work()
    assert desk.seen() == before


@pytest.mark.usefixtures("both_databases")
async def test_what_comes_in_by_a_key_that_another_process_still_knows_does_not_go_out(
    system: System, workspace: Member, owner: Person, desk: Desk
) -> None:
    made = await furnish(desk, owner)
    await system.write(workspace.id, closing.close, workspace.name, timedelta(days=7), test=True)
    change = update(Post).where(Post.id == made.scheduled).values(status="scheduled", next_at=utc_now(), publish_at=utc_now())
    await system.database.write(lambda session: session.execute(change))
    before = desk.seen()
    assert await system.database.write(claim, [Wanted(made.account, "w", 30)]) == [None]
    row = await desk.row(made.scheduled)
    assert (row.status, row.next_at) == ("canceled", None)
    assert await system.database.read(lambda session: session.scalars(select(Lane)).all()) == []
    assert desk.seen() == before


@pytest.mark.usefixtures("both_databases")
async def test_a_worker_that_has_a_post_already_sends_nothing_of_it(system: System, workspace: Member, owner: Person, desk: Desk) -> None:
    made = await furnish(desk, owner)
    await desk.publish((await desk.account(made.account)).handle, "on its way")
    held = await desk.worker.engine.begin(made.account)
    assert held is not None
    await system.write(workspace.id, closing.close, workspace.name, timedelta(0), test=True)
    [erasure] = await system.database.write(closing.at_once, workspace.id)
    assert await work.at_once(system, erasure.id), "nothing of it was sent, so nothing is waited for"
    outcome = await desk.worker.engine.attempt(held)
    if outcome is not None:
        await desk.worker.engine.record(outcome)
    assert "on its way" not in desk.seen()
    assert await found(system, made.words) == []


@pytest.mark.usefixtures("both_databases")
async def test_what_may_be_out_is_looked_for_until_it_is_known(system: System, workspace: Member, owner: Person, desk: Desk) -> None:
    made = await furnish(desk, owner)
    assert (await desk.api.delete("/v1/sandbox/faults")).status_code == 200
    armed = {"kind": "reset_after", "times": 1}
    assert (await desk.api.post("/v1/sandbox/networks/x/faults", json=armed)).status_code == 201
    [lost] = await desk.publish((await desk.account(made.account)).handle, "out after all")
    await desk.work()
    assert (await desk.row(lost)).status == "publishing"
    await system.write(workspace.id, closing.close, workspace.name, timedelta(days=7), test=True)
    for _ in range(10):
        await desk.wait(600)
    row = await desk.row(lost)
    assert (row.status, "out after all" in desk.seen()) in (("published", True), ("canceled", False)), row.error_code


@pytest.mark.usefixtures("both_databases")
async def test_nothing_is_deleted_under_the_hands_of_who_works_on_it(system: System, workspace: Member, owner: Person, desk: Desk) -> None:
    made = await furnish(desk, owner)
    row = await system.write(workspace.id, closing.close, workspace.name, timedelta(0), test=True)
    lane = Lane(account_id=made.account, post_id=made.published, worker_id="w", until=utc_now() + timedelta(seconds=30))
    await system.database.write(lambda session: session.merge(lane) and None)
    [erasure] = await system.database.write(closing.at_once, row.id)
    assert not await work.at_once(system, erasure.id)
    assert await found(system, [workspace.id])
    await system.database.write(lambda session: session.execute(update(Lane).values(until=utc_now())))
    assert await work.at_once(system, erasure.id)
    assert await found(system, made.words) == []


@pytest.mark.usefixtures("both_databases")
async def test_an_owner_changes_their_mind_and_only_what_was_taken_back_is_gone(
    app: FastAPI, system: System, workspace: Member, owner: Person, desk: Desk
) -> None:
    made = await furnish(desk, owner)
    assert (await delete(app, owner, workspace.name)).status_code == 200
    again = await person(system, (workspace.id, "owner"))
    async with browser(app, again) as api:
        [seat] = (await api.get("/v1/dashboard/workspaces")).json()["workspaces"]
        assert seat["deletesAt"]
        assert (await api.get("/v1/posts")).status_code == 200, "it can be looked at"
        refused = await api.post("/v1/keys", json={"label": "another"})
        assert (refused.status_code, refused.json()["code"]) == (403, "workspace_closing")
        kept = await api.post("/v1/dashboard/workspace/keep")
        assert kept.status_code == 200, kept.text
        assert (await api.post("/v1/keys", json={"label": "another"})).status_code == 201
        assert (await api.post("/v1/dashboard/workspace/keep")).json()["code"] == "workspace_not_closing"
    await due(system)
    await worked(system)
    assert await found(system, [workspace.id, made.published])
    assert (await desk.row(made.scheduled)).status == "canceled"


async def test_deleting_takes_the_name_a_fresh_sign_in_and_an_owner(app: FastAPI, system: System, workspace: Member, owner: Person) -> None:
    answer = await delete(app, owner, "Another")
    assert (answer.status_code, answer.json()["code"]) == (422, "name_not_confirmed")
    admin = await person(system, (workspace.id, "admin"))
    assert (await delete(app, admin, workspace.name)).json()["code"] == "role_required"
    await aged(system, created_at=real_now() - timedelta(hours=1))
    late = await person(system, (workspace.id, "owner"))
    await aged(system, created_at=real_now() - timedelta(hours=1))
    async with client(app) as api:
        answer = await api.post(DELETE, json={"name": workspace.name}, headers=cookie(late.secret))
    assert (answer.status_code, answer.json()["code"]) == (403, "sign_in_again")
    assert (await system.database.read(lambda session: session.get_one(Workspace, workspace.id))).erase_at is None


async def test_the_network_takes_back_what_was_granted(system: System, workspace: Member, owner: Person, desk: Desk) -> None:
    await furnish(desk, owner)
    row = await system.write(workspace.id, closing.close, workspace.name, timedelta(0), test=True)
    network = desk.network("x")
    network.requests.clear()
    [erasure] = await system.database.write(closing.at_once, row.id)
    assert await work.at_once(system, erasure.id)
    assert [line for line in network.requests if "revoke" in line], network.requests


KILLS = 40


def erase_until_killed(given: dict[str, Any], boundary: int) -> None:
    """What a worker does, in a process that dies at its so-manieth write."""
    logging.disable(logging.CRITICAL)
    if boundary:
        kill_at(boundary, "after" if boundary % 2 else "before")

    async def go() -> None:
        system = System.open(Settings(**given))
        names = [name for name, _ in await system.database.read(work.due, utc_now(), 10)]
        for leaving in (await system.database.write(work.take, utc_now(), names)).values():
            await work.work(system, leaving)
        await system.close()

    asyncio.run(go())


@pytest.mark.usefixtures("both_databases")
async def test_whoever_is_killed_in_the_middle_leaves_the_rest_to_the_next_one(
    system: System, workspace: Member, owner: Person, desk: Desk
) -> None:
    made = await furnish(desk, owner)
    row = await system.write(workspace.id, closing.close, workspace.name, timedelta(0), test=True)
    await system.database.write(closing.at_once, row.id)
    killed = 0
    given = {"data_dir": system.settings.data_dir, "database_url": system.settings.database_url}
    for boundary in range(1, KILLS):
        await due(system)
        if await _run(given, boundary) != -signal.SIGKILL:
            break
        killed += 1
    assert killed > 10, "too few kills hit anything: this shows nothing"
    await due(system)
    assert await _run(given, 0) == 0
    await system.database.settle()
    assert await found(system, made.words) == []


async def _run(given: dict[str, Any], boundary: int) -> int | None:
    process = context.Process(target=erase_until_killed, args=(given, boundary))
    process.start()
    await asyncio.to_thread(process.join, 60)
    return process.exitcode


def test_every_table_says_what_it_holds_of_whom() -> None:
    """A new table, or a new column that names somebody, has to be a row of HOLDINGS: else deletion would pass it by."""
    holdings = {holding.table.__tablename__: holding for holding in HOLDINGS}
    assert holdings.keys() == metadata().tables.keys()
    for name, table in metadata().tables.items():
        columns, holding = {column.name for column in table.columns}, holdings[name]
        if name == "erasures":
            continue  # names whom it is of until they are gone, and then goes itself
        if "workspace_id" in columns and name != "sessions":
            assert holding.of_workspace, f"{name}: which rows are a workspace's?"
        personal = {column for column in columns if column in ("user_id", "email") or column.endswith("_by")} - {"blocked_by"}
        if personal and name != "users":
            assert holding.scrub, f"{name}: what becomes of {sorted(personal)} when that person leaves?"
        secret = {column for column in columns if column in ("sealed", "digest", "delivery_token", "state_digest", "upload_id")}
        if holding.of_workspace or holding.of_person:
            assert secret <= holding.hidden, f"{name}: {sorted(secret)} would be in a copy"


def test_rows_go_before_what_they_refer_to() -> None:
    """Else a reference would keep them, or take others along."""
    order = [holding.table.__tablename__ for holding in HOLDINGS]
    for table in Base.metadata.tables.values():
        for key in table.foreign_keys:
            if key.column.table.name not in ("workspaces", "users") and key.column.table is not table:
                assert order.index(table.name) < order.index(key.column.table.name), f"{table.name} refers to {key.column.table.name}"


async def test_simulators_in_another_process_forget_a_workspace_as_well(
    system: System, workspace: Member, owner: Person, desk: Desk
) -> None:
    await furnish(desk, owner)
    assert system.sandbox is not None
    there = OverHTTP("http://127.0.0.1:9999", system.door.secret)
    there.inner = httpx2.ASGITransport(app=sandbox_app(system.sandbox, faults=False))  # type: ignore[assignment]
    before = desk.seen()
    stranger = OverHTTP("http://127.0.0.1:9999", "no secret")
    stranger.inner = there.inner
    with pytest.raises(httpx2.ConnectError):
        await stranger.forget(workspace.id)
    assert desk.seen() == before
    await there.forget(workspace.id)
    assert desk.seen() == []
    files = [system.settings.sandbox_file, system.settings.sandbox_file.with_name("sandbox.db-wal")]
    assert [path.name for path in files if path.exists() and workspace.id.encode() in path.read_bytes()] == []


@pytest.fixture
async def twins(system: System) -> tuple[Workspace, Workspace]:
    """A live workspace and its test twin."""

    def make(session: Session) -> tuple[Workspace, Workspace]:
        live = tenants.create(session, "Acme", "live")
        return live, tenants.make_twin(session, live)

    return await system.database.write(make)


async def closings(system: System, *spaces: Workspace) -> list[datetime | None]:
    """When each of these is to be deleted."""

    def read(session: Session) -> list[datetime | None]:
        return [session.get_one(Workspace, one.id).erase_at for one in spaces]

    return await system.database.read(read)


@pytest.mark.usefixtures("both_databases")
async def test_with_a_live_workspace_its_twin_is_deleted_and_the_answer_says_so(
    app: FastAPI, system: System, twins: tuple[Workspace, Workspace]
) -> None:
    live, test = twins
    key, _ = await system.write(test.id, keys.create, system.vault, "of the twin", test=True)
    boss = await person(system, (live.id, "owner"), (test.id, "owner"))
    answer = await delete(app, boss, "Acme")
    assert answer.json()["twinId"] == test.id
    ends = await closings(system, live, test)
    assert ends[0] == ends[1] is not None
    assert await system.database.read(lambda session: session.get_one(ApiKey, key.id).revoked_at), "nothing of it goes on"
    await due(system)
    await worked(system)
    assert await found(system, [live.id, test.id, key.id]) == []


async def test_an_owner_who_keeps_a_live_workspace_keeps_its_twin(system: System, twins: tuple[Workspace, Workspace]) -> None:
    live, test = twins
    await system.write(live.id, closing.close, "Acme", timedelta(days=7), test=False)
    await system.write(live.id, closing.keep, test=False)
    assert await closings(system, live, test) == [None, None]
    assert await system.database.read(lambda session: session.scalars(select(Erasure)).all()) == []


async def test_a_twin_goes_alone_and_stays_gone_when_the_live_one_is_kept(system: System, twins: tuple[Workspace, Workspace]) -> None:
    live, test = twins
    await system.write(test.id, closing.close, test.name, timedelta(days=1), test=True)
    assert await closings(system, live) == [None], "what was for trying out takes nothing real along"
    await system.write(live.id, closing.close, "Acme", timedelta(days=7), test=False)
    await system.write(live.id, closing.keep, test=False)
    kept, gone = await closings(system, live, test)
    assert (kept, gone is not None) == (None, True)


async def test_at_once_is_of_both(system: System, twins: tuple[Workspace, Workspace]) -> None:
    live, test = twins
    await system.write(live.id, closing.close, "Acme", timedelta(days=7), test=False)
    erasures = await system.database.write(closing.at_once, live.id)
    assert [erasure.workspace_id for erasure in erasures] == [live.id, test.id]
    assert all([await work.at_once(system, erasure.id) for erasure in erasures])
    assert await found(system, [live.id, test.id]) == []
