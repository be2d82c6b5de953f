"""Whose simulated world it is: each workspace has one of its own on every network, as if nobody else were there.

Outside of a call, for a witness or a test, a network is all of them at once; what is written then belongs to everybody.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

EVERYBODY = ""  # where what belongs to no workspace is kept; every world has it


@dataclass(frozen=True, slots=True)
class Caller:
    """The workspace whose call is being answered, and where its time stands (seconds since the epoch; None where it runs).

    `workspace` is None for who may see every world, and empty for who acts for nobody in particular.
    """

    workspace: str | None = EVERYBODY
    at: float | None = None


NOBODY = Caller()
WITNESS = Caller(None)
_caller: ContextVar[Caller] = ContextVar("caller", default=WITNESS)


def caller() -> Caller:
    return _caller.get()


@contextmanager
def within(who: Caller) -> Iterator[None]:
    """Everything done inside is done in this one's world, at its time."""
    token = _caller.set(who)
    try:
        yield
    finally:
        _caller.reset(token)
