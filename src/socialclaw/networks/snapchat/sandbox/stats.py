"""Statistics of the simulated Snapchat. A field that an asset does not have lets the whole request fail.

https://developers.snap.com/api/marketing-api/Public-Profile-API/Metrics
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

import httpx2

from socialclaw.networks.snapchat.sandbox import words as say

FIELDS = {
    "spotlight": ("SPOTLIGHT_VIEWS", "SPOTLIGHT_SHARES", "SPOTLIGHT_FAVORITES", "SPOTLIGHT_REPLIES", "VIEWERS", "SCREENSHOTS"),
    "story": ("STORY_VIEWS", "STORY_FAVORITES", "VIEWERS", "SHARES", "SCREENSHOTS"),
    "saved_story": ("VIEWS", "VIEWERS", "SHARES"),
    "profile": ("SUBSCRIBERS", "SUBSCRIBERS_GAINED", "STORY_VIEWS", "AVG_VIEW_TIME_MILLIS", "SHARES", "VIEWERS", "VIEWS", "INTERACTIONS"),
}
ASSET_TYPES = ("PROFILE", "STORY", "SAVED_STORY", "LENS", "SPOTLIGHT")
KNOWN = {"fields", "granularity", "startTime", "endTime", "assetType"}
FORMAT = "%Y-%m-%dT%H:%M:%S.000Z"
LONGEST = timedelta(days=90)


def answer(kind: str, request: httpx2.Request, figure: Callable[[str], int]) -> httpx2.Response:
    """`figure(name)` is the value of a field."""
    params = dict(request.url.params)
    if unknown := set(params) - KNOWN:
        raise say.invalid(f"Unknown parameters: {', '.join(sorted(unknown))}")
    if kind == "profile" and params.get("assetType") != "PROFILE":
        raise say.invalid(f"assetType must be one of {', '.join(ASSET_TYPES)}; only those of PROFILE are simulated")
    start, end = _span(params)
    names = [name for name in params.get("fields", "").split(",") if name] or list(FIELDS[kind])
    if wrong := [name for name in names if name not in FIELDS[kind]]:
        raise say.invalid(f"Unsupported fields: {', '.join(wrong)}")
    stats = [{"field": {"field_name": name}, "stats": [{"dimension_breakdown": "DEFAULT", "value": str(figure(name))}]} for name in names]
    return say.ok(assets=[{"timeseries": [{"start_time": start, "end_time": end, "fields": stats}]}])


def _span(params: Mapping[str, str]) -> tuple[str | None, str | None]:
    """From midnight to midnight (UTC), at most 90 days; none for a lifetime."""
    granularity, start, end = params.get("granularity"), params.get("startTime"), params.get("endTime")
    if granularity == "LIFETIME" and start is None and end is None:
        return None, None
    if granularity not in ("DAY", "TOTAL") or start is None or end is None:
        raise say.invalid("granularity must be DAY or TOTAL with startTime and endTime, or LIFETIME without")
    try:
        first, last = (datetime.strptime(value, FORMAT).replace(tzinfo=UTC) for value in (start, end))
    except ValueError:
        raise say.invalid("Times must look like 2026-09-01T00:00:00.000Z") from None
    if any(at.hour or at.minute or at.second for at in (first, last)) or not timedelta() < last - first <= LONGEST:
        raise say.invalid("Times must be midnight UTC, at most 90 days apart")
    return start, end
