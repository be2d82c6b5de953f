"""What follows from a network's word that somebody took back what they had granted to a developer app.

The network names the person as the app knows them, in every workspace at once: a word about a real app concerns all live ones. A simulated
network is another one in each test workspace, with the same people: its word concerns the one in whose world it was said. It ends what was
granted before it, and nothing that was granted since: it may come again, or late.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from socialclaw.accounts import credentials
from socialclaw.accounts.developer_apps import of_app
from socialclaw.accounts.lookup import provider_of, target_of
from socialclaw.db.accounts import Account, Connection
from socialclaw.db.base import real_now
from socialclaw.db.erasure import Callback
from socialclaw.db.workspaces import Workspace
from socialclaw.providers.withdrawals import Withdrawal

DEAUTHORIZED, DELETION = "deauthorized", "data_deletion"  # kinds of callbacks; the first is what it does to accounts, too

log = logging.getLogger(__name__)


def deauthorize(session: Session, word: Withdrawal, body: bytes) -> bool:
    """End every access that the person had given; False where this has come before."""
    if not (row := note(session, word, DEAUTHORIZED, body)):
        return False
    for account in granted_by(session, word):
        if account.status != "disconnected":
            credentials.withdrawn(account, DEAUTHORIZED)
            row.accounts += 1
    log.info("%s: somebody took back the access to %s accounts", word.signer.app, row.accounts)
    return True


def note(session: Session, word: Withdrawal, kind: str, body: bytes) -> Callback | None:
    """Keep that it came; None where the same body has come before."""
    insert = postgresql.insert(Callback) if session.get_bind().dialect.name == "postgresql" else sqlite.insert(Callback)
    digest = digest_of(word, kind, body)
    values: dict[str, Any] = {"app": word.signer.app, "kind": kind, "test": word.signer.test, "at": word.at, "accounts": 0}
    statement = insert.values(digest=digest, received_at=real_now(), **values).on_conflict_do_nothing().returning(Callback.digest)
    return session.get_one(Callback, digest) if session.scalar(statement) else None


def digest_of(word: Withdrawal, kind: str, body: bytes) -> str:
    """The same words may be meant in two ways: Meta signs a deauthorization and a deletion of one second alike. And they may be
    said in two worlds."""
    return hashlib.sha256(f"{kind} {word.signer.world and f'{word.signer.world} '}".encode() + body).hexdigest()


def granted_by(session: Session, word: Withdrawal) -> Sequence[Account]:
    """The accounts, locked, that this person opened to the app before then, whatever has become of them since.

    Where a consent opens several, the person is a row of its own, which all handshakes of theirs have led to.
    """
    concerned = Workspace.id == word.signer.world if word.signer.test else Workspace.mode == "live"
    named = or_(Account.external_id == word.user_id, Account.meta["appScopedId"].as_string() == word.user_id)
    query = select(Account).join(Workspace, Workspace.id == Account.workspace_id).where(named, concerned)
    found = session.scalars(query.where(Account.provider.in_(of_app(word.signer.app)))).all()
    ids = {row.id for row in found if not _has_people(row)}
    people = [row for row in found if _has_people(row) and not target_of(row).publishes]
    for person in people:
        handshakes = [one.id for one in _handshakes(session, person) if person.id in one.account_ids]
        theirs = (Account.workspace_id == person.workspace_id, Account.provider == person.provider)
        ids |= {person.id, *session.scalars(select(Account.id).where(*theirs, Account.connection_id.in_(handshakes)))}
    rows = session.scalars(
        select(Account).where(Account.id.in_(ids)).order_by(Account.id).with_for_update().execution_options(populate_existing=True)
    ).all()
    made = _granted(session, rows)
    return [row for row in rows if (at := made.get(row.connection_id or "")) is None or at.replace(microsecond=0) <= word.at]


def _has_people(row: Account) -> bool:
    return any(not target.publishes for target in provider_of(row).targets)


def _handshakes(session: Session, person: Account) -> Sequence[Connection]:
    mine = (Connection.workspace_id == person.workspace_id, Connection.provider == person.provider, Connection.status == "connected")
    return session.scalars(select(Connection).where(*mine)).all()


def _granted(session: Session, rows: Sequence[Account]) -> dict[str, datetime]:
    """When each handshake ended, by its id. Both clocks have seconds at best: within one, the access counts as the older."""
    ids = {row.connection_id for row in rows if row.connection_id}
    query = select(Connection.id, Connection.finished_at).where(Connection.id.in_(ids), Connection.finished_at.is_not(None))
    return {row.id: row.finished_at for row in session.execute(query)}
