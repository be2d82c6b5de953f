"""What is true of X for a while. See `providers/dated.py`."""

from __future__ import annotations

from datetime import date

from socialclaw.providers.dated import Dated

DATED = (
    Dated("API version", "2", "https://docs.x.com/x-api", date(2026, 11, 29)),
    Dated("billing", "pay per use", "https://docs.x.com/x-api/getting-started/pricing", date(2026, 11, 29)),
    Dated("cashtags in a post of a self-serve app", "1", "https://docs.x.com/x-api/posts/manage-tweets/introduction", date(2026, 11, 30)),
)
