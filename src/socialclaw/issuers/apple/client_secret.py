"""What we prove to Apple who we are with: a short token, made for each call, signed with the key of the developer account.

https://developer.apple.com/documentation/accountorganizationaldatasharing/creating-a-client-secret
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from socialclaw.issuers.apple.issuer import NAME
from socialclaw.providers import apple_keys


@dataclass(frozen=True, slots=True)
class SigningKey:
    """The key of a team, by its id; `pem` is what the downloaded .p8 file holds."""

    team_id: str
    key_id: str
    pem: str = field(repr=False)
    clock: Callable[[], float] = field(default=time.time, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Raises ValueError, in words for the operator, where this is no key that Apple gives out."""
        apple_keys.check(self.pem, "Sign in with Apple")

    def of(self, client_id: str) -> str:
        claims = {"iss": self.team_id, "aud": NAME, "sub": client_id}
        return apple_keys.signed(self.pem, self.key_id, claims, self.clock())
