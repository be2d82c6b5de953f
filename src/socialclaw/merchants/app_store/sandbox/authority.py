"""Who signs for the simulated App Store: a root of its own, an intermediate and a leaf, as Apple's are made.

All three are derived from a secret of the installation, and come out the same wherever they are made: the server that trusts the root and
the sandbox that signs below it may be two processes, and nothing has to pass between them.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

PURPOSE = "app store"  # what for the secret is derived (`Doorkeeper.derived`)
LEAF, INTERMEDIATE = "1.2.840.113635.100.6.11.1", "1.2.840.113635.100.6.2.1"  # the marks that Apple's certificates have
NULL = b"\x05\x00"
FROM, UNTIL = datetime(2000, 1, 1, tzinfo=UTC), datetime(2099, 1, 1, tzinfo=UTC)  # as far as a workspace's time may be turned
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # of P-256
NAMES = ("Simulated App Store Root", "Simulated App Store Intermediate", "Simulated App Store Signing")


@dataclass(frozen=True, slots=True)
class Authority:
    """The certificates, leaf first, in DER; and the key that signs."""

    chain: tuple[bytes, bytes, bytes]
    key: ec.EllipticCurvePrivateKey

    def sign(self, body: Mapping[str, Any]) -> str:
        """A JWS as the App Store makes them."""
        header = {"alg": "ES256", "x5c": [base64.b64encode(one).decode() for one in self.chain]}
        signed = ".".join(_base64url(json.dumps(part, separators=(",", ":")).encode()) for part in (header, body))
        r, s = decode_dss_signature(self.key.sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
        return f"{signed}.{_base64url(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"


@lru_cache(16)
def authority(secret: str) -> Authority:
    """The one of this secret."""
    root, middle, leaf = (_key(secret, name) for name in NAMES)
    chain = (
        _certificate(NAMES[2], NAMES[1], leaf, middle, mark=LEAF),
        _certificate(NAMES[1], NAMES[0], middle, root, mark=INTERMEDIATE, signs=True),
        root_of(secret),
    )
    return Authority(chain, leaf)


@lru_cache(16)
def root_of(secret: str) -> bytes:
    """The root that whoever knows this secret trusts, in DER."""
    key = _key(secret, NAMES[0])
    return _certificate(NAMES[0], NAMES[0], key, key, signs=True)


def api_key(secret: str) -> str:
    """The key for In-App Purchase with which our own code asks the simulated App Store: what its .p8 file would hold."""
    key = _key(secret, "In-App Purchase")
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def api_public(secret: str) -> ec.EllipticCurvePublicKey:
    return _key(secret, "In-App Purchase").public_key()


def _key(secret: str, name: str) -> ec.EllipticCurvePrivateKey:
    number = int.from_bytes(hashlib.sha512(f"{name} {secret}".encode()).digest(), "big")
    return ec.derive_private_key(number % (ORDER - 1) + 1, ec.SECP256R1())


def _certificate(
    name: str, issuer: str, key: ec.EllipticCurvePrivateKey, by: ec.EllipticCurvePrivateKey, *, mark: str = "", signs: bool = False
) -> bytes:
    """Without chance in it, so that it is the same one every time."""
    serial = int.from_bytes(hashlib.sha256(f"{name} {key.private_numbers().private_value}".encode()).digest()[:16], "big")
    made = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(key.public_key())
        .serial_number(serial)
        .not_valid_before(FROM)
        .not_valid_after(UNTIL)
        .add_extension(x509.BasicConstraints(signs, None), critical=True)
        .add_extension(x509.KeyUsage(not signs, False, False, False, False, signs, signs, False, False), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(by.public_key()), critical=False)
    )
    if mark:
        made = made.add_extension(x509.UnrecognizedExtension(x509.ObjectIdentifier(mark), NULL), critical=False)
    return made.sign(by, hashes.SHA256(), ecdsa_deterministic=True).public_bytes(Encoding.DER)


def _base64url(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()
