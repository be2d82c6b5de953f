"""The form of a figure: what it asks, how it is measured, what came of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from bench.ground import Ground


@dataclass(frozen=True, slots=True)
class Result:
    """One number. `details` are what it was made of, by name and unit; without a `target` it is for information."""

    what: str
    database: str  # "SQLite", "PostgreSQL", or "" where none is concerned
    value: float
    unit: str
    target: float | None = None
    better: Literal["more", "less"] = "less"
    details: dict[str, str] = field(default_factory=dict)

    @property
    def met(self) -> bool | None:
        if self.target is None:
            return None
        return self.value >= self.target if self.better == "more" else self.value <= self.target


class Told(Protocol):
    """How a measurement says how far it is."""

    def __call__(self, what: str, done: float = 0, total: float = 0) -> None: ...


Measure = Callable[[Ground, Any, Told], Awaitable[list[Result]]]


@dataclass(frozen=True)
class Figure:
    """`measure(ground, size, told)`; `full` is the size that the targets are about, `tiny` one that takes seconds."""

    name: str
    asks: str
    how: str
    measure: Measure
    full: Any
    tiny: Any


def percentile(values: Iterable[float], part: float) -> float:
    """The value below which `part` (0 to 1) of them lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))]


def ms(seconds: float) -> str:
    return f"{seconds * 1000:,.1f} ms"
