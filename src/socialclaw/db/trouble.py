"""What is wrong with a database that does not do its work: the one place where drivers' errors become one of ours."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import asyncpg
from sqlalchemy import exc

from socialclaw.errors import NotReady

RETRY_SECONDS = 5.0
LEAST_FREE = 1_000_000  # bytes; where the disk of a database has fewer, it is full


class DatabaseTrouble(NotReady):
    """The database cannot be used now. `said`: the driver's words, for the log and the operator, never for the wire."""

    code = "database_unavailable"
    retry_after = RETRY_SECONDS

    def __init__(self, message: str = "The database does not answer", *, code: str | None = None, said: str = "") -> None:
        super().__init__(message, code=code)
        self.said = said

    @property
    def stays_readable(self) -> bool:
        """Whether only writing fails: then nothing but a write shows that it is over."""
        return self.code in ("database_full", "database_read_only")


# PostgreSQL says what is wrong by the first two or all five characters of an SQLSTATE.
AWAY = ("08", "57P", "25P03", "25P04", "53200")
REFUSED = ("28", "3D")  # the name or the password, or there is no such database
BUSY = ("53300", "53400", "55P03", "57014")
READ_ONLY = "25006"
FULL = "53100"
DAMAGED = ("58", "XX001", "XX002")


def trouble(error: BaseException, *, writing: bool = True, file: Path | None = None) -> DatabaseTrouble | None:
    """What this error says of the database; None where the database is well, and it is the statement that is wrong.

    `writing`: false where writing was not to be possible in the first place. `file`: where SQLite keeps the database.
    """
    if isinstance(error, DatabaseTrouble):
        return error
    cause = (error.orig or error) if isinstance(error, exc.DBAPIError) else error
    said = _words(cause)
    if isinstance(cause, sqlite3.Error):
        return _of_sqlite(getattr(cause, "sqlite_errorcode", 0), said, writing=writing, file=file)
    if state := getattr(cause, "sqlstate", None):
        return _of_postgres(state, said, writing=writing)
    if isinstance(error, exc.TimeoutError):
        return busy(said)
    lost = isinstance(error, exc.DBAPIError) and error.connection_invalidated
    if lost or isinstance(cause, OSError | asyncpg.PostgresConnectionError | asyncpg.InterfaceError | asyncpg.InternalClientError):
        return DatabaseTrouble(said=said)
    return None


def _of_postgres(state: str, said: str, *, writing: bool) -> DatabaseTrouble | None:
    if state.startswith(BUSY):
        return busy(said)
    if state.startswith(AWAY):
        return DatabaseTrouble(said=said)
    if state.startswith(REFUSED):
        return DatabaseTrouble("The database server does not let us in", code="database_refused", said=said)
    if state == FULL:
        return full(said)
    if state == READ_ONLY and writing:
        return read_only(said)
    return damaged(said) if state.startswith(DAMAGED) else None


def _of_sqlite(code: int, said: str, *, writing: bool, file: Path | None) -> DatabaseTrouble | None:
    match code & 0xFF:
        case sqlite3.SQLITE_FULL:
            return full(said)
        case sqlite3.SQLITE_IOERR:
            return full(said) if file and _no_room(file) else damaged(said)
        case sqlite3.SQLITE_READONLY if writing or code != sqlite3.SQLITE_READONLY:
            return read_only(said)
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED | sqlite3.SQLITE_PROTOCOL:
            return busy(said)
        case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB:
            return damaged(said)
        case sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_PERM | sqlite3.SQLITE_NOMEM:
            return DatabaseTrouble(said=said)
    return None


def busy(said: str = "") -> DatabaseTrouble:
    return DatabaseTrouble("The database is busy, or has no connection left", code="database_busy", said=said)


def full(said: str = "") -> DatabaseTrouble:
    return DatabaseTrouble("The disk of the database is full", code="database_full", said=said)


def read_only(said: str = "") -> DatabaseTrouble:
    return DatabaseTrouble("The database can only be read", code="database_read_only", said=said)


def damaged(said: str = "") -> DatabaseTrouble:
    return DatabaseTrouble("The database, or the disk under it, is damaged", code="database_damaged", said=said)


def missing(said: str = "") -> DatabaseTrouble:
    return DatabaseTrouble("The file of the database is gone", code="database_missing", said=said)


def _no_room(file: Path) -> bool:
    try:
        return shutil.disk_usage(file.parent).free < LEAST_FREE
    except OSError:
        return False


def _words(cause: BaseException) -> str:
    """The first line of what the system said."""
    said = getattr(cause, "strerror", None) or str(cause) or type(cause).__name__
    return str(said).strip().partition("\n")[0][:300]
