"""The database's tables, brought to the version that this code needs by the migrations that the package carries."""

from __future__ import annotations

from typing import Literal

from sqlalchemy import inspect, text
from sqlalchemy.orm import Session

from socialclaw.db.database import Database
from socialclaw.db.migrations import configuration, revisions
from socialclaw.errors import SocialClawError

State = Literal["empty", "current", "behind", "ahead"]

LOCK = 0x736F6369616C  # among PostgreSQL's advisory locks, the one that this application upgrades under


class SchemaError(SocialClawError):
    """The database's tables are not the ones that this code knows."""

    code, status = "database_newer", 500

    def __init__(self) -> None:
        super().__init__("The database was made by a newer version of SocialClaw: install that version, or restore an older backup")


async def state(database: Database) -> State:
    """Where the database stands: without our tables, as the code needs it, older than that, or newer than the code."""
    return await database.read(_state)


async def upgrade(database: Database) -> None:
    """Bring the database to the version of the code; several processes may do so at once. Nothing happens where it is current.

    Raises SchemaError where a newer version of the code has been at work.
    """
    if await state(database) != "current":
        await database.restructure(_upgrade)


def _state(session: Session) -> State:
    if not inspect(session.connection()).has_table("alembic_version"):
        return "empty"
    found = session.scalar(text("SELECT version_num FROM alembic_version"))
    known = revisions()
    if found is None:
        return "empty"
    if found not in known:
        return "ahead"
    return "current" if found == known[-1] else "behind"


def _upgrade(session: Session) -> None:
    """On SQLite the writing transaction keeps others out by itself."""
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
    match _state(session):
        case "ahead":
            raise SchemaError
        case "empty" | "behind":  # still: another process may have been faster
            from alembic import command

            command.upgrade(configuration(connection), "head")
