"""The simulated YouTube Analytics: sums per query, per day or per video, two days behind, of metrics that it knows.

https://developers.google.com/youtube/analytics/reference/reports/query
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import httpx2

from socialclaw.networks.youtube.sandbox import words as say
from socialclaw.networks.youtube.sandbox.base import PACIFIC
from socialclaw.simulation.store import Seen

PARAMETERS = ("ids", "startDate", "endDate", "metrics", "dimensions", "filters", "sort", "maxResults", "startIndex", "currency")
SHARES = {"views": 1, "engagedViews": 2, "likes": 20, "dislikes": 400, "comments": 90, "shares": 150, "subscribersGained": 120}
DIMENSIONS = ("", "day", "video")
LAG = timedelta(days=2)
MOST_DAYS = 3660
Grown = Callable[[Seen, float], int]
"""`grown(video, at)`: its views until then."""


def report(request: httpx2.Request, account: str, videos: Sequence[Seen], grown: Grown, now: float) -> httpx2.Response:
    given = say.query(request, *PARAMETERS)
    metrics, first, last = _asked(given, account)
    videos = _filtered(given.get("filters", ""), videos)
    today = datetime.fromtimestamp(now, PACIFIC).date()
    days = [first + timedelta(days=n) for n in range((min(last, today - LAG) - first).days + 1)]
    dimension = given.get("dimensions", "")
    rows: list[list[Any]] = []
    match dimension:
        case "video":
            rows = [[seen.id, *sums] for seen in videos if any(sums := _sums([seen], days, metrics, grown))]
        case "day":
            rows = [[str(day), *_sums(videos, [day], metrics, grown)] for day in days]
        case _:
            rows = [row] if days and any(row := _sums(videos, days, metrics, grown)) else []
    headers = [{"name": dimension, "columnType": "DIMENSION", "dataType": "STRING"}] if dimension else []
    headers += [{"name": name, "columnType": "METRIC", "dataType": "INTEGER"} for name in metrics]
    body = {"kind": "youtubeAnalytics#resultTable", "columnHeaders": headers, **({"rows": rows} if rows else {})}
    return httpx2.Response(200, json=body)


def _asked(given: Mapping[str, str], account: str) -> tuple[list[str], date, date]:
    """Metrics, first and last day; refused where the query is not one."""
    for name in ("ids", "startDate", "endDate", "metrics"):
        if not given.get(name):
            raise say.refused(400, "required", f"Required parameter: {name}", domain="global", location=name)
    if given["ids"] not in ("channel==MINE", f"channel=={account}"):
        raise say.refused(403, "forbidden", "Forbidden", domain="global")
    metrics = given["metrics"].split(",")
    if unknown := [name for name in metrics if name not in SHARES]:
        raise say.bad(f"Unknown identifier ({unknown[0]}) given in field parameters.metrics.")
    if given.get("dimensions", "") not in DIMENSIONS:
        raise say.bad("The query is not supported. Check the documentation for supported queries.")
    if given.get("dimensions") == "video" and not (given.get("sort") and 1 <= say.number(given, "maxResults", 0, 10**8) <= 200):
        raise say.bad("The query is not supported. Check the documentation for supported queries.")
    first, last = _day(given, "startDate"), _day(given, "endDate")
    if last < first or (last - first).days > MOST_DAYS:
        raise say.bad("Invalid date range: the end is before the start, or too far from it.")
    return metrics, first, last


def _day(given: Mapping[str, str], name: str) -> date:
    try:
        if re.fullmatch(r"\d{4}-\d\d-\d\d", given[name]):
            return date.fromisoformat(given[name])
    except ValueError:
        pass
    raise say.bad(f"Invalid value '{given[name]}'. Values must match YYYY-MM-DD", location=name)


def _filtered(filters: str, videos: Sequence[Seen]) -> list[Seen]:
    if not filters:
        return list(videos)
    name, _, value = filters.partition("==")
    ids = value.split(",")
    if name != "video" or not value or len(ids) > 500:
        raise say.bad("The query is not supported. Check the documentation for supported queries.")
    return [seen for seen in videos if seen.id in ids]


def _sums(videos: Sequence[Seen], days: Sequence[date], metrics: Sequence[str], grown: Grown) -> list[int]:
    if not days:
        return [0] * len(metrics)
    start, end = (datetime.combine(day, datetime.min.time(), PACIFIC).timestamp() for day in (days[0], days[-1] + timedelta(days=1)))
    views = sum(grown(seen, end) - grown(seen, start) for seen in videos)
    return [views // SHARES[name] for name in metrics]
