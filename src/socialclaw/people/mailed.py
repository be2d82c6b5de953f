"""What is mailed to people: nothing to an address that nobody has proven, but what proves it."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

from sqlalchemy.orm import Session

from socialclaw.db.base import Scope, real_now
from socialclaw.db.people import Ticket, User
from socialclaw.db.workspaces import Workspace
from socialclaw.mail import outbox, templates
from socialclaw.mail_settings import mailbox
from socialclaw.people import ways_in
from socialclaw.people.allowances import Limit, left
from socialclaw.settings import Settings
from socialclaw.vault import Vault

TO_ONE_ADDRESS = Limit("mailed", 3, 3600, "links mailed to one address in an hour")
TOLD_WITHIN = timedelta(days=1)
OF_A_WORKSPACE = Limit("invited", 50, 86_400, "invitations mailed by a workspace in a day")


def link(settings: Settings, secret: str) -> str:
    """Where a ticket is looked at, and redeemed."""
    return f"{settings.base_url}/auth/ticket/{secret}"


def server(settings: Settings) -> str:
    """What people call this server."""
    return urlsplit(settings.base_url).netloc


def linked(session: Session, settings: Settings, vault: Vault, user: User, label: str, email: str | None) -> None:
    """Tell somebody, by the address that they have proven, that there is another way in to their account now."""
    if not (settings.smtp.ready and user.email and user.email_verified and mailbox(user.email)) or user.realm != "live":
        return
    facts = {"label": label, "email": email or "without an address", "server": server(settings), "home": f"{settings.base_url}/dashboard"}
    outbox.put(session, vault, templates.LINKED, user.email, facts, ends=real_now() + TOLD_WITHIN)


def invite(
    scope: Scope, settings: Settings, vault: Vault, role: str, email: str | None, *, by: str, inviter: str
) -> tuple[Ticket, str, bool]:
    """An invitation (see `ways_in.invite`), and whether its link is mailed too: where it is for an address and SMTP is set.

    Nobody makes a mail cannon of us: an address gets a few links in an hour, and a workspace sends some invitations in a day.
    """
    row, secret = ways_in.invite(scope, role, email, by=by, inviter=inviter)
    return row, secret, _mail(scope, settings, vault, row, secret)


def resend(scope: Scope, settings: Settings, vault: Vault, ticket_id: str, *, by: str, inviter: str) -> tuple[Ticket, str, bool]:
    """The same of an open invitation, whose link is another one from now on (see `ways_in.renew`)."""
    row, secret = ways_in.renew(scope, ticket_id, by=by, inviter=inviter)
    return row, secret, _mail(scope, settings, vault, row, secret)


def _mail(scope: Scope, settings: Settings, vault: Vault, row: Ticket, secret: str) -> bool:
    """Whether the link is mailed: where there is an address, and a server that takes mail, and it has not had too many."""
    session = scope.session
    if row.email is None or not settings.smtp.ready:
        return False
    if not (left(session, vault, OF_A_WORKSPACE, scope.workspace_id) and left(session, vault, TO_ONE_ADDRESS, row.email)):
        return False
    user, space = session.get_one(User, row.made_by), session.get_one(Workspace, scope.workspace_id)
    facts = {
        "inviter": user.name or user.email or "Somebody",
        "workspace": space.name,
        "role": row.role or "viewer",
        "link": link(settings, secret),
        "server": server(settings),
    }
    outbox.put(session, vault, templates.INVITATION, row.email, facts, ends=row.expires_at, ticket_id=row.id)
    return True
