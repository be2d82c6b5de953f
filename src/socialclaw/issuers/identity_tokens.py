"""Tokens that an issuer has signed, verified: by whom, for whom, when, and in answer to what. Everything that is not said is refused.

joserfc compares signatures and claims; what it lets pass unasked is asked of it here (`docs/decisions/0026-identity-tokens.md`).
Times are real ones, never those of a rehearsal.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError

from socialclaw.issuers.base import Claims, Issuer, TokenRefused
from socialclaw.issuers.signing_keys import SigningKeys

ALGORITHM = "RS256"
LEEWAY = 60  # seconds between our clock and the issuer's
LONGEST = 8192
LONGEST_LIFE = 86_400
LONGEST_SUBJECT = 255


async def verified(token: str, keys: SigningKeys, *, audiences: Sequence[str], now: float) -> Claims:
    """The claims of an identity token. Raises TokenRefused, or IssuerUnavailable where there are no keys to judge by.

    The nonce is not looked at: who issued one compares it (`authorization.py`, `apple/native.py`).
    """
    claims = await signed(token, keys, audiences=audiences, now=now)
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= LONGEST_SUBJECT or not subject.isprintable():
        raise TokenRefused("no subject")
    return claims


async def signed(token: str, keys: SigningKeys, *, audiences: Sequence[str], now: float) -> Claims:
    """The claims of anything that this issuer has signed for us and that is good now."""
    if not audiences or "" in audiences:
        raise TokenRefused("nobody is meant to take tokens here")
    kid = _key_named(token)
    try:
        claims = jwt.decode(token, await keys.of(kid), algorithms=[ALGORITHM]).claims
        _registry(keys.issuer, audiences, now).validate(claims)
    except (JoseError, ValueError, RecursionError) as error:
        raise TokenRefused(type(error).__name__) from error
    _meant_for_us(claims, audiences)
    if not 0 < claims["exp"] - claims["iat"] <= LONGEST_LIFE + LEEWAY:
        raise TokenRefused("lives too long")
    return claims


def _key_named(token: str) -> str:
    """The name of the key, out of a header that says RS256 and asks for nothing that we would have to understand (`crit`)."""
    if len(token) > LONGEST or token.count(".") != 2:
        raise TokenRefused("not a signed token")
    part = token.partition(".")[0]
    try:
        header: Any = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (ValueError, RecursionError) as error:
        raise TokenRefused("the header cannot be read") from error
    if not isinstance(header, dict) or header.get("alg") != ALGORITHM or "crit" in header or not isinstance(header.get("kid"), str):
        raise TokenRefused("the header names no key, or another algorithm")
    kid: str = header["kid"]
    return kid


def _registry(issuer: Issuer, audiences: Sequence[str], now: float) -> jwt.JWTClaimsRegistry:
    return jwt.JWTClaimsRegistry(
        now=int(now),
        leeway=LEEWAY,
        iss={"essential": True, "values": list(issuer.names)},
        aud={"essential": True, "values": list(audiences)},
        exp={"essential": True},
        iat={"essential": True},
    )


def _meant_for_us(claims: Claims, audiences: Sequence[str]) -> None:
    """One of several audiences is not enough, unless it was made out to one of our own clients (`azp`)."""
    audience, party = claims["aud"], claims.get("azp")
    if not isinstance(audience, str) and len(audience) != 1 and party not in audiences:
        raise TokenRefused("meant for others too")
    if "azp" in claims and party not in audiences:
        raise TokenRefused("made out to another client")
