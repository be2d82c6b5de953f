"""Figures of posts, accounts and runs."""

from __future__ import annotations

from socialclaw.api.dialect import ClosedBody, OpenObject, known_as
from socialclaw.api.schemas.envelopes import OkResponse


class AnalyticsRefreshRequest(ClosedBody):
    """Which post to measure now, and over which window: lifetime (the default), 24h, 7d or 30d."""

    post_id: str = known_as("postId", "post_id", default=...)
    window: str | None = known_as("window", listed=["metricWindow"])


class AnalyticsResponse(OkResponse):
    """The figures of one window. `metrics` are null where there are none (yet)."""

    analytics: OpenObject | None = None
    metrics: OpenObject | None = None
    window: str | None = None
