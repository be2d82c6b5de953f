"""Plans: what a workspace has, what can be bought, and where."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import StrictBool, StrictInt

from socialclaw.api.dialect import Closed, ClosedBody, Schema, Time, Uri, optional
from socialclaw.api.schemas.envelopes import OkResponse
from socialclaw.api.schemas.status import Entitlements, Usage

SubscriptionStatus = Literal["trialing", "active", "past_due", "paused", "canceled", "inactive"]
BillingInterval = Literal["monthly", "yearly"]


class BillingNotice(Schema):
    """What has to be said of it: `double_billing`, `payment_failed`, `ends_soon` or `over_account_limit`."""

    code: str
    message: str


class PaymentCard(Schema):
    """What it is paid with."""

    brand: str | None
    last_four: str


class BillingState(Schema):
    """The workspace's plan. `entitled`: what needs a plan may be done; where not, `code` is what such an operation is refused with.

    `enabled` is false on a server that sells nothing. `canCheckout`, `canManage`: whether the two operations lead anywhere. A time is null
    where it means nothing. `card` is for those who may buy.
    """

    enabled: StrictBool
    plan: str | None
    status: SubscriptionStatus
    entitled: StrictBool
    code: str | None
    source: Literal["lemonsqueezy", "app_store", "trial", "grant"] | None
    interval: BillingInterval | None
    trial_ends_at: Time | None
    renews_at: Time | None
    ends_at: Time | None
    grace_ends_at: Time | None
    resumes_at: Time | None
    cancel_at_period_end: StrictBool
    can_checkout: StrictBool
    can_manage: StrictBool
    test_mode: StrictBool
    entitlements: Entitlements
    usage: Usage
    card: PaymentCard | None
    notices: list[BillingNotice]


class PlanLimits(Schema):
    """What a plan allows; null is no limit."""

    connected_accounts: StrictInt | None
    posts_per_month: StrictInt | None


class PlanPrice(Schema):
    """A list price, in hundredths. `available`: it can be bought here."""

    amount: StrictInt
    currency: str
    formatted: str
    available: StrictBool


class OfferedPlan(Schema):
    """A plan that is sold. A larger one has a larger `rank`."""

    id: str
    label: str
    rank: StrictInt
    limits: PlanLimits
    monthly: PlanPrice
    yearly: PlanPrice
    current: StrictBool


class BillingStateResponse(OkResponse):
    """How the workspace's plan stands, and which there are; `plans` is empty on a server that sells nothing."""

    billing: BillingState | None = None
    plans: list[OfferedPlan] = optional()


class BillingCheckoutRequest(ClosedBody):
    """Which plan is to be bought, `monthly` or `yearly`."""

    misses: ClassVar = {"interval": "billingInterval", "period": "billingInterval", "planid": "plan"}

    plan: str
    billing_interval: str


class UrlResponse(Closed):
    """Where to go on."""

    ok: Literal[True]
    url: Uri
