"""The way there and back (OpenID Connect, authorization code flow): where to send a person, and who has come back with a code."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import TypeVar

import httpx2

from socialclaw.errors import ProviderError, Unauthorized
from socialclaw.issuers.base import Client, ClientRefused, Identity, Issuer, IssuerUnavailable, SignInRefused, TokenRefused, identity_of
from socialclaw.issuers.identity_tokens import verified
from socialclaw.issuers.signing_keys import SigningKeys
from socialclaw.providers import oauth2
from socialclaw.providers.draft import Tokens

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Attempt:
    """What to remember of a sign-in until the person comes back. Who knows it could finish it: it is kept sealed, or as digests."""

    state: str = field(repr=False)
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)

    @classmethod
    def fresh(cls) -> Attempt:
        return cls(secrets.token_urlsafe(32), secrets.token_urlsafe(32), oauth2.new_verifier())


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who has come back; with the issuer's refresh token, where it gave one, and for which client."""

    identity: Identity
    client_id: str
    refresh_token: str | None = field(default=None, repr=False)


def authorize_url(issuer: Issuer, client: Client, *, redirect_uri: str, attempt: Attempt, hosted_domain: str = "") -> str:
    """Where to send the person. `hosted_domain` only changes what the issuer's page offers; the claim is what counts."""
    more = {"nonce": attempt.nonce, **({"hd": hosted_domain} if hosted_domain else {})}
    spec = replace(issuer.oauth, authorize_params={**issuer.oauth.authorize_params, **more})
    return oauth2.authorize_url(
        spec, client_id=client.client_id, redirect_uri=redirect_uri, state=attempt.state, verifier=attempt.verifier if spec.pkce else None
    )


async def finish(
    http: httpx2.AsyncClient, keys: SigningKeys, client: Client, *, code: str, redirect_uri: str, attempt: Attempt, now: float
) -> SignedIn:
    """Who is behind a code. It works once: whatever goes wrong, the person starts again.

    Raises SignInRefused, TokenRefused, ClientRefused or IssuerUnavailable; none of them holds a secret.
    """
    issuer = keys.issuer
    verifier = attempt.verifier if issuer.oauth.pkce else None
    tokens = await exchange(http, issuer, client, code=code, redirect_uri=redirect_uri, verifier=verifier)
    claims = await verified(_identity_token(tokens, issuer), keys, audiences=(client.client_id,), now=now)
    if not _same(claims.get("nonce"), attempt.nonce):
        raise TokenRefused("answers another attempt")
    return SignedIn(identity_of(issuer, claims), client.client_id, tokens.refresh)


async def exchange(
    http: httpx2.AsyncClient, issuer: Issuer, client: Client, *, code: str, redirect_uri: str | None, verifier: str | None = None
) -> Tokens:
    """The tokens behind a code. Without `redirect_uri` for a code that came to an app and not to a page."""

    async def ask() -> Tokens:
        secret = client.secret.of(client.client_id)
        return await oauth2.exchange(
            http, issuer.oauth, client_id=client.client_id, client_secret=secret, code=code, redirect_uri=redirect_uri, verifier=verifier
        )

    return await told(issuer, ask)


async def told(issuer: Issuer, ask: Callable[[], Awaitable[T]]) -> T:
    """What the issuer answers, its refusals in words for the person who signs in. What it said itself is left out: it may be a secret."""
    try:
        return await ask()
    except Unauthorized as error:
        if error.code == "oauth_client_refused":
            raise ClientRefused(
                f"{issuer.label} does not accept this server's client id or secret: the operator has to check them"
            ) from None
        raise SignInRefused(f"{issuer.label} did not accept this sign-in: it was used before, or took too long. Start again") from None
    except ProviderError:
        raise IssuerUnavailable(f"{issuer.label} did not answer as it should: start the sign-in again in a minute") from None


def _identity_token(tokens: Tokens, issuer: Issuer) -> str:
    token = tokens.raw.get("id_token")
    if not isinstance(token, str):
        raise IssuerUnavailable(f"{issuer.label} did not say who signed in: start the sign-in again in a minute")
    return token


def _same(said: object, issued: str) -> bool:
    return isinstance(said, str) and hmac.compare_digest(said.encode(errors="replace"), issued.encode())
