"""/v1/webhooks and /v1/deliveries: where the workspace's events are sent, and what came of it. What others send to us: `webhooks.py`."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from socialclaw.api.answers import ok
from socialclaw.api.deps import Caller, problems
from socialclaw.api.filters import one_of
from socialclaw.api.openapi import EVENTS
from socialclaw.api.operation import Operation, needs
from socialclaw.api.schemas import OkResponse
from socialclaw.api.schemas.outgoing import (
    DeliveriesResponse,
    DeliveryResponse,
    EndpointChange,
    EndpointRequest,
    ReplayRequest,
    ReplayResponse,
    RotationRequest,
    TestRequest,
    WebhookEndpointResponse,
    WebhookEndpointsResponse,
    WholeDeliveryResponse,
)
from socialclaw.events.feed import expanded
from socialclaw.webhooks import deliveries, endpoints
from socialclaw.webhooks.endpoints import Wanted

MAY = "webhooks"
router = APIRouter(route_class=Operation, tags=[EVENTS])

Limit = Annotated[int, Query(ge=1, le=200, description="At most so many (default 50).")]


@router.post(
    "/v1/webhooks", summary="Add a webhook", status_code=201, response_model=WebhookEndpointResponse, responses=problems(400, 404, 409, 422)
)
@needs(MAY)
async def create_webhook(caller: Caller, body: EndpointRequest) -> Response:
    """Have events sent to a URL: those of `types` (`post.*` is a family; none: all), about `accounts` (none: all), by POST as JSON.
    `ordered`: one after another, and none before the one before it was taken.

    `secret` signs them, as Standard Webhooks has it, and is in this answer only. A person must have signed in less than 15 minutes ago."""
    caller.require_fresh()
    wanted = Wanted(body.url, body.types, body.description, body.accounts, body.ordered)
    row, secret = await caller.write(endpoints.create, caller.system.settings, caller.system.vault, wanted)
    return ok(201, webhook=endpoints.wire(row), secret=secret)


@router.get("/v1/webhooks", summary="List webhooks", response_model=WebhookEndpointsResponse, responses=problems())
@needs(MAY)
async def list_webhooks(caller: Caller) -> Response:
    """Every endpoint of the workspace, the newest first."""
    return ok(webhooks=[endpoints.wire(row) for row in await caller.read(endpoints.listed)])


@router.get("/v1/webhooks/{webhookId}", summary="Read a webhook", response_model=WebhookEndpointResponse, responses=problems(404))
@needs(MAY)
async def get_webhook(caller: Caller, webhookId: str) -> Response:
    """One endpoint. Its secret is not shown again."""
    return ok(webhook=endpoints.wire(await caller.read(endpoints.find, webhookId)))


@router.patch(
    "/v1/webhooks/{webhookId}", summary="Change a webhook", response_model=WebhookEndpointResponse, responses=problems(400, 404, 422)
)
@needs(MAY)
async def change_webhook(caller: Caller, webhookId: str, body: EndpointChange) -> Response:
    """Change what is given; `enabled` false has nothing sent any more, and true goes on. What happened meanwhile is sent by a replay."""
    wanted = Wanted(body.url, body.types, body.description, body.accounts, body.ordered, body.enabled)
    return ok(webhook=endpoints.wire(await caller.write(endpoints.change, caller.system.settings, webhookId, wanted)))


@router.delete("/v1/webhooks/{webhookId}", summary="Delete a webhook", response_model=OkResponse, responses=problems(404))
@needs(MAY)
async def delete_webhook(caller: Caller, webhookId: str) -> Response:
    """Delete an endpoint, with all that is noted of its deliveries."""
    await caller.write(endpoints.remove, webhookId)
    return ok()


@router.post(
    "/v1/webhooks/{webhookId}/rotate-secret",
    summary="Give a webhook another secret",
    response_model=WebhookEndpointResponse,
    responses=problems(400, 404, 422),
)
@needs(MAY)
async def rotate_webhook_secret(caller: Caller, webhookId: str, body: RotationRequest) -> Response:
    """Make another secret, which is in this answer only. The one of now signs too for `overlapHours` (0 to 168)."""
    caller.require_fresh()
    row, secret = await caller.write(endpoints.rotate, caller.system.vault, webhookId, body.overlap_hours)
    return ok(webhook=endpoints.wire(row), secret=secret)


@router.post(
    "/v1/webhooks/{webhookId}/test",
    summary="Try a webhook out",
    status_code=202,
    response_model=DeliveryResponse,
    responses=problems(400, 404, 409, 422),
)
@needs(MAY)
async def test_webhook(caller: Caller, webhookId: str, body: TestRequest) -> Response:
    """Send a sample of an event of this `type`; its id begins with `evt_test_`. What comes of it is at `/v1/deliveries/{deliveryId}`."""
    expanded(body.type, path="type", single=True)
    return ok(202, delivery=deliveries.wire(await caller.write(deliveries.sample, webhookId, body.type)))


@router.post(
    "/v1/webhooks/{webhookId}/replay",
    summary="Send events again",
    status_code=202,
    response_model=ReplayResponse,
    responses=problems(400, 404, 409, 422),
)
@needs(MAY)
async def replay_webhook(caller: Caller, webhookId: str, body: ReplayRequest) -> Response:
    """Send to this endpoint again what happened since a time, each event with the id that it had. `onlyFailed`: what was never taken."""
    for word in body.types:
        expanded(word)
    count, more = await caller.write(
        deliveries.replay, webhookId, since=body.since, until=body.until, types=body.types, only_failed=body.only_failed
    )
    return ok(202, replayed=count, hasMore=more)


@router.get("/v1/webhooks/{webhookId}/deliveries", summary="List deliveries", response_model=DeliveriesResponse, responses=problems(404))
@needs(MAY)
async def list_deliveries(
    caller: Caller,
    webhookId: str,
    status: Annotated[str | None, Query(description=f"Only those that are {', '.join(deliveries.STATUSES)}.")] = None,
    cursor: Annotated[str | None, Query(description="What came before: `nextCursor` of the page before.")] = None,
    limit: Limit = 50,
) -> Response:
    """What was sent, or is to be sent, to an endpoint: the newest first, kept for 30 days."""
    only = one_of("status", status, deliveries.STATUSES)
    rows, following = await caller.read(deliveries.page, webhookId, only, cursor or None, limit)
    return ok(deliveries=[deliveries.wire(row) for row in rows], nextCursor=following)


@router.get("/v1/deliveries/{deliveryId}", summary="Read a delivery", response_model=WholeDeliveryResponse, responses=problems(404))
@needs(MAY)
async def get_delivery(caller: Caller, deliveryId: str) -> Response:
    """One delivery: what is sent, every try, and the beginning of the last answer."""
    row, to, body = await caller.read(deliveries.whole, deliveryId, caller.links)
    headers = {"content-type": "application/json", "webhook-id": row.event_id}
    more = {"request": {"url": to.url, "headers": headers, "body": body}, "answer": row.last_answer, "log": row.log}
    return ok(delivery=deliveries.wire(row) | more)


@router.post(
    "/v1/deliveries/{deliveryId}/retry",
    summary="Send a delivery again",
    status_code=202,
    response_model=DeliveryResponse,
    responses=problems(404, 409),
)
@needs(MAY)
async def retry_delivery(caller: Caller, deliveryId: str) -> Response:
    """Send it now, whatever came of it, with all tries before it."""
    return ok(202, delivery=deliveries.wire(await caller.write(deliveries.retry, deliveryId)))
