"""Coming in: a person whom an issuer has vouched for gets a session, or, where they come by an app, a code that the app turns into one.

The session never travels through an app's scheme, which any app may claim: a code does, which is good for a minute and for whoever has the
verifier alone. Its first redemption spends it, right or wrong; so a thief's try is seen by its owner.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from socialclaw.billing import granting
from socialclaw.db.base import new_id, real_now
from socialclaw.db.people import Ticket, User
from socialclaw.db.workspaces import Workspace
from socialclaw.errors import Conflict, Unauthenticated
from socialclaw.issuers.base import Identity
from socialclaw.people import audit, mailed, members, sessions, tickets
from socialclaw.people.tickets import CODE, INVITE, USED
from socialclaw.people.ways_in import Entered
from socialclaw.settings import Settings
from socialclaw.sign_in.attempts import Intent
from socialclaw.sign_in.linking import Known, Source, whose
from socialclaw.vault import Vault
from socialclaw.workspaces import tenants

MAILBOX = "email"  # the issuer of who shows that a mailbox is theirs: ourselves


@dataclass(frozen=True, slots=True)
class Vouched:
    """Who has come, by an issuer's word. `name`: what they said themselves; `grant`: what ends what they have granted, and whose it is."""

    who: Identity
    client_id: str
    name: str | None = None
    refresh_token: str | None = field(default=None, repr=False)


def invitation(session: Session, intent: Intent, who: Identity) -> Ticket | None:
    """The invitation that they bring, where it is theirs: for whoever has it, or for their address. TicketInvalid where it is none."""
    invite = tickets.look(session, intent.invite, (INVITE,)) if intent.invite else None
    if invite is None or invite.email is None or (who.authoritative and who.email == invite.email.lower()):
        return invite
    return None


def known(session: Session, settings: Settings, vault: Vault, party: Source, vouched: Vouched, intent: Intent) -> Known:
    """The person, linked or made, and a member of what an invitation of theirs opens."""
    link = session.get(User, intent.link) if intent.link else None
    if intent.link and link is None:
        raise Unauthenticated("Whoever wanted to link this account is no more: sign in anew", code="session_invalid")
    invite = invitation(session, intent, vouched.who)
    found = whose(session, settings.sign_in, party, vouched.who, link=link, invited=invite is not None, name=vouched.name)
    read_there = vouched.who.issuer == MAILBOX and vouched.who.email == found.user.email
    if found.how in ("linked", "linked_by_mail") and not read_there:
        mailed.linked(session, settings, vault, found.user, party.label, vouched.who.email)
    if vouched.refresh_token:
        held = {"refresh_token": vouched.refresh_token, "client_id": vouched.client_id}
        found.row.sealed = vault.seal_json(held, bound_to=f"identities:{found.row.id}:sealed")
    if invite is not None and intent.invite:
        tickets.redeem(session, intent.invite, (INVITE,))
        members.join(session, found.user, session.get_one(Workspace, invite.workspace_id), invite.role or "viewer")
    elif found.how == "new":
        _first_workspace(session, settings, found.user)
    return found


def enter(
    session: Session, settings: Settings, user: User, *, kind: str = "web", way: str, agent: str | None = None, instead: str | None = None
) -> Entered:
    """A session of its own, however many there are; `instead`: the one that the same browser had, which ends."""
    row, secret = sessions.begin(session, settings.sign_in, user.id, kind=kind, agent=agent, instead=instead)
    audit.note(session, user.id, f"sign_in_{way}", row.id)
    return Entered(row.id, user.id, None, secret, int(settings.sign_in.life(kind).total_seconds()))


def code(session: Session, vault: Vault, user: User, challenge: str | None) -> str:
    """What goes through the scheme of an app."""
    row, secret = tickets.issue(session, CODE, tickets.Facts(user_id=user.id))
    row.sealed = vault.seal_json({"challenge": challenge}, bound_to=f"tickets:{row.id}:sealed")
    return secret


def redeem_code(session: Session, settings: Settings, vault: Vault, secret: str, verifier: str | None, agent: str | None) -> Entered | None:
    """A session for whoever brings the code and what it is bound to; None where that is wrong. Either way it is spent."""
    try:
        row = tickets.redeem(session, secret, (CODE,))
    except tickets.TicketInvalid:
        return None
    challenge = vault.unseal_json(row.sealed or "", bound_to=f"tickets:{row.id}:sealed")["challenge"]
    if challenge is not None and not (verifier and hmac.compare_digest(_s256(verifier), challenge.encode())):
        return None
    return enter(session, settings, session.get_one(User, row.user_id), kind="mobile", way="app", agent=agent)


def code_refused() -> Unauthenticated:
    message = "This code was used, is older than a minute, or was not meant for this app: start the sign-in again"
    return Unauthenticated(message, code="sign_in_code_invalid")


def once(session: Session, name: str, until: float) -> None:
    """Conflict `identity_token_used` where a token of this name has come before; remembered for as long as it would be good."""
    row = Ticket(
        id=new_id("ticket"),
        digest=name,
        purpose=USED,
        created_at=real_now(),
        expires_at=datetime.fromtimestamp(until, UTC),
        used_at=real_now(),
    )
    session.add(row)
    try:
        session.flush()
    except IntegrityError:
        raise Conflict("This identity token was used already: sign in again on the device", code="identity_token_used") from None


def _first_workspace(session: Session, settings: Settings, user: User) -> None:
    """Who comes by no invitation gets a workspace of their own, with a plan to try where plans are sold."""
    base = (user.name or (user.email or "").partition("@")[0] or "Workspace")[: tenants.LONGEST_NAME - 10].strip()
    for number in range(1, 1000):
        name = base if number == 1 else f"{base} {number}"
        if session.scalar(select(Workspace.id).where(Workspace.name == name)) is None:
            space = tenants.create(session, name, "test" if user.realm == "test" else "live")
            members.join(session, user, space, "owner")
            granting.begin(session, settings, space, user)
            return
    raise Conflict(f"There are too many workspaces called {base!r}", code="workspace_exists")


def _s256(verifier: str) -> bytes:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode(errors="replace")).digest()).rstrip(b"=")
