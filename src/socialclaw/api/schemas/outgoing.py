"""Webhook endpoints, and what is sent to them."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field, StrictBool, StrictInt

from socialclaw.api.dialect import Inline, OpenObject, Schema, Time, Uri, optional
from socialclaw.api.schemas.envelopes import OkResponse

EndpointStatus = Literal["enabled", "failing", "disabled"]
DeliveryStatus = Literal["pending", "retrying", "delivered", "exhausted", "abandoned"]


class EndpointRequest(Inline):
    """Where events are to be sent, and which."""

    misses: ClassVar = {"endpoint": "url", "events": "types", "eventtypes": "types", "accountids": "accounts"}

    url: str
    types: list[str] = Field(default_factory=list, max_length=100)
    description: str | None = Field(None, max_length=200)
    accounts: list[str] = Field(default_factory=list, max_length=1000)
    ordered: StrictBool = False


class EndpointChange(Inline):
    """What is to be otherwise."""

    misses: ClassVar = EndpointRequest.misses | {"disabled": "enabled", "status": "enabled"}

    url: str | None = None
    types: list[str] | None = Field(None, max_length=100)
    description: str | None = Field(None, max_length=200)
    accounts: list[str] | None = Field(None, max_length=1000)
    ordered: StrictBool | None = None
    enabled: StrictBool | None = None


class RotationRequest(Inline):
    """For how long the secret of now signs too."""

    overlap_hours: float = 24


class TestRequest(Inline):
    """Of which type a sample is sent."""

    type: str = "test.ping"


class ReplayRequest(Inline):
    """Which events are sent again."""

    misses: ClassVar = {"from": "since", "to": "until", "failed": "onlyFailed"}

    since: Time
    until: Time | None = None
    types: list[str] = Field(default_factory=list, max_length=100)
    only_failed: StrictBool = False


class WebhookEndpoint(Schema):
    """A URL that is sent events. `failing`: nothing was taken for half an hour; `disabled`: nothing is sent, `disabledBecause` says why."""

    id: str
    url: Uri
    description: str | None
    types: list[str]
    accounts: list[str]
    ordered: StrictBool
    status: EndpointStatus
    failing_since: Time | None
    disabled_because: str | None
    created_at: Time
    updated_at: Time


class WebhookEndpointResponse(OkResponse):
    """An endpoint; `secret` where it has just been made."""

    webhook: WebhookEndpoint
    secret: str = optional()


class WebhookEndpointsResponse(OkResponse):
    """The workspace's endpoints, the newest first."""

    webhooks: list[WebhookEndpoint]


class Delivery(Schema):
    """An event on its way to an endpoint. `last…`: of the last try. `seq` is null of a test."""

    id: str
    webhook_id: str
    event_id: str
    seq: StrictInt | None
    type: str
    status: DeliveryStatus
    tries: StrictInt
    next_try_at: Time | None
    last_try_at: Time | None
    last_status: StrictInt | None
    last_milliseconds: StrictInt | None
    last_error: str | None
    created_at: Time


class DeliveryRequest(Schema):
    """What is sent. `body` is null of an event that is no longer kept."""

    url: Uri
    headers: OpenObject
    body: str | None


class DeliveryTry(Schema):
    """One try that is over. `status` is null where there was no answer."""

    at: Time
    status: StrictInt | None
    milliseconds: StrictInt
    error: str | None


class WholeDelivery(Delivery):
    """The same with what is sent, every try, and the first 2,048 bytes of the last answer."""

    request: DeliveryRequest
    answer: str | None
    log: list[DeliveryTry]


class DeliveryResponse(OkResponse):
    """A delivery."""

    delivery: Delivery


class WholeDeliveryResponse(OkResponse):
    """A delivery, with all that is known of it."""

    delivery: WholeDelivery


class DeliveriesResponse(OkResponse):
    """Deliveries of an endpoint, the newest first."""

    deliveries: list[Delivery]
    next_cursor: str | None


class ReplayResponse(OkResponse):
    """How many events are sent again. `hasMore`: there are more than one call takes; go on from the last one's time."""

    replayed: StrictInt
    has_more: StrictBool


MODELS = (
    WebhookEndpoint,
    WebhookEndpointResponse,
    WebhookEndpointsResponse,
    Delivery,
    DeliveryResponse,
    WholeDeliveryResponse,
    DeliveriesResponse,
    ReplayResponse,
)
