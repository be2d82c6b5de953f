"""What LinkedIn counts of a Page and of its posts, under our names. Organic only, twelve months back, for administrators.

https://learn.microsoft.com/en-us/linkedin/marketing/community-management/organizations/share-statistics
"""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from datetime import timedelta
from typing import Any

from socialclaw import clock
from socialclaw.errors import Rejected, Unauthorized
from socialclaw.networks.linkedin.refusals import NO_PERMISSION
from socialclaw.networks.linkedin.rest import Rest, encoded, listed

DAYS = {"7d": 7, "30d": 30}
METRICS = {
    "impressions": "impressionCount",
    "reach": "uniqueImpressionsCount",
    "clicks": "clickCount",
    "likes": "likeCount",
    "comments": "commentCount",
    "shares": "shareCount",
}
DAY = 86_400_000  # milliseconds


async def told(asked: Awaitable[dict[str, int]]) -> dict[str, int]:
    """The figures; Rejected where the member is not the one whom LinkedIn tells them: no new consent would cure that."""
    try:
        return await asked
    except Unauthorized as error:
        if error.code != NO_PERMISSION:
            raise
        message = "LinkedIn tells the figures of a Page to its super admins only"
        raise Rejected(message, code="linkedin_figures_not_permitted", said=error.details.get("said")) from error


async def of_post(rest: Rest, owner: str, post_id: str) -> dict[str, int]:
    """Counts since the post was made. A post that nobody has seen yet may have none."""
    kind = "ugcPosts" if post_id.startswith("urn:li:ugcPost:") else "shares"
    found = await rest.get(f"{_path(owner)}&{kind}={listed([post_id])}", method="FINDER")
    return _total(found, METRICS)


async def of_page(rest: Rest, owner: str, window: str) -> dict[str, int]:
    """Counts of all posts, and the followers of now. How many people were reached on several days is no sum."""
    size = await rest.get(f"/networkSizes/{encoded(owner)}?edgeType=COMPANY_FOLLOWED_BY_MEMBER")
    followers = {"followers": int(size["firstDegreeSize"])}
    if window not in DAYS:
        return followers | _total(await rest.get(_path(owner), method="FINDER"), METRICS)
    midnight = clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
    end = int((midnight + timedelta(days=1)).timestamp() * 1000)
    span = f"(timeRange:(start:{end - DAYS[window] * DAY},end:{end}),timeGranularityType:DAY)"
    found = await rest.get(f"{_path(owner)}&timeIntervals={span}", method="FINDER")
    return followers | _total(found, {ours: theirs for ours, theirs in METRICS.items() if ours != "reach"})


def _path(owner: str) -> str:
    return f"/organizationalEntityShareStatistics?q=organizationalEntity&organizationalEntity={encoded(owner)}"


def _total(answer: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, int]:
    """The counts of all elements together. LinkedIn corrects itself, now and then below zero."""
    rows = [element["totalShareStatistics"] for element in answer["elements"]]
    sums = {ours: sum(int(row.get(theirs) or 0) for row in rows) for ours, theirs in names.items()}
    return {name: max(0, count) for name, count in sums.items()} if rows else {}
