"""Whose turn it is, of a workspace that is known by its id alone. Which kind a workspace is never changes, so it is asked for once."""

from __future__ import annotations

from weakref import WeakKeyDictionary

from sqlalchemy import select

from socialclaw.db.database import Database
from socialclaw.db.workspaces import Workspace
from socialclaw.turns import Party

MOST_KNOWN = 100_000

_known: WeakKeyDictionary[Database, dict[str, Party]] = WeakKeyDictionary()


async def party_of(database: Database, workspace_id: str) -> Party:
    """The workspace, whatever it works with. One that is gone counts as a test one: it comes last."""
    known = _known.setdefault(database, {})
    if (party := known.get(workspace_id)) is None:
        mode = await database.read(lambda session: session.scalar(select(Workspace.mode).where(Workspace.id == workspace_id)))
        if len(known) >= MOST_KNOWN:
            known.clear()
        party = known[workspace_id] = Party(workspace_id, mode != "live")
    return party
