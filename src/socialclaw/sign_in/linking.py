"""Whose identity it is: a person whom we know by it, one whom it may be linked with, somebody new, or nobody who may come in.

A mail address links only where the issuer speaks for that mailbox now, and only with the one person who has proven that it is theirs. A
mailbox changes hands, a domain is sold; whoever has it then gets the same address from the issuer, with another subject.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, Protocol

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from socialclaw.db.base import real_now
from socialclaw.db.people import Identity as IdentityRow
from socialclaw.db.people import User
from socialclaw.errors import Conflict, Forbidden
from socialclaw.issuers.base import Identity, domain_of
from socialclaw.people import audit
from socialclaw.sign_in_settings import SignInSettings, listed


class AccountExists(Conflict):
    """Somebody has this address already, and it does not prove that this is the same person."""

    code = "account_exists"


class Source(Protocol):
    """Who says who somebody is: an issuer, or we ourselves, of a mailbox. `name`: what identities are kept under; `label`: for people."""

    @property
    def name(self) -> str: ...

    @property
    def label(self) -> str: ...

    @property
    def realm(self) -> Literal["live", "test"]: ...


@dataclass(frozen=True, slots=True)
class Known:
    """Who it is. `how`: known before, linked with them, or new."""

    user: User
    row: IdentityRow
    how: str


def whose(
    session: Session,
    limits: SignInSettings,
    party: Source,
    who: Identity,
    *,
    link: User | None = None,
    invited: bool = False,
    name: str | None = None,
) -> Known:
    """The person behind an identity, made or linked where that may be.

    `link`: who is signed in and wants to be known by it too; `invited`: they come with an invitation that is theirs; `name`: what they
    said that they are called. Raises AccountExists, Conflict `identity_taken` or Forbidden `sign_up_closed`, and then changes nothing.
    """
    row = session.scalar(select(IdentityRow).where(IdentityRow.issuer == party.name, IdentityRow.subject == who.subject))
    if row is not None:
        return _again(session, row, who, link)
    if link is not None:
        if link.realm != party.realm:
            raise Forbidden("Who signs in with a simulated issuer stays among those of the sandbox", code="simulated_person")
        return _linked(session, party, who, link, name, how="linked")
    if (owner := _proven_owner(session, party, who)) is not None:
        return _linked(session, party, who, owner, name, how="linked_by_mail")
    _may_sign_up(session, limits, party, who, invited=invited)
    user = User(realm=party.realm, email=who.email, email_verified=who.authoritative, name=who.name or name, picture=who.picture)
    session.add(user)
    session.flush()
    return _linked(session, party, who, user, name, how="new")


def may_come(session: Session, limits: SignInSettings, party: Source, who: Identity, *, invited: bool) -> bool:
    """Whether `whose` could let somebody in who has this address, and nothing else is known of."""
    if who.email is not None and _having(session, party, who.email):
        return True
    try:
        _may_sign_up(session, limits, party, who, invited=invited)
    except Forbidden:
        return False
    return True


def _again(session: Session, row: IdentityRow, who: Identity, link: User | None) -> Known:
    if link is not None and row.user_id != link.id:
        message = "This account belongs to another person here: sign in with it, and end its link there first"
        raise Conflict(message, code="identity_taken")
    user = session.get_one(User, row.user_id)
    row.email = who.email or row.email
    _complete(user, who, None)
    return Known(user, row, "known")


def _linked(session: Session, party: Source, who: Identity, user: User, name: str | None, *, how: str) -> Known:
    row = IdentityRow(user_id=user.id, issuer=party.name, subject=who.subject, email=who.email, linked_at=real_now())
    session.add(row)
    session.flush()
    _complete(user, who, name)
    audit.note(session, user.id, f"identity_{how}", row.id, details={"issuer": party.name, "email": who.email})
    return Known(user, row, how)


def _complete(user: User, who: Identity, name: str | None) -> None:
    """Fill in what is not known of a person yet; nothing that is known is changed by what an issuer says."""
    user.name = user.name or who.name or name
    user.picture = user.picture or who.picture
    if user.email is None and who.authoritative:
        user.email, user.email_verified = who.email, True


def _proven_owner(session: Session, party: Source, who: Identity) -> User | None:
    """The one person who has proven to have this address, where the issuer speaks for it.

    AccountExists where it is somebody's and that is not enough: also where they are known by another subject of the same issuer under the
    same address, since that is what whoever gets the address after them looks like.
    """
    if who.email is None:
        return None
    found = _having(session, party, who.email)
    if not found:
        return None
    proven = [user for user in found if user.email == who.email and user.email_verified]
    if not who.authoritative or len(found) != 1 or len(proven) != 1:
        raise _exists(party)
    same = select(IdentityRow.id).where(
        IdentityRow.user_id == proven[0].id, IdentityRow.issuer == party.name, IdentityRow.email == who.email
    )
    if session.scalar(same.limit(1)) is not None:
        raise _exists(party)
    return proven[0]


def _having(session: Session, party: Source, email: str) -> list[User]:
    """Everybody of this realm who has the address, proven or not: their own, or that of an identity."""
    by_identity = select(IdentityRow.user_id).where(IdentityRow.email == email)
    query: Any = select(User).where(User.realm == party.realm, or_(User.email == email, User.id.in_(by_identity)))
    return list(session.scalars(query.limit(3)))


def _may_sign_up(session: Session, limits: SignInSettings, party: Source, who: Identity, *, invited: bool) -> None:
    match limits.sign_up:
        case "open":
            return
        case "domains" if who.authoritative and who.email and domain_of(who.email) in listed(limits.domains):
            return
    if not invited:
        message = "Nobody can sign up here by themselves: ask somebody who is a member for an invitation"
        if limits.sign_up == "domains":
            message = f"Only people of {limits.domains} can sign up here, with an account that belongs to that domain; or by an invitation"
        raise Forbidden(message, code="sign_up_closed")


def _exists(party: Source) -> AccountExists:
    message = (
        f"Somebody with this address is known here already, but not by this {party.label} account. Sign in as you did before;"
        " there you can link it"
    )
    return AccountExists(message)
