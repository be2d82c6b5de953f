"""What Alembic runs for every command. The connection comes from the caller and is already in its transaction."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext

from socialclaw.db.base import Document, UtcTime
from socialclaw.db.migrations import metadata, revisions


def render(kind: str, thing: Any, _context: AutogenContext) -> str | Literal[False]:
    """Our own types by their names, which the template imports."""
    if isinstance(thing, UtcTime):
        return "UtcTime()"
    return "Document" if kind == "type" and thing is Document else False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata(),
    render_item=render,
    render_as_batch=bool(revisions()),  # SQLite can hardly alter a table, so it is copied; the first one has nothing to copy
)
with context.begin_transaction():
    context.run_migrations()
