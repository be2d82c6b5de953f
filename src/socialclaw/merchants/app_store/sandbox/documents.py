"""What the simulated App Store signs: transactions, renewals, notifications. Instants are milliseconds since 1970."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from typing import Any

from socialclaw.merchants.app_store.sandbox.catalogue import BUNDLE_ID, GROUP, PRODUCTS
from socialclaw.merchants.app_store.sandbox.life import DAY, GRACE, GRACE_DAYS, RETRY, Sub


def transaction(sub: Sub, signed_at: int) -> dict[str, Any]:
    product = PRODUCTS[sub["product_id"]]
    said = {
        "transactionId": sub["transaction_id"],
        "originalTransactionId": sub["original_id"],
        "webOrderLineItemId": sub["transaction_id"],
        "bundleId": BUNDLE_ID,
        "productId": product.id,
        "subscriptionGroupIdentifier": GROUP,
        "purchaseDate": _ms(sub["purchased_at"]),
        "originalPurchaseDate": _ms(sub["began_at"]),
        "expiresDate": _ms(sub["expires_at"]),
        "quantity": 1,
        "type": "Auto-Renewable Subscription",
        "inAppOwnershipType": "FAMILY_SHARED" if sub["family"] else "PURCHASED",
        "signedDate": signed_at,
        "environment": "Sandbox",
        "transactionReason": "PURCHASE" if sub["transaction_id"] == sub["original_id"] else "RENEWAL",
        "storefront": "USA",
        "storefrontId": "143441",
        "price": product.price * 10,
        "currency": "USD",
    }
    if sub["revoked_at"] is not None:
        said |= {"revocationDate": _ms(sub["revoked_at"]), "revocationReason": 0}
    return said | _token(sub)


def renewal(sub: Sub, signed_at: int) -> dict[str, Any]:
    said: dict[str, Any] = {
        "originalTransactionId": sub["original_id"],
        "productId": sub["product_id"],
        "autoRenewProductId": sub["next_product"],
        "autoRenewStatus": int(sub["renews"]),
        "isInBillingRetryPeriod": sub["status"] in (RETRY, GRACE),
        "signedDate": signed_at,
        "environment": "Sandbox",
        "recentSubscriptionStartDate": _ms(sub["began_at"]),
        "renewalDate": _ms(sub["expires_at"]),
    }
    if sub["status"] == GRACE:
        said["gracePeriodExpiresDate"] = _ms(sub["failed_at"] + GRACE_DAYS * DAY)
    if sub["consent"]:
        said["priceIncreaseStatus"] = int(sub["consent"] == "accepted")
    return said | _token(sub)


def notification(
    kind: str, subtype: str | None, sub: Sub | None, signed_at: int, sign: Callable[[Mapping[str, Any]], str]
) -> dict[str, Any]:
    data: dict[str, Any] = {"bundleId": BUNDLE_ID, "bundleVersion": "1", "environment": "Sandbox"}
    if sub is not None:
        data |= {"status": sub["status"], "signedTransactionInfo": sign(transaction(sub, signed_at))}
        data |= {"signedRenewalInfo": sign(renewal(sub, signed_at))}
    said = {"notificationType": kind, "notificationUUID": str(uuid.uuid4()), "version": "2.0", "signedDate": signed_at, "data": data}
    return said | ({"subtype": subtype} if subtype else {})


def _token(sub: Sub) -> dict[str, Any]:
    return {"appAccountToken": sub["token"]} if sub["token"] else {}


def _ms(seconds: float) -> int:
    return int(seconds * 1000)
