"""The simulated networks and the clock of a test workspace."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, StrictBool, StrictInt

from socialclaw.api.dialect import ProviderName, Schema, Time, Uri, optional
from socialclaw.api.schemas.envelopes import OkResponse


class Clock(Schema):
    """Whether a workspace's time stands, and where."""

    state: Literal["frozen", "running"]
    now: Time


class Growth(Schema):
    """How many times as fast as usual figures grow."""

    metrics: float
    followers: float


class SimulatedNetwork(Schema):
    """A network in miniature, how many posts of the workspace the public sees there, and how much faster than usual figures grow.

    `appsUrls`: pages on which users see the apps that have access to their accounts, and remove them; each is good for an hour.
    """

    network: str
    label: str
    providers: list[ProviderName]
    posts: StrictInt
    growth: Growth
    feed_url: Uri
    apps_urls: list[Uri]


class FaultKind(Schema):
    """A fault that can be armed."""

    kind: str
    meaning: str


class ArmedFault(Schema):
    """A fault that waits for so many calls yet."""

    id: str
    network: str
    kind: str
    match: str
    times: StrictInt
    seconds: float


class SeenPost(Schema):
    """A post as the public sees it. `createdAt` is in seconds since 1970; no `url` where the network has none (a small Telegram group)."""

    network: str
    id: str
    account: str
    text: str
    media: list[str]
    reply_to: str | None
    url: Uri | None
    created_at: float


class Happened(Schema):
    """The outcome of an attempt at a post while the clock was advanced."""

    at: Time
    post_id: str
    provider: ProviderName
    attempt_no: StrictInt
    code: str | None
    message: str | None


class Rehearsed(Schema):
    """What was done on the way. `complete` is false where there was more than one call may take."""

    begin: Time = Field(alias="from")
    to: Time
    complete: StrictBool
    instants: StrictInt
    outcomes: dict[str, StrictInt]
    events: list[Happened]


class SandboxResponse(OkResponse):
    """The simulated networks, the faults that they know, and the clock."""

    networks: list[SimulatedNetwork]
    faults: list[FaultKind]
    clock: Clock


class FeedResponse(OkResponse):
    """The latest posts of a feed, and how many there are."""

    posts: list[SeenPost]
    total: StrictInt


class FeedClearedResponse(OkResponse):
    """How many posts were taken down."""

    removed: StrictInt


class PurchasesForgottenResponse(OkResponse):
    """How many subscriptions were forgotten."""

    forgotten: StrictInt


class FaultsResponse(OkResponse):
    """The faults that wait for calls."""

    faults: list[ArmedFault]


class FaultsDisarmedResponse(OkResponse):
    """How many faults were forgotten."""

    disarmed: StrictInt


class GrowthResponse(OkResponse):
    """How fast figures grow on a network now."""

    network: str
    growth: Growth


class DestinationsResponse(OkResponse):
    """What a user of a network has now: so many of a kind."""

    network: str
    login: str
    kind: str
    count: StrictInt


class AppRemovedResponse(OkResponse):
    """A user of a network has removed the app; `waiting`: how much of what this server is told of it was not taken yet."""

    network: str
    waiting: StrictInt


class ClockResponse(OkResponse):
    """The clock, and what was done while it was advanced."""

    clock: Clock
    rehearsed: Rehearsed = optional()
