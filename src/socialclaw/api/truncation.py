"""How much of what somebody sent, or of what was found wrong with it, an answer repeats: a failure is told in a bounded number of bytes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from socialclaw.providers.issues import MOST_ISSUES, further

LONGEST_MESSAGE = 1_000  # characters
LONGEST_PATH = 300
LONGEST_VALUE = 2_048  # of one text in details: a URL fits
MOST_TOLD = 16 * 1024  # characters of all details of a failure beside its issues, and of those of one issue
MOST_LISTED = 512 * 1024  # of all issues of a failure
OVERHEAD = 8  # counted for each value beside its text
TOO_MANY = further(0).code


def shortened(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


class Cut:
    """Copies values while there is room for them: long texts end in an ellipsis, and of long lists the rest is left out."""

    def __init__(self, most: int) -> None:
        self.left = most

    def of(self, value: Any) -> Any:
        self.left -= OVERHEAD
        if isinstance(value, str):
            text = shortened(value, max(1, min(LONGEST_VALUE, self.left)))
            self.left -= len(text)
            return text
        if isinstance(value, Mapping):
            return {self.of(name): self.of(inner) for name, inner in value.items() if self.left > 0}
        if isinstance(value, Sequence) and not isinstance(value, (bytes, bytearray)):
            return [self.of(inner) for inner in value if self.left > 0]
        return value


def listed(issues: Sequence[Mapping[str, Any]], more: int) -> list[dict[str, Any]]:
    """Issues as an answer has them. `more`: how many there are beside these; those that do not fit in are counted with them."""
    room, kept, count = Cut(MOST_LISTED), list[dict[str, Any]](), 0
    for issue in issues:
        if issue["code"] == TOO_MANY:
            more += issue["details"]["more"]
            continue
        count += 1
        if len(kept) < MOST_ISSUES and room.left > 0:
            kept.append(_short(issue))
            room.of(kept[-1])
    more += count - len(kept)
    return [*kept, _short({"message": further(more).message, "code": TOO_MANY, "details": further(more).details})] if more else kept


def _short(issue: Mapping[str, Any]) -> dict[str, Any]:
    path, message = shortened(issue.get("path", ""), LONGEST_PATH), shortened(issue["message"], LONGEST_MESSAGE)
    return {**issue, "path": path, "message": message, "details": Cut(MOST_TOLD).of(issue.get("details", {}))}
