"""What is mailed to people: nothing to an address that nobody has proven, but what proves it."""

from __future__ import annotations

from urllib.parse import urlsplit

from socialclaw.db.base import Scope
from socialclaw.db.people import Ticket, User
from socialclaw.db.workspaces import Workspace
from socialclaw.mail import outbox, templates
from socialclaw.people import ways_in
from socialclaw.people.allowances import Limit, left
from socialclaw.settings import Settings
from socialclaw.vault import Vault

TO_ONE_ADDRESS = Limit("mailed", 3, 3600, "links mailed to one address in an hour")
OF_A_WORKSPACE = Limit("invited", 50, 86_400, "invitations mailed by a workspace in a day")


def link(settings: Settings, secret: str) -> str:
    """Where a ticket is looked at, and redeemed."""
    return f"{settings.base_url}/auth/ticket/{secret}"


def server(settings: Settings) -> str:
    """What people call this server."""
    return urlsplit(settings.base_url).netloc


def invite(
    scope: Scope, settings: Settings, vault: Vault, role: str, email: str | None, *, by: str, inviter: str
) -> tuple[Ticket, str, bool]:
    """An invitation (see `ways_in.invite`), and whether its link is mailed too: where it is for an address and SMTP is set.

    Nobody makes a mail cannon of us: an address gets a few links in an hour, and a workspace sends some invitations in a day.
    """
    row, secret = ways_in.invite(scope, role, email, by=by, inviter=inviter)
    if row.email is None or not settings.smtp.ready:
        return row, secret, False
    session = scope.session
    if not (left(session, vault, OF_A_WORKSPACE, scope.workspace_id) and left(session, vault, TO_ONE_ADDRESS, row.email)):
        return row, secret, False
    user, space = session.get_one(User, inviter), session.get_one(Workspace, scope.workspace_id)
    facts = {
        "inviter": user.name or user.email or "Somebody",
        "workspace": space.name,
        "role": role,
        "link": link(settings, secret),
        "server": server(settings),
    }
    outbox.put(session, vault, templates.INVITATION, row.email, facts, ends=row.expires_at, ticket_id=row.id)
    return row, secret, True
