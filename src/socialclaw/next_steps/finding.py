"""The next step of a failure: by its code where that says more, else by its kind."""

from __future__ import annotations

from socialclaw.errors import SocialClawError
from socialclaw.next_steps import grants, people, publishing, server
from socialclaw.next_steps.kinds import KINDS
from socialclaw.next_steps.step import NextStep

CODES: dict[str, NextStep] = {**publishing.CODES, **people.CODES, **grants.CODES, **server.CODES}
ENDINGS = {**publishing.ENDINGS}
"""By the end of a code, of those that each network has under its own prefix."""


def of_code(code: str) -> NextStep | None:
    """What this code's own next step is, if it has one."""
    return CODES.get(code) or next((step for ending, step in ENDINGS.items() if code.endswith(ending)), None)


def of_kind(kind: type[SocialClawError]) -> NextStep:
    return next(KINDS[above.__name__] for above in kind.__mro__ if above.__name__ in KINDS)


def of_error(error: SocialClawError) -> NextStep:
    return of_code(error.code) or of_kind(type(error))
