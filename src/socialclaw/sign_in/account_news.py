"""What follows from Apple's news of an account: sessions end, what was granted is forgotten, an identity is no more."""

from __future__ import annotations

from contextlib import suppress

from sqlalchemy import select
from sqlalchemy.orm import Session

from socialclaw.db.people import Identity
from socialclaw.errors import Conflict
from socialclaw.issuers.apple.notifications import Notification
from socialclaw.people import audit, leaving, sessions
from socialclaw.people.members import LastOwner
from socialclaw.sign_in import entering
from socialclaw.sign_in.relying_parties import RelyingParty
from socialclaw.vault import Vault, digest


def apply(session: Session, vault: Vault, party: RelyingParty, news: Notification, until: float) -> str | None:
    """Do what the news asks for, once; whose sessions have ended by it.

    Who has no other identity left when an account is deleted is deleted here too.
    News of before an identity was linked is of an earlier grant, and ends nothing of this one.
    """
    try:
        with session.begin_nested():
            entering.once(session, digest(f"{party.name} {news.id}"), until)
    except Conflict:
        return None
    row = session.scalar(
        select(Identity).where(Identity.issuer == party.name, Identity.subject == news.subject).with_for_update(key_share=True)
    )
    if row is None or news.kind not in ("consent-revoked", "account-deleted") or news.at < row.linked_at:
        return None
    user_id = row.user_id
    audit.note(session, user_id, news.kind.replace("-", "_"), row.id, details={"issuer": party.name})
    row.sealed = None
    if news.kind == "account-deleted":
        session.delete(row)
    sessions.end_all(session, user_id)
    session.flush()
    if session.scalar(select(Identity.id).where(Identity.user_id == user_id).limit(1)) is None:
        with suppress(LastOwner):  # then the operator can still let them in, by a link
            leaving.leave(session, vault, user_id)
    return user_id
