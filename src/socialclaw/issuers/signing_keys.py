"""The keys that an issuer signs with: fetched, remembered as long as it says, and asked for anew when it signs with one we do not know.

A token names its key, and whoever sends one may name anything: so we ask again at most every COOLDOWN seconds, one of us at a time.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Callable

import httpx2
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from socialclaw.clock import elapsed
from socialclaw.errors import ProviderError
from socialclaw.issuers.base import Issuer, IssuerUnavailable, TokenRefused
from socialclaw.providers.wire import body_of, send

log = logging.getLogger(__name__)

COOLDOWN = 30.0
# However long or short an issuer says that its keys may be kept.
LEAST, MOST = 300.0, 86_400.0
MAX_AGE = re.compile(r"(?:^|[\s,])max-age=(\d{1,9})(?:$|[\s,])")
LONGEST_KID = 200


class SigningKeys:
    """One issuer's keys, for all of this process."""

    def __init__(self, issuer: Issuer, http: httpx2.AsyncClient, *, now: Callable[[], float] = elapsed) -> None:
        self.issuer = issuer
        self._http = http
        self._now = now
        self._keys: dict[str, RSAKey] = {}
        self._until = float("-inf")  # when what we have is too old
        self._asked = float("-inf")
        self._turn = asyncio.Lock()

    async def of(self, kid: str) -> RSAKey:
        """The key of this name. Raises TokenRefused where the issuer has none, IssuerUnavailable where no keys are to be had at all."""
        if not self._fresh or (kid not in self._keys and self._may_ask):
            async with self._turn:
                if not self._fresh or (kid not in self._keys and self._may_ask):
                    await self._fetch()
        if not self._keys:
            raise IssuerUnavailable(f"{self.issuer.label} cannot be asked for its keys at the moment: try again in a minute")
        if kid not in self._keys:
            raise TokenRefused("signed with a key that the issuer does not have")
        return self._keys[kid]

    @property
    def _fresh(self) -> bool:
        """Whether there is nothing to ask for: the keys are not too old, or we have just asked in vain."""
        return self._now() < self._until

    @property
    def _may_ask(self) -> bool:
        return self._now() - self._asked >= COOLDOWN

    async def _fetch(self) -> None:
        """Where the issuer does not answer, or with nonsense, the old keys go on: an outage of theirs is not one of ours."""
        self._asked = self._now()
        try:
            answer = await send(self._http, "GET", self.issuer.keys_url, headers={"accept": "application/json"})
            keys = _read(body_of(answer))
        except ProviderError as error:
            log.warning("the signing keys of %s could not be fetched: %s", self.issuer.label, error.message)
            keys = {}
        if keys:
            self._keys, self._until = keys, self._now() + _life(answer.headers.get("cache-control", ""))
        else:
            self._until = self._now() + (COOLDOWN if self._keys else 1.0)


def _read(body: object) -> dict[str, RSAKey]:
    """The RSA keys for signatures, by name. Keys of other kinds stand beside them and are none of ours."""
    listed = body.get("keys") if isinstance(body, dict) else None
    found: dict[str, RSAKey] = {}
    for key in listed if isinstance(listed, list) else ():
        if not isinstance(key, dict) or key.get("kty") != "RSA" or key.get("use", "sig") != "sig" or key.get("alg", "RS256") != "RS256":
            continue
        kid = key.get("kid")
        if isinstance(kid, str) and 0 < len(kid) <= LONGEST_KID:
            try:
                found[kid] = RSAKey.import_key({name: key[name] for name in ("kty", "n", "e")})
            except (JoseError, ValueError, TypeError, KeyError):
                continue
    return found


def _life(cache_control: str) -> float:
    found = MAX_AGE.search(cache_control.lower())
    return min(max(float(found[1]) if found else LEAST, LEAST), MOST)
