"""Who may come into the simulated networks: our own code by the installation's secret, people by a pass that we have signed.

A pass is part of a link and names one workspace, whose world its bearer may look at. One that ends also lets its bearer consent there;
one that does not is what links to posts and feeds carry.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

PATTERN = re.compile(r"([A-Za-z0-9_-]{1,64})\.([0-9]{1,12})\.([0-9a-f]{40})")


@dataclass(frozen=True, slots=True)
class Pass:
    """What a pass says. `until`: seconds since the epoch, 0 where it does not end."""

    workspace: str
    until: int

    def consents(self, now: float) -> bool:
        """Whether its bearer may give consent now."""
        return now < self.until


class Doorkeeper:
    """Knows the secrets of one installation: the first is shown and signs, every one is accepted (a key ring that is being turned)."""

    def __init__(self, secrets: Sequence[str]) -> None:
        self._secrets = [secret for secret in secrets if secret]

    @property
    def secret(self) -> str:
        """What our own code shows. Empty where there is none; that opens nothing."""
        return self._secrets[0] if self._secrets else ""

    def knows(self, shown: str) -> bool:
        """Whether this is our own code's secret; in constant time."""
        return any([hmac.compare_digest(shown.encode(errors="replace"), secret.encode()) for secret in self._secrets])

    def derived(self, purpose: str) -> list[str]:
        """A secret for something else than coming in: one of each of ours, the current one's first."""
        return [hmac.digest(secret.encode(), f"sandbox {purpose}".encode(), hashlib.sha256).hex() for secret in self._secrets]

    def sign(self, workspace: str, until: float = 0) -> str:
        """A pass for this workspace, which ends then; 0: never."""
        return _signed(f"{workspace}.{int(until)}", self.secret)

    def read(self, shown: str) -> Pass | None:
        """The pass, if it is one of ours. One that has ended is still good for looking."""
        found = PATTERN.fullmatch(shown)
        if found is None:
            return None
        body = f"{found[1]}.{found[2]}"
        if not any([hmac.compare_digest(found[3], _signature(body, secret)) for secret in self._secrets]):
            return None
        return Pass(found[1], int(found[2]))


def _signature(body: str, secret: str) -> str:
    return hmac.digest(secret.encode(), f"sandbox pass {body}".encode(), hashlib.sha256).hex()[:40]


@lru_cache(1000)  # a test workspace's own is part of every list that it asks for
def _signed(body: str, secret: str) -> str:
    return f"{body}.{_signature(body, secret)}"
