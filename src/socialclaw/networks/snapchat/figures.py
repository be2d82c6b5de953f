"""Reading Snapchat's statistics (https://developers.snap.com/api/marketing-api/Public-Profile-API/Metrics).

A field that an asset does not have lets the whole request fail, so none is asked for by name: an answer has all there are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from socialclaw import clock

# Our name -> theirs, the first that an answer has. They differ between kinds of posts.
POST = {
    "views": ("VIEWS", "SPOTLIGHT_VIEWS", "STORY_VIEWS"),
    "reach": ("VIEWERS",),
    "likes": ("FAVORITES", "SPOTLIGHT_FAVORITES", "STORY_FAVORITES"),
    "comments": ("REPLIES", "SPOTLIGHT_REPLIES"),
    "shares": ("SHARES", "SPOTLIGHT_SHARES"),
}
PROFILE = {"views": ("VIEWS",), "reach": ("VIEWERS",), "shares": ("SHARES",)}
FOLLOWERS = "SUBSCRIBERS"
DAYS = {"7d": 7, "30d": 30}


def named(names: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """The table for people."""
    return {ours: " or ".join(theirs) for ours, theirs in names.items()}


def span(window: str, now: datetime | None = None) -> dict[str, str]:
    """The parameters for a window: days begin at midnight UTC, and today is not over."""
    if window not in DAYS:
        return {"granularity": "LIFETIME"}
    end = (now or clock.now()).replace(hour=0, minute=0, second=0, microsecond=0)
    start = end - timedelta(days=DAYS[window])
    return {"granularity": "TOTAL", "startTime": _stamp(start), "endTime": _stamp(end)}


def read(answer: Any) -> dict[str, int]:
    """Their name -> value; of several times the values are added up. Values come as text."""
    found: dict[str, int] = {}
    for field in _fields(answer):
        name = str(field["field"]["field_name"])
        value = next((s["value"] for s in field["stats"] if s.get("dimension_breakdown") in (None, "DEFAULT")), None)
        if value is not None:
            found[name] = found.get(name, 0) + int(float(value))
    return found


def pick(found: Mapping[str, int], names: Mapping[str, tuple[str, ...]]) -> dict[str, int]:
    """Of the values, ours under our names."""
    return {ours: found[next(n for n in theirs if n in found)] for ours, theirs in names.items() if any(n in found for n in theirs)}


def _fields(answer: Any) -> Iterator[Any]:
    for asset in (answer.get("assets") or ())[:1]:
        for moment in asset.get("timeseries") or ():
            yield from moment.get("fields") or ()


def _stamp(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.000Z")
