"""/v1/billing: how the workspace's plan stands, and the pages on which it is bought and looked after."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Response

from socialclaw.api.answers import closed, ok
from socialclaw.api.deps import Caller, CallerContext, problems
from socialclaw.api.openapi import DASHBOARD
from socialclaw.api.operation import Operation, repeats_itself, signed_in
from socialclaw.api.schemas import BillingCheckoutRequest, BillingStateResponse, UrlResponse
from socialclaw.billing import buying, state
from socialclaw.db.base import Scope
from socialclaw.people import allowances
from socialclaw.people.allowances import Limit
from socialclaw.workspaces import usage

router = APIRouter(route_class=Operation, prefix="/v1/billing", tags=[DASHBOARD])

# The store's patience is everybody's; a simulated store has no end of it.
CHECKOUTS = Limit("checkouts", 10, 3600, "checkouts of this workspace in an hour")
PORTALS = Limit("portals", 10, 3600, "visits of this workspace to the store in an hour")


@router.get("/state", summary="Billing state", response_model=BillingStateResponse, responses=problems())
@signed_in("read")
async def billing_state(caller: Caller) -> Response:
    """The workspace's plan and what it has used of it, and the plans that there are."""
    settings, pays = caller.system.settings, "pay" in caller.operations

    def report(scope: Scope) -> dict[str, Any]:
        return state.report(scope, settings, usage.report(scope, settings), pays=pays)

    return ok(**await caller.read(report))


@router.post("/checkout", summary="Create checkout", response_model=UrlResponse, responses=problems(400, 409, 413, 422))
@repeats_itself
@signed_in("pay")
async def billing_checkout(caller: Caller, body: BillingCheckoutRequest) -> Response:
    """The address of a page on which this plan is bought; where there is a subscription, of one on which it is changed to this plan.

    The same person who asks for the same within ten minutes gets the same page. It takes an owner, or an admin whom an owner lets buy."""
    await _count(caller, CHECKOUTS)
    url = await buying.checkout(caller.system, caller.workspace_id, caller.id or "", body.plan, body.billing_interval, test=caller.test)
    return closed(url=url)


@router.post("/manage", summary="Create billing portal", response_model=UrlResponse, responses=problems(409))
@repeats_itself
@signed_in("pay")
async def billing_manage(caller: Caller) -> Response:
    """The address of a page on which the subscription is paid, paused, canceled and resumed. Whoever has the address is signed in there."""
    await _count(caller, PORTALS)
    return closed(url=await buying.manage(caller.system, caller.workspace_id, caller.id or "", test=caller.test))


async def _count(caller: CallerContext, limit: Limit) -> None:
    system = caller.system
    if not caller.test:
        await system.database.write(allowances.spend, system.vault, limit, caller.workspace_id)
