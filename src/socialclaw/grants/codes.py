"""Authorization codes: what somebody has allowed, on its way to the client, by a ticket that is good for a minute and for one time.

Whoever comes with a code has one try, whatever is wrong with it; whoever comes with one that was redeemed ends the grant that came of it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from socialclaw.db.base import Scope, real_now
from socialclaw.db.people import Ticket
from socialclaw.db.workspaces import ApiKey
from socialclaw.grants import tokens
from socialclaw.grants.consent import Allowed
from socialclaw.grants.refusals import OAuthError
from socialclaw.grants.tokens import Issued
from socialclaw.people import tickets
from socialclaw.settings import Settings
from socialclaw.vault import Vault, digest
from socialclaw.workspaces import keys

VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")


def issue(session: Session, vault: Vault, allowed: Allowed, redirect_uri: str, challenge: str) -> str:
    """A code for what was allowed, for whoever has the verifier and was led back to this address."""
    facts = tickets.Facts(user_id=allowed.user_id, workspace_id=allowed.workspace_id)
    row, code = tickets.issue(session, tickets.GRANT, facts)
    _seal(vault, row, {"allowed": allowed.held, "redirect_uri": redirect_uri, "challenge": challenge, "grant": None})
    return code


def redeem(
    session: Session,
    settings: Settings,
    vault: Vault,
    client_id: str,
    *,
    code: str,
    verifier: str,
    redirect_uri: str | None,
    resource: str | None,
) -> Issued | OAuthError:
    """The first pair of the grant. What is refused is answered and not raised: that the code is spent must be kept."""
    named = select(Ticket).where(Ticket.digest == digest(code), Ticket.purpose == tickets.GRANT).with_for_update()
    row = session.scalar(named)
    if row is None:
        return OAuthError("This code is none of ours, or long over: start again")
    held: dict[str, Any] = vault.unseal_json(row.sealed or "", bound_to=_bound_to(row))
    if row.used_at is not None:
        if held["grant"] and session.get(ApiKey, held["grant"]):
            keys.revoke(Scope(session, held["allowed"]["workspace_id"]), held["grant"])
        return OAuthError("This code was used before, and is good for one time: what came of it has ended, start again")
    row.used_at = real_now()
    if row.expires_at <= row.used_at:
        return OAuthError("This code is too old: it is good for a minute, start again")
    allowed = Allowed.of(held["allowed"])
    if client_id != allowed.client_id:
        return OAuthError("This code is another client's")
    if redirect_uri is not None and redirect_uri != held["redirect_uri"]:
        return OAuthError("redirect_uri is not where the code was sent to")
    if not VERIFIER.fullmatch(verifier) or not hmac.compare_digest(challenge_of(verifier), held["challenge"]):
        return OAuthError("code_verifier is not the one whose challenge the request had")
    if resource is not None and resource != allowed.resource:
        return OAuthError(f"This code is for {allowed.resource}", code="invalid_target")
    issued = tokens.begin(session, settings, allowed)
    _seal(vault, row, {**held, "grant": issued.key_id})
    return issued


def challenge_of(verifier: str) -> str:
    """S256 of RFC 7636."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode("ascii")).digest()).rstrip(b"=").decode()


def _seal(vault: Vault, row: Ticket, held: dict[str, Any]) -> None:
    row.sealed = vault.seal_json(held, bound_to=_bound_to(row))


def _bound_to(row: Ticket) -> str:
    return f"tickets:{row.id}:sealed"
