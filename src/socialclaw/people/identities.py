"""The identities of a person: what they can sign in with. One of them always stays.

What somebody has granted at an issuer is given back when its identity goes: noted here, in the same transaction, and done by a worker.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from socialclaw.db.base import iso, new_id, real_now
from socialclaw.db.erasure import Revocation
from socialclaw.db.people import Identity, User
from socialclaw.errors import Conflict, NotFound
from socialclaw.people import audit, sessions
from socialclaw.vault import Vault


class LastIdentity(Conflict):
    """Without it they could not sign in any more."""

    code = "last_identity"


def listed(session: Session, user_id: str) -> Sequence[Identity]:
    """Somebody's identities, in the order in which they came."""
    return session.scalars(select(Identity).where(Identity.user_id == user_id).order_by(Identity.linked_at, Identity.id)).all()


def unlink(session: Session, vault: Vault, user_id: str, identity_id: str) -> Identity:
    """Take an identity from its person, who is signed out everywhere by it. LastIdentity where it is the only one."""
    session.execute(select(User.id).where(User.id == user_id).with_for_update(key_share=True))  # of two at once one stays
    rows = listed(session, user_id)
    row = next((row for row in rows if row.id == identity_id), None)
    if row is None:
        raise NotFound(f"There is no identity {identity_id!r} of yours", code="identity_not_found")
    if len(rows) == 1:
        raise LastIdentity("This is the only way in that you have: link another one first")
    give_back(session, vault, row)
    session.delete(row)
    sessions.end_all(session, user_id)
    audit.note(session, user_id, "identity_unlinked", row.id, details={"issuer": row.issuer})
    return row


def give_back(session: Session, vault: Vault, row: Identity) -> None:
    """Note that what was granted with this identity is to be given back at its issuer."""
    if row.sealed is None:
        return
    held = vault.unseal_json(row.sealed, bound_to=f"identities:{row.id}:sealed")
    revocation_id = new_id("revocation")
    sealed = vault.seal_json(held, bound_to=f"revocations:{revocation_id}:sealed")
    session.add(Revocation(id=revocation_id, issuer=row.issuer, sealed=sealed, next_at=real_now()))


def wire(row: Identity, *, last: bool) -> dict[str, Any]:
    """An identity on the wire. `last`: it is the only one, and stays."""
    return {"id": row.id, "provider": row.issuer, "email": row.email, "linkedAt": iso(row.linked_at), "removable": not last}
