"""Requests for support: kept for the operator, and mailed to them where SMTP and an address of theirs are set.

Whoever writes may be anybody. So nothing is ever mailed to the address that they leave, nothing of theirs is in a header but that
address as `Reply-To`, and what a program has filled in is kept as spam and mailed to nobody, with the same answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session

from socialclaw.db.base import iso, real_now
from socialclaw.db.mail import SupportRequest
from socialclaw.db.people import User
from socialclaw.db.workspaces import Workspace
from socialclaw.errors import InvalidRequest, NotFound
from socialclaw.mail import outbox, templates
from socialclaw.mail_settings import mailbox
from socialclaw.people.sessions import LONGEST_AGENT
from socialclaw.settings import Settings
from socialclaw.vault import Vault

LONGEST_MESSAGE = 5000
LONGEST_URL = 2000
LONGEST_WORD = 300
SAME_WITHIN = timedelta(minutes=10)  # the same text again is the same request
MAILED_WITHIN = timedelta(days=3)
WILL_REPLY = "Message received. We will reply by email as soon as possible."
RECEIVED = "Message received."


@dataclass(frozen=True, slots=True)
class Asked:
    """What came, and from whom: `user_id` and `workspace_id` where a session came along."""

    message: str
    email: str | None = None
    page_url: str | None = None
    page_title: str | None = None
    source: str | None = None
    agent: str | None = None
    user_id: str | None = None
    workspace_id: str | None = None
    spam: bool = False


def checked(asked: Asked) -> Asked:
    """The same, tidied up. InvalidRequest lists everything that is wrong with it."""
    if issues := [*_issues(asked)]:
        raise InvalidRequest(issues[0]["message"], code=issues[0]["code"], issues=issues)
    return Asked(
        asked.message.strip(),
        mailbox(asked.email) if asked.email else None,
        asked.page_url or None,
        asked.page_title or None,
        asked.source or None,
        asked.agent[:LONGEST_AGENT] if asked.agent else None,
        asked.user_id,
        asked.workspace_id,
        asked.spam,
    )


def ask(session: Session, settings: Settings, vault: Vault, asked: Asked) -> tuple[str, str]:
    """Keep a request that has been checked; its id, and what whoever sent it is told. The same within some minutes is kept once."""
    user = session.get(User, asked.user_id) if asked.user_id else None
    email = asked.email or (user.email if user and user.email_verified else None)
    told = WILL_REPLY if email and settings.smtp.ready and settings.support_email else RECEIVED
    mine = (SupportRequest.message == asked.message, SupportRequest.user_id.is_not_distinct_from(asked.user_id))
    lately = (SupportRequest.email.is_not_distinct_from(email), SupportRequest.created_at > real_now() - SAME_WITHIN)
    if before := session.scalar(select(SupportRequest.id).where(*mine, *lately).limit(1)):
        return before, told
    row = SupportRequest(
        workspace_id=asked.workspace_id,
        user_id=asked.user_id,
        email=email,
        message=asked.message,
        page_url=asked.page_url,
        page_title=asked.page_title,
        source=asked.source,
        agent=asked.agent,
        spam=asked.spam,
    )
    session.add(row)
    session.flush()
    if settings.smtp.ready and settings.support_email and not row.spam:
        _mail(session, settings, vault, row, user)
    return row.id, told


def listed(session: Session, *, closed: bool = False) -> Sequence[SupportRequest]:
    """What is open, the oldest first, and what looks like spam last; with `closed`, what is closed too."""
    query = select(SupportRequest).order_by(SupportRequest.spam, SupportRequest.created_at, SupportRequest.id)
    return session.scalars(query if closed else query.where(SupportRequest.closed_at.is_(None))).all()


def close(session: Session, request_id: str) -> SupportRequest:
    """Say of a request that it is dealt with."""
    row = session.get(SupportRequest, request_id)
    if row is None:
        raise NotFound(f"There is no request for support {request_id!r}", code="support_request_not_found")
    row.closed_at = row.closed_at or real_now()
    return row


def wire(row: SupportRequest) -> dict[str, Any]:
    """A request, for the operator."""
    return {
        "id": row.id,
        "createdAt": iso(row.created_at),
        "closedAt": iso(row.closed_at) if row.closed_at else None,
        "email": row.email,
        "user": row.user_id,
        "workspace": row.workspace_id,
        "pageUrl": row.page_url,
        "pageTitle": row.page_title,
        "source": row.source,
        "spam": row.spam,
        "message": row.message,
    }


def _issues(asked: Asked) -> Iterator[dict[str, Any]]:
    length = len(asked.message.strip())
    if not 1 <= length <= LONGEST_MESSAGE:
        yield _issue("support_message_invalid", f"message has 1 to {LONGEST_MESSAGE} characters, and this one {length}", "message")
    if asked.email and not mailbox(asked.email):
        yield _issue("email_invalid", "This is no e-mail address", "email")
    if asked.page_url and not _is_a_page(asked.page_url):
        yield _issue("page_url_invalid", f"pageUrl is an http(s) URL of at most {LONGEST_URL} characters", "pageUrl")
    for path, value in (("pageTitle", asked.page_title), ("source", asked.source)):
        if value and len(value) > LONGEST_WORD:
            yield _issue("field_too_long", f"{path} has at most {LONGEST_WORD} characters", path)


def _issue(code: str, message: str, path: str) -> dict[str, Any]:
    return {"path": path, "code": code, "message": message, "details": {}}


def _is_a_page(url: str) -> bool:
    try:
        found = urlsplit(url)
    except ValueError:
        return False
    return found.scheme in ("http", "https") and bool(found.netloc) and len(url) <= LONGEST_URL and url.isprintable()


def _mail(session: Session, settings: Settings, vault: Vault, row: SupportRequest, user: User | None) -> None:
    space = session.get(Workspace, row.workspace_id) if row.workspace_id else None
    told = {
        "From": f"{user.name or user.email or 'somebody'} ({user.id})" if user else "somebody who is not signed in",
        "Workspace": f"{space.name} ({space.id})" if space else None,
        "Page": row.page_url,
        "Title": row.page_title,
        "Source": row.source,
        "Browser": row.agent,
    }
    facts = {"request_id": row.id, "message": row.message, "email": row.email, "told": told}
    outbox.put(session, vault, templates.SUPPORT, settings.support_email, facts, ends=real_now() + MAILED_WITHIN, request_id=row.id)
