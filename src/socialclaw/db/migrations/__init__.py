"""How the tables came to be what they are, step by step (Alembic). `python -m socialclaw.db.migrations <name>` writes the next step."""

from __future__ import annotations

import importlib
import pkgutil
from typing import TYPE_CHECKING

from sqlalchemy import Connection, MetaData

from socialclaw import db
from socialclaw.db.base import Base
from socialclaw.db.migrations import versions

if TYPE_CHECKING:
    from alembic.config import Config


def metadata() -> MetaData:
    """Every table as it is declared."""
    for module in pkgutil.iter_modules(db.__path__):
        if not module.ispkg:
            importlib.import_module(f"{db.__name__}.{module.name}")
    return Base.metadata


def revisions() -> list[str]:
    """The versions that this code knows, oldest first: the numbers that the migrations' file names start with."""
    return sorted(module.name.partition("_")[0] for module in pkgutil.iter_modules(versions.__path__))


def configuration(connection: Connection) -> Config:
    """What Alembic's commands need, for a connection that is already in a transaction."""
    from alembic.config import Config  # half a second and 13 MB, which only a start that has something to do should cost

    config = Config()
    config.set_main_option("script_location", f"{db.__name__}:migrations")
    config.set_main_option("path_separator", "newline")
    config.attributes["connection"] = connection
    return config
