"""Figures of posts, accounts and runs."""

from __future__ import annotations

from typing import ClassVar

from pydantic import StrictBool, StrictInt

from socialclaw.api.dialect import ClosedBody, ProviderName, Schema, Time, known_as, optional
from socialclaw.api.schemas.envelopes import OkResponse
from socialclaw.api.schemas.posts import Run

Metrics = dict[str, StrictInt | None]
"""Figures by their names: impressions, reach, views, likes, comments, shares, saves, clicks, and what else a network tells."""


class AnalyticsRefreshRequest(ClosedBody):
    """Which post to measure now, and over which window: lifetime (the default), 24h, 7d or 30d."""

    post_id: str = known_as("postId", "post_id", default=...)
    window: str | None = known_as("window", listed=["metricWindow"])


class Snapshot(Schema):
    """What a network reported at one time. `supported` is false where it gives no figures at all; `message` says why there are none."""

    id: str | None
    post_id: str | None
    account_id: str
    status: str
    supported: StrictBool
    metric_window: str
    window: str
    collected_at: Time | None
    metrics: Metrics | None
    message: str | None


class Sums(Schema):
    """The figures of a run: the sums over those of its posts that have any."""

    contributing_post_count: StrictInt
    total_posts: StrictInt
    metrics: Metrics


class Figures(Schema):
    """A snapshot, or the sums over a run."""

    inline: ClassVar[bool] = True

    id: str | None = None
    post_id: str | None = None
    account_id: str = optional()
    status: str = optional()
    supported: StrictBool = optional()
    metric_window: str = optional()
    window: str = optional()
    collected_at: Time | None = None
    message: str | None = None
    contributing_post_count: StrictInt = optional()
    total_posts: StrictInt = optional()
    metrics: Metrics | None = None


class Measured(Schema):
    """The post or account whose figures they are."""

    id: str
    handle: str = optional()
    provider: ProviderName = optional()
    account: str = optional()
    status: str = optional()


class AnalyticsResponse(OkResponse):
    """The figures of one window. `metrics` are null where there are none (yet). `metricWindow` is `window`.

    `analytics` is `latest` of a post, `snapshot` of an account or after a refresh, and `summary` of a run.
    """

    analytics: Figures | None = None
    metrics: Metrics | None = None
    window: str | None = None
    metric_window: str = optional()
    post: Measured = optional()
    account: Measured = optional()
    run: Run = optional()
    latest: Snapshot | None = None
    snapshot: Snapshot | None = None
    history: list[Snapshot] = optional()
    summary: Sums = optional()
