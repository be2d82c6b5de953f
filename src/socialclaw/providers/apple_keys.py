"""Private keys that Apple gives out as .p8 files, and the short tokens that are signed with one to say who calls."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

ALGORITHM = "ES256"
LIFE = 300  # seconds; Apple takes longer ones, but nobody needs one that lies around


def check(pem: str, given_for: str) -> None:
    """Raises ValueError, in words for the operator, where this is no key that Apple gives out. `given_for`: what Apple calls its use."""
    try:
        curve = ECKey.import_key(pem)
    except (JoseError, ValueError, TypeError) as error:
        raise ValueError("this is no private key: Apple's file begins with -----BEGIN PRIVATE KEY-----") from error
    if curve.curve_name != "P-256" or not curve.is_private:
        raise ValueError(f"this is no private key for ES256: use the .p8 file that Apple has given out for {given_for}")


def signed(pem: str, key_id: str, claims: Mapping[str, Any], now: float) -> str:
    """A token with these claims that is good from now on for `LIFE`."""
    issued = int(now)
    header = {"alg": ALGORITHM, "kid": key_id, "typ": "JWT"}
    return jwt.encode(header, {**claims, "iat": issued, "exp": issued + LIFE}, ECKey.import_key(pem), algorithms=[ALGORITHM])
