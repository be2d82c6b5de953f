"""Plans that are bought on an Apple device."""

from __future__ import annotations

from typing import ClassVar

from pydantic import StrictBool, StrictInt

from socialclaw.api.dialect import ClosedBody, Schema, Uri, known_as, optional
from socialclaw.api.schemas.envelopes import OkResponse


class AppStoreClaimRequest(ClosedBody):
    """A purchase, as the App Store has signed it for the app."""

    misses: ClassVar = {"jws": "signedTransactionInfo", "transaction": "signedTransactionInfo"}

    signed_transaction_info: str = known_as("signedTransactionInfo", "signed_transaction_info", "transactionJws", default=...)


class AccountTokenResponse(OkResponse):
    """The workspace's token, by both names, and the app that it is for; null where none is set up."""

    app_account_token: str = optional()
    account_token: str = optional()
    bundle_id: str | None = None
    environment: str | None = None


class AppStoreProduct(Schema):
    """A product of the app, and the plan that it gives. A larger plan has a larger `rank`."""

    product_id: str
    plan: str
    billing_interval: str
    rank: StrictInt


class ProductsResponse(OkResponse):
    """What is sold in the app. `purchaseUrl`: of a test workspace, where it is bought as if with an iPhone."""

    provider: str = optional()
    enabled: StrictBool = optional()
    bundle_id: str | None = None
    environment: str | None = None
    products: list[AppStoreProduct]
    purchase_url: Uri = optional()
