"""The developer account that the simulated Apple knows: a team, its key, a Services ID and an app. Everybody may know the key."""

from __future__ import annotations

import hashlib

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from socialclaw.issuers.sandbox.signatures import Unreadable, read_es256

ISSUER = "https://appleid.apple.com"
TEAM_ID, KEY_ID = "SANDBOX123", "SANDBOXKEY"
SERVICES_ID, BUNDLE_ID = "com.example.socialclaw.web", "com.example.socialclaw"
CLIENTS = (SERVICES_ID, BUNDLE_ID)
LONGEST_LIFE = 15_777_000  # seconds, as Apple's documentation has it
SKEW = 300


def key() -> ec.EllipticCurvePrivateKey:
    """Always the same one, so that a sandbox of its own process knows it too."""
    return ec.derive_private_key(
        int.from_bytes(hashlib.sha256(b"the sandbox's key for Sign in with Apple").digest(), "big"), ec.SECP256R1()
    )


def pem() -> str:
    """What the .p8 file would hold."""
    return key().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def is_secret(secret: str, client_id: str, now: float) -> bool:
    """Whether this is a client secret that Apple would take of this client."""
    try:
        header, claims = read_es256(secret, key().public_key())
    except Unreadable:
        return False
    made, ends = claims.get("iat"), claims.get("exp")
    if not (isinstance(made, int) and isinstance(ends, int)) or isinstance(made, bool) or isinstance(ends, bool):
        return False
    right = (header.get("kid"), claims.get("iss"), claims.get("sub"), claims.get("aud")) == (KEY_ID, TEAM_ID, client_id, ISSUER)
    return right and client_id in CLIENTS and made <= now + SKEW and now < ends <= made + LONGEST_LIFE
