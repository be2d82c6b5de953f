"""What an App Store signs, with whatever in it a test wants: by the simulated one's authority, and with certificates of others."""

from __future__ import annotations

import base64
import json
import time
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from socialclaw.merchants.app_store.sandbox.authority import INTERMEDIATE, LEAF, NULL, Authority, authority

BUNDLE, APP_ID = "org.example.socialclaw", 1234
APPLE = authority("who is Apple in these tests")
DAY = 86_400_000


def now() -> int:
    return int(time.time() * 1000)


def transaction(**changes: Any) -> dict[str, Any]:
    """A month of Pro that was bought a minute ago; a field that is None is left out."""
    at = now() - 60_000
    said = {
        "transactionId": "2000",
        "originalTransactionId": "1000",
        "bundleId": BUNDLE,
        "productId": "pro.monthly",
        "purchaseDate": at,
        "originalPurchaseDate": at,
        "expiresDate": at + 30 * DAY,
        "quantity": 1,
        "type": "Auto-Renewable Subscription",
        "inAppOwnershipType": "PURCHASED",
        "signedDate": at,
        "environment": "Production",
        **changes,
    }
    return {name: value for name, value in said.items() if value is not None}


def renewal(**changes: Any) -> dict[str, Any]:
    said = {
        "originalTransactionId": "1000",
        "productId": "pro.monthly",
        "autoRenewProductId": "pro.monthly",
        "autoRenewStatus": 1,
        "signedDate": now(),
        "environment": "Production",
        **changes,
    }
    return {name: value for name, value in said.items() if value is not None}


def notification(
    kind: str,
    subtype: str | None = None,
    *,
    status: int | None = 1,
    of: dict[str, Any] | None = None,
    then: dict[str, Any] | None = None,
    by: Authority = APPLE,
    **changes: Any,
) -> dict[str, Any]:
    """About this transaction and renewal, signed by whom all of it is signed by."""
    environment = (of or {}).get("environment", "Production")
    data = {
        "bundleId": BUNDLE,
        "environment": environment,
        **({"appAppleId": APP_ID} if environment == "Production" else {}),
        **({"status": status} if status else {}),
        **({"signedTransactionInfo": by.sign(of)} if of else {}),
        **({"signedRenewalInfo": by.sign({**then, "environment": environment})} if then else {}),
    }
    said = {
        "notificationType": kind,
        "subtype": subtype,
        "notificationUUID": str(uuid.uuid4()),
        "version": "2.0",
        "signedDate": now(),
        "data": data,
        **changes,
    }
    return {name: value for name, value in said.items() if value is not None}


class Chain:
    """Certificates of a root of one's own, and anything that can be wrong with them."""

    def __init__(self, name: str = "Own Root") -> None:
        self.root_key, self.middle_key, self.leaf_key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(3))
        self.name = name
        self.root = self.certificate(name, name, self.root_key, self.root_key, ca=True)
        self.middle = self.certificate(f"{name} Int", name, self.middle_key, self.root_key, ca=True, mark=INTERMEDIATE)
        self.leaf = self.certificate(f"{name} Leaf", f"{name} Int", self.leaf_key, self.middle_key, mark=LEAF)

    @property
    def root_der(self) -> bytes:
        return self.root.public_bytes(Encoding.DER)

    def certificate(
        self, name: str, issuer: str, key: Any, by: Any, *, ca: bool = False, mark: str = "", days: tuple[int, int] = (-3650, 3650)
    ) -> x509.Certificate:
        today = datetime.now(UTC)
        made = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
            .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(today + timedelta(days=days[0]))
            .not_valid_after(today + timedelta(days=days[1]))
            .add_extension(x509.BasicConstraints(ca, None), critical=True)
            .add_extension(x509.KeyUsage(not ca, False, False, False, False, ca, ca, False, False), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(by.public_key()), critical=False)
        )
        if mark:
            made = made.add_extension(x509.UnrecognizedExtension(x509.ObjectIdentifier(mark), NULL), critical=False)
        return made.sign(by, hashes.SHA256())

    def sign(self, body: dict[str, Any], chain: list[x509.Certificate] | None = None, key: Any = None, **header: Any) -> str:
        told = chain if chain is not None else [self.leaf, self.middle, self.root]
        head = {"alg": "ES256", "x5c": [base64.b64encode(one.public_bytes(Encoding.DER)).decode() for one in told], **header}
        signed = f"{encoded(head)}.{encoded(body)}"
        r, s = decode_dss_signature((key or self.leaf_key).sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
        return f"{signed}.{base64url(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"


def encoded(part: Any) -> str:
    return base64url(json.dumps(part).encode())


def base64url(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()
