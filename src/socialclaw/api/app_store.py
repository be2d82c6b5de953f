"""/v1/billing/app-store: plans that are bought on an Apple device, and what the App Store tells of them."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response

from socialclaw.api.answers import ok
from socialclaw.api.billing import billing_state
from socialclaw.api.deps import Caller, CallerContext, Installation, problems
from socialclaw.api.openapi import DASHBOARD, SIGN_IN, takes
from socialclaw.api.operation import Operation, reads_text, repeats_itself, signed_in, takes_up_to
from socialclaw.api.schemas import (
    AccountTokenResponse,
    AppStoreClaimRequest,
    BillingStateResponse,
    OkResponse,
    ProductsResponse,
    WebhookResponse,
)
from socialclaw.billing import plans
from socialclaw.billing.app_store import accounts, claiming, news, trust
from socialclaw.billing.app_store.trust import LIVE, TEST
from socialclaw.errors import SocialClawError
from socialclaw.merchants.app_store.sandbox import simulator
from socialclaw.people import allowances
from socialclaw.people.allowances import Limit

router = APIRouter(route_class=Operation, prefix="/v1/billing/app-store")

LARGEST = 1024 * 1024
CLAIMS = Limit("app store claims", 20, 3600, "purchases claimed for this workspace in an hour")
PAGE_SECONDS = 3600


@router.get(
    "/account-token", tags=[DASHBOARD], summary="App Store account token", response_model=AccountTokenResponse, responses=problems()
)
@signed_in("read")
async def app_store_account_token(caller: Caller) -> Response:
    """What the app gives along as `appAccountToken` when it buys for this workspace: always the same. It says where the purchase goes."""
    found, token = _trust(caller), await caller.write(accounts.token_of)
    place = {"bundleId": found.bundle_id, "environment": found.environment} if found else {"bundleId": None, "environment": None}
    return ok(appAccountToken=token, accountToken=token, **place)


@router.get("/products", tags=[DASHBOARD], summary="App Store products", response_model=ProductsResponse, responses=problems())
@signed_in("read")
async def app_store_products(caller: Caller) -> Response:
    """What the app sells; `enabled` is false, and there are none, where that is not set up. A test workspace buys at `purchaseUrl`, as if
    with an iPhone: the address is good for an hour."""
    found = _trust(caller)
    if found is None:
        return ok(provider="app-store", enabled=False, bundleId=None, environment=None, products=[])
    sold = [
        {"productId": product, "plan": plan, "billingInterval": interval, "rank": plans.rank(plan)}
        for product, (plan, interval) in found.products.items()
    ]
    sold.sort(key=lambda one: (one["rank"], one["billingInterval"]))
    more: dict[str, Any] = {"purchaseUrl": await _iphone(caller)} if caller.test else {}
    return ok(provider="app-store", enabled=True, bundleId=found.bundle_id, environment=found.environment, products=sold, **more)


@router.post(
    "/transactions/claim",
    tags=[DASHBOARD],
    summary="Claim an App Store transaction",
    response_model=BillingStateResponse,
    responses=problems(400, 409, 413, 422),
)
@repeats_itself
@signed_in("pay")
async def app_store_claim(caller: Caller, body: AppStoreClaimRequest) -> Response:
    """Show what the App Store has signed for a purchase, and the workspace has its plan; showing it again changes nothing. It goes where
    its token says, and where it has none to who comes first: 409 `transaction_claimed` is all that others learn."""
    system = caller.system
    await system.database.write(allowances.spend, system.vault, CLAIMS, caller.workspace_id)
    await claiming.claim(system, caller.workspace_id, body.signed_transaction_info, test=caller.test)
    return await billing_state(caller)


@router.post(
    "/notifications",
    tags=[SIGN_IN],
    summary="App Store server notifications",
    response_model=WebhookResponse,
    responses={status: said for status, said in problems(400, 413).items() if status not in (403, 404)},
    openapi_extra=takes(OkResponse, required=False),
)
@reads_text
@takes_up_to(LARGEST)
async def app_store_notifications(system: Installation, request: Request) -> Response:
    """What the App Store tells of subscriptions (version 2): verified, stored once and applied, and answered before anything else is done.
    `duplicate`: it was here before; `ignored`: it is about nobody's purchase, and kept until somebody claims that."""
    body = await request.body()
    try:
        became = await news.receive(system, body)
    except SocialClawError:
        request.app.state.rates.refuse(request)
        raise
    return ok() if became == news.TAKEN else ok(**{became: True})


def _trust(caller: CallerContext) -> trust.Trust | None:
    return trust.of_realm(caller.system, TEST if caller.test else LIVE)


async def _iphone(caller: CallerContext) -> str:
    token: Any = await caller.write(accounts.token_of)
    return caller.system.consent_link(f"{simulator.PAGE}?token={token}", caller.workspace_id, test=True, seconds=PAGE_SECONDS)
