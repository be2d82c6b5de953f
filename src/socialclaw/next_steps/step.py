"""One next step: what to do about a failure, by which operation of the API, by which tool, and whether the same may succeed later."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

SAME = "the operation that failed"


@dataclass(frozen=True, slots=True)
class NextStep:
    """`operation`: a method and a path as the OpenAPI document has them, or SAME. `retryable`: the very same request may succeed later.

    `see`: a page of the documentation, as Markdown; `docs/errors.md` alone shows it.
    """

    do: str
    operation: str | None = None
    tool: str | None = None
    retryable: bool = False
    see: str = ""

    @property
    def advice(self) -> str:
        """As a page tells it."""
        return f"{self.do} ({self.see})." if self.see else f"{self.do}."

    def told(self, operation: str | None) -> dict[str, Any]:
        """As an answer tells it. `operation`: the one that failed, where it is known."""
        same = self.operation == SAME
        return {
            "do": f"{self.do}.",
            "operation": operation if same else self.operation,
            "tool": self.tool,
            "retryable": self.retryable,
        }


def by_operator(do: str, see: str = "", *, retryable: bool = False) -> NextStep:
    """What only whoever runs the server can do."""
    return NextStep(do, see=see, retryable=retryable)


def by_person(do: str, operation: str | None = None) -> NextStep:
    """What a person does, in a browser or an app."""
    return NextStep(do, operation)


def again(do: str, operation: str = SAME, tool: str | None = None) -> NextStep:
    """The very same, later."""
    return NextStep(do, operation, tool, retryable=True)


def nothing(do: str) -> NextStep:
    """It needs nobody."""
    return NextStep(f"Nothing: {do}")
