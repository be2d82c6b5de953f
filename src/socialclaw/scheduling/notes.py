"""Collects everything that is wrong with a document, in document order, and reads its texts."""

from __future__ import annotations

from collections.abc import Mapping
from operator import itemgetter
from typing import Any

import msgspec

from socialclaw.providers.issues import MOST_ISSUES, Issue, further

MOST_BYTES = 256 * 1024  # of UTF-8, in one text field
MOST_CHARACTERS = MOST_BYTES // 4  # a text of so many characters cannot have more bytes than that
MOST_WARNINGS = 1000  # of what a document says


class Notes:
    """`order` is the number of the post being read: what is noted later about an earlier post is sorted in by it.

    `found` grows with each problem up to MOST_ISSUES; `more` counts those after it. `warnings` are what forbids nothing; `compared`
    counts unknown fields. `quick` is the length up to which a text needs no look at all; below 0 when the document holds characters
    that no text may hold.
    """

    __slots__ = ("compared", "found", "more", "order", "quick", "warnings")

    def __init__(self, document: object, body: bytes | None = None) -> None:
        self.found: list[tuple[int, Issue]] = []
        self.more = 0
        self.warnings: list[Issue] = []
        self.compared = 0
        self.order = 0
        self.quick = MOST_CHARACTERS if _clean(document, body) else -1

    def add(self, code: str, message: str, path: str = "", details: Mapping[str, Any] | None = None, *, order: int | None = None) -> None:
        if len(self.found) < MOST_ISSUES:
            self.found.append((self.order if order is None else order, Issue(code, message, path, details or {})))
        else:
            self.more += 1

    def warn(self, code: str, message: str, path: str, details: Mapping[str, Any] | None = None) -> None:
        if len(self.warnings) < MOST_WARNINGS:
            self.warnings.append(Issue(code, message, path, details or {}))

    def issues(self) -> tuple[Issue, ...]:
        """In document order; for one post, in the order of its checks."""
        issues = [issue for _, issue in sorted(self.found, key=itemgetter(0))]
        return (*issues, further(self.more)) if self.more else tuple(issues)

    def text(self, value: object, path: str) -> str:
        """A text field; empty where it is absent, or is no text that can be kept."""
        if value is None:
            return ""
        if not isinstance(value, str):
            self.wrong(value, path, "text")
            return ""
        if len(value) <= self.quick:
            return value
        try:
            size = len(value.encode())
        except UnicodeEncodeError:
            self.add("text_invalid", f"{path} holds half of a surrogate pair, which is not a character", path)
            return ""
        if "\0" in value:
            self.add("text_invalid", f"{path} holds a NUL character", path)
            return ""
        if size > MOST_BYTES:
            self.add(
                "text_too_large", f"{path} has {size:,} bytes; the limit is {MOST_BYTES:,}", path, {"size": size, "maxBytes": MOST_BYTES}
            )
            return ""
        return value

    def wrong(self, value: object, path: str, expected: str) -> None:
        self.add("field_type_invalid", f"{path} must be {expected}, not {_KINDS.get(type(value), 'this')}", path, {"expected": expected})


_KINDS: dict[type, str] = {
    bool: "true or false",
    int: "a number",
    float: "a number",
    str: "text",
    list: "a list",
    dict: "an object",
    type(None): "null",
}


def _clean(document: object, body: bytes | None) -> bool:
    """Whether no text in the document has a NUL or half a surrogate pair, told by one fast pass over all of it.

    False also where it cannot tell (an escaped backslash before `u0000`, too deep a nesting): then each text is looked at.
    `body` is the JSON that msgspec made the document of, which takes no half pairs.
    """
    try:
        return b"\\u0000" not in (msgspec.json.encode(document) if body is None else body)
    except (ValueError, TypeError, RecursionError, OverflowError):
        return False
