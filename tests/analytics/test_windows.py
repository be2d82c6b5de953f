"""Windows of figures: what is meant, when a post is measured, what a window is worth."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from socialclaw.analytics import windows
from socialclaw.errors import InvalidRequest

PUBLISHED = datetime(2030, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(("given", "meant"), [(None, "lifetime"), ("", "lifetime"), ("lifetime", "lifetime"), ("7d", "7d")])
def test_a_window_by_its_name(given: str | None, meant: str) -> None:
    assert windows.named(given) == meant


@pytest.mark.parametrize("given", ["7 d", "1y", "LIFETIME", "x" * 10_000])
def test_an_unknown_window_is_refused_with_those_there_are(given: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        windows.named(given)
    assert refused.value.code == "metric_window_invalid"
    assert refused.value.details["allowed"] == ["lifetime", "24h", "7d", "30d"]
    assert len(refused.value.message) < 200


@pytest.mark.parametrize(
    ("hours", "wanted", "following"),
    [
        (0.5, ("lifetime",), 1),
        (1, ("lifetime",), 24),
        (24.01, ("lifetime", "24h"), 7 * 24),
        (7 * 24, ("lifetime", "7d"), 30 * 24),
        (30 * 24 + 1, ("lifetime", "30d"), None),
    ],
)
def test_when_a_post_is_measured(hours: float, wanted: tuple[str, ...], following: float | None) -> None:
    now = PUBLISHED + timedelta(hours=hours)
    assert windows.checkpoint(now - PUBLISHED) == wanted
    assert windows.next_checkpoint(PUBLISHED, now) == (PUBLISHED + timedelta(hours=following) if following else None)


def test_a_window_of_a_young_post_is_all_there_is() -> None:
    assert windows.is_whole("24h", timedelta(hours=25))  # a scan may be a little late
    assert not windows.is_whole("24h", timedelta(hours=30))
    assert windows.is_whole("lifetime", timedelta(days=900))


def test_a_window_is_the_difference_of_totals_and_never_negative() -> None:
    assert windows.difference({"likes": 10, "views": 90, "saves": 1}, {"likes": 4, "views": 100}) == {"likes": 6, "views": 0}
