"""No regular expression of ours takes longer than its text is long, and none of anybody else's is ever run."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.bombs.growth import Bomb, explosive, noticed
from tests.bombs.patterns import Use, pumps, uses

SHORT = 10_000  # characters at which even the cheapest square law shows

# Patterns that are put together, and out of what; none of it is a pattern that somebody else wrote.
PUT_TOGETHER = {
    "src/socialclaw/networks/linkedin/sandbox/words.py": "kinds of URNs, which the simulator names",
    "src/socialclaw/networks/meta/sandbox/words.py": "names of parameters, which the simulator names",
    "src/socialclaw/networks/pinterest/sandbox/words.py": "shapes of fields, which the simulator states",
    "src/socialclaw/networks/pinterest/refusals.py": "words of answers, from a table beside it",
    "src/socialclaw/networks/linkedin/refusals.py": "words of answers, from a table beside it",
    "src/socialclaw/networks/telegram/refusals.py": "words of answers, from a table beside it",
    "src/socialclaw/networks/wordpress/refusals.py": "words of answers, from a table beside it",
    "src/socialclaw/networks/x/refusals.py": "words of answers, from a table beside it",
    "src/socialclaw/networks/x/adapter.py": "what X shows, escaped",
    "src/socialclaw/networks/x/sandbox/search.py": "what is sought, escaped, and the sign of a tag, which the simulator names",
    "src/socialclaw/networks/telegram/markup.py": "signs that end a name, from the readers of markup",
    "src/socialclaw/simulation/connected_apps.py": "names of users, which the simulator states",
    "src/socialclaw/simulation/simulator.py": "paths of a simulator's routes",
    "src/socialclaw/simulation/failing.py": "the calls that a simulator says make something",
    "src/socialclaw/simulation/consent.py": "the log-ins that a simulator takes",
    "src/socialclaw/api/openapi.py": "the beginning of a reference, escaped",
}
KNOWN = {use.pattern: use for use in uses() if use.pattern is not None}


def test_there_are_patterns_to_look_at() -> None:
    assert len(KNOWN) > 80


def test_no_pattern_is_put_together_elsewhere() -> None:
    """A pattern that is no constant could be a user's: it would run under the lock of the interpreter, for as long as it pleases."""
    found = {use.path: str(use) for use in uses() if use.pattern is None}
    assert sorted(set(found) - set(PUT_TOGETHER)) == []
    assert sorted(set(PUT_TOGETHER) - set(found)) == [], "these are put together no more"


def bombs_of(pattern: str | bytes, flags: int) -> list[Bomb]:
    return [Bomb(start, pump, end) for pump in pumps(pattern, flags) for start, end in (("", ""), ("", "\0"), ("x", "\0"))]


def judge(use: Use) -> Any:
    """The pattern at work as it is used there: at one place, or sought all through the text."""
    compiled: re.Pattern[Any] = re.compile(use.pattern or "", use.flags)
    work: Any = compiled.match if use.anchored else lambda text: [*compiled.finditer(text)]
    return (lambda text: work(text.encode("utf-8", "replace"))) if isinstance(use.pattern, bytes) else work


@pytest.mark.parametrize("use", KNOWN.values(), ids=str)
def test_twice_the_text_takes_a_pattern_about_twice_the_time(use: Use) -> None:
    assert explosive(judge(use), bombs_of(use.pattern or "", use.flags)) == []


@pytest.mark.parametrize("pattern", ["<[^>]*>", r"(?:.|.|.|.|.|.)*!", "(a+)+$", r"<!--.*?-->"])
def test_a_pattern_that_is_a_bomb_is_noticed(pattern: str) -> None:
    use = Use("", 0, "search", pattern, 0, anchored=False)
    assert noticed(judge(use), bombs_of(pattern, 0), short=SHORT)
