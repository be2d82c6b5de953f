"""What validation says: one thing wrong with a post, and how a piece of somebody's text is repeated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

MOST_ISSUES = 1_000  # that one answer lists


@dataclass(frozen=True, slots=True)
class Issue:
    """One thing wrong with a post. `path` is below the post, e.g. `settings.parseMode`."""

    code: str
    message: str
    path: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)


def shown(text: str, most: int = 80) -> str:
    """A piece of somebody's text as a message may repeat it: short, and with nothing that cannot be written."""
    short = text if len(text) <= most else text[: most - 1] + "…"
    return "".join(c if c.isprintable() else "\ufffd" for c in short)


def further(more: int) -> Issue:
    """Stands at the end of a list of issues in the place of all that did not fit in."""
    return Issue("too_many_issues", f"More problems were found than are listed: {more:,}", details={"more": more})
