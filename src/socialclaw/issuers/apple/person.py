"""What Apple's page tells of a person once, with the very first consent: the name. It is not signed, so it is never more than a name."""

from __future__ import annotations

import json
from typing import Any

LONGEST = 2000
LONGEST_NAME = 100


def name_told(user: str) -> str | None:
    """The name in the form's field `user`; None where there is none to be read."""
    if len(user) > LONGEST:
        return None
    try:
        told: Any = json.loads(user)
    except (ValueError, RecursionError):
        return None
    name = told.get("name") if isinstance(told, dict) else None
    return full_name(name.get("firstName"), name.get("lastName")) if isinstance(name, dict) else None


def full_name(*parts: object) -> str | None:
    """One line for people to read, of the parts that are text."""
    words = (" ".join("".join(c if c.isprintable() else " " for c in part).split()) for part in parts if isinstance(part, str))
    return " ".join(filter(None, words))[:LONGEST_NAME].strip() or None
