"""Deleting a workspace for good, in steps of which each may be done again: whoever is killed in between leaves the rest to the next one.

The networks take back what was granted to its accounts, as far as they can; what it bought is canceled; its files go, then what the
simulated networks know of it, then its rows. The workspace's own row goes last: until then it can be told what there is to do.
"""

from __future__ import annotations

import asyncio
import logging

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from socialclaw.accounts import disconnect
from socialclaw.billing.lemonsqueezy import ending
from socialclaw.db.accounts import Account
from socialclaw.db.assets import Arrival, Asset
from socialclaw.db.base import Scope, real_now, utc_now
from socialclaw.db.erasure import Export
from socialclaw.db.posts import Lane, Post
from socialclaw.db.workspaces import Workspace
from socialclaw.erasure.holdings import BATCH, HOLDINGS, take_away
from socialclaw.lifecycle.writing import silence
from socialclaw.media import cache
from socialclaw.storage.base import empty
from socialclaw.system import System

log = logging.getLogger(__name__)


async def erase(system: System, workspace_id: str) -> bool:
    """Delete it, and all that is its; False where something of it is under way that has to end first."""
    space = await system.database.read(lambda session: session.get(Workspace, workspace_id))
    if space is None:
        return True
    test = space.mode == "test"
    if not await system.write(workspace_id, _stop, test=test):
        return False
    for account_id in await system.database.read(_with_secrets, workspace_id):
        await disconnect.give_up(system, workspace_id, account_id, test=test)
    await ending.cancel_all(system, workspace_id, test=test)
    for storage in system.storages.values():
        await empty(storage, workspace_id)
    after = ""
    while ids := await system.database.read(_assets, workspace_id, after):
        await asyncio.to_thread(_forget_made, system, ids)
        after = ids[-1]
    await system.forget_world(workspace_id)
    for holding in HOLDINGS:
        while holding.of_workspace and holding.table is not Workspace:
            if await system.database.write(take_away, holding, workspace_id) < BATCH:
                break
    for storage in system.storages.values():  # an upload that was under way may have ended meanwhile, for nobody
        await empty(storage, workspace_id)
    await system.database.write(_gone, workspace_id)
    log.info("workspace %s was deleted", workspace_id)
    return True


def _gone(session: Session, workspace_id: str) -> None:
    """Its own row, and what its twin knows of it."""
    session.execute(update(Workspace).where(Workspace.twin_id == workspace_id).values(twin_id=None))
    session.execute(delete(Workspace).where(Workspace.id == workspace_id))


def _stop(scope: Scope) -> bool:
    """See that nothing of it is done any more; False where somebody is at work on it."""
    session, now = scope.session, utc_now()
    mine = Account.workspace_id == scope.workspace_id
    lanes = select(Lane.account_id).join(Account, Account.id == Lane.account_id).where(mine, Lane.until > now)
    copying = (Export.workspace_id == scope.workspace_id, Export.status == "preparing", Export.tries > 0, Export.next_at > real_now())
    if session.scalar(select(Export.id).where(*copying).limit(1)):
        return False
    if session.scalar(lanes.limit(1)) or session.scalar(select(Account.id).where(mine, Account.refreshing_until > now).limit(1)):
        return False
    _tell_of_unknown(session, scope.workspace_id)
    silence(session, scope.workspace_id)
    session.execute(update(Account).where(mine).values(refresh_at=None, collect_at=None))
    session.execute(update(Arrival).where(Arrival.workspace_id == scope.workspace_id).values(next_at=None))
    return True


def _tell_of_unknown(session: Session, workspace_id: str) -> None:
    """Posts that may be live although nobody knows: nobody will look for them any more."""
    unknown = (Post.workspace_id == workspace_id, Post.status == "publishing")
    if count := session.scalar(select(func.count()).select_from(Post).where(*unknown)):
        log.warning("workspace %s: of %s posts it is not known whether they are live, and it never will be", workspace_id, count)


def _with_secrets(session: Session, workspace_id: str) -> list[str]:
    mine = (Account.workspace_id == workspace_id, Account.sealed.is_not(None))
    return list(session.scalars(select(Account.id).where(*mine).order_by(Account.id)))


def _assets(session: Session, workspace_id: str, after: str) -> list[str]:
    mine = (Asset.workspace_id == workspace_id, Asset.id > after)
    return list(session.scalars(select(Asset.id).where(*mine).order_by(Asset.id).limit(BATCH)))


def _forget_made(system: System, asset_ids: list[str]) -> None:
    for asset_id in asset_ids:
        cache.forget(system.settings, asset_id)
