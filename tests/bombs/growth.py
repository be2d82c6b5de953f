"""Texts made to cost more than their length, and how it is told that none does."""

from __future__ import annotations

import contextlib
import gc
import random
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import permutations
from typing import Any

SIGNS = (
    *(
        "<",
        ">",
        "](",
        "[",
        "]",
        "(",
        ")",
        "{",
        "}",
        "{{",
        "@",
        "#",
        "&",
        "*",
        "_",
        "`",
        "|",
        "||",
        "~",
        "!",
        "?",
        "=",
        "%",
        "$",
        "\\",
        "/",
        "-",
    ),
    *(
        " ",
        "\n",
        "\r\n",
        "\t",
        '"',
        "'",
        ",",
        ";",
        ":",
        ".",
        "..",
        "a",
        "a.",
        "1/",
        "0",
        "com.",
        "http://",
        "https://a.com/",
        ",a.com/",
        "xn--a.",
    ),
    *(
        "<a ",
        '<a href="',
        "</a>",
        "<b>",
        "<!--",
        "-->",
        "**>",
        ">\n",
        "```",
        "[video ",
        "&amp;",
        "&#",
        "{hashtag|#|x",
        "@[a](",
        "a{",
        "a.b(",
        "?a.b/?",
    ),
    *(
        "\u0301",
        "\u0315\u0300",
        "\u0f73",
        "e\u0301",
        "\U0001f468\u200d",
        "\U0001f1e6",
        "\u00a9\ufe0f",
        "\U0001f3f4\U000e0067",
        "\u0434.",
        "\u65e5",
        "\u00ad",
    ),
    *("content-disposition: form-data; name=", "; name=", "://", "asset_", "post_1", "bytes 0-", "Z", "+00:00"),
)
STARTS = ("", '<a href="', "https://a.com/", "[a](", "https://" + "a" * 64 + ".")
ENDS = ("!", ">", ")")
PAIRS = 60  # of signs, out of several thousand: others in each run of the tests would be a test that cannot be run again

TINY = (4, 6, 8, 12, 16, 20, 24, 28)  # characters at which what doubles with each of them shows
SHORT = 4_000  # characters at which a square law shows, and what is linear takes next to nothing
SUSPECT = 0.02  # seconds of one look at so many
MOST_GROWTH = 3.0  # of the time when the text is doubled; 4 were a square law
TRIES = 5
LONG, MOST_SECONDS = 100_000, 1.0

Judge = Callable[[str], Any]


@dataclass(frozen=True)
class Bomb:
    """A text of any length, of the same kind throughout."""

    start: str
    sign: str
    end: str

    def text(self, length: int) -> str:
        return self.start + self.sign * (length // len(self.sign) + 1) + self.end


def bombs(*, pairs: int = PAIRS, starts: tuple[str, ...] = STARTS, ends: tuple[str, ...] = ENDS) -> Iterator[Bomb]:
    for sign in SIGNS:
        yield from (Bomb(start, sign, "") for start in starts)
        yield from (Bomb("", sign, end) for end in ends)
    for first, second in random.Random(9).sample([*permutations(SIGNS, 2)], pairs):
        yield Bomb("", first + second, "")


def seconds(judge: Judge, text: str) -> float:
    """The processor's time for one look, whatever else runs on the machine. What earlier tests have left is not collected meanwhile."""
    gc.disable()
    begun = time.process_time()
    try:
        with contextlib.suppress(Exception):  # refused is as good as judged: what it took is asked here
            judge(text)
        return time.process_time() - begun
    finally:
        gc.enable()


def grows_too_fast(judge: Judge, bomb: Bomb, short: int, tries: int, lengths: tuple[int, ...] = TINY) -> bool:
    """Whether twice the text takes more than about twice the time. The quickest of several looks counts."""
    if any(seconds(judge, text) > SUSPECT and min(seconds(judge, text) for _ in range(3)) > SUSPECT for text in map(bomb.text, lengths)):
        return True
    if seconds(judge, bomb.text(short)) < SUSPECT:
        return False
    for _ in range(tries):
        once, twice = (min(seconds(judge, bomb.text(length)) for _ in range(3)) for length in (short, 2 * short))
        if once < SUSPECT or twice < MOST_GROWTH * once:
            return False
    return True


def explosive(
    judge: Judge, those: Iterable[Bomb], *, short: int = SHORT, tries: int = TRIES, lengths: tuple[int, ...] = TINY
) -> list[Bomb]:
    """The first bomb that goes off, if one does. `lengths`: at which what doubles with each character shows."""
    return next(([bomb] for bomb in those if grows_too_fast(judge, bomb, short, tries, lengths)), [])


def noticed(judge: Judge, those: Iterable[Bomb], *, short: int, lengths: tuple[int, ...] = TINY) -> bool:
    """Whether a bomb that is known to be one is found: one look in five is enough, for the machine may be busy with other tests."""
    planted = [*those]
    return any(explosive(judge, planted, short=short, tries=1, lengths=lengths) for _ in range(5))
