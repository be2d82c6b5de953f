"""From the first step to the last: somebody is sent to an issuer, comes back and is somebody here; or comes with what an app got."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from socialclaw.errors import SocialClawError, Unauthenticated
from socialclaw.issuers import authorization
from socialclaw.issuers.apple.native import NativeSignIn, native
from socialclaw.issuers.apple.person import name_told
from socialclaw.issuers.base import TokenRefused
from socialclaw.issuers.identity_tokens import verified
from socialclaw.people.sessions import SignedIn
from socialclaw.people.ways_in import Entered
from socialclaw.sign_in import attempts, entering
from socialclaw.sign_in.attempts import Intent
from socialclaw.sign_in.entering import Vouched
from socialclaw.sign_in.relying_parties import RelyingParties, RelyingParty, now
from socialclaw.system import System

T = TypeVar("T")

log = logging.getLogger(__name__)


class Declined(Unauthenticated):
    """They did not want to, or the issuer did not let them."""

    code = "sign_in_declined"


@dataclass(frozen=True, slots=True)
class Arrived:
    """How an attempt ended: with a session, with a code for the app that began it, or with an error."""

    intent: Intent
    entered: Entered | None = None
    code: str | None = field(default=None, repr=False)
    error: SocialClawError | None = None


async def start(system: System, parties: RelyingParties, party: RelyingParty, intent: Intent) -> tuple[str, str]:
    """Where to send the browser, and what it is to keep."""
    begun = await system.database.write(attempts.begin, system.vault, party, intent)
    url = authorization.authorize_url(
        party.issuer, party.app, redirect_uri=party.redirect_uri, attempt=begun.attempt, hosted_domain=party.hosted_domain
    )
    return parties.link(party, url, attempts.SECONDS), begun.binding


async def finish(
    system: System, party: RelyingParty, answer: Mapping[str, str], *, binding: str, before: SignedIn | None, agent: str | None
) -> Arrived:
    """Who has come back with this answer of the issuer; `before`: who was signed in in this browser so far.

    Raises InvalidRequest `sign_in_state_invalid` for an attempt that is not theirs; whatever goes wrong after that is in what is returned.
    """
    state = answer.get("state", "")
    attempt, intent = await system.database.write(attempts.take, system.vault, party, state=state, binding=binding)
    try:
        if "error" in answer or not answer.get("code"):
            raise Declined(f"You were not signed in with {party.issuer.label}. Start again if that was not meant")
        with party.reached():
            signed = await authorization.finish(
                party.http, party.keys, party.app, code=answer["code"], redirect_uri=party.redirect_uri, attempt=attempt, now=now()
            )
        told = name_told(answer["user"]) if "user" in answer else None
        vouched = Vouched(signed.identity, signed.client_id, told, signed.refresh_token)
        return await at_once(system, lambda session: _arrived(session, system, party, vouched, intent, before, agent))
    except SocialClawError as error:
        _log(party, error)
        return Arrived(intent, error=error)


async def from_app(
    system: System, party: RelyingParty, token: str, *, nonce: str | None, code: str | None, name: str | None, agent: str | None
) -> Entered:
    """A session for whoever signed in with Apple in an app of ours; the token is spent by it."""
    try:
        with party.reached():
            found = await native(
                token,
                party.keys,
                bundle_ids=party.bundle_ids,
                nonce=nonce,
                nonce_required=system.settings.sign_in.require_nonce,
                now=now(),
            )
            refresh = await _grant(party, found, code) if code else None
    except SocialClawError as error:
        _log(party, error)
        raise
    vouched = Vouched(found.identity, found.client_id, name, refresh)

    def do(session: Session) -> Entered:
        entering.once(session, found.spent_as, found.until)
        known = entering.known(session, system.settings, system.vault, party, vouched, Intent())
        return entering.enter(session, system.settings, known.user, kind="mobile", way=party.name, agent=agent)

    return await at_once(system, do)


def _arrived(
    session: Session,
    system: System,
    party: RelyingParty,
    vouched: Vouched,
    intent: Intent,
    before: SignedIn | None,
    agent: str | None,
) -> Arrived:
    known = entering.known(session, system.settings, system.vault, party, vouched, intent)
    if intent.scheme:
        return Arrived(intent, code=entering.code(session, system.vault, known.user, intent.challenge))
    instead = before.session_id if before else None
    return Arrived(intent, entering.enter(session, system.settings, known.user, way=party.name, agent=agent, instead=instead))


async def at_once(system: System, do: Callable[[Session], T]) -> T:
    """Of two who make the same person at once, the second finds them."""
    try:
        return await system.database.write(do)
    except IntegrityError:
        return await system.database.write(do)


async def _grant(party: RelyingParty, found: NativeSignIn, code: str) -> str | None:
    """What ends this grant when the account is deleted here; None where the code does not bring it, which keeps nobody out."""
    app = party.of(found.client_id)
    try:
        tokens = await authorization.exchange(party.http, party.issuer, app, code=code, redirect_uri=None)
        claims = await verified(str(tokens.raw.get("id_token", "")), party.keys, audiences=(found.client_id,), now=now())
    except SocialClawError as error:
        _log(party, error)
        return None
    return tokens.refresh if claims["sub"] == found.identity.subject else None


def _log(party: RelyingParty, error: SocialClawError) -> None:
    reason = f" ({error.reason})" if isinstance(error, TokenRefused) else ""
    log.warning("a sign-in with %s ended with %s%s", party.name, error.code, reason)
