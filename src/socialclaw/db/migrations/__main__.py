"""`python -m socialclaw.db.migrations <name>`: writes the migration from the newest version to the tables as they are declared now."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path

from alembic import command
from sqlalchemy.orm import Session

from socialclaw.db.database import Database
from socialclaw.db.migrations import configuration, revisions, versions


def draft(session: Session, name: str) -> None:
    """Compare with an empty database brought up to date, and write `versions/<number>_<name>.py`."""
    config = configuration(session.connection())
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.set_section_option("post_write_hooks", "hooks", "imports, layout")
    for hook, options in (("imports", "check --select I --fix --quiet"), ("layout", "format --quiet")):
        config.set_section_option("post_write_hooks", f"{hook}.type", "module")
        config.set_section_option("post_write_hooks", f"{hook}.module", "ruff")
        config.set_section_option("post_write_hooks", f"{hook}.options", f"{options} REVISION_SCRIPT_FILENAME")
    number = f"{len(revisions()) + 1:04}"
    if revisions():
        command.upgrade(config, "head")
    command.revision(config, name, autogenerate=True, rev_id=number)
    for path in Path(versions.__path__[0]).glob(f"{number}_*.py"):
        lines = path.read_text().splitlines(keepends=True)
        path.write_text("".join(line for line in lines if not line.lstrip().startswith("# ###")))


async def main(name: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{Path(folder) / 'draft.db'}")
        await database.write(draft, name)
        await database.close()


if __name__ == "__main__":
    asyncio.run(main(" ".join(sys.argv[1:]) or "change"))
