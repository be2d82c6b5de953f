"""Opening an installation: the folder, the database, the secret key; each failure is one line that says what to do."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from socialclaw.cli.output import Problem, complain, pasteable
from socialclaw.cli.runtime import stopping
from socialclaw.db import holds, schema
from socialclaw.db.base import iso
from socialclaw.db.database import INSIST, Database
from socialclaw.db.trouble import DatabaseTrouble
from socialclaw.doctor.installed import is_there, out_of_reach, place, prove, sealed, storage_problem
from socialclaw.errors import NotReady
from socialclaw.media import stored_objects
from socialclaw.media.reachability import obstacle, pulling
from socialclaw.settings import Settings
from socialclaw.storage.bucket import BucketRefused
from socialclaw.system import System
from socialclaw.vault import Vault
from socialclaw.workspaces import tenants

ANSWER_SECONDS = 10  # for the first answer of a database server


class DatabaseAway(Problem):
    """The database cannot be used. `may_come`: it is a server that may only not be up yet."""

    def __init__(self, message: str, *, may_come: bool) -> None:
        super().__init__(message)
        self.may_come = may_come


@asynccontextmanager
async def opened(settings: Settings, *, create: bool = True, here: str = "") -> AsyncIterator[System]:
    """The installation, its tables up to date and its key tried on what it sealed.

    `create`: make what is not there yet; without it, an installation must be there already. `here`: where this process listens.
    """
    await prepare(settings, create=create)
    try:
        system = System.open(settings, here=here)
    except (OSError, sqlite3.Error) as error:
        raise Problem(f"The sandbox's file {settings.sandbox_file} cannot be opened ({_why(error)})") from None
    try:
        await _hand_over_the_sandbox(system)
        yield system
    finally:
        await system.close()


async def _hand_over_the_sandbox(system: System) -> None:
    """What the simulated networks kept before each workspace had a world of its own is the only test workspace's, if there is one."""
    if system.sandbox is not None and (only := await system.database.read(tenants.only_test)):
        store = next(iter(system.sandbox.networks.values())).store
        await system.sandbox.apart(lambda: store.adopt(only))


async def prepare(settings: Settings, *, create: bool = True) -> None:
    """Everything that must be in place before System.open. Raises Problem, SchemaError or VaultError."""
    if create:
        make_folder(settings.data_dir)
    elif not is_there(settings):
        raise Problem(
            f"There is no installation in {settings.data_dir.absolute()}: name it with --data-dir, or make one with `socialclaw up`"
        )
    async with database(settings) as found:
        if await schema.state(found) != "current" and not create:
            raise Problem(f"The database is not up to date with this version: run `{pasteable(settings, 'migrate')}`")
        await schema.upgrade(found)
        await unlock(settings, found)


@asynccontextmanager
async def database(settings: Settings) -> AsyncIterator[Database]:
    """The database, once it has answered; Problem where it does not, or where it is gone."""
    must_not_be_lost(settings)
    try:
        found = Database(settings.database, quiet=True)
    except (ArgumentError, ValueError) as error:
        raise Problem(
            f"--database-url is not one this server understands ({_why(error)}): postgresql://user@host/name or sqlite:///path"
        ) from None
    try:
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                await schema.state(found)
        except TimeoutError:
            silent = f"{place(settings)} did not answer within {ANSWER_SECONDS} seconds: {_advice(found)}"
            raise DatabaseAway(silent, may_come=not found.is_sqlite) from None
        except DatabaseTrouble as error:
            may_come = not found.is_sqlite and error.code in ("database_unavailable", "database_busy")
            raise DatabaseAway(f"{place(settings)} cannot be opened ({error.said}): {_advice(found)}", may_come=may_come) from None
        yield found
    finally:
        await found.close()


async def await_database(settings: Settings) -> bool:
    """Whether the database server is there, however long that takes; False where we are told to stop first.

    Only a server is waited for: a file comes from nowhere by itself (and is made where there is none), nor does a password.
    """
    if not settings.database.startswith("postgresql"):
        return True
    with stopping() as stop:
        told = False
        for pause in INSIST:
            try:
                async with database(settings):
                    return True
            except DatabaseAway as away:
                if not away.may_come:
                    raise
                if not told:
                    complain(f"{away.message}. Waiting for it")
                    told = True
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), pause)
            if stop.is_set():
                break
    return False


def must_not_be_lost(settings: Settings) -> None:
    """Raises Problem where the folder was in use and its SQLite file is not there: a new, empty one would pass for it."""
    name = make_url(settings.database).database if settings.database.startswith("sqlite") else None
    if not name or Path(name).exists():
        return
    file = Path(name)
    rescued = sorted(file.parent.glob(f"{file.name}.rescued-*"))
    if rescued:
        raise Problem(f"The database {file} is missing; what it held is in {rescued[-1].name}: put that in its place")
    left = [path for path in (settings.data_dir / "secret.key", settings.sandbox_file) if path.exists()]
    if left:
        raise Problem(
            f"The database {file} is missing, but {left[0].name} shows that this folder was in use: put the file back from your backup, "
            "or begin anew with another --data-dir"
        )


async def unlock(settings: Settings, database: Database) -> None:
    """Prove the key on what the database holds; a new key is made only where nothing was ever sealed."""
    path = settings.key_file
    found, used = await database.read(sealed)
    if not path.exists() and not used:
        try:
            Vault.open(path, create=True)
        except FileExistsError:  # another process has just made it
            pass
        except OSError as error:
            raise Problem(
                f"The secret key file {path} cannot be written ({_why(error)}): choose a place with SOCIALCLAW_SECRET_KEY_FILE"
            ) from None
    prove(path, found, used=used)


async def tell_hold(system: System, *, begin: bool) -> None:
    """Begin a hold if that is wanted; say so where one is there, also one of an earlier start."""
    since = await system.database.write(holds.hold) if begin else await system.database.read(holds.held)
    if since is not None:
        due, release = (pasteable(system.settings, "posts", word) for word in ("due", "release"))
        complain(f"Nothing is published: held since {iso(since)}. See `{due}`; `{release}` ends it")


async def reach_storage(system: System) -> None:
    """Raises Problem where the storage for new files refuses us; one that does not answer now may do so later, so that is only told.

    So is a storage that has files and is not set up here, as after a move by a machine that knew more.
    """
    try:
        await system.storage.check()
    except NotReady as error:
        told = storage_problem(system.storage.name, error)
        if isinstance(error, BucketRefused) and error.answered < 500:
            raise Problem(told) from None
        complain(f"{told}. Starting anyway; until that is fixed, no file can be stored or delivered")
    for name in await system.database.read(stored_objects.out_of_reach, tuple(system.storages)):
        complain(f"{out_of_reach(name)}. Starting anyway; until then, they can be neither delivered nor posted")


async def warn_of_address(system: System) -> None:
    """One line where networks cannot fetch media from us, and somebody publishes to real ones."""
    base_url = system.settings.base_url
    live: bool = await system.database.read(tenants.any_live)
    if live and (why := await obstacle(base_url)):
        told = f"{base_url} {why}: networks that fetch media ({', '.join(pulling())}) will not get any from here"
        complain(f"{told}. Set SOCIALCLAW_PUBLIC_BASE_URL to an https address that the world can reach. Continuing anyway")


def make_folder(path: Path) -> None:
    """Make the data folder, and make sure that files can be made in it."""
    probe = path / f".writable-{os.getpid()}"
    try:
        path.mkdir(parents=True, exist_ok=True)
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise Problem(
            f"The data folder {path.absolute()} cannot be written ({_why(error)}): choose another with --data-dir, or fix its permissions"
        ) from None


def _advice(database: Database) -> str:
    return "check the file and its permissions" if database.is_sqlite else "start PostgreSQL there, or correct --database-url"


def _why(error: BaseException) -> str:
    """The first line of what the system said."""
    cause = getattr(error, "orig", None) or error
    said = getattr(cause, "strerror", None) or str(cause) or type(cause).__name__
    return str(said).strip().partition("\n")[0]
