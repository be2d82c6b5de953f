"""How many watched and liked: statistics since the beginning, and YouTube Analytics for the days of a window.

https://developers.google.com/youtube/analytics/reference/reports/query
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any

from socialclaw import clock
from socialclaw.networks.youtube.refusals import PACIFIC

Call = Callable[..., Awaitable[Any]]

REPORTS = "https://youtubeanalytics.googleapis.com/v2/reports"
DAYS = {"7d": 7, "30d": 30}
STATISTICS = {"views": "viewCount", "likes": "likeCount", "comments": "commentCount"}
CHANNEL = {"views": "viewCount", "followers": "subscriberCount"}
REPORTED = ("views", "likes", "comments", "shares")  # the same names at YouTube


def counted(statistics: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, int]:
    """Figures that YouTube tells, under our names. It writes them as texts, and leaves out what the channel hides."""
    return {ours: int(statistics[theirs]) for ours, theirs in names.items() if statistics.get(theirs) is not None}


async def reported(call: Call, window: str, *, video: str | None = None) -> dict[str, int]:
    """Sums over the last whole days, of the channel or of one video. Empty until YouTube has counted: that takes about two days."""
    last = clock.now().astimezone(PACIFIC).date() - timedelta(days=1)
    params = {
        "ids": "channel==MINE",
        "startDate": str(last - timedelta(days=DAYS[window] - 1)),
        "endDate": str(last),
        "metrics": ",".join(REPORTED),
    }
    if video:
        params["filters"] = f"video=={video}"
    answer = await call("GET", REPORTS, params=params)
    names = [header["name"] for header in answer["columnHeaders"]]
    return {name: int(value) for row in answer.get("rows") or () for name, value in zip(names, row, strict=True) if name in REPORTED}
