"""What a network asks for on behalf of somebody: that we delete what we know of them. Asking makes a row; a worker does it.

What goes is what the network gave us: access, names and pictures of the accounts, their figures, ids and links of their posts, and the
network's words in attempts. What the workspace wrote and uploaded is the workspace's own, and stays; its posts say that the account was
removed. Who connects it again meanwhile makes a new account here.
"""

from __future__ import annotations

import hmac
import logging
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from socialclaw.accounts.disconnect import let_go
from socialclaw.accounts.withdrawal import DELETION, digest_of, granted_by, note
from socialclaw.db.accounts import Account, Connection
from socialclaw.db.analytics import Snapshot
from socialclaw.db.base import real_now, utc_now
from socialclaw.db.erasure import DeletionRequest, Erasure
from socialclaw.db.events import Event
from socialclaw.db.posts import Lane, Post
from socialclaw.erasure.holdings import BATCH
from socialclaw.errors import NotFound
from socialclaw.events.facts import NOTHING_TOLD, account_changed
from socialclaw.lifecycle.writing import disown, release
from socialclaw.providers.withdrawals import Signer, Withdrawal
from socialclaw.system import System
from socialclaw.vault import Vault

REMOVED = "An account that was removed"
APART = "\n"  # between who it is, and in whose world that is said, where it is a simulated network's
PATIENCE = timedelta(hours=1)  # for posts that are looked for on the network: after that, nobody knows any more

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a request is: "received", "in_progress" or "done"; then `erased` says how many of what were deleted."""

    state: str
    received_at: datetime
    completed_at: datetime | None
    erased: dict[str, int]


def ask(session: Session, vault: Vault, word: Withdrawal, body: bytes) -> DeletionRequest:
    """The request; the one that there is, where the same person has one open, or the same words have come before."""
    subject = _subject(vault, word)
    digest = digest_of(word, DELETION, body)
    first = note(session, word, DELETION, body)
    known = _known(session, subject, digest, is_open=first is not None)
    if known is not None:
        if known.completed_at is None:
            known.at = max(known.at, word.at)
        return known
    row = DeletionRequest(
        code=secrets.token_hex(16), app=word.signer.app, test=word.signer.test, subject=subject, digest=digest, at=word.at
    )
    session.add(row)
    session.flush()
    row.sealed = vault.seal(f"{word.user_id}{APART}{word.signer.world}", bound_to=f"deletion_requests:{row.id}:sealed")
    session.add(Erasure(deletion_id=row.id))
    return row


def _subject(vault: Vault, word: Withdrawal) -> str:
    named = f"{word.signer.app} {word.signer.test} {word.user_id}{word.signer.world and f' {word.signer.world}'}"
    return hmac.digest(vault.derived("deletion requests")[0].encode(), named.encode(), "sha256").hex()


def _known(session: Session, subject: str, digest: str, *, is_open: bool) -> DeletionRequest | None:
    same = select(DeletionRequest).where(or_(DeletionRequest.digest == digest, DeletionRequest.subject == subject))
    query = same.where(DeletionRequest.completed_at.is_(None)) if is_open else same
    return session.scalars(query.order_by((DeletionRequest.digest == digest).desc(), DeletionRequest.received_at.desc()).limit(1)).first()


def progress(session: Session, code: str) -> Progress:
    """NotFound `deletion_request_not_found` where it is none of ours, or was forgotten after a year."""
    row = session.scalar(select(DeletionRequest).where(DeletionRequest.code == code))
    if row is None:
        raise NotFound("There is no request of this code, or it is more than a year old", code="deletion_request_not_found")
    begun = session.scalar(select(Erasure.tries).where(Erasure.deletion_id == row.id))
    state = "done" if row.completed_at else "in_progress" if begun else "received"
    return Progress(state, row.received_at, row.completed_at, dict(row.erased))


async def erase(system: System, deletion_id: str) -> bool:
    """Do what a request asks for; False where something of these accounts is under way that has to end first."""
    ids = await system.database.write(_begin, system.vault, deletion_id)
    if await system.database.read(_under_way, deletion_id, ids):
        return False
    for step in (_scrub, _forget_figures, _forget_events):
        while await system.database.write(step, deletion_id, ids):
            pass
    await system.database.write(_end, deletion_id)
    log.info("deletion request %s is done: %s accounts", deletion_id, len(ids))
    return True


def _begin(session: Session, vault: Vault, deletion_id: str) -> list[str]:
    """Find the accounts, and forget at once what opens them and who they are; the rows stay, for their posts."""
    request = session.get_one(DeletionRequest, deletion_id, with_for_update=True)
    if request.account_ids or request.sealed is None:
        return list(request.account_ids)
    user_id, _, world = vault.unseal(request.sealed, bound_to=f"deletion_requests:{request.id}:sealed").partition(APART)
    rows = granted_by(session, Withdrawal(Signer(request.app, "", request.test, world), user_id, request.at))
    ids = [row.id for row in rows]
    _forget_handshakes(session, rows)
    for row in rows:
        let_go(row)
        row.external_id, row.handle, row.display_name = f"removed:{row.id}", f"{row.provider}:removed", REMOVED
        row.meta, row.connection_id, row.collect_at = {}, None, None
    session.flush()
    for row in rows:
        account_changed(session, "account.disconnected", row)
    release(session, ids, utc_now())  # what waited for them goes on, and fails
    request.account_ids = ids
    request.erased = {"accounts": len(ids), "posts": 0, "figures": 0} if ids else {}
    return ids


def _forget_handshakes(session: Session, rows: Sequence[Account]) -> None:
    """Those that led to these accounts alone."""
    ids = {row.id for row in rows}
    spaces = {row.workspace_id for row in rows}
    for one in session.scalars(select(Connection).where(Connection.workspace_id.in_(spaces), Connection.status == "connected")).all():
        if ids & {*one.account_ids}:
            if left := [account_id for account_id in one.account_ids if account_id not in ids]:
                one.account_ids = left
            else:
                session.delete(one)


def _under_way(session: Session, deletion_id: str, ids: Sequence[str]) -> bool:
    now = utc_now()
    if session.scalar(select(Lane.account_id).where(Lane.account_id.in_(ids), Lane.until > now).limit(1)):
        return True
    request = session.get_one(DeletionRequest, deletion_id)
    publishing = select(Post.id).where(Post.account_id.in_(ids), Post.status == "publishing").limit(1)
    return real_now() - request.received_at < PATIENCE and session.scalar(publishing) is not None


def _scrub(session: Session, deletion_id: str, ids: Sequence[str]) -> int:
    """Some of the posts tell no more of the account, nor of what they are on the network; of how many."""
    if not ids:
        return 0
    rows = session.scalars(select(Account).where(Account.id.in_(ids))).all()
    handles = {row.id: row.handle for row in rows}
    theirs = or_(*((Post.account_id == account_id) & (Post.account != handle) for account_id, handle in handles.items()))
    found = session.execute(select(Post.id, Post.account_id).where(theirs).order_by(Post.id).limit(BATCH)).all()
    for account_id, handle in handles.items():
        if mine := [row.id for row in found if row.account_id == account_id]:
            disown(session, mine, handle, utc_now())
    _count(session, deletion_id, "posts", len(found))
    return len(found)


def _forget_figures(session: Session, deletion_id: str, ids: Sequence[str]) -> int:
    found = session.scalars(select(Snapshot.id).where(Snapshot.account_id.in_(ids)).limit(BATCH)).all()
    if found:
        session.execute(delete(Snapshot).where(Snapshot.id.in_(found)))
    _count(session, deletion_id, "figures", len(found))
    return len(found)


def _forget_events(session: Session, _deletion_id: str, ids: Sequence[str]) -> int:
    """That something happened stays; what was told of the accounts and their posts, as they were called then, goes."""
    spaces = set(session.scalars(select(Account.workspace_id).where(Account.id.in_(ids))))
    theirs = (Event.workspace_id.in_(spaces), Event.account_id.in_(ids), Event.data != NOTHING_TOLD)
    found = session.scalars(select(Event.n).where(*theirs).limit(BATCH)).all()
    if found:
        session.execute(update(Event).where(Event.n.in_(found)).values(data=NOTHING_TOLD))
    return len(found)


def _count(session: Session, deletion_id: str, what: str, more: int) -> None:
    request = session.get_one(DeletionRequest, deletion_id, with_for_update=True)
    request.erased = {**request.erased, what: request.erased.get(what, 0) + more}


def _end(session: Session, deletion_id: str) -> None:
    request = session.get_one(DeletionRequest, deletion_id, with_for_update=True)
    request.completed_at, request.sealed, request.account_ids = real_now(), None, []
