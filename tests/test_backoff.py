"""How long to wait before another try."""

from __future__ import annotations

import itertools

from socialclaw.backoff import Backoff


def test_the_pauses_come_in_turn_and_then_double_up_to_the_most() -> None:
    patient = Backoff((5, 30), most=100)
    assert [patient.pause(failed) for failed in range(1, 7)] == [5, 30, 60, 100, 100, 100]
    assert patient.pause(10_000) == 100, "however often it failed"


def test_without_a_most_the_last_pause_comes_again_and_again() -> None:
    assert [*itertools.islice(Backoff((0.2, 1)), 4)] == [0.2, 1, 1, 1]


def test_who_has_so_many_tries_is_told_when_there_is_none_left() -> None:
    assert [*Backoff((1,), most=8, tries=5)] == [1, 2, 4, 8]
    assert Backoff((1,), tries=1).pause(1) is None
