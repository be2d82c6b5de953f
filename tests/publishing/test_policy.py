"""From an error to a decision: the whole table."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from socialclaw.backoff import Backoff
from socialclaw.errors import (
    Conflict,
    NotFound,
    NotReady,
    ProviderError,
    RateLimited,
    Rejected,
    SocialClawError,
    Unauthorized,
    Unavailable,
    Uncertain,
)
from socialclaw.publishing.policy import Decision, Fail, Look, Park, RetryAt, decide, next_look

NOW = datetime(2030, 1, 1, tzinfo=UTC)
BACKOFF = Backoff((60,), 3600, tries=6)


def decision(error: Exception, *, tries: int = 1, late: timedelta = timedelta(0), jitter: float = 0.5) -> Decision:
    return decide(error, now=NOW, due=NOW - late, tries=tries, backoff=BACKOFF, jitter=jitter)


def after(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (Rejected("no"), Fail()),
        (ProviderError("some other refusal"), Fail()),
        (Unauthorized("who?"), Park()),
        (Uncertain("perhaps"), Look()),
        (Unavailable("down", sent=False), RetryAt(after(60))),
        (Unavailable("down", sent=True), RetryAt(after(60))),
        (RateLimited("slow down", retry_after=30), RetryAt(after(30), counts=False, hold=True)),
        (RateLimited("slow down", retry_after=0), RetryAt(after(1), counts=False, hold=True)),
        (RateLimited("tomorrow", retry_after=901), RetryAt(after(901), counts=False, hold=False)),
        (Conflict("gone", code="account_disconnected"), Fail()),
        (NotFound("no such file"), Fail()),
        (NotReady("storage is down"), RetryAt(after(60))),
        (SocialClawError("ours"), RetryAt(after(60))),
        (KeyError("a bug"), RetryAt(after(60))),
    ],
)
def test_what_is_done_after_the_first_failure(error: Exception, expected: Decision) -> None:
    assert decision(error) == expected


def test_the_pause_doubles_up_to_the_longest_and_the_last_try_fails() -> None:
    down = Unavailable("down", sent=False)
    assert [decision(down, tries=n) for n in range(1, 6)] == [RetryAt(after(s)) for s in (60, 120, 240, 480, 960)]
    assert decision(down, tries=6) == Fail()
    patient = Backoff((60,), 3600, tries=20)
    assert decide(down, now=NOW, due=NOW, tries=12, backoff=patient) == RetryAt(after(3600))


def test_pauses_are_spread_by_ten_percent() -> None:
    down = Unavailable("down", sent=False)
    assert decision(down, jitter=0) == RetryAt(after(57))
    assert decision(down, jitter=1) == RetryAt(after(63))


def test_limits_use_up_no_tries_but_not_for_ever() -> None:
    limited = RateLimited("slow down", retry_after=5)
    assert decision(limited, tries=500) == RetryAt(after(5), counts=False, hold=True)
    assert decision(limited, late=timedelta(days=2)) == RetryAt(after(5), counts=False, hold=True)
    assert decision(limited, late=timedelta(days=2, seconds=1)) == Fail()


def test_a_lost_post_is_looked_for_several_times_and_once_when_the_network_has_settled() -> None:
    looks, now = [], NOW
    for number in range(6):
        now = next_look(NOW, looks=number, now=now, settle=120)
        looks.append((now - NOW).total_seconds())
    assert looks == [2, 8, 20, 45, 80, 120]


def test_a_network_that_settles_fast_is_asked_at_that_moment() -> None:
    assert next_look(NOW, looks=0, now=NOW, settle=1) == after(1)


def test_after_that_it_is_asked_again_only_because_it_could_not_be_read() -> None:
    late = after(121)
    pauses = [(next_look(NOW, looks=n, now=late, settle=120) - late).total_seconds() for n in (0, 1, 2, 6, 7, 30)]
    assert pauses == [0, 10, 20, 300, 300, 300]
