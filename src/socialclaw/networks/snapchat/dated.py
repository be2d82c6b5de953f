"""What is true of Snapchat for a while. See `providers/dated.py`."""

from __future__ import annotations

from datetime import date

from socialclaw.providers.dated import Dated

DOCUMENTS = "https://developers.snap.com/api/marketing-api/Public-Profile-API/GetStarted"

DATED = (
    Dated(
        "Public Profile API version",
        "v1",
        "https://developers.snap.com/api/marketing-api/Public-Profile-API/GetStarted",
        date(2026, 11, 23),
    ),
)
