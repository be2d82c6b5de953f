"""Where the path and the query of a link end. Pure; linear in the text, however many links lead through one stretch of it."""

from __future__ import annotations

import re
from bisect import bisect_right

LATIN = (
    r"\xc0-\xd6\xd8-\xf6\xf8-\u024f\u0253\u0254\u0256\u0257\u0259\u025b\u0263\u0268\u026f\u0272\u0289\u028b\u02bb\u0300-\u036f\u1e00-\u1eff"
)
_PATH = rf"a-z0-9\u0400-\u04ff{LATIN}!*';:=+,.$/%#\[\]\u2013_~@|&-"
_STEPS = re.compile(rf"[{_PATH}]++", re.IGNORECASE)
_PARENS = re.compile(rf"\((?!\))[{_PATH}]*+(?:\([{_PATH}]++\)[{_PATH}]*+)?\)", re.IGNORECASE)
_TERMS = re.compile(r"[a-z0-9!?*'@();:&=+$/%#\[\]_.,~|-]++", re.IGNORECASE)
# What a path and a query do not end with.
_NO_STEP = frozenset("!*';:,.$%[]\u2013~@|&")
_NO_TERM = frozenset("!?*'@();:+$%[].,~|")


class Stretches:
    """The stretches of a text that match a pattern, each sought once; and where each ends without the signs that nothing ends with."""

    def __init__(self, text: str, pattern: re.Pattern[str], loose: frozenset[str]) -> None:
        self._text, self._pattern, self._loose = text, pattern, loose
        self._starts, self._ends = list[int](), list[int]()
        self._kept: dict[int, int] = {}

    def end(self, position: int) -> int:
        """Where the stretch ends in which a position lies; the position itself where it lies in none."""
        index = bisect_right(self._starts, position)
        if index and position < self._ends[index - 1]:
            return self._ends[index - 1]
        if (found := self._pattern.match(self._text, position)) is None:
            return position
        self._starts.insert(index, position)
        self._ends.insert(index, found.end())
        return found.end()

    def kept(self, end: int) -> int:
        """Where what ends at `end` ends without loose signs."""
        if end not in self._kept:
            kept = end
            while kept and self._text[kept - 1] in self._loose:
                kept -= 1
            self._kept[end] = kept
        return self._kept[end]


class Paths:
    """The ends of paths and queries in one text."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._steps = Stretches(text, _STEPS, _NO_STEP)
        self._terms = Stretches(text, _TERMS, _NO_TERM)
        self._ends: dict[int, int] = {}  # of what goes on, or does not, behind a stretch of steps

    def path(self, position: int) -> int:
        """Where a path ends whose slash stands at `position`; the position itself where none does."""
        if self._text[position : position + 1] != "/":
            return position
        at, passed = self._steps.end(position + 1), []
        while at not in self._ends and (parens := _PARENS.match(self._text, at)):
            passed.append(at)
            at = self._steps.end(parens.end())
        end = self._ends.get(at, at)
        self._ends.update(dict.fromkeys([*passed, at], end))
        return max(position + 1, self._steps.kept(end))

    def query(self, position: int) -> int | None:
        """Where a query ends whose question mark stands at `position`; None where there is none."""
        if self._text[position : position + 1] != "?":
            return None
        end = self._terms.kept(self._terms.end(position))
        return end if end > position + 1 else None
