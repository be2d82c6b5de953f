"""What Lemon Squeezy tells us, and where it sends people back to."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from socialclaw.api.answers import ok
from socialclaw.api.deps import Installation, open_problems, problems
from socialclaw.api.dialect import asked
from socialclaw.api.openapi import SIGN_IN, takes
from socialclaw.api.operation import Operation, reads_text, takes_up_to
from socialclaw.api.pages import Way, page
from socialclaw.api.schemas import OkResponse, WebhookResponse
from socialclaw.api.sign_in import for_people, pages
from socialclaw.billing import terms
from socialclaw.billing.lemonsqueezy import news, returning
from socialclaw.errors import NotFound, SocialClawError
from socialclaw.merchants.lemonsqueezy.webhooks import LARGEST

router = APIRouter(route_class=Operation, tags=[SIGN_IN])

SIGNATURE = "x-signature"
REFRESH_SECONDS = 3
CONFIRMING = "The store is telling us what you bought. This takes a few seconds."
TOO_LONG = (
    "If it takes longer than a minute: open the link back to us in the receipt that the store has mailed to you. It proves what you bought."
    " Nothing you paid for is lost; if that does not help either, send the receipt to whoever runs this server."
)
NO_PURCHASE = "There is no such purchase: the link is not complete, or is not one of this server"
TAKEN: dict[int | str, dict[str, Any]] = {status: said for status, said in problems(400, 413, 422).items() if status not in (403, 404)}

Ticket = Annotated[str, asked("checkout", description="What names the checkout; it was given to the store.")]
OrderId = Annotated[str, asked("order_id", "orderId", description="The order, as the store names it in its receipt.")]
Identifier = Annotated[str, asked("order_identifier", "orderIdentifier", description="The proof that it is theirs.")]


@router.post(
    "/v1/billing/webhook",
    summary="Lemon Squeezy webhook",
    response_model=WebhookResponse,
    responses=TAKEN,
    openapi_extra=takes(OkResponse, required=False),
)
@reads_text
@takes_up_to(LARGEST)
async def billing_webhook(system: Installation, request: Request) -> Response:
    """What the store tells of orders, subscriptions and invoices. It is believed for the signature of its bytes in `X-Signature`, stored
    once and applied, and answered before anything else is done. `duplicate`: it was here before; `ignored`: it is not meant for us."""
    body = await request.body()
    try:
        became = await news.receive(system, body, request.headers.get(SIGNATURE))
    except SocialClawError:
        request.app.state.rates.refuse(request)
        raise
    return ok() if became == news.TAKEN else ok(**{became: True})


@router.get(
    "/billing/return",
    summary="Come back from the store",
    response_class=HTMLResponse,
    responses={status: said for status, said in (open_problems() | pages(404)).items() if status != 403},
)
async def billing_return(
    system: Installation, request: Request, checkout: Ticket = "", order_id: OrderId = "", proof: Identifier = ""
) -> Response:
    """Where the store's page leads back to. It waits, by loading itself again, until it is known what was bought."""
    found = await returning.come_back(system, checkout, order_id, proof)
    if found is None:
        request.app.state.rates.refuse(request)
        if not for_people(request):
            raise NotFound(NO_PURCHASE, code="checkout_not_found")
        return page("Nothing to see here", [NO_PURCHASE], status=404, on=[Way(f"{system.settings.base_url}{terms.BILLING}", "Go on")])
    workspace_id, bought = found
    on = [Way(terms.page(system.settings.base_url, workspace_id), "Go on")]
    if bought:
        return page("Thank you", ["Your plan is active."], on=on)
    shown = page("Confirming your purchase", [CONFIRMING, TOO_LONG], on=on)
    shown.headers["refresh"] = str(REFRESH_SECONDS)
    return shown
