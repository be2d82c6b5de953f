"""What is true of WordPress for a while. See `providers/dated.py`."""

from __future__ import annotations

from datetime import date

from socialclaw.providers.dated import Dated

DATED = (Dated("REST API version", "v1.1, v1.2", "https://developer.wordpress.com/docs/api/", date(2026, 11, 23)),)
