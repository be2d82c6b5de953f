"""What the simulated LinkedIn counts of a Page's posts. Everything falls on the day of the post."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from socialclaw.networks.linkedin.sandbox import words as say
from socialclaw.simulation.store import Seen

Figure = Callable[..., int]
RATES = {
    "impressionCount": 1.0,
    "uniqueImpressionsCount": 0.7,
    "clickCount": 0.05,
    "likeCount": 0.04,
    "commentCount": 0.01,
    "shareCount": 0.005,
}
DAY = 86_400_000
LONGEST = 14 * 31 * DAY  # LinkedIn keeps what it counted for 14 months
_SPAN = re.compile(r"\(timeRange:\(start:([0-9]{1,15}),end:([0-9]{1,15})\),timeGranularityType:(DAY|MONTH)\)")


def counted(posts: Sequence[Seen], figure: Figure) -> dict[str, Any]:
    """The totals of these posts."""
    totals = [figure(seen.id, "impressions", seen.created_at) for seen in posts]
    sums: dict[str, Any] = {name: sum(int(total * rate) for total in totals) for name, rate in RATES.items()}
    engaged = sum(sums[name] for name in ("clickCount", "likeCount", "commentCount", "shareCount"))
    return {**sums, "engagement": engaged / max(1, sums["impressionCount"]), "shareMentionsCount": 0, "commentMentionsCount": 0}


def days(given: str, posts: Sequence[Seen], figure: Figure) -> list[dict[str, Any]]:
    """The same by days, each with its time range."""
    found = _SPAN.fullmatch(given)
    if found is None or found[3] != "DAY" or not 0 < int(found[2]) - int(found[1]) <= LONGEST:
        raise say.refused(400, "ILLEGAL_ARGUMENT", "timeIntervals is not a time range by days")
    rows = []
    for start in range(int(found[1]), int(found[2]), DAY):
        of_day = [seen for seen in posts if start <= seen.created_at * 1000 < start + DAY]
        rows.append({"timeRange": {"start": start, "end": start + DAY}, "totalShareStatistics": counted(of_day, figure)})
    return rows
