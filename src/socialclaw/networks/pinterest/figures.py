"""What Pinterest counts of a Pin and of a user, under our names. Pinterest counts by UTC days and keeps 90 of them.

https://developers.pinterest.com/docs/api/v5/pins-analytics/ and .../user_account-analytics/
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import date, timedelta
from typing import Any

from socialclaw import clock
from socialclaw.networks.pinterest.pins import made_at

Call = Callable[..., Awaitable[Any]]

KEPT_DAYS = 90
DAYS = {"7d": 7, "30d": 30, "lifetime": KEPT_DAYS}
# Our name -> Pinterest's, in the analytics of Pins and of users.
PIN_METRICS = {
    "impressions": "IMPRESSION",
    "saves": "SAVE",
    "clicks": "OUTBOUND_CLICK",
    "comments": "TOTAL_COMMENTS",
    "likes": "TOTAL_REACTIONS",
    "views": "VIDEO_MRC_VIEW",
}
USER_METRICS = {"impressions": "IMPRESSION", "saves": "SAVE", "clicks": "OUTBOUND_CLICK"}
# The same in what a Pin says of itself, since it was made.
OWN_METRICS = {"impressions": "impression", "saves": "save", "clicks": "clickthrough", "comments": "comment", "likes": "reaction"}
ONLY_LIFETIME = ("comments", "likes")


async def of_pin(call: Call, pin_id: str, window: str) -> dict[str, int]:
    """A Pin's figures. Of a whole life that is longer than 90 days, only those that the Pin tells of itself."""
    pin = await call("GET", f"/pins/{pin_id}", params={"pin_metrics": "true"})
    is_video = (pin.get("media") or {}).get("media_type") == "video"
    wanted = [name for name in PIN_METRICS.values() if is_video or not name.startswith("VIDEO_")]
    start, end = _days(window)
    params = {"start_date": start.isoformat(), "end_date": end.isoformat(), "metric_types": ",".join(wanted)}
    found = (await call("GET", f"/pins/{pin_id}/analytics", params=params))["all"]
    summary, life = found.get("summary_metrics") or {}, found.get("lifetime_metrics") or {}
    if window != "lifetime":
        return _named(summary, {name: own for name, own in PIN_METRICS.items() if name not in ONLY_LIFETIME})
    figures = _named((pin.get("pin_metrics") or {}).get("lifetime_metrics") or {}, OWN_METRICS)
    if made_at(pin).date() >= start:
        figures |= _named(summary, PIN_METRICS)
    return figures | _named(life, PIN_METRICS)


async def of_user(call: Call, window: str) -> dict[str, int]:
    """A user's figures in a window, and the followers of now. Pinterest has none of a user's whole time."""
    user = await call("GET", "/user_account")
    figures = _named(user, {"followers": "follower_count"})
    if window == "lifetime":
        return figures
    start, end = _days(window)
    params = {"start_date": start.isoformat(), "end_date": end.isoformat(), "metric_types": ",".join(USER_METRICS.values())}
    found = (await call("GET", "/user_account/analytics", params=params))["all"]
    return figures | _named(found.get("summary_metrics") or {}, USER_METRICS)


def _days(window: str) -> tuple[date, date]:
    """The first and the last day of a window that ends today."""
    today = clock.now().date()
    return today - timedelta(days=DAYS[window] - 1), today


def _named(found: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, int]:
    """The figures that are there. Pinterest writes whole numbers as fractions (7.0)."""
    return {name: int(found[theirs]) for name, theirs in names.items() if isinstance(found.get(theirs), int | float)}
