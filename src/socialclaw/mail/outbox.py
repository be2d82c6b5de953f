"""The outbox: mails are written down in the transaction that wants them, and sent by a worker, each once as far as SMTP allows.

Whoever takes a mail raises its `tries`, which is the fence, and has it for a lease. Before the server may take it that it is `handed` is
committed. A worker that dies after that leaves one of which nobody knows whether it went: it is called `uncertain` and not sent again;
every mail of ours can be asked for once more, or says what is to be seen elsewhere too.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.orm import Session

from socialclaw.backoff import Backoff
from socialclaw.db.base import new_id, real_now
from socialclaw.db.database import INSIST
from socialclaw.db.mail import Mail
from socialclaw.db.people import Ticket
from socialclaw.db.trouble import DatabaseTrouble
from socialclaw.errors import SocialClawError
from socialclaw.mail import smtp, templates
from socialclaw.system import System
from socialclaw.turns import Party
from socialclaw.vault import Vault

BACKOFF = Backoff((5, 15, 30, 60), most=600)  # until it expires
LEASE = timedelta(seconds=180)
LONGEST_SECONDS = 120.0  # that one try may take: less than a lease
ENDING_SECONDS = 10.0  # that a worker which is told to stop waits for a server that has the mail
KEPT = timedelta(days=30)  # what became of it
STUCK = timedelta(minutes=5)
UNSET = "No SMTP server is set: SOCIALCLAW_SMTP__HOST"
LOST = "The worker that sent it was lost before the SMTP server's answer came"
US = Party("", test=False)

log = logging.getLogger(__name__)


class Lost(Exception):
    """The mail is not ours any more."""


@dataclass(slots=True)
class Job:
    """A mail that is ours to send: `tries` is the number of this try. `handed`: the server may have it."""

    id: str
    kind: str
    sealed: str = field(repr=False)
    created_at: datetime
    tries: int
    handed: bool = False


@dataclass(frozen=True, slots=True)
class Report:
    """How the outbox is doing. `since`: when the mail was written that waits longest, and `error` what its last try came to."""

    waiting: int
    since: datetime | None
    error: str | None
    uncertain: int
    refused: int

    def stuck(self, now: datetime) -> bool:
        return self.since is not None and self.since < now - STUCK


def put(session: Session, vault: Vault, kind: str, to: str, facts: Mapping[str, Any], *, ends: datetime, **about: str) -> Mail:
    """Have a mail sent, unless it is too late (`ends`), or the ticket that it is about (`ticket_id`) is used, before it could be.

    Those long over are forgotten on the way.
    """
    now = real_now()
    session.execute(delete(Mail).where(Mail.over_at < now - KEPT))
    row = Mail(id=new_id("mail"), kind=kind, created_at=now, next_at=now, expires_at=ends, **about)
    row.sealed = vault.seal_json({"to": to, "facts": facts}, bound_to=_bound_to(row.id))
    session.add(row)
    session.flush()
    return row


def drop(session: Session, *which: ColumnElement[bool]) -> None:
    """Send those of these mails that no server can have yet to nobody, and forget them."""
    session.execute(delete(Mail).where(Mail.state == "waiting", *which))


def due(session: Session, now: datetime, most: int) -> list[tuple[str, Party]]:
    """Mails that are due, those first that have waited longest."""
    query = select(Mail.id).where(Mail.next_at <= now).order_by(Mail.next_at, Mail.id).limit(most)
    return [(mail_id, US) for mail_id in session.scalars(query)]


def take(session: Session, now: datetime, names: Sequence[str]) -> dict[str, Job]:
    """Of these, what is to be sent and nobody else has taken; what is over is called so."""
    wanted = select(Mail, Ticket).outerjoin(Ticket, Ticket.id == Mail.ticket_id).where(Mail.id.in_(names), Mail.next_at <= now)
    jobs = {}
    for row, ticket in session.execute(wanted.with_for_update(skip_locked=True, of=Mail)).all():
        if row.state == "handed":
            _over(session, row.id, row.tries, ("handed",), "uncertain", LOST)
            log.warning("mail %s (%s): %s; it is not sent again", row.id, row.kind, LOST)
        elif row.expires_at <= now or (ticket is not None and (ticket.used_at is not None or ticket.expires_at <= now)):
            _over(session, row.id, row.tries, ("waiting",), "expired", row.error)
        else:
            row.tries += 1
            row.next_at = now + LEASE
            jobs[row.id] = Job(row.id, row.kind, row.sealed or "", row.created_at, row.tries)
    return jobs


async def send(system: System, job: Job) -> None:
    """One try at a mail; whatever happens is written down. Told to stop, it is given back, unless the server may have it already."""
    trying = asyncio.create_task(_try(system, job))
    try:
        await asyncio.shield(trying)
    except asyncio.CancelledError:
        if job.handed:
            await asyncio.wait([trying], timeout=ENDING_SECONDS)
        trying.cancel()
        await asyncio.gather(trying, return_exceptions=True)
        if not job.handed:
            await system.database.write(_later, job, None, real_now())
        raise


async def _try(system: System, job: Job) -> None:
    write = system.database.write
    try:
        await _in_time(system, job)
    except Lost:
        log.info("mail %s: somebody else has it, or nobody wants it any more", job.id)
    except smtp.Refused as error:
        log.warning("mail %s (%s) was refused: %s", job.id, job.kind, error)
        await write(_over, job.id, job.tries, ("waiting", "handed"), "refused", str(error))
    except smtp.Unsure as error:
        log.warning("mail %s (%s): whether the SMTP server took it is not known (%s); it is not sent again", job.id, job.kind, error)
        await write(_over, job.id, job.tries, ("handed",), "uncertain", str(error))
    except (smtp.NotNow, SocialClawError) as error:
        told = str(error)
        log.warning("mail %s (%s) cannot be sent now: %s", job.id, job.kind, told)
        await write(_later, job, told, real_now() + timedelta(seconds=BACKOFF.pause(job.tries) or 0))
    else:
        log.info("mail %s (%s) was sent", job.id, job.kind)
        await _insist(system, job)


async def _insist(system: System, job: Job) -> None:
    """That it was sent is written down although the database is away for a while: else nobody would know."""
    for pause in INSIST:
        try:
            await system.database.write(_over, job.id, job.tries, ("handed", "uncertain"), "sent", None)
            return
        except DatabaseTrouble:
            await asyncio.sleep(pause)


async def _in_time(system: System, job: Job) -> None:
    try:
        async with asyncio.timeout(LONGEST_SECONDS):
            await _send(system, job)
    except TimeoutError:
        raise (smtp.Unsure if job.handed else smtp.NotNow)("The SMTP server took too long") from None


async def _send(system: System, job: Job) -> None:
    if not system.settings.smtp.ready:
        raise smtp.NotNow(UNSET)
    held = system.vault.unseal_json(job.sealed, bound_to=_bound_to(job.id))
    written = templates.written(job.kind, held["facts"])

    async def mark() -> None:
        await system.database.write(_handed, job)
        job.handed = True

    await smtp.hand_over(system.settings, job.id, held["to"], written, job.created_at, mark)


def report(session: Session, now: datetime) -> Report:
    """What waits, and what became of the mails of the last day."""
    waiting = Mail.next_at.is_not(None)
    first = session.execute(select(Mail.created_at, Mail.error).where(waiting).order_by(Mail.created_at).limit(1)).first()
    count = session.scalar(select(func.count()).select_from(Mail).where(waiting)) if first else 0
    lately = select(Mail.state, func.count()).where(Mail.over_at > now - timedelta(days=1)).group_by(Mail.state)
    ended: dict[str, int] = {state: number for state, number in session.execute(lately)}
    since, error = (first.created_at, first.error) if first else (None, None)
    return Report(count or 0, since, error, ended.get("uncertain", 0), ended.get("refused", 0))


def _handed(session: Session, job: Job) -> None:
    mine = Mail.id == job.id, Mail.tries == job.tries, Mail.state == "waiting"
    if not session.execute(update(Mail).where(*mine).values(state="handed")).rowcount:  # type: ignore[attr-defined]
        raise Lost


def _later(session: Session, job: Job, error: str | None, at: datetime) -> None:
    mine = Mail.id == job.id, Mail.tries == job.tries, Mail.state.in_(("waiting", "handed"))
    session.execute(update(Mail).where(*mine).values(state="waiting", next_at=at, error=error))


def _over(session: Session, mail_id: str, tries: int, states: Sequence[str], state: str, error: str | None) -> None:
    """It has ended; what was in it is erased."""
    mine = Mail.id == mail_id, Mail.tries == tries, Mail.state.in_(states)
    ended = {"state": state, "error": error, "over_at": real_now(), "next_at": None, "sealed": None}
    session.execute(update(Mail).where(*mine).values(**ended))


def _bound_to(mail_id: str) -> str:
    return f"mails:{mail_id}:sealed"
