"""Signing in by mail: a link to the mailbox, in which whoever reads it shows that it is theirs.

A link is good in the browser that asked for it: one who is sent a link that somebody else has asked for is not signed in as them, and
whoever gets hold of a mail cannot use it elsewhere. Who reads mail on another device types the code from it where they asked. A code is
tried a few times at most, and by that browser alone.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import asdict, dataclass
from typing import Any, Literal

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from socialclaw.db.base import real_now
from socialclaw.db.people import Ticket
from socialclaw.errors import Conflict, InvalidRequest, NotReady
from socialclaw.issuers.base import Identity
from socialclaw.mail import outbox, templates
from socialclaw.people import allowances, mailed, tickets
from socialclaw.people.allowances import Limit
from socialclaw.people.tickets import LIVES, MAIL, TicketInvalid
from socialclaw.people.ways_in import Entered
from socialclaw.settings import Settings
from socialclaw.sign_in import entering, linking
from socialclaw.sign_in.attempts import Intent
from socialclaw.sign_in.entering import MAILBOX, Vouched
from socialclaw.vault import Vault, digest

SECONDS = LIVES[MAIL].total_seconds()
ASKED = Limit("asked", 3, 3600, "links asked for by one address in an hour")
LETTERS = "BCDFGHJKLMNPQRSTVWXZ"  # no vowels, so no words; eight of them cannot be guessed (RFC 8628, 6.1)
TRIES = 5


@dataclass(frozen=True, slots=True)
class _Ourselves:
    """Of a mailbox that somebody reads, we say ourselves whose it is."""

    name: str = MAILBOX
    label: str = "e-mail"
    realm: Literal["live", "test"] = "live"


OURSELVES = _Ourselves()


class OtherBrowser(Conflict):
    """The link is good in the browser that asked for it."""

    code = "sign_in_elsewhere"


@dataclass(frozen=True, slots=True)
class Page:
    """What a link opens: for whom, and whether in this browser."""

    email: str
    here: bool


def ready(settings: Settings) -> None:
    """NotReady `sign_in_not_configured` (409) where no mail is sent."""
    if not settings.smtp.ready:
        names = ["SOCIALCLAW_SMTP__HOST", "SOCIALCLAW_SMTP__FROM_ADDRESS"]
        message = f"Nobody can sign in by mail here: the operator has to set {' and '.join(names)}"
        raise NotReady(message, code="sign_in_not_configured", status=409, settings=names)


def ask(session: Session, settings: Settings, vault: Vault, email: str, intent: Intent) -> str:
    """What the browser is to keep, whether a link is on its way or not: only the mailbox shows who may come in.

    A newer link ends the older ones to the same address.
    """
    allowances.spend(session, vault, ASKED, email)
    session.execute(delete(Ticket).where(Ticket.purpose == MAIL, Ticket.email == email, Ticket.used_at.is_(None)))
    row, secret = tickets.issue(session, MAIL, tickets.Facts(email=email))
    binding, code = f"{row.id}.{secrets.token_urlsafe(32)}", "".join(secrets.choice(LETTERS) for _ in range(8))
    _keep(vault, row, {"binding": digest(binding), "code": code, "tries": 0, "intent": asdict(intent)})
    if _may_come(session, settings, email, intent):
        link, minutes = f"{settings.base_url}/auth/email/{secret}", int(SECONDS // 60)
        facts = {"link": link, "typed": f"{code[:4]}-{code[4:]}", "minutes": minutes, "server": mailed.server(settings)}
        outbox.put(session, vault, templates.SIGN_IN, email, facts, ends=row.expires_at, ticket_id=row.id)
    return binding


def look(session: Session, vault: Vault, secret: str, binding: str | None) -> Page:
    """What a link opens, which stays good."""
    row = tickets.look(session, secret, (MAIL,))
    return Page(row.email or "", _is_of(_held(vault, row), binding))


def enter(
    session: Session, settings: Settings, vault: Vault, secret: str, binding: str | None, *, instead: str | None, agent: str | None
) -> tuple[Entered, Intent]:
    """Redeem a link. OtherBrowser in any but the one that asked; the link stays good for that one."""
    row = tickets.look(session, secret, (MAIL,))
    held = _held(vault, row)
    if not _is_of(held, binding):
        message = "This link was asked for in another browser: open it there, or type the code from the mail there"
        raise OtherBrowser(message)
    return _in(session, settings, vault, row, held, instead, agent)


def enter_by_code(
    session: Session, settings: Settings, vault: Vault, binding: str | None, code: str, *, instead: str | None, agent: str | None
) -> tuple[Entered, Intent] | None:
    """The same by the code, in the browser that asked. None where it is wrong, which is counted."""
    ticket_id = (binding or "").partition(".")[0]
    row = session.scalar(select(Ticket).where(Ticket.id == ticket_id, Ticket.purpose == MAIL).with_for_update())
    if row is None or row.used_at is not None or row.expires_at <= real_now():
        return None
    held = _held(vault, row)
    if not _is_of(held, binding):
        return None
    given = "".join(letter for letter in code.upper() if letter in LETTERS)
    if held["tries"] < TRIES and hmac.compare_digest(given, held["code"]):
        return _in(session, settings, vault, row, held, instead, agent)
    _keep(vault, row, {**held, "tries": held["tries"] + 1})
    return None


def code_wrong() -> InvalidRequest:
    message = f"This is not the code of the newest mail to you, or it is too old; after {TRIES} wrong ones, ask for another mail"
    return InvalidRequest(message, code="mail_code_invalid", path="code")


def _in(
    session: Session, settings: Settings, vault: Vault, row: Ticket, held: dict[str, Any], instead: str | None, agent: str | None
) -> tuple[Entered, Intent]:
    tickets.spend(session, row.digest, (MAIL,))
    intent = Intent(**held["intent"])
    found = entering.known(session, settings, vault, OURSELVES, Vouched(_who(row.email or ""), ""), intent)
    return entering.enter(session, settings, found.user, way=MAILBOX, agent=agent, instead=instead), intent


def _may_come(session: Session, settings: Settings, email: str, intent: Intent) -> bool:
    """Whether the link would let them in: nobody else is mailed to."""
    if intent.link:
        return True
    try:
        invited = entering.invitation(session, intent, _who(email)) is not None
    except TicketInvalid:
        return False
    return linking.may_come(session, settings.sign_in, OURSELVES, _who(email), invited=invited)


def _who(email: str) -> Identity:
    return Identity(MAILBOX, email, email, email_verified=True, authoritative=True)


def _is_of(held: dict[str, Any], binding: str | None) -> bool:
    return binding is not None and hmac.compare_digest(held["binding"], digest(binding))


def _keep(vault: Vault, row: Ticket, held: dict[str, Any]) -> None:
    row.sealed = vault.seal_json(held, bound_to=f"tickets:{row.id}:sealed")


def _held(vault: Vault, row: Ticket) -> dict[str, Any]:
    held: dict[str, Any] = vault.unseal_json(row.sealed or "", bound_to=f"tickets:{row.id}:sealed")
    return held
