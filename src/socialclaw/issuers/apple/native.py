"""A person who signed in with Apple in an app of ours: the token that the app got is all that proves who it is.

The nonce does not: whoever has stolen a token can read it there and send it along. What protects is that a token is taken once
(`spent_as`), and only while it is fresh, although Apple lets it live for a day.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass

from socialclaw.issuers.base import Identity, TokenRefused, identity_of
from socialclaw.issuers.identity_tokens import LEEWAY, verified
from socialclaw.issuers.signing_keys import SigningKeys

FRESH = 600  # seconds since Apple made it


@dataclass(frozen=True, slots=True)
class NativeSignIn:
    """Who it is; for which of our apps; and under what to remember, until when, that the token was used."""

    identity: Identity
    client_id: str
    spent_as: str
    until: float


async def native(
    token: str, keys: SigningKeys, *, bundle_ids: Sequence[str], nonce: str | None, nonce_required: bool, now: float
) -> NativeSignIn:
    """Raises TokenRefused or IssuerUnavailable. `nonce`: what the app put into its request, or what that was the SHA-256 of."""
    claims = await verified(token, keys, audiences=bundle_ids, now=now)
    if now - claims["iat"] > FRESH + LEEWAY:
        raise TokenRefused("not fresh")
    if (nonce is not None or nonce_required) and not _answers(claims.get("nonce"), nonce):
        raise TokenRefused("answers another request")
    audience = claims["aud"] if isinstance(claims["aud"], str) else claims["aud"][0]
    body = token.rpartition(".")[0]  # what was signed: a signature may be written in more than one way
    return NativeSignIn(
        identity_of(keys.issuer, claims), audience, hashlib.sha256(body.encode()).hexdigest(), float(claims["exp"]) + LEEWAY
    )


def _answers(said: object, nonce: str | None) -> bool:
    if not isinstance(said, str) or not nonce:
        return False
    raw = nonce.encode(errors="replace")
    meant = (raw, hashlib.sha256(raw).hexdigest().encode())
    return any([hmac.compare_digest(said.encode(errors="replace"), one) for one in meant])
