"""Beginning again: tries at one thing, each under step names of its own, so that one that came to nothing can be repeated."""

from __future__ import annotations

from collections.abc import Iterator

from socialclaw.providers.base import Steps

MOST = 5


def rounds(steps: Steps, what: str) -> Iterator[str]:
    """What the step names of each round begin with, but for those that were given up."""
    return (name for name in reversed(names(what)) if not steps.known(f"{name}-gone"))


def names(what: str) -> list[str]:
    """Every round's name, the latest first."""
    return [f"{what}-again-{number}" if number else what for number in reversed(range(MOST))]


def number_of(name: str) -> int:
    """Which round it is, from 0 on."""
    _, again, number = name.rpartition("-again-")
    return int(number) if again else 0


async def give_up(steps: Steps, name: str) -> None:
    """Remember that nothing comes of this round any more."""
    await steps.once(f"{name}-gone", _true)


async def _true() -> bool:
    return True
