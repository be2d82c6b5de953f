"""Signed tokens (JWS, RFC 7515) as the simulated issuers make and read them: by hand, on cryptography alone."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

LONGEST = 4096


class Unreadable(ValueError):
    """A token that is not what it should be."""


def encoded(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise Unreadable("not base64url") from error


def signing_input(header: Mapping[str, Any], claims: Mapping[str, Any]) -> str:
    return ".".join(encoded(json.dumps(part, separators=(",", ":")).encode()) for part in (header, claims))


def rs256(claims: Mapping[str, Any], key: RSAPrivateKey, kid: str) -> str:
    body = signing_input({"alg": "RS256", "kid": kid, "typ": "JWT"}, claims)
    return f"{body}.{encoded(key.sign(body.encode(), PKCS1v15(), SHA256()))}"


def published(key: RSAPublicKey, kid: str) -> dict[str, str]:
    """A public key as an issuer shows it (RFC 7517)."""
    numbers = key.public_numbers()
    n, e = (encoded(number.to_bytes((number.bit_length() + 7) // 8, "big")) for number in (numbers.n, numbers.e))
    return {"kty": "RSA", "kid": kid, "use": "sig", "alg": "RS256", "n": n, "e": e}


def read_es256(token: str, key: EllipticCurvePublicKey) -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and claims of a token that was signed with this key; raises Unreadable."""
    parts = token.split(".")
    if len(token) > LONGEST or len(parts) != 3:
        raise Unreadable("not three parts")
    header, claims, signature = _object(parts[0]), _object(parts[1]), decoded(parts[2])
    if header.get("alg") != "ES256" or len(signature) != 64:
        raise Unreadable("not ES256")
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    try:
        key.verify(encode_dss_signature(r, s), f"{parts[0]}.{parts[1]}".encode(), ECDSA(SHA256()))
    except InvalidSignature as error:
        raise Unreadable("not signed with this key") from error
    return header, claims


def _object(part: str) -> dict[str, Any]:
    try:
        found = json.loads(decoded(part))
    except (ValueError, RecursionError) as error:
        raise Unreadable("not JSON") from error
    if not isinstance(found, dict):
        raise Unreadable("not an object")
    return found
