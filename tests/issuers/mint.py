"""An issuer that signs whatever a test wants, by PyJWT and cryptography alone: none of it is the code under test."""

from __future__ import annotations

import base64
import hmac
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import httpx2
import jwt
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from jwt.algorithms import RSAAlgorithm

LEFT_OUT: Any = object()


@cache
def rsa_key(name: str) -> rsa.RSAPrivateKey:
    """One key for each name, made once: making them takes longer than everything else here."""
    return rsa.generate_private_key(65537, 2048)


def b64(value: bytes | dict[str, Any] | list[Any]) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


@dataclass
class Mint:
    """`names` are the keys it publishes, the last one signs. `usual`: the claims of a good token."""

    usual: dict[str, Any]
    names: list[str] = field(default_factory=lambda: ["k1"])
    cache_control: str = "public, max-age=20000"
    now: float = field(default_factory=time.time)
    asked: int = 0
    answer: Callable[[], httpx2.Response] | None = None  # in place of the keys

    @property
    def http(self) -> httpx2.AsyncClient:
        return httpx2.AsyncClient(transport=httpx2.MockTransport(self._serve))

    def _serve(self, request: httpx2.Request) -> httpx2.Response:
        self.asked += 1
        return self.answer() if self.answer else self.keys()

    def keys(self, *more: dict[str, Any]) -> httpx2.Response:
        own = [self.published(name) for name in self.names]
        return httpx2.Response(200, headers={"cache-control": self.cache_control}, json={"keys": [*more, *own]})

    def published(self, name: str) -> dict[str, Any]:
        key = RSAAlgorithm.to_jwk(rsa_key(name).public_key(), as_dict=True)
        return {"kty": "RSA", "n": key["n"], "e": key["e"], "kid": name, "use": "sig", "alg": "RS256"}

    def claims(self, **changes: Any) -> dict[str, Any]:
        given = {**self.usual, "iat": int(self.now), "exp": int(self.now) + 3600, **changes}
        return {name: value for name, value in given.items() if value is not LEFT_OUT}

    def token(self, *, kid: Any = None, key: str = "", alg: str = "RS256", header: dict[str, Any] | None = None, **changes: Any) -> str:
        """By PyJWT, where it makes such a token; else put together by hand."""
        name = kid or self.names[-1]
        try:
            return jwt.encode(self.claims(**changes), rsa_key(key or name), algorithm=alg, headers={"kid": name, **(header or {})})
        except (TypeError, ValueError, jwt.PyJWTError):
            return self.by_hand({"alg": alg, "kid": name, **(header or {})}, key=key or name, **changes)

    def by_hand(self, header: dict[str, Any], *, key: str = "", **changes: Any) -> str:
        """Any header and claims at all, signed as RS256 does it."""
        signed = f"{b64(header)}.{b64(self.claims(**changes))}"
        return f"{signed}.{b64(rsa_key(key or self.names[-1]).sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256()))}"

    def with_hmac(self, secret: bytes) -> str:
        """HS256, keyed with something that everybody knows."""
        signed = f"{b64({'alg': 'HS256', 'kid': self.names[-1]})}.{b64(self.claims())}"
        return f"{signed}.{b64(hmac.digest(secret, signed.encode(), 'sha256'))}"


GOOGLE_CLAIMS = {
    "iss": "https://accounts.google.com",
    "aud": "web.apps.example",
    "azp": "web.apps.example",
    "sub": "108",
    "email": "ada@gmail.com",
    "email_verified": True,
    "nonce": "n1",
}
APPLE_CLAIMS = {
    "iss": "https://appleid.apple.com",
    "aud": "com.example.app",
    "sub": "000123.abc.0001",
    "email": "x7@privaterelay.appleid.com",
    "email_verified": "true",
    "is_private_email": "true",
    "nonce_supported": True,
}
