"""What is true of Facebook and Instagram for a while. See `providers/dated.py`."""

from __future__ import annotations

from datetime import date

from socialclaw.providers.dated import Dated

GRAPH = "v25.0"
WISE_HASHTAGS = 5
CHANGELOG = "https://developers.facebook.com/docs/graph-api/changelog"

DATED = (
    Dated("Graph API version", GRAPH, CHANGELOG, date(2026, 11, 29), ends=date(2028, 7, 29)),
    Dated(
        "hashtags of an Instagram caption",
        str(WISE_HASHTAGS),
        "https://indianexpress.com/article/technology/10429929/ (press, December 2025; the API's reaction is unproven)",
        date(2026, 11, 29),
    ),
)
