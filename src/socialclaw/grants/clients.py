"""Clients: the programs that ask to be let in. Registered ones (RFC 7591) are rows; others are a document at a URL of theirs; one is ours.

Nobody vouches for what a registered client calls itself, so people are always shown where it is led back to.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from socialclaw.db.base import new_id, real_now
from socialclaw.db.grants import Grant, OAuthClient
from socialclaw.grants import redirects
from socialclaw.grants.refusals import ClientInvalid, OAuthError
from socialclaw.vault import digest

CODE, REFRESH, DEVICE = "authorization_code", "refresh_token", "urn:ietf:params:oauth:grant-type:device_code"
GRANT_TYPES = (CODE, REFRESH, DEVICE)
AUTH_METHODS = ("none", "client_secret_post", "client_secret_basic")
LONGEST_NAME = 100
UNUSED = timedelta(days=30)
OURS = "socialclaw-cli"
USED_SECONDS = 3600.0  # how exact a last use is


@dataclass(frozen=True, slots=True)
class Client:
    """A program. `host`: who vouches for its name, of one that is a document; empty of one that nobody vouches for."""

    id: str
    name: str
    host: str
    redirect_uris: tuple[str, ...]

    @property
    def said(self) -> str:
        """Its host, or what stands in its place."""
        return self.host or "nobody vouches for this name"


COMMAND_LINE = Client(OURS, "SocialClaw command line", "", ())


def is_document(client_id: str) -> bool:
    """Whether a client is known by a document at its id."""
    return client_id.startswith("https://")


def register(session: Session, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Take a client in; what it is told. OAuthError `invalid_client_metadata` or `invalid_redirect_uri` where it cannot be one."""
    uris, types, method = asked.get("redirect_uris", []), asked.get("grant_types", [CODE]), asked.get("token_endpoint_auth_method")
    if not isinstance(uris, list) or not isinstance(types, list) or not all(isinstance(one, str) for one in types):
        raise _metadata("redirect_uris and grant_types are lists of text")
    found = redirects.checked(uris)
    if not found and CODE in types:
        raise OAuthError("redirect_uris names at least one address", code="invalid_redirect_uri")
    if asked.get("response_types") not in (None, [], ["code"]):
        raise _metadata('response_types is ["code"], the only one')
    method = "client_secret_basic" if method is None else method
    if method not in AUTH_METHODS:
        raise _metadata(f"token_endpoint_auth_method is one of {', '.join(AUTH_METHODS)}")
    secret = None if method == "none" else f"scs_{secrets.token_urlsafe(32)}"
    row = OAuthClient(
        id=new_id("client"),
        name=name_of(asked.get("client_name"), redirects.place(found[0]) if found else "A program"),
        redirect_uris=list(found),
        auth_method=method,
        secret_digest=digest(secret) if secret else None,
    )
    session.add(row)
    session.flush()
    return {
        "client_id": row.id,
        "client_id_issued_at": int(row.created_at.timestamp()),
        **({"client_secret": secret, "client_secret_expires_at": 0} if secret else {}),
        "client_name": row.name,
        "redirect_uris": row.redirect_uris,
        "grant_types": [one for one in GRANT_TYPES if one in types or one == REFRESH],
        "response_types": ["code"] if CODE in types else [],
        "token_endpoint_auth_method": method,
    }


def name_of(name: object, otherwise: str) -> str:
    """What a client calls itself, in one line that shows as it is written."""
    if name is None or name == "":
        return otherwise
    if not isinstance(name, str) or len(name) > LONGEST_NAME or not name.isprintable() or not name.strip():
        raise _metadata(f"client_name is text of at most {LONGEST_NAME} printable characters")
    return name.strip()


def known(session: Session, client_id: str) -> Client | None:
    """The client with this id, where it is ours or has registered."""
    if client_id == OURS:
        return COMMAND_LINE
    row = session.get(OAuthClient, client_id)
    return Client(row.id, row.name, "", tuple(row.redirect_uris)) if row else None


def authenticate(session: Session, client_id: str, secret: str | None) -> str:
    """The id of the client that calls, which shows its secret where it has one. ClientInvalid otherwise.

    One that is a document has none; what it redeems is bound to its id, and that to where it was led back to.
    """
    if is_document(client_id) or client_id == OURS:
        return client_id
    row = session.get(OAuthClient, client_id)
    if row is None:
        raise ClientInvalid("There is no such client, or it was not used for a month: register again")
    if row.secret_digest is not None and not (secret and hmac.compare_digest(row.secret_digest, digest(secret))):
        raise ClientInvalid("This client registered with a secret: send it as client_secret, or by HTTP Basic")
    return row.id


def note_use(session: Session, client_id: str) -> None:
    """A registered client got a token, and is not forgotten for another while."""
    now = real_now()
    stale = OAuthClient.used_at.is_(None) | (OAuthClient.used_at < now - timedelta(seconds=USED_SECONDS))
    session.execute(update(OAuthClient).where(OAuthClient.id == client_id, stale).values(used_at=now))


def forget_unused(session: Session, most: int) -> int:
    """Clients that nobody has let in for a month; how many."""
    before = real_now() - UNUSED
    idle = (OAuthClient.created_at < before) & (OAuthClient.used_at.is_(None) | (OAuthClient.used_at < before))
    unused = select(OAuthClient.id).where(idle, OAuthClient.id.not_in(select(Grant.client_id))).limit(most)
    found = session.scalars(unused).all()
    session.execute(delete(OAuthClient).where(OAuthClient.id.in_(found)))
    return len(found)


def _metadata(message: str) -> OAuthError:
    return OAuthError(message, code="invalid_client_metadata")
