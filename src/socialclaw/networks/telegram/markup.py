"""Part of the simulator: a marked-up text while it is being read, for both markup languages."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

Entity = dict[str, Any]


class BadMarkup(ValueError):
    """The text cannot be read; the message is what follows "can't parse entities: "."""


@dataclass(slots=True)
class Open:
    """Markup whose end has not come yet. `at` is a byte offset in the source, `start` a UTF-16 offset in the result."""

    kind: str
    name: str
    at: int
    start: int
    more: Entity = field(default_factory=dict)


@dataclass(slots=True)
class Reader:
    """The source, how far it is read, and what has come of it."""

    source: str
    i: int = 0
    pieces: list[str] = field(default_factory=list)
    length: int = 0
    stack: list[Open] = field(default_factory=list)
    entities: list[Entity] = field(default_factory=list)

    def say(self, text: str) -> None:
        self.pieces.append(text)
        self.length += utf16(text)

    def byte(self, i: int) -> int:
        return len(self.source[:i].encode("utf-8", "surrogatepass"))

    def begin(self, kind: str, name: str, *, at: int, **more: Any) -> None:
        self.stack.append(Open(kind, name, self.byte(at), self.length, more))

    def end(self, **more: Any) -> None:
        last = self.stack.pop()
        if self.length > last.start:
            self.entities.append({"type": last.kind, "offset": last.start, "length": self.length - last.start, **last.more, **more})

    def text(self) -> str:
        return "".join(self.pieces)


def utf16(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def until(text: str, start: int, stops: str) -> int:
    found = re.compile(f"[{stops}]").search(text, start)
    return found.start() if found else len(text)


def while_space(text: str, start: int) -> int:
    found = re.compile(r"\s*").match(text, start)
    return found.end() if found else start
