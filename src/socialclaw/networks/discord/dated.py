"""What is true of Discord for a while. See `providers/dated.py`."""

from __future__ import annotations

from datetime import date

from socialclaw.providers.dated import Dated

DATED = (Dated("API version", "v10", "https://docs.discord.com/developers/reference#api-versioning", date(2026, 11, 23)),)
