"""What a simulated call may meet instead of its answer, and which calls a fault is meant for.

`match` is plain text, no regular expression: it is compared in one pass, whoever wrote it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

FAULTS = {
    "refuse": "the connection is refused: nothing arrives",
    "reset": "the connection breaks before the request takes effect",
    "reset_after": "the request takes effect, then the connection breaks",
    "timeout": "no answer, and no effect",
    "timeout_after": "the request takes effect, but no answer comes",
    "rate_limit": "429 with a delay of `seconds`",
    "error": "500 without effect",
    "error_after": "500, but it took effect anyway",
    "malformed": "200 with a body that cannot be read, without effect",
    "malformed_after": "200 with a body that cannot be read, after it took effect",
    "expire_token": "the access token of the request has expired",
    "revoke_token": "the user has withdrawn the access",
    "fail_processing": "the media of the request will fail to process",
    "not_yet_visible": "the request takes effect, but for `seconds` nobody is told of what it made: to who names it, it is not there",
    "unpaid": "402: the developer app's credit is used up, without effect",
    "slow": "the request takes effect, and its answer takes `seconds`: a caller who hangs up before does not learn of it",
}

MOST_ARMED = 100  # faults that wait at one network, for one workspace
MOST_TIMES = 1000
MOST_SECONDS = 86_400.0
LONGEST = 500

HOW = (
    'Write a part of "METHOD /path" as it stands, e.g. "POST /2/tweets": `*` is any text, `^` before it the beginning of the line, '
    "`$` after it its end"
)
_REGULAR = frozenset("\\+?[](){}|")


_met: ContextVar[str] = ContextVar("met", default="")


def met() -> str:
    """The fault that the call being answered meets; for those that a simulator has of its own (`Simulator.own_faults`)."""
    return _met.get()


@contextmanager
def meeting(kind: str) -> Iterator[None]:
    token = _met.set(kind)
    try:
        yield
    finally:
        _met.reset(token)


def check(kind: str, match: str, *, times: int, seconds: float, known: Mapping[str, str] = FAULTS) -> None:
    """Raises ValueError, in words for whoever wants to arm this fault."""
    if kind not in known:
        raise ValueError(f"unknown fault {kind!r}; known: {', '.join(known)}")
    if not 1 <= times <= MOST_TIMES:
        raise ValueError(f"times must be 1 to {MOST_TIMES}")
    if not (math.isfinite(seconds) and 0 <= seconds <= MOST_SECONDS):
        raise ValueError(f"seconds must be 0 to {MOST_SECONDS:.0f}")
    if len(match) > LONGEST:
        raise ValueError(f"match must have at most {LONGEST} characters")
    if match == "." or ".*" in match or not _REGULAR.isdisjoint(match) or "^" in match[1:] or "$" in match[:-1]:
        raise ValueError(f"match is plain text, no regular expression, and cannot be {match!r}. {HOW}")


def meets(match: str, line: str) -> bool:
    """Whether a call of this `line` is one that `match` means. Each piece is sought once, from where the last one ended."""
    begins, ends = match.startswith("^"), match.endswith("$")
    first, *others = match.removeprefix("^").removesuffix("$").split("*")
    at = 0 if begins else line.find(first)
    if at < 0 or not line.startswith(first, at):
        return False
    at += len(first)
    if not others:
        return not ends or (at == len(line) if begins else line.endswith(first))
    *inner, last = others
    for piece in inner:
        found = line.find(piece, at)
        if found < 0:
            return False
        at = found + len(piece)
    return line.endswith(last) and len(line) - len(last) >= at if ends else line.find(last, at) >= 0
