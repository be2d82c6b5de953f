"""The empty tables of an installation, made once in each process of tests and then copied: to make them takes longer than most tests."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
from sqlalchemy import make_url

from socialclaw.db import schema
from socialclaw.db.base import Base
from socialclaw.db.database import Database

_files: dict[bool, bytes] = {}
_models: dict[tuple[str, bool], str] = {}


async def create(url: str, *, migrated: bool = False) -> None:
    """Put them into this database; one that has tables already keeps them. `migrated`: by the migrations, as users have them."""
    found = make_url(url)
    if found.get_backend_name() == "sqlite":
        _put(Path(str(found.database)), await _file(migrated))
        return
    connection = await asyncpg.connect(url)
    try:
        if await connection.fetchval("SELECT EXISTS (SELECT FROM pg_tables WHERE schemaname = 'public')"):
            return
    finally:
        await connection.close()
    server = url.replace(f"/{found.database}?", "/postgres?")
    if url == server:  # the one database that a copy cannot take the place of
        async with _opened(url) as database:
            await _fill(database, migrated)
        return
    model = await _model(server, migrated)
    await on_server(server, f"DROP DATABASE {found.database}", f"CREATE DATABASE {found.database} TEMPLATE {model} STRATEGY FILE_COPY")


async def on_server(url: str, *commands: str) -> None:
    """Commands that make databases or do away with them: each is a transaction of its own."""
    connection = await asyncpg.connect(url)
    try:
        for command in commands:
            await connection.execute(command)
    finally:
        await connection.close()


async def _model(server: str, migrated: bool) -> str:
    """The name of a database with the tables, on this server."""
    if (server, migrated) not in _models:
        name = f"tables_{'migrated' if migrated else 'made'}"
        await on_server(server, f"CREATE DATABASE {name}")
        async with _opened(server.replace("/postgres?", f"/{name}?")) as database:
            await _fill(database, migrated)
        _models[server, migrated] = name
    return _models[server, migrated]


async def _fill(database: Database, migrated: bool) -> None:
    if migrated:
        await schema.upgrade(database)
    else:
        await database.write(lambda session: Base.metadata.create_all(session.connection()))


def _put(file: Path, content: bytes) -> None:
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)


async def _file(migrated: bool) -> bytes:
    """A SQLite file with the tables."""
    if migrated not in _files:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "tables.db"
            async with _opened(f"sqlite:///{path}") as database:
                await _fill(database, migrated)
                assert await database.settle()
            assert [file.name for file in path.parent.iterdir()] == [path.name], "all that was written is in the one file"
            _files[migrated] = path.read_bytes()
    return _files[migrated]


@asynccontextmanager
async def _opened(url: str) -> AsyncIterator[Database]:
    database = Database(url)
    try:
        yield database
    finally:
        await database.close()
