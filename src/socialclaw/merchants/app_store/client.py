"""The calls of the App Store Server API that we make, https://developer.apple.com/documentation/appstoreserverapi.

Who we are is proven by a token that is made for each call, signed with the key for In-App Purchase. What a call answers is signed, too.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx2

from socialclaw.errors import NotReady, ProviderError, RateLimited
from socialclaw.merchants.app_store.signed_data import PRODUCTION, SANDBOX, Environment, Renewal, Transaction, Unverified, Verifier
from socialclaw.providers import apple_keys, wire

HOSTS: dict[Environment, str] = {PRODUCTION: "api.storekit.apple.com", SANDBOX: "api.storekit-sandbox.apple.com"}
AUDIENCE = "appstoreconnect-v1"
NOT_THERE = (404,)

log = logging.getLogger(__name__)


class NotThere(Exception):
    """The App Store knows no such transaction."""


@dataclass(frozen=True, slots=True)
class Key:
    """A key for In-App Purchase, by its id; `pem` is what the downloaded .p8 file holds."""

    issuer_id: str
    key_id: str
    pem: str = field(repr=False)
    clock: Callable[[], float] = field(default=time.time, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Raises ValueError, in words for the operator, where this is no key that Apple gives out."""
        apple_keys.check(self.pem, "In-App Purchase")

    def token(self, bundle_id: str) -> str:
        claims = {"iss": self.issuer_id, "aud": AUDIENCE, "bid": bundle_id}
        return apple_keys.signed(self.pem, self.key_id, claims, self.clock())


@dataclass(frozen=True, slots=True)
class Standing:
    """What the App Store says of a subscription now: `status` 1 to 5, its newest transaction, and what becomes of it."""

    status: int
    transaction: Transaction
    renewal: Renewal | None


@dataclass(frozen=True, slots=True)
class AppStore:
    """The API, for one app in one environment."""

    http: httpx2.AsyncClient
    key: Key
    bundle_id: str
    verifier: Verifier

    async def subscriptions(self, transaction_id: str) -> Sequence[Standing]:
        """Every subscription of whoever made this transaction, verified. Raises NotThere, or NotReady `billing_unavailable`."""
        answer = await self._ask("GET", f"/inApps/v1/subscriptions/{transaction_id}")
        try:
            rows = [row for group in answer["data"] for row in group["lastTransactions"]]
            return [self._standing(row) for row in rows]
        except (KeyError, TypeError, Unverified) as error:
            log.error("app store: its answer cannot be read, or is not signed by whom we trust: %s", error)
            raise _unavailable() from error

    async def set_account_token(self, original_id: str, token: str) -> None:
        """Say whose a purchase is that was made outside of the app. Raises as `subscriptions` does."""
        await self._ask("PUT", f"/inApps/v1/transactions/{original_id}/appAccountToken", json={"appAccountToken": token})

    def _standing(self, row: dict[str, Any]) -> Standing:
        renewal = self.verifier.renewal(row["signedRenewalInfo"]) if row.get("signedRenewalInfo") else None
        return Standing(int(row["status"]), self.verifier.transaction(row["signedTransactionInfo"]), renewal)

    async def _ask(self, method: str, path: str, **more: Any) -> Any:
        headers = {"authorization": f"Bearer {self.key.token(self.bundle_id)}", "accept": "application/json"}
        url = f"https://{HOSTS[self.verifier.environment]}{path}"
        try:
            answer = await wire.send(self.http, method, url, headers=headers, also=NOT_THERE, **more)
            if answer.status_code in NOT_THERE:
                raise NotThere(path)
            return answer.json() if answer.content else None
        except RateLimited as error:
            raise _unavailable(retryAfter=error.retry_after) from error
        except (ProviderError, ValueError) as error:
            log.warning("app store: %s %s: %s", method, path.rpartition("/")[0], error)
            raise _unavailable() from error


def _unavailable(**details: Any) -> NotReady:
    return NotReady("The App Store cannot be asked at this moment: try again in a minute", code="billing_unavailable", **details)
