"""What is true of YouTube for a while. See `providers/dated.py`."""

from __future__ import annotations

from datetime import date

from socialclaw.providers.dated import Dated

DATED = (Dated("API version", "v3", "https://developers.google.com/youtube/v3/revision_history", date(2026, 11, 23)),)
