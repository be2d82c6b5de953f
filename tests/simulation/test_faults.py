"""Which calls a fault is meant for: plain text, compared in one pass, whoever wrote it."""

from __future__ import annotations

import time

import pytest

from socialclaw.simulation import faults
from socialclaw.simulation.faults import check, meets

LINE = "POST /2/tweets"


@pytest.mark.parametrize(
    ("match", "line", "met"),
    [
        ("/2/tweets", LINE, True),
        ("POST /2/tweets", LINE, True),
        ("^POST", LINE, True),
        ("^/2", LINE, False),
        ("tweets$", LINE, True),
        ("/2$", LINE, False),
        ("^POST /2/tweets$", LINE, True),
        ("^POST /2/tweet$", LINE, False),
        ("*", LINE, True),
        ("^POST */tweets$", LINE, True),
        ("^GET */tweets$", LINE, False),
        ("POST*2*tweets", LINE, True),
        ("tweets*POST", LINE, False),
        ("^POST*POST$", "POST", False),
        ("a*a$", "a", False),
        ("tt", "title tt", True),
        ("v1.1", "GET /v1x1", False),
    ],
)
def test_a_match_is_taken_as_it_stands(match: str, line: str, met: bool) -> None:
    assert meets(match, line) is met


@pytest.mark.parametrize(
    "regular", [".", ".*", "(?:.|.|.)*!", r"\d+", "a+", "a?", "[ab]", "a|b", "a{2}", "POST ^/x", "/x$ y", r"GET /media/\d+$"]
)
def test_what_was_a_regular_expression_is_refused_with_what_to_write(regular: str) -> None:
    with pytest.raises(ValueError, match="plain text, no regular expression") as told:
        check("error", regular, times=1, seconds=0)
    assert '"POST /2/tweets"' in str(told.value)


@pytest.mark.parametrize("more", [{"times": 0}, {"times": 1001}, {"seconds": -1}, {"seconds": 1e9}, {"seconds": float("nan")}])
def test_how_often_and_how_long_is_bounded(more: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="must be"):
        check("slow", "", **{"times": 1, "seconds": 0, **more})  # type: ignore[arg-type]


def test_twice_the_line_takes_at_most_twice_the_work() -> None:
    match = "*a" * (faults.LONGEST // 2)

    def took(length: int) -> float:
        line, best = "POST /" + "a" * (length - 6) + "b", 1e9
        for _ in range(5):
            begun = time.perf_counter()
            meets(f"{match}$", line)
            meets("a" * 100 + "c", line)
            best = min(best, time.perf_counter() - begun)
        return best

    assert any(took(400_000) < 5 * took(200_000) for _ in range(5)), "on a busy machine one look may be no good"
