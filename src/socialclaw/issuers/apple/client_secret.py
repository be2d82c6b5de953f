"""What we prove to Apple who we are with: a short token, made for each call, signed with the key of the developer account.

https://developer.apple.com/documentation/accountorganizationaldatasharing/creating-a-client-secret
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from socialclaw.issuers.apple.issuer import NAME

ALGORITHM = "ES256"
LIFE = 300  # seconds; Apple takes up to half a year, but nobody needs one that lies around


@dataclass(frozen=True, slots=True)
class SigningKey:
    """The key of a team, by its id; `pem` is what the downloaded .p8 file holds."""

    team_id: str
    key_id: str
    pem: str = field(repr=False)
    clock: Callable[[], float] = field(default=time.time, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Raises ValueError, in words for the operator, where this is no key that Apple gives out."""
        try:
            curve = ECKey.import_key(self.pem)
        except (JoseError, ValueError, TypeError) as error:
            raise ValueError("this is no private key: Apple's file begins with -----BEGIN PRIVATE KEY-----") from error
        if curve.curve_name != "P-256" or not curve.is_private:
            raise ValueError("this is no private key for ES256: use the .p8 file that Apple has given out for Sign in with Apple")

    def of(self, client_id: str) -> str:
        now = int(self.clock())
        claims = {"iss": self.team_id, "iat": now, "exp": now + LIFE, "aud": NAME, "sub": client_id}
        return jwt.encode({"alg": ALGORITHM, "kid": self.key_id}, claims, ECKey.import_key(self.pem), algorithms=[ALGORITHM])
