"""What the App Store signs (JWS with the chain of certificates in its header), verified by Apple's own library, and read.

The library is an extra, and is loaded when something is verified for the first time: that takes half a second. It looks at signature,
chain, bundle and environment, and at nothing else: whether a transaction is over, refunded, or whose it is, `billing/app_store` sees.
It is told to ask nobody whether a certificate was withdrawn: it would do so within the call, past our own way out.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal, TypeVar

T = TypeVar("T")

Environment = Literal["Production", "Sandbox"]
PRODUCTION: Environment = "Production"
SANDBOX: Environment = "Sandbox"
ENVIRONMENTS: tuple[Environment, ...] = (PRODUCTION, SANDBOX)  # and never those in which the library takes what nobody has signed
LIBRARY = "appstoreserverlibrary"
LONGEST = 256 * 1024
WORD = re.compile(r"[A-Za-z0-9._-]{1,200}")
ROOT = Path(__file__).parent / "AppleRootCA-G3.pem"
# Under which parts of a notification its environment stands.
PARTS = ("data", "summary", "appData")


class Unverified(Exception):
    """It is not signed by whom we trust, or cannot be read; what was wrong is for the log."""


@dataclass(frozen=True, slots=True)
class Transaction:
    """One period of a subscription that was bought: https://developer.apple.com/documentation/appstoreserverapi/jwstransaction."""

    id: str
    original_id: str
    product_id: str
    kind: str
    ownership: str
    signed_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    upgraded: bool = False
    account_token: str | None = None


@dataclass(frozen=True, slots=True)
class Renewal:
    """What is to become of a subscription at the end of its period."""

    original_id: str
    auto_renews: bool | None
    next_product_id: str | None = None
    grace_ends_at: datetime | None = None
    account_token: str | None = None


@dataclass(frozen=True, slots=True)
class Notification:
    """Something that the App Store tells. `kind` is its word, also where that is newer than this; `status` 1 to 5, or None."""

    id: str
    kind: str
    subtype: str | None
    environment: Environment
    signed_at: datetime
    status: int | None = None
    transaction: Transaction | None = None
    renewal: Renewal | None = None


def available() -> bool:
    """Whether the library is installed."""
    return find_spec(LIBRARY) is not None


@cache
def apple_root() -> bytes:
    """Apple's root certificate, in DER."""
    lines = ROOT.read_text().strip().splitlines()
    return base64.b64decode("".join(lines[1:-1]))


def claimed_environment(signed: str) -> Environment | None:
    """The environment that something says it is of, before anybody has verified it; None where it is none that is verified here."""
    try:
        said = json.loads(_decoded(signed.split(".")[1]))
        found = said.get("environment") or next((said[part]["environment"] for part in PARTS if part in said), None)
        if found is None and (bought := said.get("externalPurchaseToken")):
            found = SANDBOX if str(bought.get("externalPurchaseId")).startswith("SANDBOX") else PRODUCTION
    except (ValueError, RecursionError, LookupError, AttributeError, TypeError):
        return None
    return next((environment for environment in ENVIRONMENTS if environment == found), None)


class Verifier:
    """Trusts these roots (in DER), for one app in one environment. In production Apple also names the app by its number."""

    def __init__(self, roots: Sequence[bytes], environment: Environment, bundle_id: str, app_apple_id: int | None = None) -> None:
        self.environment = environment
        self._made = (list(roots), environment, bundle_id, app_apple_id)
        self._verifier: Any = None

    def transaction(self, signed: str) -> Transaction:
        """Raises Unverified."""
        return self._read("signed_transaction", signed, _transaction)

    def renewal(self, signed: str) -> Renewal:
        """Raises Unverified."""
        return self._read("renewal_info", signed, _renewal)

    def notification(self, signed: str) -> Notification:
        """With what is signed within it verified in its turn. Raises Unverified."""
        return self._read("notification", signed, self._notification)

    def _notification(self, said: Any) -> Notification:
        data = said.data
        transaction = self.transaction(data.signedTransactionInfo) if data and data.signedTransactionInfo else None
        renewal = self.renewal(data.signedRenewalInfo) if data and data.signedRenewalInfo else None
        status = data.rawStatus if data else None
        return Notification(
            _text(said.notificationUUID),
            _text(said.rawNotificationType),
            said.rawSubtype,
            self.environment,
            _instant(said.signedDate),
            status if isinstance(status, int) else None,
            transaction,
            renewal,
        )

    def _read(self, kind: str, signed: str, read: Callable[[Any], T]) -> T:
        if len(signed) > LONGEST:
            raise Unverified("it is longer than anything that the App Store signs")
        try:
            return read(getattr(self._library(), f"verify_and_decode_{kind}")(signed))
        except Unverified:
            raise
        except Exception as error:  # also what it raises where a field that is signed has another type than it should
            raise Unverified(f"{kind}: {type(error).__name__}: {error}"[:300]) from error

    def _library(self) -> Any:
        if self._verifier is None:
            from appstoreserverlibrary.models.Environment import Environment as Theirs
            from appstoreserverlibrary.signed_data_verifier import SignedDataVerifier

            roots, environment, bundle_id, app_apple_id = self._made
            theirs = Theirs.PRODUCTION if environment == PRODUCTION else Theirs.SANDBOX
            self._verifier = SignedDataVerifier(roots, False, theirs, bundle_id, app_apple_id)
        return self._verifier


def _transaction(said: Any) -> Transaction:
    return Transaction(
        _text(said.transactionId),
        _text(said.originalTransactionId),
        _text(said.productId),
        said.rawType or "",
        said.rawInAppOwnershipType or "",
        _instant(said.signedDate),
        _instant(said.expiresDate) if said.expiresDate is not None else None,
        _instant(said.revocationDate) if said.revocationDate is not None else None,
        bool(said.isUpgraded),
        said.appAccountToken.lower() if said.appAccountToken else None,
    )


def _renewal(said: Any) -> Renewal:
    return Renewal(
        _text(said.originalTransactionId),
        said.rawAutoRenewStatus == 1 if said.rawAutoRenewStatus is not None else None,
        said.autoRenewProductId,
        _instant(said.gracePeriodExpiresDate) if said.gracePeriodExpiresDate is not None else None,
        said.appAccountToken.lower() if said.appAccountToken else None,
    )


def _text(value: Any) -> str:
    if not isinstance(value, str) or not WORD.fullmatch(value):
        raise Unverified("an id is missing, or none that there could be")
    return value


def _instant(milliseconds: Any) -> datetime:
    if not isinstance(milliseconds, int) or isinstance(milliseconds, bool) or not 0 < milliseconds < 10**14:
        raise Unverified("a time is missing, or none that there could be")
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def _decoded(part: str) -> bytes:
    return base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_")
