"""What is true of LinkedIn for a while. See `providers/dated.py`."""

from __future__ import annotations

from datetime import date

from socialclaw.providers.dated import Dated

# The monthly version spoken here; LinkedIn keeps each for about twelve months and then answers 426.
VERSION = "202609"

VERSIONING = "https://learn.microsoft.com/en-us/linkedin/marketing/versioning"

DATED = (
    Dated(
        "API version",
        VERSION,
        "https://learn.microsoft.com/en-us/linkedin/marketing/versioning",
        date(2026, 10, 15),
        ends=date(2027, 9, 15),
    ),
)
