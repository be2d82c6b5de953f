"""Telling people that an endpoint of theirs was disabled: those who may change that, by mail, where mail can be sent."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session

from socialclaw.db.base import real_now
from socialclaw.db.people import Membership, User
from socialclaw.db.webhooks import Endpoint
from socialclaw.db.workspaces import Workspace
from socialclaw.mail import outbox, templates
from socialclaw.mail_settings import mailbox
from socialclaw.people.roles import rights
from socialclaw.settings import Settings
from socialclaw.vault import Vault

TOLD_WITHIN = timedelta(days=2)


def disabled(settings: Settings, vault: Vault, session: Session, row: Endpoint) -> None:
    """What it is and why; once for each of them."""
    space = session.get_one(Workspace, row.workspace_id)
    if not settings.smtp.ready or space.mode != "live":
        return
    facts = {
        "workspace": space.name,
        "host": urlsplit(row.url).hostname or "",
        "because": row.disabled_because or "",
        "link": f"{settings.base_url}/dashboard/w/{space.slug}/webhooks",
        "server": urlsplit(settings.base_url).netloc,
    }
    people = select(User, Membership.role).join(Membership, Membership.user_id == User.id).where(Membership.workspace_id == space.id)
    for user, role in session.execute(people).all():
        if "webhooks" in rights(role) and user.email and user.email_verified and mailbox(user.email):
            outbox.put(session, vault, templates.WEBHOOK, user.email, facts, ends=real_now() + TOLD_WITHIN)
