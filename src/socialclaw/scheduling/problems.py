"""Collects everything that is wrong with a document, in document order, and reads its texts."""

from __future__ import annotations

from collections.abc import Mapping
from operator import itemgetter
from typing import Any

from socialclaw.providers.issues import MOST_ISSUES, Issue, further

MOST_BYTES = 256 * 1024  # of UTF-8, in one text field
MOST_WARNINGS = 1000  # of what a document says


class Notes:
    """`order` is the number of the post being read: what is noted later about an earlier post is sorted in by it.

    `found` grows with each problem up to MOST_ISSUES; `more` counts those after it. `warnings` are what forbids nothing; `compared`
    counts unknown fields.
    """

    __slots__ = ("compared", "found", "more", "order", "warnings")

    def __init__(self) -> None:
        self.found: list[tuple[int, Issue]] = []
        self.more = 0
        self.warnings: list[Issue] = []
        self.compared = 0
        self.order = 0

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

    def text(self, value: object, base: str, name: str = "") -> str:
        """A text field, `name` below `base`; empty where it is absent, or is no text that can be kept."""
        if value is None:
            return ""
        problem = untextual(value)
        if problem is None:
            return value  # type: ignore[return-value]
        self._below(f"{base}.{name}" if name else base, problem)
        return ""

    def wrong(self, value: object, path: str, expected: str) -> None:
        self._below(path, _wrong(value, expected))

    def _below(self, path: str, problem: Issue) -> None:
        self.add(problem.code, f"{path} {problem.message}", path, problem.details)


def untextual(value: object) -> Issue | None:
    """Why something is no text that can be kept, in words that go on after its path; None where it is one."""
    if not isinstance(value, str):
        return _wrong(value, "text")
    try:
        size = len(value) if value.isascii() else len(value.encode())
    except UnicodeEncodeError:
        return Issue("text_invalid", "holds half of a surrogate pair, which is not a character")
    if "\0" in value:
        return Issue("text_invalid", "holds a NUL character")
    if size > MOST_BYTES:
        details = {"size": size, "maxBytes": MOST_BYTES}
        return Issue("text_too_large", f"has {size:,} bytes; the limit is {MOST_BYTES:,}", details=details)
    return None


def _wrong(value: object, expected: str) -> Issue:
    return Issue("field_type_invalid", f"must be {expected}, not {_KINDS.get(type(value), 'this')}", details={"expected": expected})


_KINDS: dict[type, str] = {
    bool: "true or false",
    int: "a number",
    float: "a number",
    str: "text",
    list: "a list",
    dict: "an object",
    type(None): "null",
}
