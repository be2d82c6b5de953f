"""What is true of Reddit for a while. See `providers/dated.py`."""

from __future__ import annotations

from datetime import date

from socialclaw.providers.dated import Dated

DATED = (Dated("API version", "v1", "https://www.reddit.com/dev/api", date(2026, 11, 23)),)
