"""An attempt to sign in, from sending somebody to an issuer until they come back: one ticket, bound to the browser, good for one time.

The ticket's secret is the `state` that travels through the issuer; a second one stays in the browser as a cookie. Whoever has only one of
them, a link that somebody else began or a cookie without it, finishes nothing.
"""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from sqlalchemy.orm import Session

from socialclaw.errors import InvalidRequest
from socialclaw.issuers.authorization import Attempt
from socialclaw.people import tickets
from socialclaw.people.tickets import ATTEMPT, LIVES, TicketInvalid
from socialclaw.settings import Settings
from socialclaw.sign_in.relying_parties import RelyingParty
from socialclaw.vault import Vault, digest

SECONDS = LIVES[ATTEMPT].total_seconds()
CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
LONGEST_PATH = 4096  # as much as a program may ask for in the address by which it sends somebody here
LONGEST_STATE = 512


@dataclass(frozen=True, slots=True)
class Intent:
    """What whoever begins wants: where to go afterwards; or which app to go back to, with what it wants to see again, and a challenge.

    `link`: the id of who is signed in and wants to be known by this identity too; `invite`: the secret of an invitation.
    """

    return_to: str = "/"
    scheme: str | None = None
    app_state: str | None = None
    challenge: str | None = None
    link: str | None = None
    invite: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class App:
    """What an app says that sends its user here in a browser: its URL scheme, a PKCE challenge, what it wants to see again."""

    scheme: str | None = None
    challenge: str | None = None
    method: str | None = None
    state: str | None = None

    def intent(self, settings: Settings, web: Intent) -> Intent:
        """What it wants; without a scheme that is `web`. InvalidRequest where it says something that it may not, or not enough.

        Only schemes that the operator has listed: unlike a connection's, this way leads to a session.
        """
        if not self.scheme:
            return web
        if self.scheme.lower() not in settings.callback_schemes:
            listed = ", ".join(settings.callback_schemes) or "none"
            message = f"callbackScheme is none that this server signs in for: {listed} (SOCIALCLAW_MOBILE_CALLBACK_SCHEMES)"
            raise InvalidRequest(message, code="callback_scheme_invalid", path="callbackScheme")
        if self.challenge is None and settings.sign_in.require_challenge:
            message = "An app sends codeChallenge: the base64url SHA-256 of a verifier that it shows when it exchanges the code"
            raise InvalidRequest(message, code="code_challenge_required", path="codeChallenge")
        if self.method not in (None, "S256") or (self.challenge is not None and not CHALLENGE.fullmatch(self.challenge)):
            raise InvalidRequest("codeChallenge is a base64url SHA-256, by S256", code="code_challenge_invalid", path="codeChallenge")
        if self.state is not None and not (len(self.state) <= LONGEST_STATE and self.state.isprintable()):
            message = f"state has at most {LONGEST_STATE} printable characters"
            raise InvalidRequest(message, code="invalid_request", path="state")
        return replace(web, scheme=self.scheme.lower(), challenge=self.challenge, app_state=self.state)


@dataclass(frozen=True, slots=True)
class Begun:
    """An attempt under way; `binding` is for the cookie."""

    attempt: Attempt
    binding: str = field(repr=False)


def begin(session: Session, vault: Vault, party: RelyingParty, intent: Intent) -> Begun:
    row, state = tickets.issue(session, ATTEMPT)
    begun = Begun(replace(Attempt.fresh(), state=state), secrets.token_urlsafe(32))
    held = {"party": party.name, "nonce": begun.attempt.nonce, "verifier": begun.attempt.verifier, "binding": digest(begun.binding)}
    row.sealed = vault.seal_json({**held, "intent": asdict(intent)}, bound_to=_bound_to(row.id))
    return begun


def take(session: Session, vault: Vault, party: RelyingParty, *, state: str, binding: str) -> tuple[Attempt, Intent]:
    """The attempt of whoever comes back, spent. InvalidRequest `sign_in_state_invalid` (400) where there is none, or it is not theirs."""
    try:
        row = tickets.look(session, state, (ATTEMPT,))
        held: Mapping[str, Any] = vault.unseal_json(row.sealed or "", bound_to=_bound_to(row.id))
        if held["party"] != party.name or not hmac.compare_digest(held["binding"], digest(binding)):
            raise _invalid()
        tickets.redeem(session, state, (ATTEMPT,))
    except TicketInvalid:
        raise _invalid() from None
    return Attempt(state, held["nonce"], held["verifier"]), Intent(**held["intent"])


def path_of(value: str) -> str:
    """A path of ours to go to afterwards. InvalidRequest `return_to_invalid` for what could lead elsewhere, however it is spelled.

    It is put behind the address of this server and so could not; it is refused all the same, since somebody meant it to.
    """
    plain = value.startswith("/") and value.isascii() and value.isprintable() and len(value) <= LONGEST_PATH
    if not plain or set(value) & set('\\ <>"') or value.startswith(("//", "/%2f", "/%2F", "/%5c", "/%5C")) or "/../" in f"{value}/":
        message = "returnTo is where to go afterwards: a path of this server, such as /dashboard"
        raise InvalidRequest(message, code="return_to_invalid", path="returnTo")
    return value


def _bound_to(ticket_id: str) -> str:
    return f"tickets:{ticket_id}:sealed"


def _invalid() -> InvalidRequest:
    message = "This sign-in was finished before, took too long, or was begun in another browser: start again"
    return InvalidRequest(message, code="sign_in_state_invalid", status=400)
