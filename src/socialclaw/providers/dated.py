"""What is true of a network for a while: its API's version, a limit that it changes. Each says where it was read, when, and until when it
is announced to hold, so that somebody notices before the network does.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

STALE = timedelta(days=180)  # after which a fact is to be looked up again
SOON = timedelta(days=60)  # before its end


@dataclass(frozen=True, slots=True)
class Dated:
    """A fact. `what` tells it from the others of its network; `ends`: the last day on which it is announced to hold."""

    what: str
    value: str
    source: str
    checked: date
    ends: date | None = None

    def trouble(self, today: date) -> str:
        """What is to be done about it, in words; empty where it may be relied on."""
        if self.ends and today > self.ends:
            return f"ended on {self.ends}, {(today - self.ends).days} days ago: update SocialClaw"
        if self.ends and self.ends - today <= SOON:
            return f"ends on {self.ends}, in {(self.ends - today).days} days: update SocialClaw before"
        if today - self.checked > STALE:
            return f"was last checked {(today - self.checked).days} days ago: look it up at {self.source}"
        return ""


def oldest_first(facts: Iterable[Dated]) -> list[Dated]:
    return sorted(facts, key=lambda fact: (fact.ends or date.max, fact.checked, fact.what))
