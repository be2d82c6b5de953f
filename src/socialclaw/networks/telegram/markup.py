"""A marked-up text while it is being read, for both markup languages."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

Entity = dict[str, Any]
_BLANK = re.compile("[\\s\u00ad\u180e\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff]*+")


class BadMarkup(ValueError):
    """The text cannot be read; the message is what follows "can't parse entities: "."""


@dataclass(slots=True)
class Open:
    """Markup whose end has not come yet. `at` is a byte offset in the source, `start` a UTF-16 offset in the result.

    `dots` and `blanks` are how many of them the result had before it.
    """

    kind: str
    name: str
    at: int
    start: int
    dots: int
    blanks: int
    more: Entity = field(default_factory=dict)


@dataclass(slots=True)
class Reader:
    """The source, how far it is read, and what has come of it."""

    source: str
    i: int = 0
    pieces: list[str] = field(default_factory=list)
    length: int = 0
    stack: list[Open] = field(default_factory=list)
    quote: Open | None = None  # the block quotation that is open; there is never one inside another
    dots: int = 0
    blanks: int = 0
    entities: list[Entity] = field(default_factory=list)
    counted: tuple[int, int] = (0, 0)  # a place in the source, and how many bytes stand before it

    def say(self, text: str) -> None:
        self.pieces.append(text)
        self.length += utf16(text)
        self.dots += text.count(".")
        self.blanks += text.count(" ")

    def byte(self, i: int) -> int:
        """The byte offset of a place in the source. Asked in the order of the source, as reading does, it costs one pass in all."""
        start, before = self.counted if i >= self.counted[0] else (0, 0)
        self.counted = (i, before + len(self.source[start:i].encode("utf-8", "surrogatepass")))
        return self.counted[1]

    def begin(self, kind: str, name: str, *, at: int, **more: Any) -> Open:
        begun = Open(kind, name, self.byte(at), self.length, self.dots, self.blanks, more)
        self.stack.append(begun)
        return begun

    def looks_like_address(self) -> bool:
        """Whether what the innermost markup holds has a dot and no blank."""
        last = self.stack[-1]
        return self.dots > last.dots and self.blanks == last.blanks

    def end(self, **more: Any) -> None:
        last = self.stack.pop()
        if self.length > last.start:
            self.entities.append({"type": last.kind, "offset": last.start, "length": self.length - last.start, **last.more, **more})

    def text(self) -> str:
        return "".join(self.pieces)


def is_blank(text: str) -> bool:
    """Whether nobody sees anything of it: Telegram takes such a text for an empty one."""
    return _BLANK.fullmatch(text) is not None


def utf16(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def until(text: str, start: int, stops: str) -> int:
    found = re.compile(f"[{stops}]").search(text, start)
    return found.start() if found else len(text)


def while_space(text: str, start: int) -> int:
    found = re.compile(r"\s*").match(text, start)
    return found.end() if found else start
