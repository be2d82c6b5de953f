"""What a network tells by itself: that somebody took back what they had granted to a developer app."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime


class Unsigned(Exception):
    """Nobody whom we know has signed it; what was wrong is said to nobody but the log."""


class Unreadable(Exception):
    """It is signed, and says nothing that could be understood."""


@dataclass(frozen=True, slots=True)
class Signer:
    """Who may have signed it: a developer app, by its name in the settings, and a secret of it. `test`: the simulated app of that name, in
    the `world` of one test workspace."""

    app: str
    secret: str
    test: bool = False
    world: str = ""


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """`user_id` is how that app knows the person, `at` when it happened, in whole seconds: it says nothing of what was granted later."""

    signer: Signer
    user_id: str
    at: datetime


def instant(seconds: object) -> datetime | None:
    """A time in seconds since 1970; None where it is none that there could be."""
    if not isinstance(seconds, int) or isinstance(seconds, bool) or not 0 < seconds < 10**11:
        return None
    return datetime.fromtimestamp(seconds, UTC)
