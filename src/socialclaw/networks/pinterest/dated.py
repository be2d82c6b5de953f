"""What is true of Pinterest for a while. See `providers/dated.py`."""

from __future__ import annotations

from datetime import date

from socialclaw.providers.dated import Dated

DATED = (Dated("API version", "v5", "https://developers.pinterest.com/docs/api/v5/", date(2026, 11, 23)),)
