"""Beginning again: tries at one thing, each under step names of its own, so that one that came to nothing can be repeated."""

from __future__ import annotations

from collections.abc import AsyncIterator

from socialclaw.providers.base import Steps

MOST = 5


class Absent(Exception):
    """What was asked for has not been remembered."""


async def rounds(steps: Steps, what: str) -> AsyncIterator[str]:
    """What the step names of each round begin with, but for those that were given up."""
    for number in range(MOST):
        name = f"{what}-again-{number}" if number else what
        if not await _remembers(steps, f"{name}-gone"):
            yield name


def names(what: str) -> list[str]:
    """Every round's name, the latest first."""
    return [f"{what}-again-{number}" if number else what for number in reversed(range(MOST))]


async def give_up(steps: Steps, name: str) -> None:
    """Remember that nothing comes of this round any more."""
    await steps.once(f"{name}-gone", _true)


async def _remembers(steps: Steps, name: str) -> bool:
    try:
        await steps.once(name, _absent)
    except Absent:
        return False
    return True


async def _true() -> bool:
    return True


async def _absent() -> bool:
    raise Absent
