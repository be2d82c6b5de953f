"""A schedule as a file has it, and where in the file each part of it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Spot = tuple[str, int | None, int | None]  # a file, a line, a column


@dataclass(frozen=True, slots=True)
class Document:
    """`folder`: what paths in it start from. `spot`: where `posts[3].text` is."""

    schedule: dict[str, Any]
    folder: Path
    spot: Callable[[str], Spot]


def shown(spot: Spot) -> str:
    """A place as editors and compilers write it: `posts.yaml:12:5`."""
    return ":".join(str(part) for part in spot if part is not None)
