"""The empty tables of an installation, made once in each process of tests and then copied: to make them takes longer than most tests."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path

import asyncpg
from sqlalchemy import create_mock_engine, make_url
from sqlalchemy.dialects import postgresql

from socialclaw.db import schema
from socialclaw.db.base import Base
from socialclaw.db.database import Database

_files: dict[bool, bytes] = {}


async def create(url: str, *, migrated: bool = False) -> None:
    """Put them into this database; one that has tables already keeps them. `migrated`: by the migrations, as users have them."""
    found = make_url(url)
    if found.get_backend_name() == "sqlite":
        _put(Path(str(found.database)), await _file(migrated))
        return
    if migrated:
        async with _opened(url) as database:
            await schema.upgrade(database)
        return
    connection = await asyncpg.connect(url)
    try:
        if not await connection.fetchval("SELECT EXISTS (SELECT FROM pg_tables WHERE schemaname = 'public')"):
            await connection.execute(_script())
    finally:
        await connection.close()


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
                if migrated:
                    await schema.upgrade(database)
                else:
                    await database.write(lambda session: Base.metadata.create_all(session.connection()))
                assert await database.settle()
            assert [file.name for file in path.parent.iterdir()] == [path.name], "all that was written is in the one file"
            _files[migrated] = path.read_bytes()
    return _files[migrated]


@cache
def _script() -> str:
    """What makes them on PostgreSQL, in one piece: one round trip in the place of two hundred."""
    statements: list[str] = []
    dialect = postgresql.asyncpg.dialect()  # type: ignore[no-untyped-call]
    engine = create_mock_engine("postgresql+asyncpg://", lambda sql, *_, **__: statements.append(str(sql.compile(dialect=dialect))))
    Base.metadata.create_all(engine, checkfirst=False)
    return ";\n".join(statements)


@asynccontextmanager
async def _opened(url: str) -> AsyncIterator[Database]:
    database = Database(url)
    try:
        yield database
    finally:
        await database.close()
