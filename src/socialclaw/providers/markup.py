"""What is marked up in a text, found in one pass over it.

A pattern such as `<[^>]*>` starts anew at each `<` and runs to the end where no `>` comes: a text of such signs alone then costs its
length times its length. What is here looks at each character once, whatever the text holds.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

_SIGNS = re.compile("""[<>"']""")
_ZEROS = re.compile("&#0+(?=[0-9])")
_NOBODY = re.compile("&#[0-9]{8,};?")


def tag_ends(text: str) -> dict[int, int]:
    """Where the tag that begins at each `<` ends: behind the first `>` that is not in quotes. A `<` without an end is left out.

    Read from the back: how a tag ends is told by what follows, so each sign answers for all that stand before it.
    """
    ends: dict[int, int] = {}
    outside: int | None = None  # where a tag ends that is read from here on: outside of quotes, in double ones, in single ones
    double: int | None = None
    single: int | None = None
    for found in reversed([*_SIGNS.finditer(text)]):
        match found[0]:
            case ">":
                outside = found.end()
            case '"':
                outside, double = double, outside
            case "'":
                outside, single = single, outside
            case _ if outside is not None:
                ends[found.start()] = outside
    return ends


def tags(text: str) -> Iterator[tuple[int, int]]:
    """Where tags begin and end, from left to right."""
    ends, position = tag_ends(text), 0
    for start in reversed(ends):
        if start >= position:
            position = ends[start]
            yield start, position


def without_tags(text: str) -> str:
    """What stands between the tags."""
    kept, position = list[str](), 0
    for start, end in tags(text):
        kept.append(text[position:start])
        position = end
    return "".join([*kept, text[position:]])


def unescaped(text: str) -> str:
    """The text with its references read. Digits that can be no character are never made a number: Python reads no endless ones."""
    return html.unescape(_NOBODY.sub("\N{REPLACEMENT CHARACTER}", _ZEROS.sub("&#", text)))


def replaced(pattern: re.Pattern[str], closing: str, by: str, text: str) -> str:
    """`pattern.sub` for a pattern that runs from an opening to the next `closing`: nothing is sought where no `closing` comes any more."""
    end = text.rfind(closing) + len(closing) if closing in text else 0
    return pattern.sub(by, text[:end]) + text[end:]
