"""The API while its database cannot be used: every answer is a 503 in the one shape, and health says why."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from socialclaw.app import build
from socialclaw.db.base import Scope, utc_now
from socialclaw.db.trouble import DatabaseTrouble
from socialclaw.settings import Settings
from socialclaw.system import System
from tests.api import rows
from tests.conftest import BASE_URL, Member, client, member, opened
from tests.postgres import Server, server

DOCUMENT = {"posts": [{"account": "x:@nobody", "description": "Hello"}]}


@pytest.fixture
def postgres_server(tmp_path: Path) -> Iterator[Server]:
    with server() as found:
        yield found


async def test_while_postgresql_is_away_every_answer_says_so(postgres_server: Server, tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data", database_url=postgres_server.url, public_base_url=BASE_URL)
    async with opened(settings) as system:
        ours = await member(system, "Ours")
        app = build(system)
        async with app.router.lifespan_context(app), client(app, ours.secret) as api:
            assert (await api.get("/v1/posts")).status_code == 200
            await asyncio.to_thread(postgres_server.stop, "immediate")
            for answer in [
                await api.get("/v1/posts"),
                await api.get("/v1/accounts"),
                await api.post("/v1/posts/apply", json=DOCUMENT),
                await api.get("/v1/posts", headers={"authorization": "Bearer sc_test_another"}),
            ]:
                assert (answer.status_code, answer.json()["ok"], answer.json()["code"]) == (503, False, "database_unavailable")
                assert answer.headers["retry-after"] == "5"
                assert "pg" not in answer.text, "where the database is, is nobody's business"
            ill = await api.get("/health")
            assert (ill.status_code, ill.json()["message"]) == (503, "The database does not answer")
            assert ill.json()["details"]["db"] == {"ok": False, "kind": "postgresql", "error": "database_unavailable"}
            await asyncio.to_thread(postgres_server.start)
            assert (await api.get("/v1/posts")).status_code == 200
            assert (await api.get("/health")).status_code == 200


async def test_where_the_disk_is_full_health_blames_the_disk_and_not_the_worker(
    api: httpx2.AsyncClient, system: System, workspace: Member
) -> None:
    def due(session: Session) -> None:
        """A post that waits, whose worker cannot say that it is alive."""
        scope = Scope(session, workspace.id, test=True)
        rows.post(scope, rows.account(scope), rows.run(scope), publish_at=utc_now(), next_at=utc_now() - timedelta(minutes=2))

    await system.database.write(due)
    await full(system, True)
    while (answer := await api.post("/v1/keys", json={"label": "one more"})).is_success:
        pass  # there is room for some on pages that are not full
    assert (answer.status_code, answer.json()["code"]) == (503, "database_full")
    ill = await api.get("/health")
    assert (ill.status_code, ill.json()["message"]) == (503, "The disk of the database is full")
    assert ill.json()["details"]["db"]["error"] == "database_full"
    assert (await api.get("/v1/posts")).status_code == 200, "reading goes on"
    await full(system, False)
    assert (await api.post("/v1/keys", json={"label": "one more"})).status_code == 201


async def full(system: System, state: bool) -> None:
    """No page more in the file, and none free in it: as far as SQLite can tell, the disk is full."""

    def fill(session: Session) -> None:
        session.execute(text("CREATE TABLE ballast (value BLOB)"))
        session.execute(text("PRAGMA max_page_count = 1"))  # as many as there are

    def clear(session: Session) -> None:
        session.execute(text("PRAGMA max_page_count = 1000000"))

    await system.database.write(fill if state else clear)
    for size in (4000, 400, 40) if state else ():
        with suppress(DatabaseTrouble):
            while True:
                await system.database.write(ballast, size)


def ballast(session: Session, size: int) -> None:
    session.execute(text("INSERT INTO ballast VALUES (zeroblob(:size))"), {"size": size})


async def test_a_database_that_was_deleted_under_the_server_is_told(api: httpx2.AsyncClient, system: System) -> None:
    assert (await api.get("/health")).status_code == 200
    Path(str(system.database.url.database)).unlink()  # noqa: ASYNC240
    ill = await api.get("/health")
    assert (ill.status_code, ill.json()["message"]) == (503, "The file of the database is gone")
    answer = await api.post("/v1/keys", json={"label": "one more"})
    assert (answer.status_code, answer.json()["code"]) == (503, "database_missing")


async def test_a_database_that_can_only_be_read_is_told(api: httpx2.AsyncClient, system: System) -> None:
    await system.database.write(lambda session: session.execute(text("PRAGMA query_only = ON")))  # as a file without the right to write
    answer = await api.post("/v1/keys", json={"label": "one more"})
    assert (answer.status_code, answer.json()["code"]) == (503, "database_read_only")
    ill = await api.get("/health")
    assert (ill.status_code, ill.json()["message"]) == (503, "The database can only be read")
    assert (await api.get("/v1/posts")).status_code == 200
    system.database._writer._opened[0].connection.driver_connection.execute("PRAGMA query_only = OFF")  # type: ignore[attr-defined, union-attr]
    assert (await api.get("/health")).status_code == 200
