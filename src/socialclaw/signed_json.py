"""JSON that somebody else has signed, and that therefore is judged after its signature: only texts that can be kept are in it."""

from __future__ import annotations

import json
import re
from typing import Any

UNSTORABLE = re.compile("[\0\ud800-\udfff]")  # NUL, or half of a surrogate pair


def document(body: bytes | str) -> Any:
    """What it says. ValueError or RecursionError where it is no JSON, or has a text that no database takes."""
    found = json.loads(body)
    waiting = [found]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str) and UNSTORABLE.search(one):
            raise ValueError("a text holds NUL or half a surrogate pair")
        if isinstance(one, dict):
            waiting += [*one, *one.values()]
        elif isinstance(one, list):
            waiting += one
    return found
