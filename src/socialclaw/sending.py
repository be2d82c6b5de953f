"""The last look before an irreversible call goes out, taken where its bytes leave: right before each of them is given to the kernel.

A process may be stopped, or a machine may sleep, between any two instructions, and meanwhile another worker takes the post. So it is not
enough to look before the call: whoever lets bytes of it out calls `look`, by a clock that counts sleep. Adapters need not know.

Why that suffices: nobody else takes a post before its lease is over, and we write only in the first half of the lease, so what the other
worker finds on the network was written half a lease before it came, at least. What was given to the kernel in time and arrives late is
what the settle time is for.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from socialclaw import clock

SAFE = 0.5  # the part of a lease in which we write; the rest is for clocks that differ between machines


class TooLate(Exception):
    """So much time has passed that another worker may have this post: nothing more was written."""


@dataclass(slots=True)
class Lease:
    """How long a post is surely ours: `until`, by `clock.elapsed`."""

    until: float = 0.0  # never, where nothing is held

    def begin(self, at: float, seconds: float) -> Lease:
        """It lasts so many seconds from now on. `at`: `clock.elapsed` before it was asked for, since the answer may be slow to come."""
        self.until = at + seconds * SAFE
        return self


@dataclass(slots=True)
class Sending:
    """An irreversible call under way. `begun`: something of it may have left."""

    lease: Lease
    begun: bool = False


_sending: ContextVar[Sending | None] = ContextVar("sending", default=None)


@contextmanager
def sending(call: Sending | None) -> Iterator[None]:
    """What is written within is this irreversible call; with None it is no part of one (the handshake of its connection, say)."""
    token = _sending.set(call)
    try:
        yield
    finally:
        _sending.reset(token)


def under_way() -> bool:
    """Whether what is written now is an irreversible call."""
    return _sending.get() is not None


def look() -> None:
    """Right before something leaves. Raises TooLate where it must not any more."""
    call = _sending.get()
    if call is None:
        return
    if clock.elapsed() > call.lease.until:
        raise TooLate
    call.begun = True
