"""Migrations make exactly the tables that the code declares, whoever starts first, and never touch a newer database."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, inspect, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from socialclaw.db import schema
from socialclaw.db.database import Database
from socialclaw.db.migrations import configuration, metadata, revisions
from socialclaw.db.posts import Post, Run
from socialclaw.db.workspaces import ApiKey
from socialclaw.workspaces.operations import OPERATIONS
from tests.db.processes import run_together

UPGRADE_IN_ANOTHER_PROCESS = """
import asyncio, sys
from socialclaw.db.database import Database
from socialclaw.db.schema import upgrade

async def main():
    database = Database(sys.argv[1])
    print("ready", flush=True)
    sys.stdin.readline()
    await upgrade(database)
    await database.close()

asyncio.run(main())
"""

CATALOG = {
    "sqlite": ("SELECT tbl_name, type, name, sql FROM sqlite_master WHERE name <> 'alembic_version' AND tbl_name <> 'alembic_version'",),
    "postgresql": (
        "SELECT table_name, column_name, data_type, is_nullable, column_default FROM information_schema.columns"
        " WHERE table_schema = 'public' AND table_name <> 'alembic_version'",
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE connamespace = 'public'::regnamespace AND conname NOT LIKE 'alembic%'",
        "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename <> 'alembic_version'",
    ),
}


def catalog(session: Session) -> list[tuple[Any, ...]]:
    """All that the database itself says of its tables; the order in which columns were declared does not matter."""
    rows = [tuple(row) for query in CATALOG[session.connection().dialect.name] for row in session.execute(text(query))]
    return sorted(tuple(_parts(value) for value in row) for row in rows)


def _parts(value: Any) -> Any:
    """A CREATE TABLE as its sorted parts: a column that was added later stands last, and on no line of its own."""
    if not isinstance(value, str) or not value.startswith("CREATE TABLE"):
        return str(value)
    start, end = value.index("("), value.rindex(")")
    parts = re.split(r",\s*(?![^()]*\))", value[start + 1 : end])
    name = value[:start].replace('"', "")  # a table that was copied to be altered has its name in quotes
    return str([name, *sorted(part.strip() for part in parts), value[end + 1 :]])


async def test_migrations_make_the_tables_that_are_declared(database: Database) -> None:
    await schema.upgrade(database)

    def differences(session: Session) -> list[Any]:
        return list(compare_metadata(MigrationContext.configure(session.connection()), metadata()))

    assert await database.write(differences) == []


async def test_migrations_make_what_declaring_makes_to_the_last_word(database: Database) -> None:
    await schema.upgrade(database)
    migrated = await database.read(catalog)

    def declare(session: Session) -> list[tuple[Any, ...]]:
        connection = session.connection()
        metadata().drop_all(connection)
        metadata().create_all(connection)
        return catalog(session)

    assert migrated == await database.write(declare)


async def test_the_state_is_told(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    assert await schema.state(database) == "empty"
    await schema.upgrade(database)
    assert await schema.state(database) == "current"
    monkeypatch.setattr(schema, "revisions", lambda: [*revisions(), "9999"])
    assert await schema.state(database) == "behind"


async def test_upgrading_again_changes_nothing(database: Database) -> None:
    await schema.upgrade(database)
    first = await database.read(catalog)
    await schema.upgrade(database)
    assert await database.read(catalog) == first


async def test_a_database_newer_than_the_code_is_refused_in_one_line(database: Database) -> None:
    await schema.upgrade(database)
    await database.write(lambda s: s.execute(text("UPDATE alembic_version SET version_num = '9999'")))
    assert await schema.state(database) == "ahead"
    with pytest.raises(schema.SchemaError) as told:
        await schema.upgrade(database)
    assert told.value.code == "database_newer"
    assert "newer version of SocialClaw" in told.value.message
    assert "\n" not in told.value.message


async def test_an_upgrade_that_fails_leaves_the_database_as_it_was(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    run = command.upgrade

    def run_and_break(*args: Any) -> None:
        run(*args)
        raise ZeroDivisionError

    with monkeypatch.context() as broken:
        broken.setattr(command, "upgrade", run_and_break)
        with pytest.raises(ZeroDivisionError):
            await schema.upgrade(database)
    assert await database.read(lambda s: inspect(s.connection()).get_table_names()) == []
    await schema.upgrade(database)
    assert await schema.state(database) == "current"


async def test_two_processes_that_start_at_once_both_find_their_tables(url: str) -> None:
    await asyncio.to_thread(run_together, UPGRADE_IN_ANOTHER_PROCESS, url)
    database = Database(url)
    assert await schema.state(database) == "current"
    await database.close()


async def test_the_newest_version_is_the_one_that_alembic_finds(database: Database) -> None:
    def script(session: Session) -> ScriptDirectory:
        return ScriptDirectory.from_config(configuration(session.connection()))

    directory = await database.read(script)
    assert directory.get_heads() == revisions()[-1:]
    assert sorted(one.revision for one in directory.walk_revisions()) == revisions()


def fill(connection: Connection) -> None:
    """A row in every table there is, that refers to the rows of the others."""
    tables = MetaData()
    tables.reflect(connection)
    made: dict[str, dict[str, Any]] = {}
    for table in tables.sorted_tables:
        if table.name != "alembic_version":
            made[table.name] = {c.name: _value(c, made) for c in table.columns if not c.nullable or c.foreign_keys}
            connection.execute(table.insert().values(**made[table.name]))


def _value(column: Any, made: dict[str, dict[str, Any]]) -> Any:
    for key in column.foreign_keys:
        return made[key.column.table.name][key.column.name] if key.column.table.name in made else None
    kind = column.type.python_type
    texts = {"mode": "test", "status": "connected"}
    return {int: 1, float: 1.0, bool: True, bytes: b"x", dict: {}, datetime: datetime(2030, 1, 1, tzinfo=UTC)}.get(
        kind, texts.get(column.name, "x")
    )


def counts(session: Session) -> dict[str, int]:
    names = [name for name in inspect(session.connection()).get_table_names() if name != "alembic_version"]
    return {name: session.execute(text(f"SELECT count(*) FROM {name}")).scalar_one() for name in names}


@pytest.mark.parametrize("version", revisions()[:-1])
async def test_an_upgrade_keeps_every_row_of_every_older_version(database: Database, version: str) -> None:
    def as_it_was(session: Session) -> dict[str, int]:
        command.upgrade(configuration(session.connection()), version)
        fill(session.connection())
        return counts(session)

    before = await database.restructure(as_it_was)
    assert set(before.values()) == {1}
    await schema.upgrade(database)
    after = await database.read(counts)
    assert {name: after[name] for name in before} == before
    assert await schema.state(database) == "current"


async def test_keys_that_were_made_before_they_had_operations_may_do_all_that_they_could(database: Database) -> None:
    def as_it_was(session: Session) -> None:
        command.upgrade(configuration(session.connection()), "0010")
        fill(session.connection())

    await database.restructure(as_it_was)
    await schema.upgrade(database)
    found = await database.read(lambda session: session.scalars(select(ApiKey.operations)).all())
    assert [text.split() for text in found] == [list(OPERATIONS)]


COUNTS = "publish_outcome_unknown"


@pytest.mark.parametrize(
    ("status", "error_code", "publish_at", "counted_at"),
    [
        ("scheduled", None, "2030-02-01", "2030-02-01"),
        ("scheduled", None, "2029-12-31", "2030-01-01"),  # applied after its time
        ("published", None, "2030-02-01", "2030-02-01"),
        ("retry_pending", "provider_unavailable", "2030-02-01", "2030-02-01"),
        ("failed", COUNTS, "2030-02-01", "2030-02-01"),
        ("failed", "provider_rejected", "2030-02-01", None),
        ("failed", None, "2030-02-01", None),
        ("canceled", None, "2030-02-01", None),
        ("draft", None, "2030-02-01", None),
    ],
)
async def test_posts_that_were_there_before_count_in_their_month(
    database: Database, status: str, error_code: str | None, publish_at: str, counted_at: str | None
) -> None:
    def instant(date: str) -> datetime:
        return datetime.fromisoformat(date).replace(tzinfo=UTC)

    def as_it_was(session: Session) -> None:
        command.upgrade(configuration(session.connection()), "0024")
        fill(session.connection())
        values = {"status": status, "error_code": error_code, "publish_at": instant(publish_at), "created_at": instant("2030-01-01")}
        session.execute(Post.__table__.update().values(**values))  # type: ignore[attr-defined]

    await database.restructure(as_it_was)
    await schema.upgrade(database)
    found = await database.read(lambda session: session.scalar(select(Post.counted_at)))
    assert found == (instant(counted_at) if counted_at else None)


async def test_references_are_enforced_again_after_an_upgrade(database: Database) -> None:
    await schema.upgrade(database)
    orphan = Run(workspace_id="nobody", mode="draft", source_model="posts_v1", timezone="UTC", fingerprint="f", total_posts=1)
    with pytest.raises(IntegrityError):
        await database.write(lambda session: session.add(orphan))
