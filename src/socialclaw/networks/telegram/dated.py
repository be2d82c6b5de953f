"""What is true of Telegram for a while. See `providers/dated.py`."""

from __future__ import annotations

from datetime import date

from socialclaw.providers.dated import Dated

DATED = (Dated("Bot API version", "10.1", "https://core.telegram.org/bots/api-changelog", date(2026, 11, 29)),)
