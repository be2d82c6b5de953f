"""What is true of TikTok for a while. See `providers/dated.py`."""

from __future__ import annotations

from datetime import date

from socialclaw.providers.dated import Dated

DATED = (Dated("API version", "v2", "https://developers.tiktok.com/doc/content-posting-api-get-started", date(2026, 11, 23)),)
